// SPDX-License-Identifier: Apache-2.0
// Servers that die, are slow or flood their breaker, as real processes.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "meshroute/config/loader.h"
#include "meshroute/config/yaml.h"
#include "meshroute/http/http_client.h"
#include "meshroute/router.h"
#include "tests/integration/server_process.h"

namespace meshroute {
namespace {

std::string ServiceEntryOf(const std::vector<std::unique_ptr<ServerProcess>>& servers) {
  std::string yaml = R"(apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.default.svc.cluster.local]
  ports: [{number: 9080, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
)";
  for (const auto& server : servers) {
    yaml += "  - {address: 127.0.0.1, ports: {http: " + std::to_string(server->port()) + "}}\n";
  }
  return yaml;
}

ValidatedConfig ConfigOf(const std::string& yaml) {
  ResourceLoader loader{LoadOptions{}};
  AddYaml({"services.yaml", yaml}, loader);
  absl::StatusOr<ValidatedConfig> config = loader.Finish();
  EXPECT_TRUE(config.ok()) << config.status().ToString();
  return *std::move(config);
}

// With nothing but the built-in retries: no rule, no outlier detection.
TEST(KilledServerThreadsTest, NoGetFailsWhenOneOfThreeServersIsKilledUnderLoad) {
  std::vector<std::unique_ptr<ServerProcess>> servers;
  for (const char* name : {"a", "b", "c"}) {
    servers.push_back(std::make_unique<ServerProcess>(name, std::chrono::milliseconds(1)));
    ASSERT_NE(servers.back()->port(), 0);
  }
  Router router;
  router.Apply(ConfigOf(ServiceEntryOf(servers)));
  HttpClient client(router);

  constexpr int kThreads = 4;
  constexpr int kCalls = 500;
  std::atomic<int> answered{0};
  std::atomic<int> retried{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) {
        const Response response = client.Get("http://reviews:9080/");
        if (response.status != 200) {
          ++failed;
          ADD_FAILURE() << response.status << " " << response.flags.ToString() << " "
                        << response.details << " after " << response.attempts << " attempts";
        }
        if (response.attempts > 1) ++retried;
        if (++answered == kThreads * kCalls / 4) servers[1]->Kill();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(answered, kThreads * kCalls);
  EXPECT_GT(retried, 0) << "nobody noticed the death, so nothing was tested";
}

}  // namespace
}  // namespace meshroute
