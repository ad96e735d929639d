// SPDX-License-Identifier: Apache-2.0
#include "meshroute/http/http_client.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "meshroute/config/yaml.h"
#include "tests/http/misbehaving_server.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

// A server that keeps the requests it was sent.
class RecordingServer {
 public:
  explicit RecordingServer(std::string body)
      : server_([this, response = OkResponse(body)](Peer& peer, int) {
          for (std::string request = peer.ReadRequest(); !request.empty();
               request = peer.ReadRequest()) {
            {
              const std::lock_guard<std::mutex> lock(mutex_);
              requests_.push_back(request);
            }
            peer.Send(response);
          }
        }) {}

  const std::string& address() const { return server_.address(); }
  std::string port() const { return address().substr(address().find(':') + 1); }
  int connections() const { return server_.connections(); }

  std::vector<std::string> requests() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }
  std::string last() const {
    const std::vector<std::string> all = requests();
    return all.empty() ? std::string() : all.back();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  MisbehavingServer server_;  // Last: its threads use the others.
};

void ApplyYaml(Router& router, const std::string& yaml) {
  ResourceLoader loader({});
  AddYaml({"test.yaml", yaml}, loader);
  absl::StatusOr<ValidatedConfig> config = loader.Finish();
  ASSERT_TRUE(config.ok()) << config.status().message();
  router.Apply(*std::move(config));
}

// A service `reviews.example` on 9080 with an endpoint v1 and an endpoint v2.
std::string TwoVersions(const std::string& port_v1, const std::string& port_v2) {
  return R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.example]
  resolution: STATIC
  ports: [{number: 9080, name: http, protocol: HTTP}]
  endpoints:
  - {address: 127.0.0.1, labels: {version: v1}, ports: {http: )" +
         port_v1 + R"(}}
  - {address: 127.0.0.1, labels: {version: v2}, ports: {http: )" +
         port_v2 + R"(}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews.example
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
---
)";
}

TEST(HttpClientTest, GoesWhereTheRulesSay) {
  RecordingServer v1("from v1");
  RecordingServer v2("from v2");
  Router router;
  ApplyYaml(router, TwoVersions(v1.port(), v2.port()) + R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews.example]
  http:
  - match: [{uri: {prefix: /reviews}, headers: {end-user: {exact: jason}}}]
    headers:
      request: {set: {x-by: rule, transfer-encoding: chunked, content-length: "7"}}
      response: {add: {x-answer: edited}}
    rewrite: {uri: /rewritten}
    route: [{destination: {host: reviews.example, subset: v2}}]
  - route: [{destination: {host: reviews.example, subset: v1}}]
)");
  HttpClient client(router);

  const Response plain = client.Get("http://reviews.example:9080/reviews/1?a=b");
  EXPECT_TRUE(plain.ok()) << plain.flags.ToString() << " " << plain.details;
  EXPECT_EQ(plain.body, "from v1");
  EXPECT_EQ(plain.endpoint, v1.address());
  EXPECT_EQ(plain.destination, "outbound|9080|v1|reviews.example");
  EXPECT_EQ(plain.details, "via_upstream");
  EXPECT_EQ(plain.attempts, 1u);
  EXPECT_THAT(v1.last(), HasSubstr("GET /reviews/1?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(v1.last(), HasSubstr("\r\nHost: reviews.example:9080\r\n"));

  const Response jason = client.Send({.method = "GET",
                                      .url = "http://reviews.example:9080/reviews/1",
                                      .headers = {{"end-user", "jason"}},
                                      .body = {}});
  EXPECT_EQ(jason.body, "from v2");
  EXPECT_EQ(FindHeader(jason.headers, "x-answer"), "edited");
  EXPECT_THAT(v2.last(), HasSubstr("GET /rewritten/1 HTTP/1.1\r\n"));
  EXPECT_THAT(v2.last(), HasSubstr("\r\nx-by: rule\r\n"));
  EXPECT_THAT(v2.last(), Not(HasSubstr("chunked")));
  EXPECT_THAT(v2.last(), Not(HasSubstr("ength: 7")));
}

TEST(HttpClientTest, HostsWithoutRulesAreDialled) {
  RecordingServer server("hello");
  Router router;
  HttpClient client(router);
  EXPECT_EQ(client.Get("http://" + server.address() + "/x").body, "hello");
  EXPECT_EQ(client.Get("http://localhost:" + server.port() + "/x").body, "hello");
  EXPECT_THAT(server.last(), HasSubstr("\r\nHost: localhost:" + server.port() + "\r\n"));
}

TEST(HttpClientTest, Ipv6IsDialled) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("six")), "::1");
  Router router;
  HttpClient client(router);
  EXPECT_EQ(client.Get("http://" + server.address() + "/").body, "six");
}

TEST(HttpClientTest, SendsWhatTheCallerWroteAndLittleElse) {
  RecordingServer server("ok");
  Router router;
  HttpClient client(router);
  const std::string url = "http://" + server.address() + "/a%2Fb/%7Ec?d=%20e+f";

  client.Send({.method = "REPORT",
               .url = url,
               .headers = {{"X-A", "1"}, {"x-b", "2"}, {"X-A", "3"}, {"Connection", "upgrade"}},
               .body = "body"});
  const std::string report = server.last();
  EXPECT_THAT(report, HasSubstr("REPORT /a%2Fb/%7Ec?d=%20e+f HTTP/1.1\r\n"));
  EXPECT_THAT(report, HasSubstr("\r\nX-A: 1\r\nX-A: 3\r\n"));
  EXPECT_THAT(report, HasSubstr("\r\nContent-Length: 4\r\n"));
  EXPECT_THAT(report, HasSubstr("\r\nAccept-Encoding: identity\r\n"));
  EXPECT_THAT(report, HasSubstr("\r\n\r\nbody"));
  EXPECT_THAT(report, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(report, Not(HasSubstr("onnection")));

  client.Post(url, "{}", "application/json");
  EXPECT_THAT(server.last(), HasSubstr("POST "));
  EXPECT_THAT(server.last(), HasSubstr("\r\ncontent-type: application/json\r\n"));
  client.Post(url, "", "text/plain");
  EXPECT_THAT(server.last(), HasSubstr("\r\nContent-Length: 0\r\n"));
  client.Put(url, "x", "text/plain");
  EXPECT_THAT(server.last(), HasSubstr("PUT "));
  client.Delete(url);
  EXPECT_THAT(server.last(), HasSubstr("DELETE "));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(client.connection_count(), 1u);
}

TEST(HttpClientTest, GivesTheAnswersHeadersAsTheyCame) {
  MisbehavingServer server(MisbehavingServer::AnswerOnce(
      "HTTP/1.1 200 OK\r\nX-Raw: a%20b%0d%0ac\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
      "Empty:\r\nContent-Length: 7\r\n\r\n"));
  Router router;
  HttpClient client(router);
  const Response response = client.Head("http://" + server.address() + "/");
  EXPECT_EQ(response.headers, (Headers{{"X-Raw", "a%20b%0d%0ac"},
                                       {"Set-Cookie", "a=1"},
                                       {"set-cookie", "b=2"},
                                       {"Empty", ""},
                                       {"Content-Length", "7"}}));
  EXPECT_EQ(response.body, "");
}

TEST(HttpClientTest, WhatCannotBeSentIsAnswered400AndNotSent) {
  RecordingServer server("ok");
  Router router;
  HttpClient client(router);
  const std::string url = "http://" + server.address() + "/";
  const HttpRequest table[] = {
      {.method = "GET", .url = "reviews/1", .headers = {}, .body = {}},
      {.method = "GET", .url = "http://user@" + server.address(), .headers = {}, .body = {}},
      {.method = "GET", .url = url + "a b", .headers = {}, .body = {}},
      {.method = "GET", .url = url + "\r\nX: y", .headers = {}, .body = {}},
      {.method = "GET /evil HTTP/1.1\r\nX:", .url = url, .headers = {}, .body = {}},
      {.method = "", .url = url, .headers = {}, .body = {}},
      {.method = "CONNECT", .url = url, .headers = {}, .body = {}},
      {.method = "GET", .url = url, .headers = {{"a\r\nb", "c"}}, .body = {}},
      {.method = "GET", .url = url, .headers = {{"a", "b\r\nc: d"}}, .body = {}},
      {.method = "GET", .url = url, .headers = {{"Host", "a\r\nb: c"}}, .body = {}},
      {.method = "GET", .url = url, .headers = {{"Content-Length", "9"}}, .body = {}},
  };
  for (const HttpRequest& request : table) {
    const Response response = client.Send(request);
    EXPECT_EQ(response.status, 400) << request.method << " " << request.url;
    EXPECT_EQ(response.flags, ResponseFlags(Flag::kInvalidRequest));
    EXPECT_NE(response.body, "");
    EXPECT_FALSE(response.ok());
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClientTest, WhereTlsIsAskedForNoRequestIsSentInPlainText) {
  RecordingServer v1("1");
  RecordingServer v2("2");
  Router router;
  ApplyYaml(router, TwoVersions(v1.port(), v2.port()) + R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: tls}
spec:
  host: reviews.example
  trafficPolicy: {connectionPool: {tcp: {connectTimeout: 100ms}}, tls: {mode: SIMPLE}}
)");
  HttpClient client(router);
  const std::string dialled = "https://" + v1.address() + "/";
  for (const std::string& url : {std::string("http://reviews.example:9080/"), dialled}) {
    CallOptions options;
    options.deadline = SteadyClock().Now() + seconds(2);
    const Response response = client.Get(url, options);
    EXPECT_FALSE(response.ok()) << url;
    EXPECT_FALSE(response.flags.empty()) << url;
  }
  EXPECT_EQ(v1.requests().size() + v2.requests().size(), 0u);
}

TEST(HttpClientTest, AnsweringTooMuchIsAProtocolError) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse(std::string(1001, 'x'))));
  Router router;
  HttpClientOptions options;
  options.maximum_response_bytes = 1000;
  HttpClient client(router, options);
  const Response response = client.Get("http://" + server.address() + "/");
  EXPECT_EQ(response.status, 502);
  EXPECT_EQ(response.flags, ResponseFlags(Flag::kUpstreamProtocolError));
}

TEST(HttpClientTest, ACallIsOverAtItsDeadlineHoweverTheServerTrickles) {
  MisbehavingServer server([](Peer& peer, int) {
    if (!peer.ReadRequest().empty()) peer.Trickle(std::string(200, 'x'), milliseconds(100));
  });
  for (const auto maintenance :
       {HttpClientOptions::Maintenance::kOwnThread, HttpClientOptions::Maintenance::kEmbedder}) {
    Router router;
    HttpClientOptions options;
    options.maintenance = maintenance;
    HttpClient client(router, options);
    Duration best = Duration::max();
    for (int i = 0; i < 3 && best > milliseconds(450); ++i) {
      const TimePoint before = SteadyClock().Now();
      CallOptions call;
      call.deadline = before + milliseconds(400);
      const Response response = client.Get("http://" + server.address() + "/", call);
      best = std::min(best, SteadyClock().Now() - before);
      EXPECT_EQ(response.status, 504);
      EXPECT_EQ(response.flags, ResponseFlags(Flag::kUpstreamRequestTimeout));
    }
    const auto over = std::chrono::duration<double, std::milli>(best - milliseconds(400));
    std::printf("whole client: held %.2f ms beyond the deadline\n", over.count());
    EXPECT_LE(best, milliseconds(450));
  }
}

TEST(HttpClientTest, TheDefaultTimeoutBoundsCallsWithoutALimit) {
  MisbehavingServer server([](Peer& peer, int) { peer.WaitForClose(); });
  Router router;
  HttpClientOptions options;
  options.default_timeout = milliseconds(150);
  HttpClient client(router, options);
  const Response response = client.Get("http://" + server.address() + "/");
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(response.flags, ResponseFlags(Flag::kUpstreamRequestTimeout));
  EXPECT_GE(response.elapsed, milliseconds(150));
}

// Names of this process's threads.
std::vector<std::string> ThreadNames() {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(opendir("/proc/self/task"), &closedir);
  while (const dirent* const task = readdir(tasks.get())) {
    std::ifstream file("/proc/self/task/" + std::string(task->d_name) + "/comm");
    std::string name;
    if (std::getline(file, name)) names.push_back(name);
  }
  return names;
}

// Counts how often it is run.
class CountingWork final : public DueWork {
 public:
  TimePoint RunDue(TimePoint now) override {
    ++runs;
    return now + milliseconds(5);
  }
  std::atomic<int> runs{0};
};

class HttpClientThreadsTest : public testing::Test {
 protected:
  RecordingServer server_{"ok"};
  Router router_;
};

TEST_F(HttpClientThreadsTest, TimedWorkRunsOnOneNamedThreadFromTheFirstCallOn) {
  CountingWork work;
  HttpClientOptions options;
  options.due_work = {&work};
  HttpClient client(router_, options);
  EXPECT_THAT(ThreadNames(), Not(testing::Contains("meshroute")));
  EXPECT_EQ(work.runs, 0);
  client.Get("http://" + server_.address() + "/");
  while (work.runs < 3) std::this_thread::yield();
  EXPECT_THAT(ThreadNames(), testing::Contains("meshroute").Times(1));
}

TEST_F(HttpClientThreadsTest, TheEmbedderMayRunTimedWorkItself) {
  CountingWork work;
  HttpClientOptions options;
  options.due_work = {&work};
  options.maintenance = HttpClientOptions::Maintenance::kEmbedder;
  HttpClient client(router_, options);
  client.Get("http://" + server_.address() + "/");
  EXPECT_EQ(work.runs, 0);
  EXPECT_THAT(ThreadNames(), Not(testing::Contains("meshroute")));
  const TimePoint now = SteadyClock().Now();
  EXPECT_LE(client.RunDue(now), now + milliseconds(5));
  EXPECT_EQ(work.runs, 1);
}

TEST_F(HttpClientThreadsTest, EndsPromptlyWithAllItsThreads) {
  const TimePoint before = SteadyClock().Now();
  for (int i = 0; i < 20; ++i) {
    HttpClient client(router_);
    client.Get("http://" + server_.address() + "/");
  }
  EXPECT_LT(SteadyClock().Now() - before, seconds(5));
  EXPECT_THAT(ThreadNames(), Not(testing::Contains("meshroute")));
}

TEST_F(HttpClientThreadsTest, ManyThreadsShareAClient) {
  HttpClient client(router_);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 50; ++call) {
        if (client.Get("http://" + server_.address() + "/").body == "ok") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good.load(), 200);
  EXPECT_LE(client.connection_count(), 4u);
}

std::string MirrorTo(const std::string& host) {
  return R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews.example]
  http:
  - route: [{destination: {host: reviews.example, subset: v1}}]
    mirror: )" +
         host + "\n";
}

TEST_F(HttpClientThreadsTest, MirroredCopiesAreSentBesides) {
  RecordingServer shadow("shadow");
  ApplyYaml(router_, TwoVersions(server_.port(), shadow.port()) +
                         MirrorTo("{host: reviews.example, subset: v2}"));
  HttpClient client(router_);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(client.Post("http://reviews.example:9080/p", "data", "text/plain").body, "ok");
  }
  const TimePoint end = SteadyClock().Now() + seconds(20);
  while (shadow.requests().size() < 10 && SteadyClock().Now() < end) std::this_thread::yield();
  ASSERT_EQ(shadow.requests().size(), 10u);
  EXPECT_THAT(shadow.last(), HasSubstr("POST /p HTTP/1.1\r\n"));
  EXPECT_THAT(shadow.last(), HasSubstr("\r\n\r\ndata"));
}

// Copies that ended with a 503 of the canary's endpoint.
class CopyCounter final : public Observer {
 public:
  void OnMirrorEnd(const MirrorEvent& event) override {
    if (event.outcome.status == 503 && !event.endpoint.empty() && event.call != 0) ++bad;
  }

  std::atomic<int> bad{0};
};

TEST_F(HttpClientThreadsTest, TheCopiesThatASplitComparesAreToldOfOneByOne) {
  MisbehavingServer canary(
      MisbehavingServer::Answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
  const std::string port = canary.address().substr(canary.address().find(':') + 1);
  CopyCounter copies;
  Router router(RouterOptions{.observer = &copies});
  ApplyYaml(router, TwoVersions(server_.port(), port) +
                        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
                        "metadata: {name: reviews}\nspec:\n  hosts: [reviews.example]\n  http:\n"
                        "  - route: [{destination: {host: reviews.example, subset: v1}}]\n");
  TrafficSplit split;
  split.namespace_name = "default";
  split.virtual_service = "reviews";
  split.baseline = {.host = "reviews.example", .subset = "v1", .port = {}};
  split.canary = {.host = "reviews.example", .subset = "v2", .port = {}};
  split.mirror = 1;
  ASSERT_TRUE(router.SetSplits({split}).ok());
  HttpClient client(router);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(client.Get("http://reviews.example:9080/").body, "ok");
    EXPECT_EQ(client.Post("http://reviews.example:9080/p", "data", "text/plain").body, "ok");
  }
  const TimePoint end = SteadyClock().Now() + seconds(20);
  while (copies.bad < 10 && SteadyClock().Now() < end) std::this_thread::yield();
  EXPECT_EQ(copies.bad, 10) << "of each GET, and of no POST";
}

TEST_F(HttpClientThreadsTest, AMirrorThatHangsHoldsNeitherCallsNorTheEnd) {
  MisbehavingServer shadow([](Peer& peer, int) { peer.WaitForClose(); });
  const std::string port = shadow.address().substr(shadow.address().find(':') + 1);
  ApplyYaml(router_,
            TwoVersions(server_.port(), port) + MirrorTo("{host: reviews.example, subset: v2}"));
  const TimePoint before = SteadyClock().Now();
  {
    HttpClientOptions options;
    options.mirror_queue = 3;
    HttpClient client(router_, options);
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(client.Get("http://reviews.example:9080/").body, "ok");
    }
    while (shadow.connections() < 2) std::this_thread::yield();
  }
  EXPECT_LT(SteadyClock().Now() - before, seconds(10));
  EXPECT_EQ(shadow.connections(), 2);  // As many as there are threads.
}

TEST(HttpClientForkTest, MayBeUsedInAChildWhenMadeBeforeTheFork) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("ok")));
  Router router;
  HttpClient client(router);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const bool good = client.Get("http://" + server.address() + "/").body == "ok";
    _exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(client.Get("http://" + server.address() + "/").body, "ok");
}

}  // namespace
}  // namespace meshroute
