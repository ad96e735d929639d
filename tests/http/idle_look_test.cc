// SPDX-License-Identifier: Apache-2.0
// Requests that come while timed work looks at the connection that they want.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "meshroute/upstream/subset_pool.h"
#include "tests/http/misbehaving_server.h"
#include "tests/http/real_transport.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Outcome::Kind;
using Resource = CircuitBreaker::Resource;

EffectivePolicy OneConnectionAndOneThatWaits() {
  EffectivePolicy policy;
  ConnectionPoolSettings& settings = policy.connection_pool.emplace();
  settings.tcp.emplace().max_connections = 1;
  settings.http.emplace().http1_max_pending_requests = 1;
  return policy;
}

std::vector<EndpointSpec> EndpointsAt(const std::vector<std::string>& addresses) {
  std::vector<EndpointSpec> endpoints;
  for (const std::string& address : addresses) endpoints.emplace_back().address = address;
  return endpoints;
}

TEST(IdleLook, ARequestThatWouldBeRefusedWaitsForItsEndThreads) {
  std::atomic<bool> answers{false};
  MisbehavingServer slow([&](Peer& peer, int) {
    while (!peer.ReadRequest().empty()) {
      while (!answers) {
        if (!peer.Pause(milliseconds(1))) return;
      }
      peer.Send(OkResponse("ok"));
    }
  });
  MisbehavingServer quick(MisbehavingServer::Answer(OkResponse("ok")));
  SubsetPool pool({"reviews", 9080}, OneConnectionAndOneThatWaits(),
                  EndpointsAt({quick.address(), slow.address()}));
  RealTransport transport(size_t{1} << 20);
  RequestHead head;
  head.method = "GET";
  head.scheme = "http";
  head.authority = "reviews:9080";
  head.path = "/";
  const auto send = [&](size_t endpoint) {
    return transport
        ->Send({.head = &head,
                .body = {},
                .endpoint = &pool.endpoints().at(endpoint),
                .pool = &pool,
                .deadline = SteadyClock().Now() + seconds(20)},
               {})
        .outcome.kind;
  };
  ASSERT_EQ(send(0), Kind::kResponse);
  const auto await = [&](Resource resource, uint64_t count) {
    const TimePoint end = SteadyClock().Now() + seconds(20);
    while (pool.breaker().active(resource) != count && SteadyClock().Now() < end) {
      std::this_thread::yield();
    }
    EXPECT_EQ(pool.breaker().active(resource), count);
  };
  // One uses the connection to the other endpoint, one waits for it: nobody else may wait.
  std::vector<std::thread> threads;
  const auto start = [&] { threads.emplace_back([&] { EXPECT_EQ(send(1), Kind::kResponse); }); };
  start();
  await(Resource::kRequests, 1);
  await(Resource::kPending, 0);
  start();
  await(Resource::kPending, 1);
  std::atomic<bool> over{false};
  threads.emplace_back([&] {
    while (!over) {
      transport->pool().CloseIdle(SteadyClock().Now());
      std::this_thread::yield();
    }
  });
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    if (send(0) != Kind::kResponse) ++refused;
  }
  over = true;
  answers = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(quick.connections(), 1);
}

}  // namespace
}  // namespace meshroute
