// SPDX-License-Identifier: Apache-2.0
// What each field of connectionPool, retryBudget and proxyProtocol does to real connections. A
// row's name is the path of its field.
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <cctype>
#include <chrono>
#include <functional>
#include <optional>
#include <ostream>
#include <thread>

#include "tests/http/tls_fixture.h"

namespace meshroute {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

// This process's connected socket whose peer is `port`, or -1.
int SocketTo(uint16_t port) {
  int found = -1;
  DIR* const folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) {
    const int descriptor = std::atoi(entry->d_name);
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) found = descriptor;
  }
  closedir(folder);
  return found;
}

// What the system has of keepalive on the client's connection.
struct Keepalive {
  int on = 0;
  int probes = 0;
  int idle = 0;
  int interval = 0;

  bool operator==(const Keepalive&) const = default;
};

void PrintTo(const Keepalive& it, std::ostream* out) {
  *out << "on " << it.on << ", probes " << it.probes << ", idle " << it.idle << ", interval "
       << it.interval;
}

int Option(int socket, int level, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  getsockopt(socket, level, option, &value, &size);
  return value;
}

class ConnectionSettingsTest : public TlsTest {
 protected:
  Keepalive KeepaliveOf(const std::string& tcp, const std::string& url = kUrl) {
    Start(server_.address(), "connectionPool: {tcp: {" + tcp + "}}");
    EXPECT_EQ(Get(url).body, "ok");
    const std::string& address = server_.address();
    const int socket =
        SocketTo(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    return {Option(socket, SOL_SOCKET, SO_KEEPALIVE), Option(socket, IPPROTO_TCP, TCP_KEEPCNT),
            Option(socket, IPPROTO_TCP, TCP_KEEPIDLE), Option(socket, IPPROTO_TCP, TCP_KEEPINTVL)};
  }

  void StartIdle(const std::string& pool) {
    client_options_.maintenance = HttpClientOptions::Maintenance::kEmbedder;
    Start(server_.address(), pool.empty() ? "loadBalancer: {}" : "connectionPool: {" + pool + "}");
    EXPECT_EQ(Get().body, "ok");
  }

  // How many connections are left `later` after the last call.
  size_t LeftAfter(Duration later) {
    client_->RunDue(SteadyClock().Now() + later);
    return client_->connection_count();
  }

  MisbehavingServer server_{MisbehavingServer::Answer(OkResponse("ok"))};
};

TEST_F(ConnectionSettingsTest, TcpTcpKeepalive) {
  const Keepalive none = KeepaliveOf("maxConnections: 1");
  EXPECT_EQ(none.on, 0);
  EXPECT_EQ(KeepaliveOf("tcpKeepalive: {}"), (Keepalive{1, none.probes, none.idle, none.interval}));
  EXPECT_EQ(KeepaliveOf("tcpKeepalive: {probes: 3, time: 7s, interval: 5s}"),
            (Keepalive{1, 3, 7, 5}));
}

TEST_F(ConnectionSettingsTest, TcpTcpKeepaliveTimesAreWholeSeconds) {
  const Keepalive none = KeepaliveOf("tcpKeepalive: {}");
  EXPECT_EQ(KeepaliveOf("tcpKeepalive: {time: 2900ms, interval: 500ms}"),
            (Keepalive{1, none.probes, 2, none.interval}))
      << "0 is the system's";
  EXPECT_EQ(KeepaliveOf("tcpKeepalive: {probes: 4000000000}").probes, 127) << "the system's most";
}

TEST_F(ConnectionSettingsTest, TcpTcpKeepaliveStandsOverTheMeshs) {
  options_.mesh.tcp_keepalive = TcpKeepalive{4, seconds(20), std::nullopt};
  const Keepalive mesh = KeepaliveOf("maxConnections: 1");
  EXPECT_EQ(mesh.on, 1);
  EXPECT_EQ(mesh.probes, 4);
  EXPECT_EQ(mesh.idle, 20);
  EXPECT_EQ(KeepaliveOf("tcpKeepalive: {time: 9s, interval: 8s}"), (Keepalive{1, 4, 9, 8}));
}

TEST_F(ConnectionSettingsTest, TheMeshsSettingsReachHostsThatNoConfigurationKnows) {
  const std::string unknown = "http://" + server_.address() + "/";
  EXPECT_EQ(KeepaliveOf("tcpKeepalive: {}", unknown).on, 0);
  options_.mesh.tcp_keepalive = TcpKeepalive{4, seconds(20), seconds(6)};
  EXPECT_EQ(KeepaliveOf("tcpKeepalive: {probes: 3}", unknown), (Keepalive{1, 4, 20, 6}));

  MisbehavingServer silent([](Peer& peer, int) { peer.WaitForClose(); });
  options_.mesh.connect_timeout = milliseconds(150);
  Start(silent.address(), "loadBalancer: {}");
  const TimePoint before = SteadyClock().Now();
  const Response response = Get("https://" + silent.address() + "/");
  EXPECT_THAT(response.details, HasSubstr("connection timeout"));
  EXPECT_LT(SteadyClock().Now() - before, seconds(5));
}

TEST_F(ConnectionSettingsTest, TcpConnectTimeoutDefaultsToTheMeshs) {
  MisbehavingServer silent([](Peer& peer, int) { peer.WaitForClose(); });
  options_.mesh.connect_timeout = milliseconds(150);
  const std::string tls = "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}";
  Start(silent.address(), tls);
  TimePoint before = SteadyClock().Now();
  ExpectRefused("connection timeout");
  EXPECT_LT(SteadyClock().Now() - before, seconds(5));

  Start(silent.address(), "connectionPool: {tcp: {connectTimeout: 400ms}}, " + tls);
  before = SteadyClock().Now();
  ExpectRefused("connection timeout");
  EXPECT_GE(SteadyClock().Now() - before, milliseconds(400)) << "the rule's own";
}

TEST_F(ConnectionSettingsTest, IdleTimeoutsOfHttpAndTcp) {
  const struct {
    std::string pool;
    Duration kept;  // kNever's distance: for good.
  } rows[] = {
      {"", hours(1)},
      {"tcp: {idleTimeout: 30s}", seconds(30)},
      {"tcp: {idleTimeout: 30s}, http: {}", seconds(30)},
      {"http: {idleTimeout: 20s}", seconds(20)},
      {"tcp: {idleTimeout: 30s}, http: {idleTimeout: 20s}", seconds(20)},
      {"tcp: {idleTimeout: 0s}, http: {idleTimeout: 20s}", seconds(20)},
  };
  for (const auto& row : rows) {
    StartIdle(row.pool);
    EXPECT_EQ(LeftAfter(row.kept - seconds(5)), 1u) << row.pool;
    EXPECT_EQ(LeftAfter(row.kept + seconds(5)), 0u) << row.pool;
  }
  StartIdle("tcp: {idleTimeout: 0s}");
  EXPECT_EQ(LeftAfter(hours(10'000)), 1u) << "0 turns it off";
}

TEST_F(ConnectionSettingsTest, TcpMaxConnectionDuration) {
  StartIdle("tcp: {maxConnectionDuration: 60s}");
  EXPECT_EQ(LeftAfter(seconds(50)), 1u);
  EXPECT_EQ(LeftAfter(seconds(61)), 0u);
}

TEST_F(ConnectionSettingsTest, HttpMaxRequestsPerConnection) {
  Start(server_.address(), "connectionPool: {http: {maxRequestsPerConnection: 2}}");
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Get().body, "ok");
  EXPECT_EQ(server_.connections(), 3);
}

TEST_F(ConnectionSettingsTest, HttpMaxRequestsPerConnectionOfOneEndsKeepAlive) {
  std::atomic<int> closing{0};
  MisbehavingServer server([&](Peer& peer, int) {
    const std::string request = peer.ReadRequest();
    if (request.find("Connection: close\r\n") != std::string::npos) ++closing;
    peer.Send(OkResponse("ok"));
    peer.WaitForClose();
  });
  Start(server.address(), "connectionPool: {http: {maxRequestsPerConnection: 1}}");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get().body, "ok");
  EXPECT_EQ(server.connections(), 3);
  EXPECT_EQ(closing, 3);
  EXPECT_EQ(client_->connection_count(), 0u);
}

// A server that answers when it is told to.
class HoldingServer {
 public:
  HoldingServer()
      : server_([this](Peer& peer, int) {
          while (!peer.ReadRequest().empty()) {
            ++waiting_;
            while (!answers_ && peer.Pause(milliseconds(1))) {
            }
            --waiting_;
            if (!peer.Send(OkResponse("ok"))) return;
          }
        }) {}

  const std::string& address() const { return server_.address(); }
  int connections() const { return server_.connections(); }
  int waiting() const { return waiting_; }
  void Answer() { answers_ = true; }

 private:
  std::atomic<int> waiting_{0};
  std::atomic<bool> answers_{false};
  MisbehavingServer server_;
};

class LimitsTest : public TlsTest {
 protected:
  ~LimitsTest() override { Finish(); }

  void Await(const std::function<bool()>& condition) {
    const TimePoint end = SteadyClock().Now() + seconds(20);
    while (!condition() && SteadyClock().Now() < end) std::this_thread::yield();
    ASSERT_TRUE(condition());
  }

  CircuitBreaker& breaker() {
    for (const auto& pool : router_->tables()->pools) {
      if (pool != nullptr) return pool->breaker();
    }
    std::abort();
  }

  // Calls in a thread of their own; Finish waits for them.
  void CallInBackground() {
    threads_.emplace_back([this] {
      if (Get().body == "ok") ++answered_;
    });
  }
  int Finish() {
    server_.Answer();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return answered_;
  }

  HoldingServer server_;
  std::atomic<int> answered_{0};
  std::vector<std::thread> threads_;
};

using Resource = CircuitBreaker::Resource;

TEST_F(LimitsTest, TcpMaxConnectionsQueuesWhatItDoesNotConnect) {
  Start(server_.address(), "connectionPool: {tcp: {maxConnections: 2}}");
  for (int i = 0; i < 4; ++i) CallInBackground();
  Await([&] { return server_.waiting() == 2 && breaker().active(Resource::kPending) == 2; });
  EXPECT_EQ(server_.connections(), 2);
  EXPECT_TRUE(breaker().open(Resource::kConnections));
  EXPECT_GE(breaker().overflows(Resource::kConnections), 2u);
  EXPECT_EQ(Finish(), 4);
  EXPECT_EQ(server_.connections(), 2);
}

TEST_F(LimitsTest, HttpHttp1MaxPendingRequestsBoundsTheQueue) {
  Start(server_.address(),
        "connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}}");
  CallInBackground();
  Await([&] { return server_.waiting() == 1; });
  CallInBackground();
  Await([&] { return breaker().active(Resource::kPending) == 1; });
  const Response response = Get();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.flags.ToString(), "UO");
  EXPECT_EQ(response.details, "upstream_reset_before_response_started{overflow}");
  EXPECT_EQ(breaker().overflows(Resource::kPending), 1u);
  EXPECT_EQ(breaker().overflows(Resource::kRequests), 0u) << "counted apart";
  EXPECT_EQ(Finish(), 2);
}

TEST_F(LimitsTest, HttpHttp2MaxRequestsBoundsWhatIsActive) {
  Start(server_.address(), "connectionPool: {http: {http2MaxRequests: 2}}");
  CallInBackground();
  CallInBackground();
  Await([&] { return server_.waiting() == 2; });
  const Response response = Get();
  EXPECT_EQ(response.flags.ToString(), "UO");
  EXPECT_EQ(breaker().overflows(Resource::kRequests), 1u);
  EXPECT_EQ(breaker().overflows(Resource::kPending), 0u) << "counted apart";
  EXPECT_EQ(Finish(), 2);
}

TEST_F(LimitsTest, HttpHttp2MaxRequestsLeavesAloneWhatWaitsForAConnection) {
  Start(server_.address(),
        "connectionPool: {tcp: {maxConnections: 1}, http: {http2MaxRequests: 1}}");
  CallInBackground();
  Await([&] { return server_.waiting() == 1; });
  CallInBackground();
  CallInBackground();
  Await([&] { return breaker().active(Resource::kPending) == 2; });
  EXPECT_EQ(breaker().active(Resource::kRequests), 1u);
  EXPECT_EQ(Finish(), 3) << "each is active when the one before is not any more";
  EXPECT_EQ(breaker().overflows(Resource::kRequests), 0u);
  EXPECT_EQ(breaker().active(Resource::kRequests), 0u);
  EXPECT_EQ(breaker().active(Resource::kPending), 0u);
}

TEST_F(LimitsTest, HttpHttp2MaxRequestsIsLookedAtOnceThereIsAConnection) {
  Start(server_.address(), "connectionPool: {http: {http2MaxRequests: 1}}");
  CallInBackground();
  Await([&] { return server_.waiting() == 1; });
  for (int i = 0; i < 3; ++i) {
    const Response response = Get();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.flags.ToString(), "UO");
    EXPECT_EQ(response.details, "upstream_reset_before_response_started{overflow}");
    EXPECT_EQ(FindHeader(response.headers, "x-envoy-overloaded"), "true");
    EXPECT_EQ(breaker().active(Resource::kPending), 0u);
    EXPECT_EQ(breaker().active(Resource::kRequests), 1u);
    Await([&] { return server_.connections() == 2; });
    EXPECT_EQ(client_->connection_count(), 2u) << "the new one stays, for the next";
  }
  EXPECT_EQ(breaker().overflows(Resource::kRequests), 3u);
  EXPECT_EQ(server_.waiting(), 1) << "nothing was sent";
  EXPECT_EQ(Finish(), 1);
  EXPECT_EQ(Get().body, "ok");
  EXPECT_EQ(server_.connections(), 2);
}

TEST_F(LimitsTest, HttpHttp2MaxRequestsHoldsUnderLoad) {
  server_.Answer();
  Start(server_.address(),
        "connectionPool: {tcp: {maxConnections: 3}, http: {http2MaxRequests: 2}}");
  std::atomic<int> overflows{0};
  for (int i = 0; i < 6; ++i) {
    threads_.emplace_back([&] {
      for (int call = 0; call < 50; ++call) {
        const Response response = Get();
        if (response.body == "ok") ++answered_;
        if (response.flags.ToString() == "UO") ++overflows;
        if (breaker().active(Resource::kRequests) > 2) std::abort();
      }
    });
  }
  EXPECT_EQ(Finish() + overflows, 300);
  EXPECT_EQ(breaker().overflows(Resource::kRequests), static_cast<uint64_t>(overflows.load()));
  EXPECT_EQ(breaker().active(Resource::kRequests), 0u);
  EXPECT_EQ(breaker().active(Resource::kPending), 0u);
}

}  // namespace
}  // namespace meshroute
