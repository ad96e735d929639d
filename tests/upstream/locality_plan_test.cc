// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/locality_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/upstream/locality_name.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Choice = LocalityPlan::Choice;
using ::testing::HasSubstr;

EndpointSpec At(std::string locality, uint32_t weight = 1, Labels labels = {}) {
  EndpointSpec spec;
  spec.locality = std::move(locality);
  spec.weight = weight;
  spec.labels = std::move(labels);
  return spec;
}

// The endpoints' priorities as a text: "0 1 - 2", '-' for one that is left out.
std::string PrioritiesOf(const LocalityPlan& plan) {
  std::string text;
  for (const std::optional<uint32_t>& priority : plan.priorities) {
    text += text.empty() ? "" : " ";
    text += priority ? std::to_string(*priority) : "-";
  }
  return text;
}

class LocalityPlanTest : public ::testing::Test {
 protected:
  LocalityPlanTest() { client_.locality = "us/a/1"; }

  LocalityLbSetting& Locality() {
    std::optional<LocalityLbSetting>& setting = policy_.load_balancer.emplace().locality_lb_setting;
    return setting.emplace();
  }
  ZoneAwareLbSetting& ZoneAware() {
    std::optional<ZoneAwareLbSetting>& setting =
        policy_.load_balancer.emplace().zone_aware_lb_setting;
    return setting.emplace();
  }
  void Detect() { policy_.outlier_detection.emplace(); }

  LocalityPlan Plan(const std::vector<EndpointSpec>& endpoints) const {
    return PlanLocalities(policy_, client_, endpoints);
  }
  std::string Priorities(const std::vector<EndpointSpec>& endpoints) const {
    return PrioritiesOf(Plan(endpoints));
  }

  const std::vector<EndpointSpec> places_{At("us/a/1"), At("us/a/2"), At("us/b/1"), At("eu/a/1"),
                                          At("ap/a/1")};
  EffectivePolicy policy_;
  ClientIdentity client_;
};

TEST_F(LocalityPlanTest, PartsOfNames) {
  const LocalityName full("r/z/s/more");
  EXPECT_EQ(full.region, "r");
  EXPECT_EQ(full.zone, "z");
  EXPECT_EQ(full.subzone, "s");
  EXPECT_EQ(LocalityName("r").zone, "");
  EXPECT_TRUE(LocalityName("").region.empty());

  EXPECT_TRUE(full.Fits(LocalityName("*")));
  EXPECT_TRUE(full.Fits(LocalityName("r")));
  EXPECT_TRUE(full.Fits(LocalityName("r/*")));
  EXPECT_TRUE(full.Fits(LocalityName("r/z/*")));
  EXPECT_TRUE(full.Fits(LocalityName("r/z/s")));
  EXPECT_FALSE(full.Fits(LocalityName("r/z/t")));
  EXPECT_FALSE(full.Fits(LocalityName("r/y")));
  EXPECT_FALSE(LocalityName("").Fits(LocalityName("r")));
  EXPECT_TRUE(LocalityName("").Fits(LocalityName("*")));
}

// Which setting is in force.

TEST_F(LocalityPlanTest, TheRuleDecidesThenTheMeshZoneAwareFirst) {
  EXPECT_TRUE(std::holds_alternative<LocalityLbSetting>(ChooseLocalitySetting(policy_)));
  policy_.mesh_zone_aware_lb_setting.emplace();
  EXPECT_TRUE(std::holds_alternative<ZoneAwareLbSetting>(ChooseLocalitySetting(policy_)));
  Locality().failover = {{"us", "eu"}};
  EXPECT_EQ(std::get<LocalityLbSetting>(ChooseLocalitySetting(policy_)).failover.size(), 1u);
  ZoneAware().min_cluster_size = 9;
  EXPECT_EQ(std::get<ZoneAwareLbSetting>(ChooseLocalitySetting(policy_)).min_cluster_size, 9u);
}

TEST_F(LocalityPlanTest, DisabledEndsTheSearch) {
  const auto is_off = [&] {
    return std::holds_alternative<std::monostate>(ChooseLocalitySetting(policy_));
  };
  Detect();
  Locality().enabled = false;
  EXPECT_TRUE(is_off());
  EXPECT_EQ(Priorities(places_), "");
  ZoneAware().enabled = false;
  EXPECT_TRUE(is_off());
  policy_.load_balancer.reset();
  policy_.mesh_zone_aware_lb_setting.emplace().enabled = false;
  EXPECT_TRUE(is_off()) << "before the mesh's localityLbSetting";
  policy_.mesh_zone_aware_lb_setting.reset();
  policy_.mesh_locality_lb_setting->enabled = false;
  EXPECT_TRUE(is_off());
  policy_.mesh_locality_lb_setting.reset();
  EXPECT_TRUE(is_off());
}

TEST_F(LocalityPlanTest, AnEmptySettingOfTheRuleReplacesTheMeshWideOneWhole) {
  Detect();
  policy_.mesh_locality_lb_setting->failover = {{"us", "ap"}};
  EXPECT_EQ(Priorities(places_), "0 1 2 4 3");
  Locality();
  EXPECT_EQ(Priorities(places_), "0 1 2 3 3");
}

// failover

TEST_F(LocalityPlanTest, OutlierDetectionAloneTurnsFailoverOn) {
  EXPECT_EQ(Priorities(places_), "");
  EXPECT_THAT(Plan(places_).reason, HasSubstr("no outlierDetection"));
  Detect();
  EXPECT_EQ(Priorities(places_), "0 1 2 3 3");
  EXPECT_EQ(Plan(places_).choice, Choice::kPooled);
  EXPECT_EQ(Plan(places_).reason, "mesh-wide localityLbSetting: nearest first");
}

TEST_F(LocalityPlanTest, NothingIsNearToAClientWithoutLocality) {
  Detect();
  client_.locality.clear();
  EXPECT_EQ(Priorities(places_), "");
  EXPECT_THAT(Plan(places_).reason, HasSubstr("locality is not known"));
}

TEST_F(LocalityPlanTest, UnusedPrioritiesAreClosedUp) {
  Detect();
  EXPECT_EQ(Priorities({At("eu"), At("us/b"), At("ap")}), "1 0 1");
  EXPECT_EQ(Priorities({At("eu"), At("")}), "0 0");
  client_.locality = "us/a";
  EXPECT_EQ(Priorities({At("us/a"), At("us/a/1"), At("us")}), "0 1 2");
}

TEST_F(LocalityPlanTest, FailoverPutsItsRegionBeforeTheOthers) {
  Detect();
  Locality().failover = {{"eu", "us"}, {"us", "ap"}, {"us", "eu"}};
  EXPECT_EQ(Priorities(places_), "0 1 2 4 3") << "the first entry for the region counts";
  EXPECT_EQ(Plan(places_).choice, Choice::kByWeight);
  client_.locality = "ap/x";
  EXPECT_EQ(Priorities(places_), "1 1 1 1 0") << "no entry: as without failover";
}

TEST_F(LocalityPlanTest, FailoverWithoutOutlierDetectionDoesNothing) {
  Locality().failover = {{"us", "ap"}};
  EXPECT_EQ(Priorities(places_), "");
  EXPECT_EQ(Plan(places_).choice, Choice::kPooled);
}

TEST_F(LocalityPlanTest, WeightsAreTheSumsOfTheEndpointsByPriority) {
  Detect();
  Locality().failover = {{"us", "eu"}};
  const LocalityPlan plan =
      Plan({At("us/a/1", 2), At("us/a/1", 0), At("eu/x", 5), At("eu/y", 7), At("eu/x", 1)});
  EXPECT_EQ(PrioritiesOf(plan), "0 0 1 1 1");
  EXPECT_EQ(plan.weights,
            (LocalityPlan::Weights{{{0, "us/a/1"}, 3}, {{1, "eu/x"}, 6}, {{1, "eu/y"}, 7}}));
}

// failoverPriority

TEST_F(LocalityPlanTest, LabelsCountFromTheFirstThatDiffers) {
  Detect();
  Locality().failover_priority = {"rack", "version=v1", "missing"};
  client_.labels = {{"rack", "7"}, {"version", "v9"}};
  EXPECT_EQ(Priorities({At("", 1, {{"rack", "7"}, {"version", "v1"}}),
                        At("", 1, {{"rack", "7"}, {"version", "v1"}, {"missing", "x"}}),
                        At("", 1, {{"rack", "7"}, {"version", "v9"}}),
                        At("", 1, {{"rack", "8"}, {"version", "v1"}})}),
            "0 1 2 3");
  EXPECT_EQ(Plan({At("")}).choice, Choice::kByWeight);
}

TEST_F(LocalityPlanTest, LabelsOfThePlaceFollowFromTheLocality) {
  Detect();
  Locality().failover_priority = {kRegionLabel, kZoneLabel, kSubzoneLabel};
  EXPECT_EQ(Priorities(places_), "0 1 2 3 3");
  EXPECT_EQ(Priorities({At("", 1, {{kRegionLabel, "us"}}), At("us/a")}), "1 0");
}

TEST_F(LocalityPlanTest, ANetworkLabelThatComesFirstDividesAndDoesNotEnd) {
  Detect();
  Locality().failover_priority = {kNetworkLabel, "rack"};
  client_.network = "n1";
  client_.labels = {{"rack", "7"}};
  EXPECT_EQ(Priorities({At("", 1, {{kNetworkLabel, "n1"}, {"rack", "7"}}),
                        At("", 1, {{kNetworkLabel, "n1"}, {"rack", "8"}}),
                        At("", 1, {{kNetworkLabel, "n2"}, {"rack", "7"}}),
                        At("", 1, {{kNetworkLabel, "n2"}, {"rack", "8"}})}),
            "0 1 2 3");
  Locality().failover_priority = {"rack", kNetworkLabel};
  EXPECT_EQ(Priorities({At("", 1, {{kNetworkLabel, "n1"}, {"rack", "8"}}),
                        At("", 1, {{kNetworkLabel, "n2"}, {"rack", "8"}})}),
            "0 0")
      << "further back it is a label like any other";
}

TEST_F(LocalityPlanTest, FailoverOrdersWhatLabelsLeaveEqual) {
  Detect();
  LocalityLbSetting& setting = Locality();
  setting.failover_priority = {"rack"};
  setting.failover = {{"us", "ap"}};
  client_.labels = {{"rack", "7"}};
  const Labels rack{{"rack", "7"}};
  EXPECT_EQ(Priorities({At("us/a/1"), At("eu"), At("ap"), At("us/b", 1, rack), At("eu", 1, rack),
                        At("ap", 1, rack)}),
            "3 5 4 0 2 1");
}

TEST_F(LocalityPlanTest, LabelsMeanNothingForAClientWithoutAny) {
  Detect();
  Locality().failover_priority = {"rack"};
  client_ = ClientIdentity();
  EXPECT_EQ(Priorities({At("", 1, {{"rack", "7"}}), At("")}), "");
  EXPECT_THAT(Plan(places_).reason, HasSubstr("client without labels"));
}

// distribute

TEST_F(LocalityPlanTest, TheFirstEntryForTheClientDistributes) {
  Locality().distribute = {{"eu/*", {{"eu", 100}}},
                           {"us/a/*", {{"us/a/1", 80}, {"us/a/2", 20}}},
                           {"us/*", {{"ap", 100}}}};
  const LocalityPlan plan = Plan(places_);
  EXPECT_EQ(PrioritiesOf(plan), "0 0 - - -");
  EXPECT_EQ(plan.left_out(), 3u);
  EXPECT_EQ(plan.choice, Choice::kByWeight);
  EXPECT_EQ(plan.weights, (LocalityPlan::Weights{{{0, "us/a/1"}, 80}, {{0, "us/a/2"}, 20}}));
  EXPECT_EQ(plan.reason, "localityLbSetting: distribute[1] (from us/a/*)");
}

TEST_F(LocalityPlanTest, AShareOfSeveralLocalitiesIsDividedByWeightAndRoundedUp) {
  Locality().distribute = {{"*", {{"us/*", 90}, {"eu/*", 10}}}};
  const LocalityPlan plan =
      Plan({At("us/a", 1), At("us/b", 1), At("us/b", 5), At("eu/a", 1), At("eu/b", 2)});
  EXPECT_EQ(plan.weights, (LocalityPlan::Weights{{{0, "us/a"}, 13},  // 90 / 7 = 12.86
                                                 {{0, "us/b"}, 78},  // 90 * 6 / 7 = 77.14
                                                 {{0, "eu/a"}, 4},   // 10 / 3 = 3.33
                                                 {{0, "eu/b"}, 7}}));
}

TEST_F(LocalityPlanTest, WithoutAnEntryForTheClientNobodyIsLeftOut) {
  Locality().distribute = {{"eu/*", {{"eu", 100}}}};
  const LocalityPlan plan = Plan({At("us/a/1", 3), At("eu", 2)});
  EXPECT_EQ(plan.priorities.size(), 0u);
  EXPECT_EQ(plan.weights, (LocalityPlan::Weights{{{0, "us/a/1"}, 3}, {{0, "eu"}, 2}}));
}

TEST_F(LocalityPlanTest, EveryEndpointMayBeLeftOut) {
  Locality().distribute = {{"us", {{"sa", 100}}}};
  EXPECT_EQ(Priorities(places_), "- - - - -");
  EXPECT_TRUE(FollowPlan(Plan(places_), places_).empty());
}

TEST_F(LocalityPlanTest, DistributeWinsOverFailoverPriorityAndOutlierDetection) {
  Detect();
  LocalityLbSetting& setting = Locality();
  setting.distribute = {{"us", {{"us", 50}, {"eu", 50}}}};
  setting.failover_priority = {kRegionLabel};
  EXPECT_EQ(Priorities(places_), "0 0 0 0 -");
}

// zoneAwareLbSetting

TEST_F(LocalityPlanTest, ZoneAwareOrdersRegionsAndPrefersTheOwnZone) {
  ZoneAware();
  EXPECT_EQ(Priorities(places_), "") << "nothing fails over without outlierDetection";
  EXPECT_EQ(Plan(places_).choice, Choice::kOwnZone);
  EXPECT_EQ(Plan(places_).minimum_zone_aware, 6u);
  Detect();
  EXPECT_EQ(Priorities(places_), "0 0 0 1 1");
  ZoneAware().failover = {{"us", "ap"}};
  EXPECT_EQ(Priorities(places_), "0 0 0 2 1");
  ZoneAware().min_cluster_size = 2;
  EXPECT_EQ(Plan(places_).minimum_zone_aware, 2u);
}

TEST_F(LocalityPlanTest, ZoneAwareLabelsStandAboveTheRegions) {
  Detect();
  ZoneAware().failover_priority = {"rack"};
  client_.labels = {{"rack", "7"}};
  EXPECT_EQ(Priorities(
                {At("us/a"), At("eu"), At("us/b", 1, client_.labels), At("eu", 1, client_.labels)}),
            "2 3 0 1");
}

TEST_F(LocalityPlanTest, ZoneAwareWithoutAZonePools) {
  ZoneAware();
  client_.locality = "us";
  EXPECT_EQ(Plan(places_).choice, Choice::kPooled);
  EXPECT_EQ(Priorities(places_), "");
}

// The embedder's priorities.

TEST_F(LocalityPlanTest, DeclaredPrioritiesComeFirst) {
  std::vector<EndpointSpec> endpoints{At("eu"), At("us/a/1"), At("us/b"), At("us/a/1")};
  endpoints[1].priority = endpoints[2].priority = 7;
  endpoints[3].priority = 4'000'000'000;
  EXPECT_EQ(Priorities(endpoints), "0 1 1 2") << "gaps are closed";
  Detect();
  EXPECT_EQ(Priorities(endpoints), "0 1 2 3");
  Locality().distribute = {{"us", {{"eu", 50}, {"us/a/1", 50}}}};
  const LocalityPlan plan = Plan(endpoints);
  EXPECT_EQ(PrioritiesOf(plan), "0 1 - 2");
  EXPECT_EQ(plan.weights,
            (LocalityPlan::Weights{{{0, "eu"}, 50}, {{1, "us/a/1"}, 50}, {{2, "us/a/1"}, 50}}));
}

TEST_F(LocalityPlanTest, FollowingAPlanKeepsTheOrderOfThoseThatStay) {
  Locality().distribute = {{"us", {{"eu", 50}, {"us/b", 50}}}};
  const std::vector<EndpointSpec> kept = FollowPlan(Plan(places_), places_);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].locality, "us/b/1");
  EXPECT_EQ(kept[1].locality, "eu/a/1");
}

}  // namespace
}  // namespace meshroute
