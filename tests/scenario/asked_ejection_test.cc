// SPDX-License-Identifier: Apache-2.0
// Endpoints that are set aside because someone asks the router to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr char kSecond[] = "10.0.0.2:9080";

class AskedEjectionScenario : public ScenarioTest {
 protected:
  void LoadWith(const std::string& policy) {
    LoadRules("  - route: [{destination: {host: reviews}}]\n",
              "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
              "metadata: {name: reviews}\nspec:\n  host: reviews\n" +
                  policy + "---\n");
  }

  Decision Explain() { return router_.Explain({.authority = "reviews:9080", .path = "/"}); }

  const DestinationKey key_{"reviews.default.svc.cluster.local", 9080};
};

TEST_F(AskedEjectionScenario, NoCallGoesThereUntilTheSweepAfterTheBaseEjectionTime) {
  LoadWith(
      "  trafficPolicy:\n    loadBalancer: {simple: ROUND_ROBIN}\n"
      "    outlierDetection: {baseEjectionTime: 20s, maxEjectionPercent: 50}\n");
  router_.RunDue(clock_.Now());
  const absl::StatusOr<Duration> time = router_.Eject(key_, kSecond, {.one_in = 3});
  ASSERT_TRUE(time.ok()) << time.status();
  EXPECT_EQ(*time, 20s);
  EXPECT_THAT(observer_.ejected, ElementsAre(kSecond));
  EXPECT_EQ(Explain().pool->endpoints[1].health, "ejected by outlier detection");
  EXPECT_THAT(Explain().ToText(), HasSubstr("10.0.0.2:9080  ejected by outlier detection"));
  for (int i = 0; i < 6; ++i) (void)Get("/");
  EXPECT_THAT(Addresses(), testing::Not(testing::Contains(kSecond)));

  clock_.Advance(20s - 1ms);
  router_.RunDue(clock_.Now());
  EXPECT_THAT(observer_.readmitted, IsEmpty());
  clock_.Advance(10s);
  router_.RunDue(clock_.Now());
  EXPECT_THAT(observer_.readmitted, ElementsAre(kSecond));
  for (int i = 0; i < 6; ++i) (void)Get("/");
  EXPECT_THAT(Addresses(), testing::Contains(kSecond));
}

TEST_F(AskedEjectionScenario, StaysOverAnUpdate) {
  LoadWith("  trafficPolicy: {outlierDetection: {maxEjectionPercent: 50}}\n");
  ASSERT_TRUE(router_.Eject(key_, kSecond).ok());
  LoadWith("  trafficPolicy: {outlierDetection: {maxEjectionPercent: 60}}\n");
  EXPECT_EQ(Explain().pool->endpoints[1].health, "ejected by outlier detection");
}

TEST_F(AskedEjectionScenario, IsRefusedByName) {
  LoadWith("  trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}\n");
  EXPECT_EQ(router_.Eject(key_, kSecond).status().message(),
            "outbound|9080||reviews.default.svc.cluster.local has no outlierDetection");
  EXPECT_EQ(router_.Eject(key_, "10.0.0.9:9080").status().message(),
            "outbound|9080||reviews.default.svc.cluster.local has no endpoint 10.0.0.9:9080");
  const absl::Status status = router_.Eject({"nobody.com", 80}, kSecond).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "there is no destination outbound|80||nobody.com");
  EXPECT_THAT(observer_.ejected, IsEmpty());
}

}  // namespace
}  // namespace meshroute
