// SPDX-License-Identifier: Apache-2.0
// A Router that many threads use at once; run under ThreadSanitizer too.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/policy_parts.h"
#include "meshroute/config/yaml.h"
#include "meshroute/router.h"

namespace meshroute {
namespace {

constexpr std::string_view kRules = R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy: {outlierDetection: {consecutive5xxErrors: 1, interval: 1ms, baseEjectionTime: 1ms}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews}}]}]
)";

ValidatedConfig Load(std::string_view yaml) {
  ResourceLoader loader{LoadOptions{}};
  AddYaml({"rules.yaml", std::string(yaml)}, loader);
  return *loader.Finish();
}

std::vector<EndpointSpec> Endpoints(int first) {
  std::vector<EndpointSpec> endpoints;
  for (int i = first; i < first + 4; ++i) {
    endpoints.emplace_back().address = "10.0.0." + std::to_string(i) + ":80";
  }
  return endpoints;
}

// Nobody but the thread of the sweeps reads the tables here, so an update frees the
// old ones under its hands if it does not hold them.
TEST(RouterThreadsTest, SweepsRunWhileEndpointsComeAndGo) {
  Router router;
  router.Apply(Load(kRules));
  std::atomic<bool> over = false;
  std::thread sweeper([&] {
    while (!over) (void)router.RunDue(router.options().clock->Now());
  });
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(router.SetEndpoints("reviews", Endpoints(1 + i % 7)).ok());
  }
  over = true;
  sweeper.join();
}

TEST(RouterThreadsTest, CallsAndExplanationsGoOnWhileEndpointsComeAndGo) {
  Router router;
  router.Apply(Load(kRules));
  ASSERT_TRUE(router.SetEndpoints("reviews", Endpoints(1)).ok());
  std::atomic<bool> over = false;
  std::atomic<int> unsent = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        Call call = router.Start({.authority = "reviews"});
        Step step = call.Next();
        const auto* send = std::get_if<Send>(&step);
        if (send == nullptr || send->endpoint == nullptr) {
          ++unsent;
          continue;
        }
        call.Report(send->attempt, Outcome::Status(200));
        (void)call.Next();
      }
    });
  }
  threads.emplace_back([&] {
    while (!over) {
      if (router.Explain({.authority = "reviews"}).result != Decision::Result::kSend) ++unsent;
    }
  });
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(router.SetEndpoints("reviews", Endpoints(1 + i % 7)).ok());
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(unsent, 0);
}

constexpr std::string_view kSharedPolicy = R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: all, annotations: {meshroute.io/outlier-detection: '{"halfOpen": {}}'}}
spec: {host: "*.example.com", trafficPolicy: {outlierDetection: {interval: 1s}}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: two}
spec: {host: h2.example.com, trafficPolicy: {loadBalancer: {simple: RANDOM}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: two}
spec: {hosts: [h2.example.com], http: [{route: [{destination: {host: h2.example.com}}]}]}
)";

MeshOptions ByField() {
  MeshOptions mesh;
  mesh.destination_rule_merging = MeshOptions::DestinationRuleMerging::kByField;
  return mesh;
}

// What is merged is made when it is first asked for: here by whoever comes first, while
// others look for whose the parts of another rule are.
TEST(RouterThreadsTest, RulesMergedByFieldAreMadeOnceWhoeverAsksFirst) {
  constexpr size_t kHosts = 50;
  const MeshOptions mesh = ByField();
  const DestinationRules rules(Load(kSharedPolicy), ClientIdentity(), mesh);
  std::vector<std::vector<const DestinationRule*>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<const DestinationRule*>& mine : found) {
    threads.emplace_back([&] {
      for (size_t i = 0; i < kHosts; ++i) {
        mine.push_back(rules.Find("h" + std::to_string(i) + ".example.com", "default"));
        const size_t parts = i == 2 ? 2 : 1;
        EXPECT_EQ(rules.PartsOf(*mine.back()).size(), parts);
        EXPECT_EQ(ListPolicyParts(rules, mine.back(), 80, nullptr, mesh).size(), parts + 1)
            << "the extension is a part of its own";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& others : found) EXPECT_EQ(others, found.front());
}

TEST(RouterThreadsTest, ExplanationsOfRulesMergedByFieldGoOnWhileEndpointsComeAndGo) {
  RouterOptions options;
  options.mesh = ByField();
  Router router(options);
  router.Apply(Load(kSharedPolicy));
  ASSERT_TRUE(router.SetEndpoints("h2.example.com", Endpoints(1)).ok());
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        const Decision decision = router.Explain({.authority = "h2.example.com"});
        ASSERT_TRUE(decision.pool.has_value());
        EXPECT_EQ(decision.pool->load_balancer, "RANDOM");
        EXPECT_EQ(decision.pool->policies.size(), 3U);
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(router.SetEndpoints("h2.example.com", Endpoints(1 + i % 7)).ok());
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace meshroute
