// SPDX-License-Identifier: Apache-2.0
// A file that is rewritten again and again while calls are made.
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "meshroute/discovery/file_source.h"
#include "meshroute/http/http_client.h"
#include "meshroute/router.h"

namespace meshroute {
namespace {

// A server that tells which port it was called on and what the rule has set.
class EchoServer {
 public:
  EchoServer() {
    server_.Get(".*", [](const httplib::Request& request, httplib::Response& response) {
      response.set_content(request.get_header_value("x-generation") + " " + request.path,
                           "text/plain");
    });
    server_.set_keep_alive_max_count(1'000'000);
    server_.set_tcp_nodelay(true);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~EchoServer() {
    server_.stop();
    thread_.join();
  }

  int port() const { return port_; }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

// Generation g: a request header, a path rewrite, a response header, and the
// labels of both endpoints change together. The generation's parity says which
// server carries the subset's label, so half an update shows as a mixture.
std::string Generation(int g, int even_port, int odd_port) {
  const std::string number = std::to_string(g);
  const char* even = g % 2 == 0 ? "chosen" : "spare";
  const char* odd = g % 2 == 0 ? "spare" : "chosen";
  std::string yaml = R"(apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.default.svc.cluster.local]
  ports: [{number: 9080, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
)";
  yaml += "  - {address: 127.0.0.1, ports: {http: " + std::to_string(even_port) +
          "}, labels: {role: " + even + "}}\n";
  yaml += "  - {address: 127.0.0.1, ports: {http: " + std::to_string(odd_port) +
          "}, labels: {role: " + odd + "}}\n";
  yaml += R"(---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: live, labels: {role: chosen}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - match: [{uri: {prefix: /call}}]
)";
  yaml += "    rewrite: {uri: /g" + number + "}\n";
  yaml += "    headers: {request: {set: {x-generation: \"" + number +
          "\"}}, response: {set: {x-generation: \"" + number + "\"}}}\n";
  yaml += "    route: [{destination: {host: reviews, subset: live}}]\n";
  return yaml;
}

void ReplaceFile(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path fresh = path.string() + ".new";
  std::ofstream(fresh, std::ios::binary) << text;
  std::filesystem::rename(fresh, path);
}

class HotReloadThreadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "meshroute-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    file_ = folder_ / "reviews.yaml";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  std::filesystem::path file_;
};

TEST_F(HotReloadThreadsTest, AThousandRewritesUnderLoadFailNoCallAndShowNoHalfUpdate) {
  EchoServer even;
  EchoServer odd;
  ReplaceFile(file_, Generation(0, even.port(), odd.port()));
  auto router = Router::FromFiles({file_.string()});
  ASSERT_TRUE(router.ok()) << router.status().ToString();
  FileSource source(**router, {file_.string()});
  HttpClient client(**router);

  std::atomic<bool> stop{false};
  std::atomic<int> calls{0};
  std::atomic<int> last_seen{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (!stop) {
        const Response response = client.Get("http://reviews:9080/call");
        ASSERT_EQ(response.status, 200) << response.flags.ToString() << " " << response.details;
        const std::string generation(FindHeader(response.headers, "x-generation"));
        EXPECT_EQ(response.body, generation + " /g" + generation);
        const int number = std::stoi(generation);
        const int port = number % 2 == 0 ? even.port() : odd.port();
        EXPECT_EQ(response.endpoint, "127.0.0.1:" + std::to_string(port))
            << "of generation " << number;
        ++calls;
        if (number > last_seen) last_seen = number;
      }
    });
  }
  for (int g = 1; g <= 1000; ++g) {
    ReplaceFile(file_, Generation(g, even.port(), odd.port()));
    const absl::Status loaded = source.Reload();
    EXPECT_TRUE(loaded.ok()) << loaded.ToString();
    // Calls must go on between the rewrites, or nothing would be tested.
    const int enough = calls + 4;
    const TimePoint patience = SteadyClock().Now() + std::chrono::seconds(5);
    while (calls < enough && SteadyClock().Now() < patience) std::this_thread::yield();
  }
  // The last generation must reach the callers; each call is quick.
  const TimePoint limit = SteadyClock().Now() + std::chrono::seconds(10);
  while (last_seen < 1000 && SteadyClock().Now() < limit) std::this_thread::yield();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(source.loads(), 1000u);
  EXPECT_EQ(last_seen, 1000);
  EXPECT_GE(calls, 4000);
  RecordProperty("calls", calls.load());
  std::printf("%d calls during 1000 rewrites\n", calls.load());
}

TEST_F(HotReloadThreadsTest, ABadFileIsRefusedWithItsPlaceAndTheLastGoodStateStays) {
  EchoServer even;
  EchoServer odd;
  ReplaceFile(file_, Generation(0, even.port(), odd.port()));
  auto router = Router::FromFiles({file_.string()});
  ASSERT_TRUE(router.ok()) << router.status().ToString();
  FileSource source(**router, {file_.string()});
  HttpClient client(**router);

  ReplaceFile(file_,
              "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: "
              "x}\nspec: {hosts: [x], htpp: []}\n");
  const absl::Status refused = source.Reload();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(std::string(refused.message()).find("reviews.yaml:4:"), std::string::npos)
      << refused.ToString();
  EXPECT_EQ(client.Get("http://reviews:9080/call").body, "0 /g0");
  EXPECT_EQ(source.refusals(), 1u);

  ReplaceFile(file_, Generation(1, even.port(), odd.port()));
  EXPECT_TRUE(source.Reload().ok());
  EXPECT_EQ(client.Get("http://reviews:9080/call").body, "1 /g1");
}

}  // namespace
}  // namespace meshroute
