// SPDX-License-Identifier: Apache-2.0
// Time limits against servers that take theirs. Real time, since real sockets:
// bounds are wide but where the width is the point.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "lib/http/connection.h"
#include "lib/http/file_descriptor.h"
#include "lib/http/stop_signal.h"
#include "tests/http/misbehaving_server.h"
#include "tests/http/real_transport.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using Kind = Outcome::Kind;

constexpr milliseconds kDeadline{400};
constexpr milliseconds kGap{100};

// How far beyond its deadline a call may be held.
constexpr milliseconds kAllowed{50};

RequestHead HeadFor(const std::string& address) {
  RequestHead head;
  head.method = "GET";
  head.scheme = "http";
  head.authority = address;
  head.path = "/";
  return head;
}

class DeadlineTest : public testing::Test {
 protected:
  ExchangeResult Send(const MisbehavingServer& server, Duration deadline,
                      Duration per_try_timeout = Duration(0), std::string_view body = {},
                      const StopSignal* stop = nullptr) {
    const RequestHead head = HeadFor(server.address());
    return transport_->Send({.head = &head,
                             .body = body,
                             .deadline = SteadyClock().Now() + deadline,
                             .per_try_timeout = per_try_timeout},
                            {.stop = stop});
  }

  // Sends with kDeadline and checks that the answer comes then. The best of three
  // counts: a busy machine may be late by itself.
  void ExpectHeldNoLonger(const MisbehavingServer& server, const char* what) {
    Duration best = Duration::max();
    for (int i = 0; i < 3 && best > kDeadline + kAllowed; ++i) {
      const TimePoint before = SteadyClock().Now();
      const ExchangeResult result = Send(server, kDeadline);
      const Duration held = SteadyClock().Now() - before;
      EXPECT_EQ(OutcomeName(result.outcome.kind), OutcomeName(Kind::kTimeout));
      EXPECT_GE(held, kDeadline);
      best = std::min(best, held);
    }
    const auto over = std::chrono::duration<double, std::milli>(best - kDeadline);
    std::printf("%s: held %.2f ms beyond the deadline\n", what, over.count());
    EXPECT_LE(best, kDeadline + kAllowed) << what;
  }

  RealTransport transport_{size_t{1} << 20};
};

// Sends `at_once`, then `slowly` byte by byte.
MisbehavingServer::Script TrickleAfter(std::string at_once, std::string slowly) {
  return [=](Peer& peer, int) {
    if (peer.ReadRequest().empty() || !peer.Send(at_once)) return;
    peer.Trickle(slowly, kGap);
  };
}

TEST_F(DeadlineTest, AServerThatNeverAnswersHoldsNoCall) {
  MisbehavingServer server([](Peer& peer, int) { peer.WaitForClose(); });
  ExpectHeldNoLonger(server, "silence");
}

TEST_F(DeadlineTest, AHeadByteByByteHoldsNoCall) {
  MisbehavingServer server(TrickleAfter("", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  ExpectHeldNoLonger(server, "trickled head");
}

TEST_F(DeadlineTest, ABodyByteByByteHoldsNoCall) {
  MisbehavingServer server(
      TrickleAfter("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", std::string(100, 'x')));
  ExpectHeldNoLonger(server, "trickled body");
}

TEST_F(DeadlineTest, ABodyWithoutLengthByteByByteHoldsNoCall) {
  MisbehavingServer server(TrickleAfter("HTTP/1.1 200 OK\r\n\r\n", std::string(100, 'x')));
  ExpectHeldNoLonger(server, "trickled body without length");
}

TEST_F(DeadlineTest, ChunksByteByByteHoldNoCall) {
  MisbehavingServer server(TrickleAfter("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                                        "1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n"));
  ExpectHeldNoLonger(server, "trickled chunks");
}

TEST_F(DeadlineTest, AServerThatDoesNotReadHoldsNoCall) {
  MisbehavingServer server([](Peer& peer, int) { peer.Pause(std::chrono::seconds(20)); });
  const TimePoint before = SteadyClock().Now();
  const ExchangeResult result = Send(server, kDeadline, Duration(0), std::string(32 << 20, 'x'));
  EXPECT_EQ(result.outcome.kind, Kind::kTimeout);
  EXPECT_TRUE(result.outcome.request_sent);
  EXPECT_LT(SteadyClock().Now() - before, kDeadline + std::chrono::seconds(2));
}

TEST_F(DeadlineTest, ADeadlineThatHasPassedSendsNothing) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  const ExchangeResult result = Send(server, milliseconds(-1));
  EXPECT_EQ(result.outcome.kind, Kind::kTimeout);
  EXPECT_FALSE(result.outcome.request_sent);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(DeadlineTest, ThePerTryTimeoutEndsATry) {
  MisbehavingServer server([](Peer& peer, int) { peer.WaitForClose(); });
  const ExchangeResult result = Send(server, std::chrono::seconds(20), milliseconds(100));
  EXPECT_EQ(result.outcome.kind, Kind::kTimeout);
  EXPECT_TRUE(result.outcome.request_sent);
  EXPECT_GE(result.outcome.elapsed, milliseconds(100));
  EXPECT_LT(result.outcome.elapsed, std::chrono::seconds(5));
}

TEST_F(DeadlineTest, ThePerTryTimeoutIsOverOnceTheHeadIsThere) {
  MisbehavingServer server([](Peer& peer, int) {
    if (peer.ReadRequest().empty()) return;
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    peer.Pause(milliseconds(600));
    peer.Send("ok");
    peer.WaitForClose();
  });
  const ExchangeResult result = Send(server, std::chrono::seconds(20), milliseconds(300));
  EXPECT_EQ(OutcomeName(result.outcome.kind), OutcomeName(Kind::kResponse));
  EXPECT_EQ(result.body, "ok");
}

TEST_F(DeadlineTest, AStopEndsAnExchangeAtOnce) {
  MisbehavingServer server([](Peer& peer, int) { peer.WaitForClose(); });
  StopSignal stop;
  std::thread stopper([&] {
    while (server.connections() == 0) std::this_thread::yield();
    stop.Stop();
  });
  const ExchangeResult result = Send(server, std::chrono::seconds(20), Duration(0), {}, &stop);
  stopper.join();
  EXPECT_EQ(result.outcome.kind, Kind::kCancelled);
  EXPECT_LT(result.outcome.elapsed, std::chrono::seconds(10));
}

TEST_F(DeadlineTest, AnAnswerInPiecesIsNotHeldUpByLateAcknowledgements) {
  MisbehavingServer server([](Peer& peer, int) {
    while (!peer.ReadRequest().empty()) {
      peer.Send("HTTP/1.1 200 OK\r\n");
      peer.Send("Content-Length: 4\r\n\r\n");
      peer.Send("a");
      peer.Send("bcd");
    }
  });
  // Each would take 40 ms if the system were left to itself. The best counts.
  Duration best = Duration::max();
  for (int i = 0; i < 30; ++i) {
    const ExchangeResult result = Send(server, std::chrono::seconds(20));
    EXPECT_EQ(result.body, "abcd");
    if (i >= 20) best = std::min(best, result.outcome.elapsed);
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_LT(best, milliseconds(30));
}

// A port whose queue of connections is full: further ones are left waiting.
class FullListener {
 public:
  FullListener() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(where);
    bind(listener_.get(), reinterpret_cast<sockaddr*>(&where), size);
    listen(listener_.get(), 0);
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&where), &size);
    port_ = ntohs(where.sin_port);
    for (FileDescriptor& waiting : waiting_) {
      waiting = FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      connect(waiting.get(), reinterpret_cast<sockaddr*>(&where), size);
    }
  }
  uint16_t port() const { return port_; }

 private:
  FileDescriptor listener_;
  std::array<FileDescriptor, 4> waiting_;
  uint16_t port_ = 0;
};

class ConnectTimeTest : public testing::Test {
 protected:
  Outcome Connect(Duration connect_timeout, Duration deadline, Duration per_try_timeout) {
    ConnectionSettings settings;
    settings.address = {SocketAddress::Family::kIpv4, "127.0.0.1", listener_.port()};
    Connection connection(settings);
    const RequestHead head = HeadFor("full:80");
    Connection::Limits limits;
    limits.io.deadline = SteadyClock().Now() + deadline;
    limits.connect_timeout = connect_timeout;
    limits.per_try_timeout = per_try_timeout;
    limits.maximum_response_bytes = 1000;
    return connection.Exchange(head, {}, limits).outcome;
  }

  FullListener listener_;
};

TEST_F(ConnectTimeTest, ConnectingEndsAtItsTimeout) {
  const TimePoint before = SteadyClock().Now();
  const Outcome outcome = Connect(milliseconds(200), std::chrono::seconds(20), Duration(0));
  EXPECT_EQ(OutcomeName(outcome.kind), OutcomeName(Kind::kConnectTimeout));
  EXPECT_FALSE(outcome.request_sent);
  EXPECT_GE(SteadyClock().Now() - before, milliseconds(200));
  EXPECT_LT(SteadyClock().Now() - before, std::chrono::seconds(5));
}

TEST_F(ConnectTimeTest, ConnectingEndsAtTheDeadline) {
  const Outcome outcome = Connect(std::chrono::seconds(20), milliseconds(200), Duration(0));
  EXPECT_EQ(OutcomeName(outcome.kind), OutcomeName(Kind::kTimeout));
  EXPECT_FALSE(outcome.request_sent);
}

TEST_F(ConnectTimeTest, ThePerTryTimeoutDoesNotCountConnecting) {
  const Outcome outcome = Connect(milliseconds(300), std::chrono::seconds(20), milliseconds(1));
  EXPECT_EQ(OutcomeName(outcome.kind), OutcomeName(Kind::kConnectTimeout));
}

}  // namespace
}  // namespace meshroute
