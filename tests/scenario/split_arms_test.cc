// SPDX-License-Identifier: Apache-2.0
// Splits that do more than divide all requests between two versions: those of a match,
// between three, and anew for a retry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/scenario/splits.h"

namespace meshroute {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOld[] = "10.0.0.1:9080";
constexpr char kCanary[] = "10.0.0.3:9080";
constexpr char kFresh[] = "10.0.0.4:9080";

class SplitArms : public SteeredScenario {
 protected:
  static constexpr std::string_view kThreeSubsets = R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1, track: old}}
  - {name: v2, labels: {version: v2}}
  - {name: v1-fresh, labels: {version: v1, track: fresh}}
---
)";

  void SetUp() override { Serve("  - name: default\n    route: [" + std::string(kV1) + "]\n"); }

  static constexpr std::string_view kV1 = "{destination: {host: reviews, subset: v1}}";

  void Serve(const std::string& rules) {
    LoadRules(rules, std::string(kThreeSubsets));
    ASSERT_TRUE(
        router_
            .SetEndpoints("reviews",
                          {{.address = kOld, .labels = {{"version", "v1"}, {"track", "old"}}},
                           {.address = kCanary, .labels = {{"version", "v2"}}},
                           {.address = kFresh, .labels = {{"version", "v1"}, {"track", "fresh"}}}})
            .ok());
  }

  TrafficSplit Within(double share) const {
    TrafficSplit split = ReviewsSplit(0);
    split.match.emplace_back().headers["x-group"] = StringMatch::Exact("insiders");
    split.match_weight = share;
    return split;
  }

  TrafficSplit WithFresh(double weight, double fresh_weight) const {
    TrafficSplit split = ReviewsSplit(weight);
    split.fresh_baseline = {.host = "reviews", .subset = "v1-fresh", .port = {}};
    split.fresh_weight = fresh_weight;
    return split;
  }

  // Where a call goes whose draw stands at `position`.
  std::string GoesTo(double position, std::vector<HeaderView> headers = {}) {
    random_.Append({At(position), 0, 0});
    const std::string endpoint(Get("/", std::move(headers)).endpoint);
    random_ = ScriptedRandom();
    return endpoint;
  }

  const Assignment& drawn() const { return *observer_.attempts.back().assignment; }

  std::string Explained(double position, std::vector<HeaderView> headers = {}) const {
    ScriptedRandom random({At(position)});
    return router_.Explain({.authority = "reviews:9080", .headers = headers}, {.random = &random})
        .ToText();
  }

  static std::vector<HeaderView> Insider() { return {{"x-group", "insiders"}}; }
};

TEST_F(SplitArms, AMatchWithAWeightIsDrawnForAndNobodyElseIs) {
  Steer(Within(0.25));
  EXPECT_EQ(GoesTo(0.25 - 1e-9, Insider()), kCanary);
  EXPECT_EQ(drawn().basis, Assignment::Basis::kDraw);
  EXPECT_EQ(drawn().weight, 0.25);
  EXPECT_TRUE(drawn().is_randomized());
  EXPECT_EQ(GoesTo(0.25 + 1e-9, Insider()), kOld);
  EXPECT_EQ(drawn().weight, 0.25);
  EXPECT_EQ(drawn().arm, Arm::kBaseline);
  EXPECT_EQ(GoesTo(0), kOld);
  EXPECT_EQ(drawn().weight, 0) << "what was not drawn for is told from what was";
}

TEST_F(SplitArms, AMatchThatIsNoLongerObeyedIsDrawnForAsAllOthers) {
  TrafficSplit split = Within(0.5);
  split.obeys_match = false;
  Steer(split);
  EXPECT_EQ(GoesTo(0, Insider()), kOld);
  EXPECT_EQ(drawn().weight, 0);
}

TEST_F(SplitArms, UsersOfAMatchStayOnTheirVersion) {
  TrafficSplit split = Within(0.5);
  split.sticky = {.key = {.http_header_name = "x-user"}, .salt = "s"};
  Steer(split);
  for (const char* user : {"jason", "amy", "bob", "eve"}) {
    const std::string first = GoesTo(0.99, {{"x-group", "insiders"}, {"x-user", user}});
    EXPECT_EQ(drawn().basis, Assignment::Basis::kStickyKey);
    EXPECT_EQ(drawn().weight, 0.5);
    EXPECT_EQ(first == kCanary, PositionOf(*drawn().unit) < 0.5);
    EXPECT_EQ(GoesTo(0.01, {{"x-group", "insiders"}, {"x-user", user}}), first);
    EXPECT_EQ(GoesTo(0.01, {{"x-user", user}}), kOld) << "whose request does not match";
  }
}

TEST_F(SplitArms, ExplainTellsOfTheMatchThatItDrewIn) {
  Steer(Within(0.5));
  EXPECT_THAT(Explained(0.25, Insider()), HasSubstr("canary, drew 25 % against 50 % within its "
                                                    "match"));
  EXPECT_THAT(Explained(0.25), HasSubstr("baseline, drew 25 % against 0 %"));
  EXPECT_THAT(Explained(0.25), Not(HasSubstr("within its match")));
}

TEST_F(SplitArms, AFreshBaselineHasTheShareNextToTheCanarys) {
  Steer(WithFresh(0.05, 0.05));
  EXPECT_EQ(GoesTo(0.05 - 1e-9), kCanary);
  EXPECT_EQ(drawn().arm, Arm::kCanary);
  EXPECT_EQ(drawn().weight, 0.5) << "of the two that are compared";
  EXPECT_EQ(GoesTo(0.05 + 1e-9), kFresh);
  EXPECT_EQ(drawn().arm, Arm::kBaseline);
  EXPECT_EQ(drawn().weight, 0.5);
  EXPECT_EQ(GoesTo(0.10 - 1e-9), kFresh);
  EXPECT_EQ(GoesTo(0.10 + 1e-9), kOld);
  EXPECT_EQ(drawn().arm, Arm::kBaseline);
  EXPECT_EQ(drawn().weight, 0) << "compared with nothing";
}

TEST_F(SplitArms, AFreshBaselineMayHaveAllThatTheCanaryLeavesOrNothing) {
  Steer(WithFresh(0.75, 0.25));
  EXPECT_EQ(GoesTo(0.75 - 1e-9), kCanary);
  EXPECT_EQ(drawn().weight, 0.75);
  EXPECT_EQ(GoesTo(1 - 1e-9), kFresh);
  for (const double weight : {0.0, 1.0}) {
    Steer(WithFresh(weight, 0));
    EXPECT_EQ(GoesTo(1 - 1e-9), weight > 0 ? kCanary : kOld);
    EXPECT_EQ(drawn().weight, weight);
  }
}

TEST_F(SplitArms, TheRuleMayListTheFreshBaseline) {
  Serve(
      "  - name: default\n    route:\n    - {destination: {host: reviews, subset: v1}, weight: "
      "90}\n"
      "    - destination: {host: reviews, subset: v1-fresh}\n      weight: 10\n"
      "      headers: {request: {set: {x-arm: fresh}}}\n");
  EXPECT_EQ(router_.SetSplits({ReviewsSplit(0.5)}).code(), absl::StatusCode::kNotFound);
  Steer(WithFresh(0.05, 0.05));
  EXPECT_EQ(GoesTo(0.07), kFresh);
  EXPECT_EQ(FindHeader(transport_.sent().back().head.headers, "x-arm"), "fresh");
}

TEST_F(SplitArms, TwoNamesOfOneDestinationMakeNoSplit) {
  TrafficSplit split = WithFresh(0.05, 0.05);
  split.fresh_baseline->host = "reviews.default.svc.cluster.local";
  split.fresh_baseline->subset = "v2";
  split.fresh_baseline->port.emplace().number = 9080;
  split.canary.port.emplace().number = 9080;
  split.canary.host = "reviews.default.svc.cluster.local";
  EXPECT_THAT(std::string(router_.SetSplits({split}).message()),
              HasSubstr("fresh_baseline: must be another destination"));
}

TEST_F(SplitArms, ExplainTellsTheShareOfTheFreshBaseline) {
  Steer(WithFresh(0.05, 0.05));
  ScriptedRandom random({At(0.07)});
  const Decision decision = router_.Explain({.authority = "reviews:9080"}, {.random = &random});
  ASSERT_EQ(decision.split.shares.size(), 3U);
  EXPECT_EQ(decision.split.shares[0].weight, 900'000U);
  EXPECT_EQ(decision.split.shares[1].weight, 50'000U);
  EXPECT_EQ(decision.split.shares[2].weight, 50'000U);
  EXPECT_TRUE(decision.split.shares[2].chosen);
  EXPECT_THAT(decision.ToText(), HasSubstr("against 5 %, the fresh baseline's up to 10 %"));
  EXPECT_THAT(decision.ToJson(), HasSubstr("\"freshWeight\""));
}

// Retries.

class SplitRetries : public SplitArms {
 protected:
  void SetUp() override { Serve(RulesWith("{attempts: 2, retryOn: 5xx}")); }

  static std::string RulesWith(const std::string& retries) {
    return "  - name: default\n    retries: " + retries +
           "\n    route:\n"
           "    - destination: {host: reviews, subset: v1}\n      weight: 1\n"
           "      headers: {request: {set: {x-arm: old}}, response: {set: {x-from: old}}}\n"
           "    - destination: {host: reviews, subset: v2}\n      weight: 0\n"
           "      headers: {request: {set: {x-arm: new}}, response: {set: {x-from: new}}}\n";
  }

  TrafficSplit Retrying(double weight) const {
    TrafficSplit split = ReviewsSplit(weight);
    split.retry_on_baseline = true;
    return split;
  }

  std::vector<std::string> Endpoints() const {
    std::vector<std::string> endpoints;
    for (const RecordingObserver::Attempt& attempt : observer_.attempts) {
      endpoints.push_back(attempt.endpoint);
    }
    return endpoints;
  }
};

TEST_F(SplitRetries, OfACallThatDrewTheCanaryGoToTheBaseline) {
  Steer(Retrying(0.05));
  transport_.Push(kCanary, 503);
  transport_.Push(kOld, 503);
  random_.Append({At(0.01)});
  const Response response = Get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(Endpoints(), ElementsAre(kCanary, kOld, kOld));
  for (const RecordingObserver::Attempt& attempt : observer_.attempts) {
    EXPECT_EQ(attempt.assignment->arm, Arm::kCanary) << "the trial stays the canary's";
    EXPECT_EQ(attempt.assignment->weight, 0.05);
  }
  EXPECT_EQ(observer_.calls[0].assignment->arm, Arm::kCanary);
  EXPECT_THAT(observer_.attempts[0].destination, HasSubstr("|v2|"));
  EXPECT_THAT(observer_.attempts[1].destination, HasSubstr("|v1|"));
}

TEST_F(SplitRetries, AreEditedAsTheBaselinesRequestsAre) {
  Steer(Retrying(0.05));
  transport_.Push(kCanary, 503);
  random_.Append({At(0.01)});
  const Response response = Get("/");
  EXPECT_EQ(FindHeader(transport_.sent()[0].head.headers, "x-arm"), "new");
  EXPECT_EQ(FindHeader(transport_.sent()[1].head.headers, "x-arm"), "old");
  EXPECT_EQ(FindHeader(response.headers, "x-from"), "old");
}

TEST_F(SplitRetries, StayWhereTheyAreWithoutThePlansWordAndOfTheBaseline) {
  Steer(ReviewsSplit(0.05));
  transport_.Push(kCanary, 503);
  random_.Append({At(0.01)});
  (void)Get("/");
  EXPECT_THAT(Endpoints(), ElementsAre(kCanary, kCanary));
  observer_.attempts.clear();
  Steer(Retrying(0.05));
  transport_.Push(kOld, 503);
  random_ = ScriptedRandom({At(0.99)});
  (void)Get("/");
  EXPECT_THAT(Endpoints(), ElementsAre(kOld, kOld));
  EXPECT_EQ(drawn().arm, Arm::kBaseline);
}

TEST_F(SplitRetries, OfACallThatItsMatchSentToTheCanaryGoThereToo) {
  TrafficSplit split = Retrying(0);
  split.match.emplace_back().headers["x-group"] = StringMatch::Exact("insiders");
  Steer(split);
  transport_.Push(kCanary, 503);
  (void)Get("/", Insider());
  EXPECT_THAT(Endpoints(), ElementsAre(kCanary, kOld));
  EXPECT_EQ(drawn().basis, Assignment::Basis::kMatch);
}

TEST_F(SplitRetries, TakeTheirPlaceAmongTheRetriesOfTheBaseline) {
  LoadRules(RulesWith("{attempts: 1, retryOn: 5xx}"), R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy: {connectionPool: {http: {maxRetries: 1}}}
  subsets:
  - {name: v1, labels: {track: old}}
  - {name: v2, labels: {version: v2}}
---
)");
  Steer(Retrying(0.05));
  const auto breaker = [this](std::string_view subset) -> CircuitBreaker& {
    for (const auto& pool : router_.tables()->pools) {
      if (pool != nullptr && pool->key().subset == subset) return pool->breaker();
    }
    ADD_FAILURE() << subset;
    return router_.tables()->pools[0]->breaker();
  };
  const auto get = [this] {
    observer_.attempts.clear();
    transport_.Push(kCanary, 503);
    random_ = ScriptedRandom({At(0.01)});
    return Get("/");
  };
  breaker("v2").Acquire(CircuitBreaker::Resource::kRetries);
  EXPECT_EQ(get().status, 200);
  EXPECT_THAT(Endpoints(), ElementsAre(kCanary, kOld));

  breaker("v1").Acquire(CircuitBreaker::Resource::kRetries);
  const Response refused = get();
  EXPECT_THAT(Endpoints(), ElementsAre(kCanary));
  EXPECT_EQ(refused.flags.ToString(), "UO");
  EXPECT_EQ(FindHeader(refused.headers, "x-from"), "new") << "it is the canary's answer";

  breaker("v1").Release(CircuitBreaker::Resource::kRetries);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get().status, 200) << "each gives its place back";
  breaker("v2").Release(CircuitBreaker::Resource::kRetries);
}

TEST_F(SplitRetries, StayOnTheCanaryWhereTheBaselineDoesNotExist) {
  TrafficSplit split = Retrying(0.05);
  split.baseline.subset = "v9";
  Serve(
      "  - name: default\n    retries: {attempts: 1, retryOn: 5xx}\n"
      "    route: [{destination: {host: reviews, subset: v2}}]\n");
  Steer(split);
  transport_.Push(kCanary, 503);
  random_ = ScriptedRandom({At(0.01)});
  EXPECT_EQ(Get("/").status, 200);
  EXPECT_THAT(Endpoints(), Each(kCanary));
}

TEST_F(SplitRetries, FollowTheSplitThatTheCallWasDrawnIn) {
  Steer(Retrying(0.05));
  random_.Append({At(0.01)});
  Call call = router_.Start({.authority = "reviews:9080"});
  (void)call.Next();
  Steer(ReviewsSplit(0));  // Rolled back meanwhile.
  call.Report(1, Outcome::Status(503));
  Step step = call.Next();
  if (const auto* wait = std::get_if<Wait>(&step)) {
    clock_.Advance(wait->until - clock_.Now());
    step = call.Next();
  }
  ASSERT_TRUE(std::holds_alternative<meshroute::Send>(step));
  EXPECT_EQ(std::get<meshroute::Send>(step).endpoint->address(), kOld);
}

TEST_F(SplitRetries, AreExplained) {
  Steer(Retrying(0.05));
  EXPECT_THAT(Explained(0.01), HasSubstr(", on the baseline"));
  EXPECT_THAT(Explained(0.99), Not(HasSubstr(", on the baseline")));
  ScriptedRandom random({At(0.01)});
  EXPECT_THAT(router_.Explain({.authority = "reviews:9080"}, {.random = &random}).ToJson(),
              HasSubstr("\"retriesOnBaseline\""));
}

}  // namespace
}  // namespace meshroute
