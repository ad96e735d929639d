// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/traffic_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "meshroute/base/random_source.h"
#include "meshroute/message/assignment.h"
#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

using ::testing::HasSubstr;

TrafficSplit ReviewsSplit() {
  TrafficSplit split;
  split.namespace_name = "default";
  split.virtual_service = "reviews";
  split.baseline = {.host = "reviews", .subset = "v1", .port = {}};
  split.canary = {.host = "reviews", .subset = "v2", .port = {}};
  return split;
}

std::string Refusal(const TrafficSplit& split) {
  const absl::Status status = ValidateSplits({split});
  return std::string(status.message());
}

TEST(TrafficSplitTest, AWeightIsAProbability) {
  TrafficSplit split = ReviewsSplit();
  for (const double weight : {0.0, 0.00001, 0.5, 1.0}) {
    split.weight = weight;
    EXPECT_TRUE(ValidateSplits({split}).ok()) << weight;
  }
  for (const double weight : {-0.1, 1.0001, 5.0, std::numeric_limits<double>::quiet_NaN()}) {
    split.weight = weight;
    EXPECT_THAT(Refusal(split), HasSubstr("weight: must be between 0 and 1")) << weight;
  }
}

TEST(TrafficSplitTest, SoIsThatOfAMatchAndOfAFreshBaselineWhichHasWhatIsLeft) {
  TrafficSplit split = ReviewsSplit();
  split.match_weight = 1.5;
  EXPECT_THAT(Refusal(split), HasSubstr("match_weight: must be between 0 and 1, got 1.5"));
  split.match_weight = 0;
  split.weight = 0.75;
  split.fresh_weight = 0.25;
  EXPECT_THAT(Refusal(split), HasSubstr("fresh_weight: must be between 0 and 0, got 0.25"));
  split.fresh_baseline = {.host = "reviews", .subset = "v1-fresh", .port = {}};
  EXPECT_TRUE(ValidateSplits({split}).ok());
  split.fresh_weight = 0.26;
  EXPECT_THAT(Refusal(split), HasSubstr("fresh_weight: must be between 0 and 0.25, got 0.26"));
  split.fresh_weight = 0.25;
  split.sticky.emplace();
  EXPECT_THAT(Refusal(split), HasSubstr("fresh_baseline: must not stand beside sticky"));
}

TEST(TrafficSplitTest, TheChanceOfTheCanaryIsAmongTheTwoThatAreCompared) {
  EXPECT_EQ(ComparedWeight(0.05, 0), 0.05);
  EXPECT_EQ(ComparedWeight(0.05, 0.05), 0.5);
  EXPECT_EQ(ComparedWeight(0.75, 0.25), 0.75);
  EXPECT_EQ(ComparedWeight(0, 0), 0);
}

TEST(TrafficSplitTest, AllProblemsAreToldAtOnce) {
  TrafficSplit split = ReviewsSplit();
  split.virtual_service.clear();
  split.canary = split.baseline;
  split.sticky = {.key = {.http_header_name = "a b", .http_cookie_name = "c"}, .salt = ""};
  split.match.emplace_back().uri = StringMatch::Regex("(");
  const std::string refusal = Refusal(split);
  EXPECT_THAT(refusal, HasSubstr("virtual_service: must not be empty"));
  EXPECT_THAT(refusal, HasSubstr("canary: must be another destination than the baseline"));
  EXPECT_THAT(refusal, HasSubstr("sticky.key: must be of one kind, has 2"));
  EXPECT_THAT(refusal, HasSubstr("sticky.key.httpHeaderName: must be the name of a header"));
  EXPECT_THAT(refusal, HasSubstr("match[0].uri"));
}

TEST(TrafficSplitTest, ARuleIsManagedOnce) {
  const absl::Status status = ValidateSplits({ReviewsSplit(), ReviewsSplit()});
  EXPECT_THAT(std::string(status.message()), HasSubstr("route: is managed by an earlier split"));
}

TEST(TrafficSplitTest, OnlyWeightTagAndMatchSwitchAreLookedUpCallByCall) {
  const TrafficSplit split = ReviewsSplit();
  TrafficSplit other = split;
  other.weight = 0.5;
  other.rollout = "default/reviews";
  other.generation = 1;
  other.step = 1;
  other.obeys_match = false;
  other.match_weight = 0.5;
  other.retry_on_baseline = true;
  EXPECT_TRUE(CompileAlike(split, other));
  TrafficSplit fresh = split;
  fresh.fresh_baseline.emplace().host = "reviews-fresh";
  EXPECT_FALSE(CompileAlike(split, fresh));
  other = fresh;
  other.fresh_weight = 0.5;
  EXPECT_TRUE(CompileAlike(fresh, other));
  other.sticky.emplace();
  EXPECT_FALSE(CompileAlike(split, other));
}

// The rule of reviews, sticky by what `sticky` says.
class StickyMesh {
 public:
  explicit StickyMesh(StickySplit sticky)
      : mesh_(ServiceOn("reviews.default.svc.cluster.local", {80}) +
                  Object("VirtualService", "default/reviews",
                         "hosts: [reviews]\n"
                         "http: [{route: [{destination: {host: reviews, subset: v1}}]}]"),
              {}, {}, {With(std::move(sticky))}) {}

  std::optional<uint64_t> UnitOf(std::vector<HeaderView> headers, std::string_view path = "/",
                                 std::string_view given = {}) const {
    RequestView request;
    request.authority = "reviews";
    request.path = path;
    request.headers = headers;
    return mesh_.Match(request).route->split->UnitOf(request, given);
  }

 private:
  static TrafficSplit With(StickySplit sticky) {
    TrafficSplit split = ReviewsSplit();
    split.sticky = std::move(sticky);
    return split;
  }

  const Mesh mesh_;
};

TEST(StickySplitTest, AHeaderACookieAParameterAndTheCallerAreOneKey) {
  const StickyMesh header({.key = {.http_header_name = "X-User"}, .salt = "s"});
  const StickyMesh cookie({.key = {.http_cookie_name = "user"}, .salt = "s"});
  const StickyMesh parameter({.key = {.http_query_parameter_name = "user"}, .salt = "s"});
  const StickyMesh none({.key = {}, .salt = "s"});
  const std::optional<uint64_t> unit = header.UnitOf({{"x-user", "jason"}});
  ASSERT_TRUE(unit.has_value());
  EXPECT_EQ(cookie.UnitOf({{"cookie", "a=b; user=jason"}}), unit);
  EXPECT_EQ(parameter.UnitOf({}, "/x?user=jason&a=b"), unit);
  EXPECT_EQ(none.UnitOf({}, "/", "jason"), unit);
  EXPECT_EQ(none.UnitOf({{"x-user", "jason"}}), std::nullopt);
  EXPECT_EQ(header.UnitOf({}), std::nullopt);
  EXPECT_EQ(header.UnitOf({{"x-user", ""}}), std::nullopt);
  EXPECT_EQ(cookie.UnitOf({{"cookie", "a=b"}}), std::nullopt);
  EXPECT_EQ(parameter.UnitOf({}, "/x?user="), std::nullopt);
}

TEST(StickySplitTest, AnotherSaltPutsTheUsersInAnotherOrder) {
  const StickyMesh mesh({.key = {}, .salt = "s"});
  const StickyMesh other({.key = {}, .salt = "t"});
  int both = 0;
  constexpr int kUsers = 10'000;
  for (int i = 0; i < kUsers; ++i) {
    const std::string user = "user-" + std::to_string(i);
    const bool first_here = PositionOf(*mesh.UnitOf({}, "/", user)) < 0.1;
    const bool first_there = PositionOf(*other.UnitOf({}, "/", user)) < 0.1;
    both += first_here && first_there;
  }
  EXPECT_NEAR(both, kUsers / 100, 50);  // Five standard deviations of independence.
}

TEST(StickySplitTest, TheShareOfAMillionKeysIsTheWeight) {
  const StickyMesh mesh({.key = {}, .salt = "2026-11"});
  constexpr int kKeys = 1'000'000;
  int below_5 = 0;
  int below_01 = 0;
  for (int i = 0; i < kKeys; ++i) {
    const double position = PositionOf(*mesh.UnitOf({}, "/", std::to_string(i)));
    below_5 += position < 0.05;
    below_01 += position < 0.001;
  }
  // Five standard deviations of as many independent draws.
  EXPECT_NEAR(below_5, 50'000, 1'090);
  EXPECT_NEAR(below_01, 1'000, 158);
}

TEST(StickySplitTest, AGrowingWeightOnlyAddsUsersToTheCanary) {
  const StickyMesh mesh({.key = {}, .salt = "s"});
  SeededRandom random(1);
  for (int i = 0; i < 100'000; ++i) {
    const double position = PositionOf(*mesh.UnitOf({}, "/", std::to_string(random.Next())));
    double low = PositionOf(random.Next());
    double high = PositionOf(random.Next());
    if (low > high) std::swap(low, high);
    const bool was_canary = position < low;
    const bool is_canary = position < high;
    EXPECT_TRUE(!was_canary || is_canary);
    EXPECT_EQ(was_canary != is_canary, low <= position && position < high);
  }
}

TEST(ManagedRuleTest, ADestinationThatIsNotListedGoesToThePortOfTheOther) {
  const std::string rule =
      "hosts: [reviews]\nhttp: [{route: [{destination: {host: reviews, subset: v1, port: "
      "{number: 81}}}]}]";
  const Mesh mesh(ServiceOn("reviews.default.svc.cluster.local", {80, 81}) +
                      Object("VirtualService", "default/reviews", rule),
                  {}, {}, {ReviewsSplit()});
  const Route& route = *mesh.Get("reviews").route;
  ASSERT_EQ(route.destinations.size(), 2u);
  EXPECT_EQ(mesh.Name(route.destinations[0].destination),
            "81|v1|reviews.default.svc.cluster.local");
  EXPECT_EQ(mesh.Name(route.destinations[1].destination),
            "81|v2|reviews.default.svc.cluster.local");
}

TEST(ManagedRuleTest, AMatchOfAnotherPortDoesNotHold) {
  TrafficSplit split = ReviewsSplit();
  split.match.emplace_back().port = 81;
  const Mesh mesh(ServiceOn("reviews.default.svc.cluster.local", {80, 81}) +
                      Object("VirtualService", "default/reviews",
                             "hosts: [reviews]\nhttp: [{route: [{destination: {host: reviews, "
                             "subset: v1}}]}]"),
                  {}, {}, {split});
  EXPECT_FALSE(mesh.Get("reviews:80").route->split->Matches({.authority = "reviews:80"}));
  EXPECT_TRUE(mesh.Get("reviews:81").route->split->Matches({.authority = "reviews:81"}));
}

TEST(ManagedRuleTest, TellsWhyASplitHasNoRule) {
  const auto problem = [](const std::string& http) {
    const Mesh mesh(
        Object("VirtualService", "default/reviews", "hosts: [reviews.example.com]\nhttp: " + http),
        {}, {}, {ReviewsSplit()});
    return mesh.table().split_problems().at(0);
  };
  EXPECT_EQ(problem("[{route: [{destination: {host: reviews, subset: v1}}]}]"), "");
  EXPECT_THAT(problem("[{directResponse: {status: 204}}]"),
              HasSubstr("http[0] has no destinations to split between"));
  EXPECT_THAT(problem("[{match: [{uri: {prefix: /a}}], directResponse: {status: 204}}, "
                      "{route: [{destination: {host: reviews}}]}]"),
              HasSubstr("must have one http rule, has 2"));
  EXPECT_THAT(problem("[{route: [{destination: {host: ratings}}]}]"),
              HasSubstr("sends traffic to a third destination, ratings"));
}

TEST(ManagedRuleTest, ADestinationIsOneOfThree) {
  TrafficSplit split = ReviewsSplit();
  split.fresh_baseline = {.host = "reviews", .subset = "v1-fresh", .port = {}};
  const auto problem = [&split](const std::string& subset) {
    split.fresh_baseline->subset = subset;
    split.fresh_baseline->host = "reviews.default.svc.cluster.local";
    const Mesh mesh(Object("VirtualService", "default/reviews",
                           "hosts: [reviews.example.com]\nhttp: [{route: [{destination: {host: "
                           "reviews, subset: v1}}, {destination: {host: reviews, subset: "
                           "v1-fresh}, weight: 1}, {destination: {host: reviews, subset: v2}}]}]"),
                    {}, {}, {split});
    return mesh.table().split_problems().at(0);
  };
  EXPECT_EQ(problem("v1-fresh"), "");
  EXPECT_THAT(problem("v2"), HasSubstr("sends traffic to a third destination"));
  split.fresh_baseline->subset = "v2";
  const Mesh both(
      Object("VirtualService", "default/reviews",
             "hosts: [reviews.example.com]\nhttp: [{route: [{destination: {host: "
             "reviews, subset: v1}, weight: 1}, {destination: {host: reviews, subset: v2}}]}]"),
      {}, {}, {split});
  EXPECT_THAT(both.table().split_problems().at(0),
              HasSubstr("has one destination that is canary and fresh baseline at once"));
}

TEST(ManagedRuleTest, ARuleThatTheClientDoesNotSeeIsNotManaged) {
  const Mesh mesh(Object("VirtualService", "default/reviews",
                         "hosts: [reviews.example.com]\nexportTo: [other]\n"
                         "http: [{route: [{destination: {host: reviews, subset: v1}}]}]"),
                  {}, {}, {ReviewsSplit()});
  EXPECT_EQ(mesh.table().split_problems().at(0),
            "VirtualService default/reviews does not apply to this client");
}

}  // namespace
}  // namespace meshroute
