// SPDX-License-Identifier: Apache-2.0
// Destinations, weights and policies of compiled rules.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

std::string Rules(const std::string& rules) {
  return Object("VirtualService", "default/vs", "hosts: [k]\nhttp:\n" + rules);
}

std::string Shares(const std::string& route) { return Rules("- route: [" + route + "]"); }

// How many of the numbers 0..99 fall to each destination, by host: "a=25 b=75".
std::string Split(const std::string& route) {
  const Mesh mesh(Shares(route));
  const Route& rule = *mesh.Get("k").route;
  std::vector<int> counts(rule.destinations.size());
  for (uint64_t draw = 0; draw < 100; ++draw) ++counts[rule.PickDestination(draw)];
  std::string text;
  for (size_t i = 0; i < counts.size(); ++i) {
    const DestinationKey& key = mesh.table().destinations()[rule.destinations[i].destination].key;
    if (!text.empty()) text += ' ';
    text += key.host.substr(0, key.host.find('.')) + "=" + std::to_string(counts[i]);
  }
  return text;
}

TEST(WeightsTest, TheTableOfWeights) {
  EXPECT_EQ(Split("{destination: {host: a}, weight: 0}"), "a=100");
  EXPECT_EQ(Split("{destination: {host: a}, weight: 0}, {destination: {host: b}, weight: 3}"),
            "b=100");
  EXPECT_EQ(Split("{destination: {host: a}, weight: 1}, {destination: {host: b}, weight: 3}"),
            "a=25 b=75");
  EXPECT_EQ(Split("{destination: {host: a}, weight: 1}, {destination: {host: b}, weight: 1}"),
            "a=50 b=50");
}

TEST(WeightsTest, SharesAreHalfOpenRangesInOrder) {
  const Mesh mesh(
      Shares("{destination: {host: a}, weight: 2}, {destination: {host: b}, weight: 0},"
             "{destination: {host: c}, weight: 3}"));
  const Route& rule = *mesh.Get("k").route;
  EXPECT_EQ(rule.total_weight, 5u);
  EXPECT_EQ(rule.PickDestination(0), 0u);
  EXPECT_EQ(rule.PickDestination(1), 0u);
  EXPECT_EQ(rule.PickDestination(2), 1u);
  EXPECT_EQ(rule.PickDestination(4), 1u);
  EXPECT_EQ(rule.PickDestination(5), 0u);
  EXPECT_EQ(rule.PickDestination(UINT64_MAX), 0u);  // 2^64 - 1 is 0 modulo 5.
}

TEST(RouteTest, HasItsRulesNamesAndOrigin) {
  const Mesh mesh(
      Rules("- name: api\n  match: [{uri: {prefix: /a}}, {name: b, uri: {prefix: /b}}]\n"
            "  route: [{destination: {host: a}}]\n"
            "- route: [{destination: {host: a}}]"));
  EXPECT_EQ(mesh.Get("k", "/a").route->name, "api");
  EXPECT_EQ(mesh.Get("k", "/b").route->name, "api.b");
  EXPECT_EQ(mesh.Get("k", "/c").route->name, "");
  EXPECT_EQ(mesh.Get("k", "/b").route->origin, "VirtualService default/vs http[0]");
  EXPECT_EQ(mesh.Get("k", "/c").route->origin, "VirtualService default/vs http[1]");
}

TEST(RouteTest, DestinationsAreCompletedInTheVirtualServicesNamespace) {
  const Mesh mesh(Object("VirtualService", "team/vs",
                         "hosts: [k.example]\nhttp: [{route: [{destination: {host: a}}]}]"));
  EXPECT_EQ(mesh.Destination("k.example"), "0||a.team.svc.cluster.local");
}

TEST(RouteTest, EveryDestinationIsListedOnceWithWhatItsPoolIsMadeOf) {
  const Mesh mesh(
      ServiceOn("a.default.svc.cluster.local", {80}) +
      Object("DestinationRule", "default/a", "host: a\nsubsets: [{name: v1, labels: {v: '1'}}]") +
      Rules("- match: [{uri: {prefix: /x}}]\n"
            "  route: [{destination: {host: a, subset: v1}}]\n"
            "- match: [{uri: {prefix: /y}}]\n"
            "  route: [{destination: {host: a, subset: v2}}]\n"
            "- route: [{destination: {host: a, subset: v1}}]\n"
            "  mirror: {host: a}\n  mirrors: []"));
  std::vector<std::string> names;
  for (size_t i = 0; i < mesh.table().destinations().size(); ++i) {
    const RoutedDestination& destination = mesh.table().destinations()[i];
    names.push_back(mesh.Name(static_cast<uint32_t>(i)));
    ASSERT_NE(destination.service, nullptr);
    ASSERT_NE(destination.rule, nullptr);
    EXPECT_EQ(destination.service->host, "a.default.svc.cluster.local");
    const std::string& subset = destination.key.subset;
    EXPECT_EQ(destination.subset != nullptr, subset == "v1");
    EXPECT_EQ(destination.subset_missing, subset == "v2");
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"80|v1|a.default.svc.cluster.local",
                                             "80|v2|a.default.svc.cluster.local",
                                             "80||a.default.svc.cluster.local"}));
}

TEST(RouteTest, AnUndeclaredHostFindsTheRulesOfTheNamespaceInItsName) {
  const Mesh mesh(
      Object("DestinationRule", "team/a", "host: a\nsubsets: [{name: v1, labels: {v: '1'}}]") +
      Rules("- route: [{destination: {host: a.team.svc.cluster.local, subset: v1}}]"));
  const RoutedDestination& destination = mesh.table().destinations().front();
  EXPECT_EQ(destination.service, nullptr);
  ASSERT_NE(destination.rule, nullptr);
  EXPECT_NE(destination.subset, nullptr);
}

TEST(RouteTest, MirrorsGoInOrderWithTheirShares) {
  const struct {
    const char* members;
    std::vector<std::pair<std::string, uint32_t>> mirrors;
  } rows[] = {
      {"mirror: {host: m}", {{"m", 1'000'000}}},
      {"mirror: {host: m}, mirrorPercentage: {value: 0.5}", {{"m", 5'000}}},
      {"mirror: {host: m}, mirrorPercent: 30", {{"m", 300'000}}},
      {"mirror: {host: m}, mirrorPercent: 30, mirrorPercentage: {value: 1}", {{"m", 10'000}}},
      {"mirror: {host: m}, mirrorPercentage: {value: 0}", {}},
      {"mirror: {host: m}, mirrorPercent: 0", {}},
      {"mirrors: [{destination: {host: m}}, {destination: {host: n}, percentage: {value: 25}}]",
       {{"m", 1'000'000}, {"n", 250'000}}},
      {"mirrors: [{destination: {host: m}, percentage: {value: 0}}, {destination: {host: n}}]",
       {{"n", 1'000'000}}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.members);
    const Mesh mesh(
        Rules(std::string("- {route: [{destination: {host: a}}], ") + row.members + "}"));
    const Route& route = *mesh.Get("k").route;
    ASSERT_EQ(route.mirrors.size(), row.mirrors.size());
    for (size_t i = 0; i < row.mirrors.size(); ++i) {
      EXPECT_EQ(mesh.Name(route.mirrors[i].destination),
                "0||" + row.mirrors[i].first + ".default.svc.cluster.local");
      EXPECT_EQ(route.mirrors[i].millionths, row.mirrors[i].second);
    }
  }
}

TEST(RouteTest, TimeoutsAndFaultsAreTheRules) {
  const Mesh mesh(
      Rules("- match: [{uri: {prefix: /t}}]\n  timeout: 1.5s\n"
            "  fault: {delay: {fixedDelay: 2s, percentage: {value: 10}}}\n"
            "  route: [{destination: {host: a}}]\n"
            "- route: [{destination: {host: a}}]"));
  EXPECT_EQ(mesh.Get("k", "/t").route->timeout, 1500ms);
  EXPECT_EQ(mesh.Get("k", "/t").route->fault.delay_millionths, 100'000u);
  EXPECT_EQ(mesh.Get("k", "/").route->timeout, 0ms);
  EXPECT_TRUE(mesh.Get("k", "/").route->fault.empty());
}

TEST(RouteTest, RetriesAreTheRulesElseTheMeshsElseBuiltIn) {
  const std::string rules = ServiceOn("svc.example", {80}) +
                            Rules(
                                "- match: [{uri: {prefix: /own}}]\n  retries: {attempts: 5}\n"
                                "  route: [{destination: {host: a}}]\n"
                                "- match: [{uri: {prefix: /off}}]\n  retries: {}\n"
                                "  route: [{destination: {host: a}}]\n"
                                "- route: [{destination: {host: a}}]");
  const Mesh plain(rules);
  EXPECT_EQ(plain.Get("k", "/own").route->retry.attempts, 5u);
  EXPECT_EQ(plain.Get("k", "/off").route->retry.attempts, 0u);
  EXPECT_EQ(plain.Get("k", "/").route->retry.attempts, 2u);
  EXPECT_EQ(plain.Get("svc.example").route->retry.attempts, 2u);
  MeshOptions off;
  off.default_http_retry_policy = HttpRetry{};
  const Mesh mesh(rules, {}, off);
  EXPECT_EQ(mesh.Get("k", "/own").route->retry.attempts, 5u);
  EXPECT_EQ(mesh.Get("k", "/").route->retry.attempts, 0u);
  EXPECT_EQ(mesh.Get("svc.example").route->retry.attempts, 0u);
}

TEST(RouteTest, TheDefaultRouteGoesToTheServiceWithoutATimeout) {
  const Mesh mesh(ServiceOn("svc.example", {80, 81}));
  const Route& route = *mesh.Get("svc.example:81", "/any").route;
  EXPECT_EQ(route.name, "default");
  EXPECT_EQ(route.origin, "default route of svc.example");
  EXPECT_EQ(mesh.Name(route.destinations.front().destination), "81||svc.example");
  EXPECT_EQ(route.total_weight, 1u);
  EXPECT_EQ(route.timeout, 0ms);
  EXPECT_FALSE(route.has_request_edits || route.has_response_edits);
}

TEST(RouteTest, TheFirstRuleThatMatchesWinsHoweverSpecificALaterOneIs) {
  const Mesh mesh(
      Rules("- match: [{uri: {prefix: /a}}]\n  name: first\n"
            "  route: [{destination: {host: a}}]\n"
            "- match: [{uri: {exact: /a/b}}]\n  name: second\n"
            "  route: [{destination: {host: b}}]"));
  EXPECT_EQ(mesh.Get("k", "/a/b").route->name, "first");
}

TEST(RouteTest, ConditionsSeeThePathWithoutQueryAndFragment) {
  const Mesh mesh(Rules("- match: [{uri: {exact: /a}}]\n  route: [{destination: {host: a}}]"));
  for (const char* path : {"/a", "/a?x=/b", "/a#f", "/a#f?g", "/a?"}) {
    EXPECT_NE(mesh.Get("k", path).route, nullptr) << path;
  }
  EXPECT_EQ(mesh.Get("k", "/a/").route, nullptr);
}

}  // namespace
}  // namespace meshroute
