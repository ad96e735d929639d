// SPDX-License-Identifier: Apache-2.0
// A VirtualService whose splits stick to a key, through the whole router.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "meshroute/base/hash.h"
#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kV2[] = "10.0.0.3:9080";  // The only endpoint of v2.

class StickyScenario : public ScenarioTest {
 protected:
  void SetUp() override { LoadSticky(90, R"({"key": {"httpHeaderName": "x-user"}})"); }

  // v1 has `weight` of 100, v2 the rest.
  void LoadSticky(int weight, const std::string& sticky) {
    Load(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: reviews\n"
        "  annotations: {meshroute.io/sticky-split: '" +
        sticky +
        "'}\nspec:\n  hosts: [reviews]\n  http:\n"
        "  - name: default\n    retries: {attempts: 1, retryOn: 5xx}\n    route:\n    - "
        "{destination: {host: reviews, subset: v1}, weight: " +
        std::to_string(weight) + "}\n    - {destination: {host: reviews, subset: v2}, weight: " +
        std::to_string(100 - weight) + "}\n");
  }

  // Where the key stands in [0, 1), with the object's name as the salt.
  static double Place(const std::string& user) {
    return PositionOf(XxHash64(user, XxHash64("default/reviews")));
  }

  // The first user whose key stands in [low, high).
  static std::string UserAt(double low, double high) {
    for (int i = 0;; ++i) {
      std::string user = "user-" + std::to_string(i);
      if (low <= Place(user) && Place(user) < high) return user;
    }
  }

  bool GoesToV2(const std::string& user) { return Get("/", {{"x-user", user}}).endpoint == kV2; }

  std::string Explained(std::vector<HeaderView> headers, CallOptions options = {}) {
    ScriptedRandom random({}, 95);
    return router_
        .Explain({.authority = "reviews:9080", .path = "/", .headers = headers},
                 {.call = std::move(options), .random = &random})
        .ToText();
  }
};

TEST_F(StickyScenario, AllCallsOfAKeyGoWhereItStandsWhateverIsDrawn) {
  for (int i = 0; i < 200; ++i) {
    const std::string user = "user-" + std::to_string(i);
    random_ = ScriptedRandom({}, static_cast<uint64_t>(i) * 7);
    EXPECT_EQ(GoesToV2(user), Place(user) >= 0.9) << user;
  }
}

TEST_F(StickyScenario, AnUpdateOfTheWeightsMovesTheUsersBetweenTheBoundariesAlone) {
  const std::string moves = UserAt(0.85, 0.9);
  const std::string stays = UserAt(0, 0.85);
  const std::string was_there = UserAt(0.9, 1);
  EXPECT_FALSE(GoesToV2(moves));
  EXPECT_FALSE(GoesToV2(stays));
  EXPECT_TRUE(GoesToV2(was_there));
  LoadSticky(85, R"({"key": {"httpHeaderName": "x-user"}})");
  EXPECT_TRUE(GoesToV2(moves));
  EXPECT_FALSE(GoesToV2(stays));
  EXPECT_TRUE(GoesToV2(was_there));
}

TEST_F(StickyScenario, ARequestWithoutTheKeyIsDrawnForByItself) {
  random_.Append({89});
  EXPECT_NE(Get("/").endpoint, kV2);
  random_ = ScriptedRandom({190});
  EXPECT_EQ(Get("/").endpoint, kV2);
  random_ = ScriptedRandom({90});
  EXPECT_EQ(Get("/", {{"x-user", ""}}).endpoint, kV2);
}

TEST_F(StickyScenario, ACookieAParameterAndTheCallerAreKeysToo) {
  const std::string user = UserAt(0.9, 1);
  LoadSticky(90, R"({"key": {"httpCookieName": "user"}})");
  EXPECT_EQ(Get("/", {{"cookie", "a=b; user=" + user}}).endpoint, kV2);
  LoadSticky(90, R"({"key": {"httpQueryParameterName": "user"}})");
  EXPECT_EQ(Get("/?user=" + user).endpoint, kV2);
  LoadSticky(90, "{}");
  CallOptions options;
  options.sticky_key = user;
  EXPECT_EQ(Get("/", {}, options).endpoint, kV2);
  EXPECT_NE(Get("/").endpoint, kV2);
}

TEST_F(StickyScenario, RetriesStayWithTheVersion) {
  const std::string user = UserAt(0.9, 1);
  transport_.Push(kV2, 503);
  EXPECT_EQ(Get("/", {{"x-user", user}}).status, 200);
  ASSERT_THAT(observer_.attempts, SizeIs(2));
  for (const RecordingObserver::Attempt& attempt : observer_.attempts) {
    EXPECT_EQ(attempt.endpoint, kV2);
    EXPECT_FALSE(attempt.assignment.has_value());
  }
}

TEST_F(StickyScenario, ARolloutsSplitGoesBeforeIt) {
  const std::string user = UserAt(0.9, 1);
  TrafficSplit split;
  split.namespace_name = "default";
  split.virtual_service = "reviews";
  split.baseline = {.host = "reviews", .subset = "v1", .port = {}};
  split.canary = {.host = "reviews", .subset = "v2", .port = {}};
  split.weight = 0.5;
  ASSERT_TRUE(router_.SetSplits({split}).ok());
  random_.Append({UINT64_MAX});
  EXPECT_FALSE(GoesToV2(user));
  ASSERT_TRUE(observer_.attempts.at(0).assignment.has_value());
  EXPECT_EQ(observer_.attempts.at(0).assignment->basis, Assignment::Basis::kDraw);
  EXPECT_THAT(Explained({{"x-user", user}}), Not(HasSubstr("x-user stands")));
  ASSERT_TRUE(router_.SetSplits({}).ok());
  EXPECT_TRUE(GoesToV2(user));
}

TEST_F(StickyScenario, ExplainTellsTheKeyAndWhereItStands) {
  const std::string user = UserAt(0.95, 0.96);
  EXPECT_THAT(Explained({{"x-user", user}}),
              HasSubstr("|v2|reviews.default.svc.cluster.local  10/100  <- sticky: header x-user "
                        "stands at 95\n"));
  CallOptions options;
  options.sticky_key = user;
  EXPECT_THAT(Explained({}, options), HasSubstr("<- sticky: the caller's key stands at 95\n"));
  EXPECT_THAT(Explained({}), HasSubstr("10/100  <- drew 95, for want of header x-user\n"));
}

TEST_F(StickyScenario, ExplainHasTheKeyAndItsHashInJson) {
  const HeaderView header{"x-user", "jason"};
  const Decision decision =
      router_.Explain({.authority = "reviews:9080", .headers = {&header, 1}}, {});
  EXPECT_EQ(decision.split.key, "header x-user");
  EXPECT_EQ(decision.split.unit, XxHash64("jason", XxHash64("default/reviews")));
  EXPECT_THAT(decision.ToJson(), HasSubstr("header x-user"));
}

TEST_F(StickyScenario, ARolloutsStickyKeyIsToldToo) {
  TrafficSplit split;
  split.namespace_name = "default";
  split.virtual_service = "reviews";
  split.baseline = {.host = "reviews", .subset = "v1", .port = {}};
  split.canary = {.host = "reviews", .subset = "v2", .port = {}};
  split.weight = 0.5;
  split.sticky = {.key = {.http_cookie_name = "user"}, .salt = "s"};
  ASSERT_TRUE(router_.SetSplits({split}).ok());
  EXPECT_THAT(Explained({{"cookie", "user=jason"}}), HasSubstr("whose cookie user stands at "));
}

}  // namespace
}  // namespace meshroute
