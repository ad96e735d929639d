// SPDX-License-Identifier: Apache-2.0
// What any transport owes its callers, against servers that keep to nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>

#include "tests/http/misbehaving_server.h"
#include "tests/http/real_transport.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using Kind = Outcome::Kind;
using Script = MisbehavingServer::Script;

constexpr size_t kMaximumBytes = size_t{16} << 20;

// One exchange with a server that runs `script`.
struct Contract {
  const char* name;
  Script script;
  Kind kind;
  int status = 0;
  std::string body = {};
  bool kept = false;  // The connection carries on.
  std::string method = "GET";
  std::string request_body = {};
};

void PrintTo(const Contract& contract, std::ostream* out) { *out << contract.name; }

// The script that reads the request and sends `bytes`, then closes.
Script SendAndClose(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer, int) {
    if (!peer.ReadRequest().empty()) peer.Send(bytes);
  };
}

Script SendAndReset(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer, int) {
    if (peer.ReadRequest().empty()) return;
    peer.Send(bytes);
    peer.Pause(milliseconds(30));  // Lets the client read what came before.
    peer.Reset();
  };
}

Script SendAndStay(std::string bytes) { return MisbehavingServer::AnswerOnce(std::move(bytes)); }

std::string Chunked(const std::string& rest) {
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + rest;
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string WithHeaders(int count, size_t size) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < count; ++i) {
    text += "X-" + std::to_string(i) + ": " + std::string(size, 'x') + "\r\n";
  }
  return text + "Content-Length: 2\r\n\r\nok";
}

class TransportContractTest : public testing::TestWithParam<Contract> {
 protected:
  ExchangeResult Send(const RequestHead& head, std::string_view body) {
    return transport_->Send(
        {.head = &head, .body = body, .deadline = SteadyClock().Now() + std::chrono::seconds(20)},
        {});
  }

  RealTransport transport_{kMaximumBytes};
};

TEST_P(TransportContractTest, EndsAsTheContractSays) {
  const Contract& contract = GetParam();
  MisbehavingServer server(contract.script);
  RequestHead head;
  head.method = contract.method;
  head.scheme = "http";
  head.authority = server.address();
  head.path = "/";

  const ExchangeResult result = Send(head, contract.request_body);

  EXPECT_EQ(OutcomeName(result.outcome.kind), OutcomeName(contract.kind));
  EXPECT_EQ(result.outcome.status, contract.status);
  EXPECT_EQ(result.body, contract.body);
  EXPECT_EQ(transport_->pool().size(), contract.kept ? 1u : 0u);
}

std::vector<Contract> WholeAnswers() {
  return {
      {"Length", SendAndStay(OkResponse("hello")), Kind::kResponse, 200, "hello", true},
      {"EmptyBody", SendAndStay(OkResponse("")), Kind::kResponse, 200, "", true},
      {"NoLengthEndsByClose", SendAndClose("HTTP/1.1 200 OK\r\n\r\nabc"), Kind::kResponse, 200,
       "abc"},
      {"Chunked", SendAndStay(Chunked("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")), Kind::kResponse,
       200, "abcde", true},
      {"Trailers",
       SendAndStay(Chunked("2\r\nok\r\n0\r\ngrpc-status: 0\r\nContent-Length: 7\r\n\r\n")),
       Kind::kResponse, 200, "ok", true},
      {"BytesBehindTheTrailers", SendAndStay(Chunked("2\r\nok\r\n0\r\nX: y\r\n\r\nHTTP")),
       Kind::kResponse, 200, "ok"},
      {"ChunkedWithLengthIsNotKept",
       SendAndStay("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n"
                   "2\r\nok\r\n0\r\n\r\n"),
       Kind::kResponse, 200, "ok"},
      {"NoContent", SendAndStay("HTTP/1.1 204 No Content\r\n\r\n"), Kind::kResponse, 204, "", true},
      {"NotModifiedWithoutLength", SendAndStay("HTTP/1.1 304 Not Modified\r\n\r\n"),
       Kind::kResponse, 304, "", true},
      {"NotModifiedWithLength",
       SendAndStay("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"), Kind::kResponse, 304,
       "", true},
      {"HeadHasNoBody", SendAndStay("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"),
       Kind::kResponse, 200, "", true, "HEAD"},
      {"InterimResponsesAreSkipped",
       SendAndStay("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
                   OkResponse("ok")),
       Kind::kResponse, 200, "ok", true},
      {"ServerErrorIsAnAnswer",
       SendAndStay("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno"),
       Kind::kResponse, 503, "no", true},
      {"ConnectionCloseIsNotKept",
       SendAndStay("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
       Kind::kResponse, 200, "ok"},
      {"Http10IsNotKept", SendAndStay("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
       Kind::kResponse, 200, "ok"},
      {"BytesTooManyAreNotKept", SendAndStay(OkResponse("ok") + "surplus"), Kind::kResponse, 200,
       "ok"},
      {"ManyHeaders", SendAndStay(WithHeaders(400, 100)), Kind::kResponse, 200, "ok", true},
      {"NoReason", SendAndStay("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"), Kind::kResponse, 200,
       "ok", true},
      {"BareLineFeeds", SendAndStay("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), Kind::kResponse,
       200, "ok", true},
  };
}
INSTANTIATE_TEST_SUITE_P(WholeAnswers, TransportContractTest, testing::ValuesIn(WholeAnswers()),
                         [](const auto& param) { return std::string(param.param.name); });

std::vector<Contract> BrokenConnections() {
  const auto close_unread = [](Peer&, int) {};
  const auto close_read = [](Peer& peer, int) { peer.ReadRequest(); };
  const auto reset_unread = [](Peer& peer, int) {
    peer.WaitForBytes();
    peer.Reset();
  };
  const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
  return {
      {"AcceptAndClose", close_unread, Kind::kResetBeforeHeaders},
      {"CloseAfterTheRequest", close_read, Kind::kResetBeforeHeaders},
      {"ResetBeforeTheRequestIsRead", reset_unread, Kind::kResetBeforeHeaders},
      {"ResetAfterTheRequest", SendAndReset(""), Kind::kResetBeforeHeaders},
      {"CloseInTheHead", SendAndClose("HTTP/1.1 200 OK\r\nContent-Le"), Kind::kResetBeforeHeaders},
      {"ResetInTheHead", SendAndReset("HTTP/1.1 200 OK\r\nContent-Le"), Kind::kResetBeforeHeaders},
      {"CloseInTheBody", SendAndClose(half), Kind::kResetAfterHeaders},
      {"ResetInTheBody", SendAndReset(half), Kind::kResetAfterHeaders},
      {"ResetInABodyWithoutLength", SendAndReset("HTTP/1.1 200 OK\r\n\r\nhalf"),
       Kind::kResetAfterHeaders},
      {"CloseInAChunk", SendAndClose(Chunked("9\r\nhalf")), Kind::kResetAfterHeaders},
      {"CloseBetweenChunks", SendAndClose(Chunked("2\r\nok\r\n")), Kind::kResetAfterHeaders},
      {"CloseInTheTrailers", SendAndClose(Chunked("2\r\nok\r\n0\r\nX: y\r\n")),
       Kind::kResetAfterHeaders},
  };
}
INSTANTIATE_TEST_SUITE_P(BrokenConnections, TransportContractTest,
                         testing::ValuesIn(BrokenConnections()),
                         [](const auto& param) { return std::string(param.param.name); });

std::vector<Contract> NoHttp() {
  const auto head = [](const std::string& text) {
    return SendAndStay("HTTP/1.1 200 OK\r\n" + text + "\r\n\r\nok");
  };
  return {
      {"Garbage", SendAndStay("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Kind::kProtocolError},
      {"StatusOutOfRange", SendAndStay("HTTP/1.1 999 OK\r\n\r\n"), Kind::kProtocolError},
      {"Http2", SendAndStay("HTTP/2 200 OK\r\n\r\n"), Kind::kProtocolError},
      {"SwitchingProtocols", SendAndStay("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
       Kind::kProtocolError},
      {"StatusLineLongerThanAStack",
       SendAndStay("HTTP/1.1 200 " + std::string(200000, 'a') + "\r\n\r\n"), Kind::kProtocolError},
      {"HeadTooLong", SendAndStay(WithHeaders(2000, 100)), Kind::kProtocolError},
      {"HeadWithoutEnd", SendAndStay("HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'a')),
       Kind::kProtocolError},
      {"LengthsThatDiffer", head("Content-Length: 2\r\nContent-Length: 3"), Kind::kProtocolError},
      {"NegativeLength", head("Content-Length: -2"), Kind::kProtocolError},
      {"LengthOutOfRange", head("Content-Length: 99999999999999999999"), Kind::kProtocolError},
      {"UnknownCoding", head("Transfer-Encoding: gzip, chunked"), Kind::kProtocolError},
      {"FoldedLine", head("X: a\r\n b\r\nContent-Length: 2"), Kind::kProtocolError},
      {"ControlCharacter", head(std::string("X: a\0b\r\nContent-Length: 2", 25)),
       Kind::kProtocolError},
      {"NameWithSpace", head("X : a\r\nContent-Length: 2"), Kind::kProtocolError},
      {"ChunkSizeIsNoNumber", SendAndStay(Chunked("zz\r\nok\r\n")), Kind::kProtocolError},
      {"ChunkExtensionWithoutEnd", SendAndStay(Chunked("2;" + std::string(1 << 20, 'a'))),
       Kind::kProtocolError},
      {"TrailerIsNoHeader", SendAndStay(Chunked("2\r\nok\r\n0\r\nno colon\r\n\r\n")),
       Kind::kProtocolError},
      {"TrailersWithoutEnd", SendAndStay(Chunked("0\r\n" + Repeated("X: y\r\n", 1 << 18))),
       Kind::kProtocolError},
      {"BodyTooLong", SendAndStay("HTTP/1.1 200 OK\r\n\r\n" + std::string(kMaximumBytes + 1, 'a')),
       Kind::kProtocolError},
      {"ChunksTooLong",
       SendAndStay(Chunked("1000001\r\n" + std::string(kMaximumBytes + 1, 'a') + "\r\n0\r\n\r\n")),
       Kind::kProtocolError},
  };
}
INSTANTIATE_TEST_SUITE_P(NoHttp, TransportContractTest, testing::ValuesIn(NoHttp()),
                         [](const auto& param) { return std::string(param.param.name); });

std::vector<Contract> LargeBodies() {
  const std::string large(10 << 20, 'x');
  const auto echo = [](Peer& peer, int) {
    const std::string request = peer.ReadRequest();
    if (!request.empty()) {
      peer.Send(OkResponse(request.substr(request.find("\r\n\r\n") + 4)));
      peer.WaitForClose();
    }
  };
  // Answers as it reads, and reads no more than it can answer.
  const auto answer_first = [large](Peer& peer, int) {
    peer.WaitForBytes();
    if (peer.Send(OkResponse(large)) && !peer.ReadRequest().empty()) peer.WaitForClose();
  };
  const auto refuse = [](Peer& peer, int) {
    peer.WaitForBytes();
    peer.Send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig");
    peer.Pause(milliseconds(100));
  };
  return {
      {"TenMegabytesBothWays", echo, Kind::kResponse, 200, large, true, "POST", large},
      {"ServerThatAnswersBeforeItReads", answer_first, Kind::kResponse, 200, large, true, "POST",
       large},
      {"ServerThatRefusesTheBody", refuse, Kind::kResponse, 413, "big", false, "POST", large},
  };
}
INSTANTIATE_TEST_SUITE_P(LargeBodies, TransportContractTest, testing::ValuesIn(LargeBodies()),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace meshroute
