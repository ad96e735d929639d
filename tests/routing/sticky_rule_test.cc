// SPDX-License-Identifier: Apache-2.0
// Rules of a VirtualService whose own weights stick to a key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/hash.h"
#include "meshroute/base/random_source.h"
#include "meshroute/message/assignment.h"
#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;

// A VirtualService default/<name> with the annotation.
std::string Service(const std::string& name, const std::string& sticky, const std::string& spec) {
  return "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n"
         "  namespace: default\n  name: " +
         name + "\n  annotations:\n    meshroute.io/sticky-split: '" + sticky + "'\nspec: {" +
         spec + "}\n";
}

// "route: [...]" to v0, v1, ... with these weights.
std::string RouteOf(const std::vector<uint32_t>& weights) {
  std::string text;
  for (size_t i = 0; i < weights.size(); ++i) {
    text += "{destination: {host: reviews, subset: v" + std::to_string(i) +
            "}, weight: " + std::to_string(weights[i]) + "}, ";
  }
  return "route: [" + text + "]";
}

std::string Rule(const std::vector<uint32_t>& weights) {
  return "hosts: [reviews.a.com], http: [{" + RouteOf(weights) + "}]";
}

std::optional<uint64_t> UnitOf(const Route& route, std::string_view key) {
  return route.split->UnitOf({}, key);
}

// Where a rule with these weights sends keys.
class Weights {
 public:
  explicit Weights(const std::vector<uint32_t>& weights)
      : mesh_(Service("reviews", "{}", Rule(weights))), route_(*mesh_.Get("reviews.a.com").route) {}

  // The number of the destination's subset.
  int Of(std::string_view key) const {
    const size_t position = route_.PickDestination(route_.PlaceOf(*UnitOf(route_, key)));
    const std::string name = mesh_.Name(route_.destinations[position].destination);
    return name[name.find("|v") + 2] - '0';
  }

 private:
  const Mesh mesh_;
  const Route& route_;
};

TEST(StickyRuleTest, AKeyStandsAtItsHashAmongTheWeightsInTheirOrder) {
  const Mesh mesh(Service("reviews", R"({"salt": "s"})", Rule({70, 0, 30})));
  const Route& route = *mesh.Get("reviews.a.com").route;
  EXPECT_EQ(route.split->managed_by(), RouteSplit::kUnmanaged);
  EXPECT_EQ(UnitOf(route, "jason"), XxHash64("jason", XxHash64("s")));
  EXPECT_EQ(route.PlaceOf(0), 0u);
  EXPECT_EQ(route.PlaceOf(uint64_t{1} << 63), 50u);
  EXPECT_EQ(route.PlaceOf(UINT64_MAX), 99u);
  EXPECT_EQ(route.PickDestination(69), 0u);
  EXPECT_EQ(route.PickDestination(70), 1u);
}

TEST(StickyRuleTest, WithoutASaltTheNameOfTheObjectIsOne) {
  const Mesh mesh(Service("reviews", "{}", Rule({1, 1})));
  EXPECT_EQ(UnitOf(*mesh.Get("reviews.a.com").route, "jason"),
            XxHash64("jason", XxHash64("default/reviews")));
}

TEST(StickyRuleTest, OneDestinationThatIsLeftNeedsNoDraw) {
  const Mesh mesh(Service("reviews", "{}", Rule({100, 0})));
  EXPECT_EQ(mesh.Get("reviews.a.com").route->split, nullptr);
}

TEST(StickyRuleTest, ADelegatesRulesObeyTheDelegatesAnnotation) {
  const std::string root =
      "hosts: [reviews.a.com], http: [{match: [{uri: {prefix: /}}], delegate: "
      "{name: rules}}]";
  const std::string rules = "http: [{" + RouteOf({1, 1}) + "}]";
  const Mesh delegate(Object("VirtualService", "default/reviews", "{" + root + "}") +
                      Service("rules", "{}", rules));
  EXPECT_EQ(UnitOf(*delegate.Get("reviews.a.com").route, "jason"),
            XxHash64("jason", XxHash64("default/rules")));
  const Mesh roots(Service("reviews", "{}", root) +
                   Object("VirtualService", "default/rules", "{" + rules + "}"));
  EXPECT_EQ(roots.Get("reviews.a.com").route->split, nullptr);
}

// From 90/10 to 85/15 exactly the keys between the two boundaries move.
TEST(StickyRuleTest, MovingFivePercentMovesExactlyTheseKeys) {
  const Weights before({90, 10});
  const Weights after({85, 15});
  int moved = 0;
  constexpr int kKeys = 20'000;
  for (int i = 0; i < kKeys; ++i) {
    const std::string key = "user-" + std::to_string(i);
    const double position = PositionOf(XxHash64(key, XxHash64("default/reviews")));
    EXPECT_EQ(before.Of(key), position < 0.9 ? 0 : 1);
    EXPECT_EQ(after.Of(key), position < 0.85 ? 0 : 1);
    moved += before.Of(key) != after.Of(key);
  }
  EXPECT_NEAR(moved, kKeys / 20, 155);  // Five standard deviations.
}

// Weight that moves between neighbours moves keys between these two alone, one way.
TEST(StickyRuleTest, AnyMovedWeightMovesKeysOneWayBetweenTheTwo) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    std::vector<uint32_t> weights;
    for (uint64_t i = 0; i < 2 + seed % 4; ++i) {
      weights.push_back(static_cast<uint32_t>(random.Below(1000)));
    }
    weights[0] += 2;
    const size_t from = random.Below(weights.size() - 1);
    const auto some = static_cast<uint32_t>(random.Below(weights[from] + 1));
    std::vector<uint32_t> moved = weights;
    moved[from] -= some;
    moved[from + 1] += some;
    const Weights before(weights);
    const Weights after(moved);
    for (int i = 0; i < 500; ++i) {
      const std::string key = std::to_string(random.Next());
      const int now = after.Of(key);
      if (before.Of(key) == now) continue;
      EXPECT_THAT((std::vector<int>{before.Of(key), now}),
                  ElementsAre(static_cast<int>(from), static_cast<int>(from) + 1));
    }
  }
}

}  // namespace
}  // namespace meshroute
