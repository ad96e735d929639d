// SPDX-License-Identifier: Apache-2.0
// What Match promises to every request: no allocation, and any number of threads.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "tests/counted_allocations.h"
#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

class HotPathTest : public testing::Test {
 protected:
  static std::string Rule(const std::string& name, const std::string& match) {
    return "- name: " + name + "\n  match: [" + match + "]\n  route: [{destination: {host: a}}]\n";
  }

  static RequestView Request(std::string_view authority, std::string_view path) {
    RequestView request;
    request.authority = authority;
    request.path = path;
    request.headers = kHeaders;
    return request;
  }

  std::string NameOf(const RequestView& request) const {
    const RouteMatch match = mesh_.Match(request);
    return match.route == nullptr ? "none" : match.route->name;
  }

  static constexpr HeaderView kHeaders[] = {{"Accept", "*/*"}, {"X-User", "jason"}};

  const Mesh mesh_{Object(
      "VirtualService", "default/vs",
      "hosts: [k, \"*.wild.example\"]\nhttp:\n" + Rule("exact", "{uri: {exact: /exact}}") +
          Rule("regex", "{uri: {regex: \"/regex/[0-9]+\"}, headers: {x-user: {exact: jason}}}") +
          Rule("folded", "{uri: {prefix: /Folded}, ignoreUriCase: true}") +
          Rule("query", "{uri: {prefix: /q}, queryParams: {a: {regex: \"[0-9]+\"}}}") +
          Rule("without", "{uri: {prefix: /w}, withoutHeaders: {x-none: {exact: a}}}") +
          Rule("prefix", "{uri: {prefix: /prefix}}"))};

  // A request and the rule that governs it.
  const std::vector<std::pair<RequestView, std::string>> cases_{
      {Request("k:80", "/exact"), "exact"},
      {Request("K.Default", "/exact?x=1"), "exact"},
      {Request("k.default.svc.cluster.local", "/regex/17"), "regex"},
      {Request("k", "/FOLDED/x"), "folded"},
      {Request("k", "/q?b=1&a=2"), "query"},
      {Request("k", "/wx"), "without"},
      {Request("a.b.WILD.example:8080", "/prefix/x#y"), "prefix"},
      {Request("k", "/nothing"), "none"},
      {Request("unknown", "/"), "none"},
  };
};

TEST_F(HotPathTest, MatchDoesNotAllocate) {
  for (const auto& [request, name] : cases_) {
    EXPECT_EQ(NameOf(request), name);  // RE2 builds its automaton at first use.
    const size_t before = allocations;
    const RouteMatch match = mesh_.Match(request);
    EXPECT_EQ(allocations, before) << name;
    EXPECT_EQ(match.route == nullptr, name == "none");
  }
}

TEST_F(HotPathTest, NeitherDoValueGroupsNorConnections) {
  std::string rules = "hosts: [k]\ntcp: [{route: [{destination: {host: a}}]}]\nhttp:\n";
  for (int i = 0; i < 20; ++i) {
    rules += Rule("r" + std::to_string(i),
                  "{headers: {x-user: {exact: user-" + std::to_string(i) + "}}}");
  }
  const Mesh mesh(Object("VirtualService", "default/vs", rules));
  const HeaderView headers[] = {{"x-user", "user-17"}};
  RequestView request = Request("k", "/");
  request.headers = headers;
  const ConnectionView connection{"K.default", 9000, "Some.Name", "10.1.2.3"};
  const size_t before = allocations;
  const RouteMatch match = mesh.Match(request);
  const ConnectionMatch of_connection = mesh.table().connections().Match(connection);
  EXPECT_EQ(allocations, before);
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->name, "r17");
  EXPECT_NE(of_connection.route, nullptr);
}

TEST_F(HotPathTest, NormalPathsAreNotCopied) {
  const size_t before = allocations;
  EXPECT_FALSE(NormalizePath("/a/b/c.d/..e?x=/../y").has_value());
  EXPECT_EQ(allocations, before);
}

TEST_F(HotPathTest, ManyThreadsMatchInOneTable) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, &wrong] {
      for (int round = 0; round < 500; ++round) {
        for (const auto& [request, name] : cases_) {
          if (NameOf(request) != name) ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace meshroute
