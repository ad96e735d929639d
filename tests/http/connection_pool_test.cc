// SPDX-License-Identifier: Apache-2.0
// How connections are kept, limited and waited for.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "meshroute/upstream/subset_pool.h"
#include "tests/http/misbehaving_server.h"
#include "tests/http/real_transport.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Outcome::Kind;
using Replay = PooledTransport::Replay;
using Resource = CircuitBreaker::Resource;

class ConnectionPoolTest : public testing::Test {
 protected:
  // A destination with an endpoint per address.
  SubsetPool& Destination(const ConnectionPoolSettings& settings,
                          const std::vector<std::string>& addresses) {
    EffectivePolicy policy;
    policy.connection_pool = settings;
    std::vector<EndpointSpec> endpoints;
    for (const std::string& address : addresses) {
      endpoints.emplace_back();
      endpoints.back().address = address;
    }
    pool_ = std::make_unique<SubsetPool>(DestinationKey{"reviews", 9080}, policy, endpoints);
    return *pool_;
  }

  ExchangeResult Send(size_t endpoint = 0, Duration deadline = seconds(20),
                      Replay replay = Replay::kOnlyUnsent) {
    RequestHead head;
    head.method = "GET";
    head.scheme = "http";
    head.authority = "reviews:9080";
    head.path = "/";
    return (*transport_)
        ->Send({.head = &head,
                .body = {},
                .endpoint = &pool_->endpoints().at(endpoint),
                .pool = pool_.get(),
                .deadline = SteadyClock().Now() + deadline},
               {.replay = replay});
  }

  void WaitFor(const std::function<bool()>& condition) {
    const TimePoint end = SteadyClock().Now() + seconds(20);
    while (!condition() && SteadyClock().Now() < end) std::this_thread::yield();
    ASSERT_TRUE(condition());
  }

  uint64_t Active(Resource resource) { return pool_->breaker().active(resource); }

  std::unique_ptr<SubsetPool> pool_;
  std::unique_ptr<RealTransport> transport_ = std::make_unique<RealTransport>(size_t{1} << 20);
};

TcpSettings MostConnections(int32_t count) {
  TcpSettings tcp;
  tcp.max_connections = count;
  return tcp;
}

// Answers each request when it is told to.
class PatientServer {
 public:
  MisbehavingServer server{[this](Peer& peer, int) {
    while (!peer.ReadRequest().empty()) {
      ++asked;
      while (answers.load() == 0) {
        if (!peer.Pause(milliseconds(1))) return;
      }
      --answers;
      peer.Send(OkResponse("ok"));
    }
  }};
  std::atomic<int> asked{0};
  std::atomic<int> answers{0};

  ~PatientServer() { answers = 1000; }
};

TEST_F(ConnectionPoolTest, AKeptConnectionIsUsedAgain) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  Destination({}, {server.address()});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Send().outcome.kind, Kind::kResponse);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ((*transport_)->pool().size(), 1u);
  EXPECT_EQ(Active(Resource::kConnections), 1u);
  EXPECT_EQ(Active(Resource::kPending), 0u);
  transport_.reset();
  EXPECT_EQ(Active(Resource::kConnections), 0u);
}

TEST_F(ConnectionPoolTest, AConnectionCarriesNoMoreRequestsThanAllowed) {
  std::atomic<int> closes{0};
  MisbehavingServer server([&](Peer& peer, int) {
    for (std::string request = peer.ReadRequest(); !request.empty(); request = peer.ReadRequest()) {
      if (request.find("Connection: close\r\n") != std::string::npos) ++closes;
      peer.Send(OkResponse("ok"));
    }
  });
  HttpSettings http;
  http.max_requests_per_connection = 2;
  Destination({.tcp = {}, .http = http}, {server.address()});
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Send().outcome.kind, Kind::kResponse);
  EXPECT_EQ(server.connections(), 3);
  EXPECT_EQ(closes.load(), 3);
  EXPECT_EQ((*transport_)->pool().size(), 0u);
}

TEST_F(ConnectionPoolTest, OneRequestPerConnectionTurnsKeepAliveOff) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  HttpSettings http;
  http.max_requests_per_connection = 1;
  Destination({.tcp = {}, .http = http}, {server.address()});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Send().outcome.kind, Kind::kResponse);
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(ConnectionPoolTest, IdleConnectionsAreClosedInTime) {
  struct Case {
    std::optional<Duration> tcp, http;
    Duration kept;  // Still there a moment before, gone then.
  };
  const Case table[] = {{{}, {}, std::chrono::hours(1)},
                        {seconds(10), {}, seconds(10)},
                        {seconds(10), seconds(5), seconds(5)},
                        {{}, seconds(5), seconds(5)}};
  for (const Case& test : table) {
    MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
    ConnectionPoolSettings settings;
    settings.tcp.emplace().idle_timeout = test.tcp;
    settings.http.emplace().idle_timeout = test.http;
    Destination(settings, {server.address()});
    const TimePoint before = SteadyClock().Now();
    Send();
    const TimePoint after = SteadyClock().Now();
    const TimePoint next = (*transport_)->pool().CloseIdle(before + test.kept);
    EXPECT_EQ((*transport_)->pool().size(), 1u);
    EXPECT_GE(next, before + test.kept);
    EXPECT_LE(next, after + test.kept);
    EXPECT_EQ((*transport_)->pool().CloseIdle(next), kNever);
    EXPECT_EQ((*transport_)->pool().size(), 0u);
  }
}

TEST_F(ConnectionPoolTest, AnIdleTimeoutOfZeroIsNone) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  ConnectionPoolSettings settings;
  settings.tcp.emplace().idle_timeout = Duration(0);
  Destination(settings, {server.address()});
  Send();
  EXPECT_EQ((*transport_)->pool().CloseIdle(SteadyClock().Now() + std::chrono::hours(1000)),
            kNever);
  EXPECT_EQ((*transport_)->pool().size(), 1u);
}

TEST_F(ConnectionPoolTest, AConnectionGrowsNoOlderThanAllowed) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  ConnectionPoolSettings settings;
  settings.tcp.emplace().max_connection_duration = seconds(30);
  Destination(settings, {server.address()});
  Send();
  (*transport_)->pool().CloseIdle(SteadyClock().Now() + seconds(29));
  EXPECT_EQ((*transport_)->pool().size(), 1u);
  (*transport_)->pool().CloseIdle(SteadyClock().Now() + seconds(30));
  EXPECT_EQ((*transport_)->pool().size(), 0u);
}

TEST_F(ConnectionPoolTest, ConnectionsToAnEjectedEndpointAreClosed) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  SubsetPool& pool = Destination({}, {server.address()});
  Send();
  pool.endpoints().at(0).state().ejected = true;
  (*transport_)->pool().CloseIdle(SteadyClock().Now());
  EXPECT_EQ((*transport_)->pool().size(), 0u);
  Send();  // In a panic it may be asked all the same.
  EXPECT_EQ((*transport_)->pool().size(), 0u);
}

TEST_F(ConnectionPoolTest, TrialsOfAnEndpointShareAConnection) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  SubsetPool& pool = Destination({}, {server.address()});
  pool.endpoints().at(0).state().ejected = true;
  pool.endpoints().at(0).state().on_trial = true;
  Send();
  Send();
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ((*transport_)->pool().size(), 1u);
}

TEST_F(ConnectionPoolTest, ConnectionsToARemovedEndpointAreClosed) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  MisbehavingServer other(MisbehavingServer::Answer(OkResponse("ok")));
  Destination({}, {server.address(), other.address()});
  Send(0);
  Send(1);
  EndpointSpec left;
  left.address = other.address();
  TrafficTables tables;
  tables.pools = {nullptr,
                  std::make_shared<SubsetPool>(DestinationKey{"reviews", 9080}, EffectivePolicy(),
                                               std::vector<EndpointSpec>{left})};
  (*transport_)->pool().RetainOnly(tables);
  (*transport_)->pool().CloseIdle(SteadyClock().Now());
  EXPECT_EQ((*transport_)->pool().size(), 1u);
  Send(1);
  EXPECT_EQ(server.connections() + other.connections(), 2);
}

TEST_F(ConnectionPoolTest, AConnectionClosedWhileIdleIsNotUsedAgain) {
  MisbehavingServer server(MisbehavingServer::AnswerOnce(OkResponse("ok")));
  {
    MisbehavingServer closes([](Peer& peer, int) {
      if (!peer.ReadRequest().empty()) peer.Send(OkResponse("ok"));
    });
    Destination({}, {closes.address()});
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(Send(0, seconds(20), Replay::kOnStaleConnection).outcome.kind, Kind::kResponse);
    }
    EXPECT_EQ(closes.connections(), 20);
  }
  (*transport_)->pool().CloseIdle(SteadyClock().Now());
  EXPECT_EQ((*transport_)->pool().size(), 0u);
}

// A server that closes its first connection in the face of the second request.
MisbehavingServer::Script CloseOnReuse() {
  return [](Peer& peer, int connection) {
    for (int i = 0; !peer.ReadRequest().empty(); ++i) {
      if (connection == 0 && i == 1) return;
      peer.Send(OkResponse("ok"));
    }
  };
}

TEST_F(ConnectionPoolTest, AStaleConnectionIsReplacedWhereTheRequestMayBeSentAgain) {
  MisbehavingServer server(CloseOnReuse());
  Destination({}, {server.address()});
  Send();
  const ExchangeResult result = Send(0, seconds(20), Replay::kOnStaleConnection);
  EXPECT_EQ(OutcomeName(result.outcome.kind), OutcomeName(Kind::kResponse));
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ((*transport_)->pool().size(), 1u);
}

TEST_F(ConnectionPoolTest, AStaleConnectionIsAResetWhereTheRequestMayNotBeSentAgain) {
  MisbehavingServer server(CloseOnReuse());
  Destination({}, {server.address()});
  Send();
  const ExchangeResult result = Send();
  EXPECT_EQ(OutcomeName(result.outcome.kind), OutcomeName(Kind::kResetBeforeHeaders));
  EXPECT_TRUE(result.outcome.request_sent);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ((*transport_)->pool().size(), 0u);
}

TEST_F(ConnectionPoolTest, AnEndpointMayBeAUnixSocket) {
  std::string folder = testing::TempDir() + "meshroute-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/socket";
  {
    MisbehavingServer server(MisbehavingServer::Answer(OkResponse("unix")), path);
    Destination({}, {server.address()});
    EXPECT_EQ(Send().body, "unix");
    EXPECT_EQ(Send().body, "unix");
    EXPECT_EQ(server.connections(), 1);
  }
  unlink(path.c_str());
  rmdir(folder.c_str());
}

TEST_F(ConnectionPoolTest, ARefusedConnectionIsConnectFailed) {
  Destination({}, {ClosedAddress()});
  const ExchangeResult result = Send();
  EXPECT_EQ(OutcomeName(result.outcome.kind), OutcomeName(Kind::kConnectFailed));
  EXPECT_FALSE(result.outcome.request_sent);
  EXPECT_EQ((*transport_)->pool().size(), 0u);
  EXPECT_EQ(Active(Resource::kPending), 0u);
}

TEST_F(ConnectionPoolTest, WhatTlsLacksIsNoEndpointsFaultAndNothingIsSent) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  EffectivePolicy policy;
  policy.tls.emplace().mode = ClientTlsSettings::Mode::kSimple;
  policy.tls->credential_name = "edge";
  EndpointSpec endpoint;
  endpoint.address = server.address();
  pool_ = std::make_unique<SubsetPool>(DestinationKey{"reviews", 9080}, policy,
                                       std::vector<EndpointSpec>{endpoint});
  const ExchangeResult result = Send();
  EXPECT_EQ(OutcomeName(result.outcome.kind), OutcomeName(Kind::kNotReady));
  EXPECT_EQ(result.failure, "TLS: credential edge is missing: there is no CredentialProvider");
  EXPECT_FALSE(result.outcome.request_sent);
  EXPECT_EQ(server.connections(), 0);
}

// Several callers at once.
class ConnectionPoolThreadsTest : public ConnectionPoolTest {
 protected:
  // Sends on a thread of its own; Join gives the outcomes in order.
  void Start(size_t endpoint = 0, Duration deadline = seconds(20)) {
    const size_t index = kinds_.size();
    kinds_.emplace_back(std::make_unique<std::atomic<Kind>>(Kind::kCancelled));
    std::atomic<Kind>* const kind = kinds_[index].get();
    threads_.emplace_back(
        [this, endpoint, deadline, kind] { *kind = Send(endpoint, deadline).outcome.kind; });
  }

  std::vector<Kind> Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    std::vector<Kind> kinds;
    for (const auto& kind : kinds_) kinds.push_back(*kind);
    return kinds;
  }

 private:
  std::vector<std::unique_ptr<std::atomic<Kind>>> kinds_;
  std::vector<std::thread> threads_;
};

TEST_F(ConnectionPoolThreadsTest, WhoFindsNoConnectionWaitsInLine) {
  PatientServer patient;
  Destination({.tcp = MostConnections(1), .http = {}}, {patient.server.address()});
  Start();
  WaitFor([&] { return patient.asked == 1; });
  Start();
  Start();
  WaitFor([&] { return Active(Resource::kPending) == 2; });
  patient.answers = 3;
  for (const Kind kind : Join()) EXPECT_EQ(kind, Kind::kResponse);
  EXPECT_EQ(patient.server.connections(), 1);
  EXPECT_EQ(Active(Resource::kPending), 0u);
  EXPECT_EQ(Active(Resource::kConnections), 1u);
}

TEST_F(ConnectionPoolThreadsTest, ALineThatIsFullIsAnOverflow) {
  PatientServer patient;
  HttpSettings http;
  http.http1_max_pending_requests = 1;
  Destination({.tcp = MostConnections(1), .http = http}, {patient.server.address()});
  Start();
  WaitFor([&] { return patient.asked == 1; });
  Start();
  WaitFor([&] { return Active(Resource::kPending) == 1; });
  const ExchangeResult third = Send();
  EXPECT_EQ(OutcomeName(third.outcome.kind), OutcomeName(Kind::kOverflow));
  EXPECT_FALSE(third.outcome.request_sent);
  patient.answers = 2;
  for (const Kind kind : Join()) EXPECT_EQ(kind, Kind::kResponse);
}

TEST_F(ConnectionPoolThreadsTest, WhoWaitsDoesSoUntilTheDeadline) {
  PatientServer patient;
  Destination({.tcp = MostConnections(1), .http = {}}, {patient.server.address()});
  Start();
  WaitFor([&] { return patient.asked == 1; });
  const ExchangeResult second = Send(0, milliseconds(100));
  EXPECT_EQ(OutcomeName(second.outcome.kind), OutcomeName(Kind::kTimeout));
  EXPECT_FALSE(second.outcome.request_sent);
  EXPECT_GE(second.outcome.elapsed, milliseconds(100));
  EXPECT_EQ(Active(Resource::kPending), 0u);
  patient.answers = 1;
  EXPECT_EQ(Join(), (std::vector<Kind>{Kind::kResponse}));
}

TEST_F(ConnectionPoolThreadsTest, AnEndpointWithoutAConnectionMayAlwaysHaveOne) {
  PatientServer first;
  PatientServer second;
  Destination({.tcp = MostConnections(1), .http = {}},
              {first.server.address(), second.server.address()});
  Start(0);
  WaitFor([&] { return first.asked == 1; });
  Start(1);
  WaitFor([&] { return second.asked == 1; });
  EXPECT_EQ(Active(Resource::kConnections), 2u);
  first.answers = 1;
  second.answers = 1;
  for (const Kind kind : Join()) EXPECT_EQ(kind, Kind::kResponse);
}

TEST_F(ConnectionPoolThreadsTest, WhoWaitsGetsTheRoomThatAClosedConnectionLeaves) {
  std::atomic<bool> close{false};
  std::atomic<int> asked{0};
  MisbehavingServer server([&](Peer& peer, int connection) {
    while (!peer.ReadRequest().empty()) {
      ++asked;
      while (connection == 0 && !close) {
        if (!peer.Pause(milliseconds(1))) return;
      }
      if (connection == 0) return;
      peer.Send(OkResponse("ok"));
    }
  });
  Destination({.tcp = MostConnections(1), .http = {}}, {server.address()});
  Start();
  WaitFor([&] { return asked == 1; });
  Start();
  WaitFor([&] { return Active(Resource::kPending) == 1; });
  close = true;
  EXPECT_EQ(Join(), (std::vector<Kind>{Kind::kResetBeforeHeaders, Kind::kResponse}));
}

TEST_F(ConnectionPoolThreadsTest, ALookLeavesIdleConnectionsInTheirOrder) {
  std::atomic<int> asked{0};
  MisbehavingServer server([&](Peer& peer, int connection) {
    while (!peer.ReadRequest().empty()) {
      ++asked;
      while (asked < 3 && peer.Pause(milliseconds(1))) {
      }
      peer.Send(OkResponse(std::to_string(connection)));
    }
  });
  Destination({}, {server.address()});
  for (int i = 0; i < 3; ++i) Start();
  Join();
  ASSERT_EQ(server.connections(), 3);
  const std::string last = Send().body;
  for (int i = 0; i < 3; ++i) {
    (*transport_)->pool().CloseIdle(SteadyClock().Now());
    EXPECT_EQ(Send().body, last);
  }
  EXPECT_EQ((*transport_)->pool().size(), 3u);
}

TEST_F(ConnectionPoolThreadsTest, LooksTakeNothingFromThoseWhoSend) {
  MisbehavingServer server([](Peer& peer, int) {
    for (int i = 0; i < 7 && !peer.ReadRequest().empty(); ++i) peer.Send(OkResponse("ok"));
  });
  Destination({.tcp = MostConnections(2), .http = {}}, {server.address()});
  std::atomic<int> answered{0};
  std::atomic<int> over{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 100; ++call) {
        const ExchangeResult result = Send(0, seconds(20), Replay::kOnStaleConnection);
        if (result.outcome.kind == Kind::kResponse) ++answered;
      }
      ++over;
    });
  }
  while (over < 4) (*transport_)->pool().CloseIdle(SteadyClock().Now());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered.load(), 400);
  EXPECT_EQ(Active(Resource::kPending), 0u);
  EXPECT_EQ(Active(Resource::kConnections), (*transport_)->pool().size());
  (*transport_)->pool().CloseIdle(kNever);
  EXPECT_EQ((*transport_)->pool().size(), 0u);
  EXPECT_EQ(Active(Resource::kConnections), 0u);
}

TEST_F(ConnectionPoolThreadsTest, TheLimitHoldsUnderLoad) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  MisbehavingServer server([&](Peer& peer, int) {
    const int count = ++now;
    for (int seen = most; count > seen && !most.compare_exchange_weak(seen, count);) {
    }
    while (!peer.ReadRequest().empty() && peer.Send(OkResponse("ok"))) {
    }
    --now;
  });
  Destination({.tcp = MostConnections(3), .http = {}}, {server.address()});
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 100; ++call) {
        if (Send().outcome.kind == Kind::kResponse) ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered.load(), 800);
  EXPECT_LE(most.load(), 3);
  EXPECT_EQ(Active(Resource::kPending), 0u);
}

}  // namespace
}  // namespace meshroute
