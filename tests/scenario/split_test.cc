// SPDX-License-Identifier: Apache-2.0
// Splits that a rollout steers: what is drawn, with which probability, and what comes
// back of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/scenario/splits.h"

namespace meshroute {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kV2[] = "10.0.0.3:9080";  // The canary's only endpoint.

class SplitScenario : public SteeredScenario {
 protected:
  using SteeredScenario::Steer;
  void Steer(double weight) { Steer(ReviewsSplit(weight)); }

  // Where a call goes whose draw stands at `position`.
  std::string Arm(double position, std::vector<HeaderView> headers = {}) {
    random_.Append({At(position), 0, 0});
    const Response response = Get("/", std::move(headers));
    const std::string_view endpoint = response.endpoint;
    random_ = ScriptedRandom();
    return endpoint == kV2 ? "canary" : "baseline";
  }
};

TEST_F(SplitScenario, TheDrawIsComparedWithTheWeightExactly) {
  Steer(0.05);
  EXPECT_EQ(Arm(0), "canary");
  EXPECT_EQ(Arm(0.05 - 1e-9), "canary");
  EXPECT_EQ(Arm(0.05 + 1e-9), "baseline");
  EXPECT_EQ(Arm(1 - 1e-9), "baseline");
}

TEST_F(SplitScenario, AThousandthOfAPercentIsAWeight) {
  Steer(0.00001);
  EXPECT_EQ(Arm(0.0000099), "canary");
  EXPECT_EQ(Arm(0.0000101), "baseline");
}

TEST_F(SplitScenario, NothingAndEverythingAreWeightsToo) {
  Steer(0.0);
  EXPECT_EQ(Arm(0), "baseline");
  Steer(1.0);
  EXPECT_EQ(Arm(1 - 1e-15), "canary");
}

TEST_F(SplitScenario, TheRulesOwnWeightsDoNotCountAndComeBackWithoutTheSplit) {
  LoadRules(R"(
  - name: default
    route:
    - {destination: {host: reviews, subset: v2}, weight: 90}
    - {destination: {host: reviews, subset: v1}, weight: 10}
)");
  Steer(0.05);
  EXPECT_EQ(Arm(0.5), "baseline");
  ASSERT_TRUE(router_.SetSplits({}).ok());
  random_.Append({89});
  EXPECT_EQ(Get("/").endpoint, kV2);
  random_.Append({90});
  EXPECT_NE(Get("/").endpoint, kV2);
}

TEST_F(SplitScenario, R1AnInFlightCallKeepsTheWeightOfItsDraw) {
  Steer(0.05);
  random_.Append({At(0.01)});
  Call call = router_.Start({.authority = "reviews:9080"});
  (void)call.Next();
  Steer(0.10);
  call.Report(1, Outcome::Status(500));
  (void)call.Next();
  ASSERT_EQ(observer_.attempts.size(), 1u);
  const Assignment& drawn = *observer_.attempts[0].assignment;
  EXPECT_EQ(drawn.weight, 0.05);
  EXPECT_EQ(drawn.arm, meshroute::Arm::kCanary);
  EXPECT_EQ(drawn.basis, Assignment::Basis::kDraw);
  EXPECT_EQ(drawn.generation, 7u);
  EXPECT_EQ(drawn.step, 2u);
  EXPECT_EQ(observer_.attempts[0].rollout, "default/reviews");
  EXPECT_EQ(observer_.calls[0].assignment->weight, 0.05);
}

// What a rotation would spread out comes as chance has it.
TEST_F(SplitScenario, R2DrawsDoNotTakeTurns) {
  Steer(0.05);
  random_ = ScriptedRandom({}, At(0.01));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get("/").endpoint, kV2);
  random_ = ScriptedRandom({}, At(0.99));
  for (int i = 0; i < 200; ++i) EXPECT_NE(Get("/").endpoint, kV2);
}

TEST_F(SplitScenario, R3ACallThatEndsBeforeAnyAttemptCountsForTheArmItDrew) {
  // The canary has no endpoint; nothing is chosen anew.
  ASSERT_TRUE(
      router_.SetEndpoints("reviews", {{.address = "10.0.0.1:9080", .labels = {{"version", "v1"}}}})
          .ok());
  Steer(0.05);
  random_.Append({At(0.01)});
  const Response response = Get("/");
  EXPECT_EQ(response.flags.ToString(), "UH");
  EXPECT_THAT(observer_.attempts, IsEmpty());
  ASSERT_EQ(observer_.calls.size(), 1u);
  EXPECT_EQ(observer_.calls[0].attempts, 0u);
  EXPECT_EQ(observer_.calls[0].assignment->arm, meshroute::Arm::kCanary);
  EXPECT_EQ(observer_.calls[0].assignment->weight, 0.05);
}

TEST_F(SplitScenario, R3SoDoesOneOverALimitOfItsDestination) {
  LoadRules(std::string(kRule), R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1}}
  - name: v2
    labels: {version: v2}
    trafficPolicy: {connectionPool: {http: {http2MaxRequests: 1}}}
---
)");
  Steer(1.0);
  Call first = router_.Start({.authority = "reviews:9080"});
  (void)first.Next();
  EXPECT_EQ(Get("/").flags.ToString(), "UO");
  ASSERT_EQ(observer_.calls.size(), 1u);
  EXPECT_EQ(observer_.calls[0].attempts, 0u);
  EXPECT_EQ(observer_.calls[0].assignment->arm, meshroute::Arm::kCanary);
}

TEST_F(SplitScenario, R3AndOneWhoseDestinationDoesNotExist) {
  TrafficSplit split = ReviewsSplit(1.0);
  split.canary.subset = "v9";
  Steer(split);
  EXPECT_EQ(Get("/").flags.ToString(), "NC");
  EXPECT_EQ(observer_.calls.at(0).assignment->arm, meshroute::Arm::kCanary);
}

TEST_F(SplitScenario, R3WhatIsDecidedBeforeTheDrawIsNoTrial) {
  LoadRules(R"(
  - name: default
    fault: {abort: {httpStatus: 418, percentage: {value: 100}}}
    route: [{destination: {host: reviews, subset: v1}}]
)");
  Steer(1.0);
  EXPECT_EQ(Get("/").status, 418);
  EXPECT_FALSE(observer_.calls.at(0).assignment.has_value());
}

TEST_F(SplitScenario, R4RetriesStayWithTheArmAndCarryTheFirstDrawsTag) {
  LoadRules(R"(
  - name: default
    retries: {attempts: 2, retryOn: 5xx}
    route: [{destination: {host: reviews, subset: v1}}]
)");
  Steer(0.05);
  transport_.Push(kV2, 503);
  transport_.Push(kV2, 503);
  random_.Append({At(0.01)});
  EXPECT_EQ(Get("/").status, 200);
  ASSERT_EQ(observer_.attempts.size(), 3u);
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(observer_.attempts[i].attempt, i + 1);
    EXPECT_EQ(observer_.attempts[i].endpoint, kV2);
    EXPECT_EQ(observer_.attempts[i].assignment, observer_.attempts[0].assignment);
  }
}

TEST_F(SplitScenario, R4AMirroredCopyIsNoAttemptAndDrawsNoArm) {
  LoadRules(R"(
  - name: default
    mirror: {host: ratings}
    route: [{destination: {host: reviews, subset: v1}}]
)");
  Steer(0.05);
  random_.Append({At(0.01), 0});
  EXPECT_EQ(Get("/").endpoint, kV2);
  EXPECT_EQ(transport_.sent().size(), 2u);
  EXPECT_EQ(observer_.attempts.size(), 1u);
}

TEST_F(SplitScenario, R5AStickyCallSaysSoAndNamesItsUser) {
  TrafficSplit split = ReviewsSplit(0.5);
  split.sticky = {.key = {.http_header_name = "x-user"}, .salt = "s"};
  Steer(split);
  for (int i = 0; i < 2; ++i) (void)Get("/", {{"x-user", "jason"}});
  (void)Get("/", {{"x-user", "amy"}});
  ASSERT_EQ(observer_.attempts.size(), 3u);
  for (const RecordingObserver::Attempt& attempt : observer_.attempts) {
    ASSERT_TRUE(attempt.assignment->unit.has_value());
    EXPECT_EQ(attempt.assignment->basis, Assignment::Basis::kStickyKey);
    const bool below = PositionOf(*attempt.assignment->unit) < 0.5;
    EXPECT_EQ(attempt.assignment->arm == meshroute::Arm::kCanary, below);
  }
  EXPECT_EQ(observer_.attempts[0].assignment, observer_.attempts[1].assignment);
  EXPECT_NE(observer_.attempts[0].assignment->unit, observer_.attempts[2].assignment->unit);
}

TEST_F(SplitScenario, TheStartOfTheFirstAttemptIsToldOfWhereAVersionWasDrawn) {
  EXPECT_EQ(Get("/").trial, 0u);
  EXPECT_TRUE(observer_.starts.empty()) << "no split yet";
  EXPECT_EQ(observer_.calls[0].call, 0u);
  Steer(0.05);
  transport_.Always(kV2, {Outcome::Failure(Outcome::Kind::kConnectFailed), {}, {}});
  random_.Append({At(0.01)});
  const Response retried = Get("/");
  random_.Append({At(0.99)});
  (void)Get("/");
  ASSERT_EQ(observer_.starts.size(), 2u);
  ASSERT_GE(observer_.attempts.size(), 4u);
  const RecordingObserver::Start& start = observer_.starts[0];
  EXPECT_EQ(start.endpoint, kV2);
  EXPECT_EQ(start.assignment, observer_.attempts[1].assignment);
  EXPECT_NE(start.call, 0u);
  EXPECT_EQ(retried.trial, start.call);
  EXPECT_NE(start.call, observer_.starts[1].call);
  EXPECT_EQ(observer_.attempts[1].call, start.call);
  EXPECT_EQ(observer_.attempts[2].call, start.call) << "a retry";
  EXPECT_EQ(observer_.calls[1].call, start.call);
  EXPECT_EQ(observer_.calls[2].call, observer_.starts[1].call);
}

TEST_F(SplitScenario, ARequestWithoutTheKeyIsDrawnForByItself) {
  TrafficSplit split = ReviewsSplit(0.05);
  split.sticky = {.key = {.http_header_name = "x-user"}, .salt = "s"};
  Steer(split);
  EXPECT_EQ(Arm(0.01), "canary");
  EXPECT_EQ(Arm(0.01, {{"x-user", ""}}), "canary");
  EXPECT_EQ(Arm(0.99), "baseline");
  for (const RecordingObserver::Attempt& attempt : observer_.attempts) {
    EXPECT_EQ(attempt.assignment->basis, Assignment::Basis::kDraw);
    EXPECT_FALSE(attempt.assignment->unit.has_value());
  }
}

TEST_F(SplitScenario, TheCallersKeyMeansTheSameAsTheHeadersAndGoesBeforeIt) {
  TrafficSplit split = ReviewsSplit(0.5);
  split.sticky = {.key = {.http_header_name = "x-user"}, .salt = "s"};
  Steer(split);
  (void)Get("/", {{"x-user", "jason"}});
  CallOptions options;
  options.sticky_key = "jason";
  (void)Get("/", {{"x-user", "amy"}}, options);
  EXPECT_EQ(observer_.attempts[0].assignment, observer_.attempts[1].assignment);
}

TEST_F(SplitScenario, WhatMatchesGoesToTheCanaryUntaggedAsChance) {
  TrafficSplit split = ReviewsSplit(0.05);
  split.match.emplace_back().headers["x-group"] = StringMatch::Exact("insiders");
  Steer(split);
  EXPECT_EQ(Arm(0.99, {{"x-group", "insiders"}}), "canary");
  EXPECT_EQ(Arm(0.99, {{"x-group", "others"}}), "baseline");
  EXPECT_EQ(observer_.attempts[0].assignment->basis, Assignment::Basis::kMatch);
  EXPECT_FALSE(observer_.attempts[0].assignment->is_randomized());
  EXPECT_EQ(observer_.attempts[0].assignment->weight, 1.0);
  EXPECT_TRUE(observer_.attempts[1].assignment->is_randomized());

  split.obeys_match = false;  // Rolled back.
  Steer(split);
  EXPECT_EQ(Arm(0.99, {{"x-group", "insiders"}}), "baseline");
}

TEST_F(SplitScenario, EveryMatchBlockOfTheRuleIsManaged) {
  LoadRules(R"(
  - name: default
    match: [{uri: {prefix: /a}}, {uri: {prefix: /b}}]
    route: [{destination: {host: reviews, subset: v1}}]
  - route: [{destination: {host: reviews, subset: v1}}]
)");
  Steer(1.0);
  EXPECT_EQ(Get("/a").endpoint, kV2);
  EXPECT_EQ(Get("/b").endpoint, kV2);
  EXPECT_NE(Get("/c").endpoint, kV2);
}

TEST_F(SplitScenario, TheEditsOfAListedDestinationStayWithIt) {
  LoadRules(R"(
  - name: default
    route:
    - {destination: {host: reviews, subset: v2}, headers: {request: {set: {x-arm: new}}}}
    - {destination: {host: reviews, subset: v1}, weight: 1, headers: {request: {set: {x-arm: old}}}}
)");
  Steer(0.05);
  EXPECT_EQ(Arm(0.01), "canary");
  EXPECT_EQ(Arm(0.99), "baseline");
  const std::vector<FakeTransport::Sent> sent = transport_.sent();
  EXPECT_EQ(FindHeader(sent[0].head.headers, "x-arm"), "new");
  EXPECT_EQ(FindHeader(sent[1].head.headers, "x-arm"), "old");
}

TEST_F(SplitScenario, ARuleOfADelegateIsManagedByTheDelegatesName) {
  Load(R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: root}
spec: {hosts: [reviews], http: [{name: r, delegate: {name: reviews}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec: {http: [{name: default, route: [{destination: {host: reviews, subset: v1}}]}]}
)");
  Steer(1.0);
  EXPECT_EQ(Get("/").endpoint, kV2);
}

TEST_F(SplitScenario, ExplainTellsTheRolloutAndWhatItDrew) {
  Steer(0.05);
  ScriptedRandom random({At(0.25)});
  const Decision decision = router_.Explain({.authority = "reviews:9080"}, {.random = &random});
  ASSERT_TRUE(decision.split.assignment.has_value());
  EXPECT_EQ(decision.split.assignment->position, 0.25);
  EXPECT_EQ(decision.split.shares[0].weight, 950'000u);
  EXPECT_TRUE(decision.split.shares[0].chosen);
  EXPECT_THAT(decision.ToText(), HasSubstr("rollout default/reviews, generation 7, step 2: "
                                           "baseline, drew 25 % against 5 %"));
  EXPECT_THAT(decision.ToJson(), HasSubstr("\"rollout\""));
  EXPECT_THAT(decision.ToJson(), HasSubstr("\"arm\""));
}

TEST_F(SplitScenario, AChangeOfWeightsSharesAllThatIsCompiled) {
  Steer(0.05);
  const auto before = router_.tables();
  Steer(0.10);
  const auto after = router_.tables();
  EXPECT_EQ(after->version, before->version + 1);
  EXPECT_EQ(after->routes, before->routes);
  EXPECT_EQ(after->pools.begin(), before->pools.begin());
  Steer(0.50);
  EXPECT_EQ(router_.tables()->compiled, after->compiled);  // No chain of old tables.
  TrafficSplit other = ReviewsSplit(0.5);
  other.sticky.emplace();
  Steer(other);
  EXPECT_NE(router_.tables()->routes, before->routes);
}

TEST_F(SplitScenario, ASplitOutlivesUpdatesOfTheConfiguration) {
  Steer(1.0);
  LoadRules(std::string(kRule) + "    timeout: 9s\n");
  EXPECT_EQ(Get("/").endpoint, kV2);
  ASSERT_TRUE(router_.SetEndpoints("ratings", {}).ok());
  EXPECT_EQ(Get("/").endpoint, kV2);
}

TEST_F(SplitScenario, ASplitWhoseRuleVanishesIsToldOfAndWaits) {
  Steer(1.0);
  LoadRules("  - {name: other, route: [{destination: {host: reviews, subset: v1}}]}\n");
  EXPECT_NE(Get("/").endpoint, kV2);
  EXPECT_EQ(observer_.messages.back(),
            "a split has no rule: VirtualService default/reviews must have one http rule named "
            "\"default\", has 0");
  const std::vector<ConfigProblem> warnings = router_.warnings();
  ASSERT_FALSE(warnings.empty());
  EXPECT_THAT(warnings.back().message, HasSubstr("must have one http rule"));
  LoadRules(std::string(kRule));
  EXPECT_EQ(Get("/").endpoint, kV2);
  EXPECT_EQ(observer_.messages.back(), "");
}

TEST_F(SplitScenario, ASplitWithoutARuleIsRefusedAndChangesNothing) {
  Steer(1.0);
  const uint64_t version = router_.version();
  const auto refused = [&](TrafficSplit split) {
    const absl::Status status = router_.SetSplits({std::move(split)});
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(router_.version(), version);
    return std::string(status.message());
  };
  TrafficSplit split = ReviewsSplit(1.0);
  split.virtual_service = "nothing";
  EXPECT_THAT(refused(split), HasSubstr("VirtualService default/nothing does not exist"));
  split = ReviewsSplit(1.0);
  split.route = "none";
  EXPECT_THAT(refused(split), HasSubstr("must have one http rule named \"none\", has 0"));
  EXPECT_EQ(Get("/").endpoint, kV2);
}

TEST_F(SplitScenario, AThirdDestinationMakesARuleUnfit) {
  LoadRules(R"(
  - name: default
    route:
    - {destination: {host: reviews, subset: v1}, weight: 50}
    - {destination: {host: ratings}, weight: 50}
)");
  const absl::Status status = router_.SetSplits({ReviewsSplit(0.5)});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("http[0] sends traffic to a third destination, ratings"));
}

// Counts calls whose weight is not that of their step.
class TagChecker final : public Observer {
 public:
  void OnAttemptEnd(const AttemptEvent& event) override {
    ++seen;
    if (event.assignment->weight != event.assignment->step / 10.0) ++mixed;
  }

  std::atomic<int> seen = 0;
  std::atomic<int> mixed = 0;
};

TEST(SplitThreadsTest, ACallHasTheWeightAndTheTagOfOneSplitWhileTheyChange) {
  TagChecker checker;
  Router router(RouterOptions{.observer = &checker});
  ResourceLoader loader{LoadOptions{}};
  AddYaml({"rules.yaml", R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: old}}]}]}
)"},
          loader);
  router.Apply(*loader.Finish());
  for (const char* const host : {"old", "new"}) {
    ASSERT_TRUE(router.SetEndpoints(host, {{.address = "10.0.0.1:80", .labels = {}}}).ok());
  }
  TrafficSplit split;
  split.namespace_name = "default";
  split.virtual_service = "reviews";
  split.baseline.host = "old";
  split.canary.host = "new";
  ASSERT_TRUE(router.SetSplits({split}).ok());
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        Call call = router.Start({.authority = "reviews"});
        (void)call.Next();
        call.Report(1, Outcome::Status(200));
        (void)call.Next();
      }
    });
  }
  for (uint32_t i = 0; i < 2'000 || checker.seen == 0; ++i) {
    split.step = i % 11;
    split.weight = split.step / 10.0;
    ASSERT_TRUE(router.SetSplits({split}).ok());
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(checker.mixed, 0);
}

}  // namespace
}  // namespace meshroute
