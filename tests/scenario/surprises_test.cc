// SPDX-License-Identifier: Apache-2.0
// Rules of routing that surprise people, each in a whole call: a reader of Envoy's
// source would get most of them wrong at first.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "meshroute/base/hash.h"
#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SurprisesScenario : public ScenarioTest {
 protected:
  // One rule with a match block to v1; all else goes to v2.
  void LoadBlock(const std::string& block) {
    LoadRules("  - match: [" + block +
              "]\n    route: [{destination: {host: reviews, subset: v1}}]\n"
              "  - route: [{destination: {host: reviews, subset: v2}}]\n");
  }

  bool GoesToV1(std::string_view path, std::vector<HeaderView> headers = {}) {
    return Get(path, std::move(headers)).destination.find("|v1|") != std::string::npos;
  }

  std::string LastPath() const { return transport_.sent().back().head.path; }

  std::string LastHeader(std::string_view name) const {
    std::string values;
    const RequestHead head = transport_.sent().back().head;
    for (const Header& header : head.headers) {
      if (!EqualsIgnoreCase(header.name, name)) continue;
      values += values.empty() ? header.value : "," + header.value;
    }
    return values;
  }
};

TEST_F(SurprisesScenario, WithoutAHeaderWhoseConditionFitsNothingIsNoMatch) {
  // An absent header counts as an empty one, which ".*" fits as well.
  LoadBlock("{withoutHeaders: {x-debug: {regex: '.*'}}}");
  EXPECT_FALSE(GoesToV1("/"));
  EXPECT_FALSE(GoesToV1("/", {{"x-debug", "1"}}));
  // Absence is written as a condition without a value.
  LoadBlock("{withoutHeaders: {x-debug: {}}}");
  EXPECT_TRUE(GoesToV1("/"));
  EXPECT_FALSE(GoesToV1("/", {{"x-debug", ""}}));
  LoadBlock("{withoutHeaders: {x-debug: {exact: '1'}}}");
  EXPECT_TRUE(GoesToV1("/"));
}

TEST_F(SurprisesScenario, APrefixKnowsNoSegmentsAndARegexNoIgnoreUriCase) {
  LoadBlock("{uri: {prefix: /api}}");
  EXPECT_TRUE(GoesToV1("/apiary"));
  LoadBlock("{uri: {regex: /api}, ignoreUriCase: true}");
  EXPECT_FALSE(GoesToV1("/API"));
}

TEST_F(SurprisesScenario, ARewrittenPrefixKeepsItsSlashes) {
  LoadRules(
      "  - match: [{uri: {prefix: /api}}]\n    rewrite: {uri: /}\n"
      "    route: [{destination: {host: reviews}}]\n");
  Get("/api/users");
  EXPECT_EQ(LastPath(), "//users");
  Get("/apiary");
  EXPECT_EQ(LastPath(), "/ary");
}

TEST_F(SurprisesScenario, TheFirstRuleWinsOverAMoreSpecificOneAndNothingFallsThrough) {
  LoadRules(R"(
  - match: [{uri: {prefix: /a}}]
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {exact: /a/b}}]
    route: [{destination: {host: reviews, subset: v2}}]
)");
  EXPECT_TRUE(GoesToV1("/a/b"));
  const Response response = Get("/c");  // Not the service's default route.
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.flags.ToString(), "NR");
}

TEST_F(SurprisesScenario, OfOneDestinationItsHeadersWinAndOfSeveralTheRules) {
  const std::string rule = "  - headers: {request: {set: {x: rule}}}\n    route:\n";
  const std::string first =
      "    - {destination: {host: reviews}, headers: {request: {set: {x: destination}}}, weight: "
      "1}\n";
  LoadRules(rule + first);
  Get("/");
  EXPECT_EQ(LastHeader("x"), "destination");
  LoadRules(rule + first + "    - {destination: {host: ratings}, weight: 1}\n");
  random_.Append({0});
  Get("/");
  EXPECT_EQ(LastHeader("x"), "rule");
}

TEST_F(SurprisesScenario, WithoutATimeoutThereIsNoneAndA503IsNotRetried) {
  LoadRules("  - route: [{destination: {host: ratings}}]\n");
  transport_.Push("10.0.1.1:9080", 503);
  const Response response = Get("/");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.attempts, 1u);
  transport_.Push("10.0.1.1:9080", {Outcome::Status(200), {}, {}, seconds(3600)});
  EXPECT_EQ(Get("/").status, 200);
}

TEST_F(SurprisesScenario, WithoutAKeyAHashIsRandomAndWeightedDestinationsJoinTheirKeys) {
  const std::string_view hashed = R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-a}}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ratings}
spec:
  host: ratings
  trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-b}}}
---
)";
  LoadRules(R"(
  - route:
    - {destination: {host: reviews}, weight: 1}
    - {destination: {host: ratings}, weight: 1}
)",
            hashed);
  const HeaderView both[] = {{"x-a", "1"}, {"x-b", "2"}};
  const auto key_of = [this](HeaderSpan headers) {
    const RequestView request{.authority = "reviews:9080", .path = "/", .headers = headers};
    const auto tables = router_.tables();
    return tables->routes->Match(request).route->Hash(request, random_).hash;
  };
  // Also for a request that goes to reviews alone.
  EXPECT_EQ(key_of(both), CombineHashPolicies(XxHash64("1"), XxHash64("2")));
  EXPECT_EQ(key_of({}), std::nullopt);
  const uint64_t before = random_.draws();
  Get("/");
  EXPECT_GE(random_.draws(), before + 2);  // The split, and a place on the ring.
}

TEST_F(SurprisesScenario, AnInjectedDelayIsOutsideTheTimeoutAndAnAbortIsNotRetried) {
  LoadRules(R"(
  - match: [{uri: {prefix: /delay}}]
    fault: {delay: {fixedDelay: 5s, percentage: {value: 100}}}
    timeout: 1s
    route: [{destination: {host: ratings}}]
  - fault: {abort: {httpStatus: 503, percentage: {value: 100}}}
    retries: {attempts: 3, retryOn: "5xx,503"}
    route: [{destination: {host: ratings}}]
)");
  const Response delayed = Get("/delay");
  EXPECT_EQ(delayed.status, 200);
  EXPECT_EQ(delayed.elapsed, seconds(5));
  EXPECT_EQ(delayed.flags.ToString(), "DI");
  const Response aborted = Get("/");
  EXPECT_EQ(aborted.status, 503);
  EXPECT_EQ(aborted.flags.ToString(), "FI");
  EXPECT_EQ(aborted.attempts, 0u);
  EXPECT_THAT(transport_.sent(), SizeIs(1));  // The delayed one.
}

TEST_F(SurprisesScenario, MergedObjectsServeOneHost) {
  RouterOptions options;
  options.clock = &clock_;
  options.random = &random_;
  options.mesh.virtual_service_merging = MeshOptions::VirtualServiceMerging::kConcatenate;
  Router router(options);
  ResourceLoader loader{LoadOptions{}};
  const auto service = [](const std::string& name, const std::string& prefix) {
    return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name +
           "}\nspec:\n  hosts: [reviews]\n  http: [{match: [{uri: {prefix: " + prefix +
           "}}], name: " + name + ", directResponse: {status: 200}}]\n---\n";
  };
  AddYaml({"merged.yaml", service("a", "/a") + service("b", "/b")}, loader);
  router.Apply(*loader.Finish());
  for (const auto& [path, name] : {std::pair("/a", "a"), std::pair("/b", "b")}) {
    Call call = router.Start({.authority = "reviews", .path = path});
    EXPECT_EQ(RunBlocking(call, "", transport_, clock_).status, 200);
    EXPECT_EQ(call.route()->name, name);
  }
}

}  // namespace
}  // namespace meshroute
