// SPDX-License-Identifier: Apache-2.0
// A Router that many threads use at once; run under ThreadSanitizer too.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "meshroute/config/loader.h"
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

}  // namespace
}  // namespace meshroute
