// SPDX-License-Identifier: Apache-2.0
// The copies that a TrafficSplit compares, and a rule's own mirrors, against real servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "meshroute/config/yaml.h"
#include "meshroute/http/http_client.h"
#include "tests/http/misbehaving_server.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How copies ended, by kind.
class CountedCopies final : public Observer {
 public:
  void OnMirrorEnd(const MirrorEvent& event) override {
    ++counts_[static_cast<size_t>(event.outcome.kind)];
  }
  int of(Outcome::Kind kind) const { return counts_[static_cast<size_t>(kind)]; }

 private:
  std::array<std::atomic<int>, 16> counts_{};
};

// A service with an endpoint of v1, the baseline, and one of v2, which gets the copies.
class ComparedCopiesTest : public ::testing::Test {
 protected:
  // `policy`: the trafficPolicy of v2; `more`: further members of the only rule.
  void Start(const std::string& canary, const std::string& policy, const std::string& more = "") {
    router_ = std::make_unique<Router>(RouterOptions{.observer = &copies_});
    ResourceLoader loader({});
    AddYaml({"test.yaml", R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.example]
  resolution: STATIC
  ports: [{number: 9080, name: http, protocol: HTTP}]
  endpoints:
  - {address: 127.0.0.1, labels: {version: v1}, ports: {http: )" +
                              PortOf(baseline_.address()) + R"(}}
  - {address: 127.0.0.1, labels: {version: v2}, ports: {http: )" +
                              PortOf(canary) + R"(}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews.example
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}, trafficPolicy: {)" +
                              policy + R"(}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews.example]
  http:
  - route: [{destination: {host: reviews.example, subset: v1}}]
)" + more},
            loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    ASSERT_TRUE(config.ok()) << config.status().message();
    router_->Apply(*std::move(config));
  }

  // Has each request compared.
  void Compare() {
    TrafficSplit split;
    split.namespace_name = "default";
    split.virtual_service = "reviews";
    split.baseline = {.host = "reviews.example", .subset = "v1", .port = {}};
    split.canary = {.host = "reviews.example", .subset = "v2", .port = {}};
    split.mirror = 1;
    const absl::Status status = router_->SetSplits({std::move(split)});
    ASSERT_TRUE(status.ok()) << status;
  }

  static std::string PortOf(const std::string& address) {
    return address.substr(address.find(':') + 1);
  }

  static void Await(const std::function<bool()>& condition) {
    const TimePoint end = SteadyClock().Now() + seconds(20);
    while (!condition() && SteadyClock().Now() < end) std::this_thread::yield();
    ASSERT_TRUE(condition());
  }

  static constexpr char kNoLimits[] = "loadBalancer: {simple: ROUND_ROBIN}";
  static constexpr char kUrl[] = "http://reviews.example:9080/";

  MisbehavingServer baseline_{MisbehavingServer::Answer(OkResponse("ok"))};
  CountedCopies copies_;
  std::unique_ptr<Router> router_;
};

TEST_F(ComparedCopiesTest, ACopyCountsOnceAgainstHttp2MaxRequestsThreads) {
  MisbehavingServer canary(MisbehavingServer::Answer(OkResponse("ok")));
  Start(canary.address(), "connectionPool: {http: {http2MaxRequests: 1}}");
  Compare();
  HttpClientOptions options;
  options.mirror_threads = 1;
  HttpClient client(*router_, options);
  for (int i = 1; i <= 10; ++i) {
    EXPECT_EQ(client.Get(kUrl).body, "ok");
    Await([&] {
      return copies_.of(Outcome::Kind::kResponse) + copies_.of(Outcome::Kind::kOverflow) == i;
    });
    ASSERT_EQ(copies_.of(Outcome::Kind::kOverflow), 0);
  }
}

TEST_F(ComparedCopiesTest, ACanaryThatHangsIsBadAfterTheTimeOfAnyCallThreads) {
  MisbehavingServer canary([](Peer& peer, int) { peer.WaitForClose(); });
  Start(canary.address(), kNoLimits);
  Compare();
  HttpClientOptions options;
  options.default_timeout = milliseconds(100);
  HttpClient client(*router_, options);
  for (int i = 0; i < 4; ++i) (void)client.Get(kUrl);
  Await([&] { return copies_.of(Outcome::Kind::kTimeout) == 4; });
}

TEST_F(ComparedCopiesTest, AMirrorThatHangsIsGivenUpAfterTheTimeOfAnyCallThreads) {
  MisbehavingServer shadow([](Peer& peer, int) { peer.WaitForClose(); });
  Start(shadow.address(), kNoLimits, "    mirror: {host: reviews.example, subset: v2}\n");
  HttpClientOptions options;
  options.default_timeout = milliseconds(100);
  options.mirror_threads = 1;
  HttpClient client(*router_, options);
  for (int i = 0; i < 3; ++i) (void)client.Get(kUrl);
  Await([&] { return shadow.connections() == 3; });
}

}  // namespace
}  // namespace meshroute
