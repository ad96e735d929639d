// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_SCENARIO_SPLITS_H_
#define MESHROUTE_TESTS_SCENARIO_SPLITS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "tests/scenario/scenario.h"

namespace meshroute {

// A draw that stands at `position` of [0, 1).
inline uint64_t At(double position) {
  return static_cast<uint64_t>(position * 18446744073709551616.0);
}

// The rule "default" of reviews, split between v1 and v2 as a rollout does.
inline TrafficSplit ReviewsSplit(double weight) {
  TrafficSplit split;
  split.namespace_name = "default";
  split.virtual_service = "reviews";
  split.route = "default";
  split.baseline = {.host = "reviews", .subset = "v1", .port = {}};
  split.canary = {.host = "reviews", .subset = "v2", .port = {}};
  split.weight = weight;
  split.rollout = "default/reviews";
  split.generation = 7;
  split.step = 2;
  return split;
}

// A router with that rule, which splits steer.
class SteeredScenario : public ScenarioTest {
 protected:
  void SetUp() override { LoadRules(std::string(kRule)); }

  static constexpr std::string_view kRule = R"(
  - name: default
    route: [{destination: {host: reviews, subset: v1}}]
)";

  // Puts one split in force; the test fails where it is refused.
  void Steer(TrafficSplit split) {
    const absl::Status status = router_.SetSplits({std::move(split)});
    ASSERT_TRUE(status.ok()) << status;
  }
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_SCENARIO_SPLITS_H_
