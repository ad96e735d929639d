// SPDX-License-Identifier: Apache-2.0
// TLS to servers that keep to nothing: no call is held, nothing is sent in the open.
#include <atomic>
#include <chrono>
#include <csignal>

#include "tests/http/tls_fixture.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TlsHandshakeTest : public TlsTest {
 protected:
  std::string Simple() const { return "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}"; }

  static std::string ConnectTimeout(const std::string& time) {
    return "connectionPool: {tcp: {connectTimeout: " + time + "}}, ";
  }

  const TestCertificate certificate_ = authority_.Issue();
};

TEST_F(TlsHandshakeTest, ATrickledHandshakeEndsAtConnectTimeout) {
  TlsServerOptions options;
  options.gap = milliseconds(100);  // About 900 bytes come: a minute and a half.
  TlsServer server(certificate_, options);
  Start(server.address(), ConnectTimeout("400ms") + Simple());
  const TimePoint before = SteadyClock().Now();
  const Response response = Get();
  const Duration took = SteadyClock().Now() - before;
  EXPECT_EQ(response.flags.ToString(), "UF");
  EXPECT_EQ(response.details,
            "upstream_reset_before_response_started{connection timeout|TLS: the handshake is not "
            "over}");
  EXPECT_GE(took, milliseconds(400));
  EXPECT_LT(took, seconds(5));
}

TEST_F(TlsHandshakeTest, ATrickledHandshakeEndsAtTheDeadline) {
  TlsServerOptions options;
  options.gap = milliseconds(100);
  TlsServer server(certificate_, options);
  Start(server.address(), Simple());
  CallOptions call;
  const TimePoint before = SteadyClock().Now();
  call.deadline = before + milliseconds(400);
  const Response response = client_->Get(kUrl, call);
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(response.flags.ToString(), "UT");
  EXPECT_LT(SteadyClock().Now() - before, seconds(5));
}

TEST_F(TlsHandshakeTest, ASilentServerEndsAtConnectTimeout) {
  MisbehavingServer server([](Peer& peer, int) { peer.WaitForClose(); });
  Start(server.address(), ConnectTimeout("200ms") + Simple());
  ExpectRefused("connection timeout");
}

TEST_F(TlsHandshakeTest, AServerThatClosesInTheHandshakeIsAConnectFailure) {
  MisbehavingServer at_once([](Peer&, int) {});
  Start(at_once.address(), Simple());
  EXPECT_EQ(Get().flags.ToString(), "UF");

  MisbehavingServer after_hello([](Peer& peer, int) { peer.ReadSome(); });
  Start(after_hello.address(), Simple());
  ExpectRefused("TLS: the peer closed the connection");

  MisbehavingServer with_reset([](Peer& peer, int) {
    peer.ReadSome();
    peer.Reset();
  });
  Start(with_reset.address(), Simple());
  ExpectRefused("TLS: the connection broke");
}

TEST_F(TlsHandshakeTest, AServerThatAnswersInPlainTextGetsNoRequest) {
  std::atomic<bool> saw_request{false};
  MisbehavingServer server([&](Peer& peer, int) {
    const std::string bytes = peer.ReadSome();
    saw_request = bytes.find("GET /") != std::string::npos;
    peer.Send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    peer.WaitForClose();
  });
  Start(server.address(), Simple());
  ExpectRefused("TLS: wrong version number: the peer does not speak TLS");
  EXPECT_FALSE(saw_request);
}

TEST_F(TlsHandshakeTest, GarbageEndsTheHandshake) {
  MisbehavingServer server([](Peer& peer, int) {
    peer.ReadSome();
    peer.Send(std::string("\x16\x03\x03\xff\xff") + std::string(70'000, '\xee'));
    peer.WaitForClose();
  });
  Start(server.address(), Simple());
  ExpectRefused("TLS: ");
}

TEST_F(TlsHandshakeTest, ATlsClientNeverRaisesSigpipe) {
  // The default action would end this process.
  ASSERT_EQ(signal(SIGPIPE, SIG_DFL), SIG_DFL);
  MisbehavingServer server([&](Peer& peer, int number) {
    TlsPeer tls(peer, certificate_, {});
    if (number % 2 == 0 && !tls.Accept()) return;
    peer.Reset();
  });
  Start(server.address(), Simple());
  for (int i = 0; i < 20; ++i) {
    const Response response = client_->Post(kUrl, std::string(1'000'000, 'x'), "text/plain");
    EXPECT_THAT(response.flags.ToString(), AnyOf("UF", "UC"));
  }
}

TEST_F(TlsHandshakeTest, ABodyThatEndsByClosingMustEndByCloseNotify) {
  std::atomic<bool> says_goodbye{true};
  MisbehavingServer server([&](Peer& peer, int) {
    TlsPeer tls(peer, certificate_, {});
    if (!tls.Accept() || tls.ReadRequest().empty()) return;
    tls.Send("HTTP/1.1 200 OK\r\n\r\nwhole or not");
    if (says_goodbye) tls.Close();
  });
  Start(server.address(), Simple());
  EXPECT_EQ(Get().body, "whole or not");
  says_goodbye = false;
  const Response cut = Get();
  EXPECT_EQ(cut.status, 503);
  EXPECT_EQ(cut.flags.ToString(), "UC");
}

TEST_F(TlsHandshakeTest, AConnectionThatTheServerClosedWhileIdleIsNotUsedAgain) {
  std::atomic<int> closed{0};
  MisbehavingServer server([&](Peer& peer, int) {
    TlsPeer tls(peer, certificate_, {});
    if (!tls.Accept() || tls.ReadRequest().empty()) return;
    tls.Send(OkResponse("once"));
    tls.Close();
    ++closed;
  });
  Start(server.address(), Simple());
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(Get().body, "once");
    const TimePoint end = SteadyClock().Now() + seconds(20);
    while (closed < i && SteadyClock().Now() < end) std::this_thread::yield();
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(TlsHandshakeTest, AnAnswerThatNobodyAskedForClosesAnIdleConnection) {
  MisbehavingServer server([&](Peer& peer, int) {
    TlsPeer tls(peer, certificate_, {});
    if (!tls.Accept() || tls.ReadRequest().empty()) return;
    tls.Send(OkResponse("asked") + OkResponse("unasked"));
    peer.WaitForClose();
  });
  Start(server.address(), Simple());
  EXPECT_EQ(Get().body, "asked");
  EXPECT_EQ(Get().body, "asked");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(TlsHandshakeTest, ATrickledAnswerEndsAtTheDeadline) {
  MisbehavingServer server([&](Peer& peer, int) {
    TlsPeer tls(peer, certificate_, {});
    if (!tls.Accept() || tls.ReadRequest().empty()) return;
    for (const char c : OkResponse(std::string(1000, 'x'))) {
      if (!tls.Send({&c, 1}) || !peer.Pause(milliseconds(20))) return;
    }
  });
  Start(server.address(), Simple());
  CallOptions call;
  const TimePoint before = SteadyClock().Now();
  call.deadline = before + milliseconds(300);
  EXPECT_EQ(client_->Get(kUrl, call).flags.ToString(), "UT");
  EXPECT_LT(SteadyClock().Now() - before, seconds(5));
}

// Two authorities, two checks: one's connection is not for the other.
TEST_F(TlsHandshakeTest, ConnectionsAreNotSharedWhereOthersNamesAreChecked) {
  TlsServer server(authority_.Issue({.names = "DNS:reviews.example"}));
  client_options_.https.ca_certificates = ca_;
  Start(server.address(), "tls: {mode: DISABLE}");
  EXPECT_EQ(Get("https://reviews.example:9080/").body, "hello");
  EXPECT_THAT(Get("http://reviews.example:9080/").flags.ToString(), AnyOf("UC", "UPE"))
      << "plain text to a TLS port is not sent on a TLS connection";
  EXPECT_EQ(Get("https://reviews.example:9080/").body, "hello");
  EXPECT_THAT(server.requests(), SizeIs(2));
}

}  // namespace
}  // namespace meshroute
