// SPDX-License-Identifier: Apache-2.0
// The annotation meshroute.io/load-balancer.
#include "meshroute/config/load_balancer_extension.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/config/load.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPath[] = "metadata.annotations.meshroute.io/load-balancer";

// A rule with this annotation; hashing by a header unless told otherwise.
Loaded Load(const std::string& json, LoadOptions options = {},
            const std::string& balancer = "consistentHash: {httpHeaderName: x}") {
  return Loaded::Yaml(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: r\n"
      "  annotations:\n    meshroute.io/load-balancer: '" +
          json + "'\nspec: {host: a.com, trafficPolicy: {loadBalancer: {" + balancer + "}}}\n",
      std::move(options));
}

const LoadBalancerExtension& ExtensionOf(const Loaded& loaded) {
  return *loaded.resources().destination_rules.at(0).load_balancer_extension;
}

std::vector<std::string> ErrorsOf(const std::string& json) {
  Loaded loaded = Load(json);
  const bool accepted = loaded.loader().Finish().ok();
  EXPECT_EQ(accepted, loaded.errors().empty());
  return loaded.errors();
}

TEST(LoadBalancerExtensionTest, HasTheDefaultsWhereNothingIsWritten) {
  const Loaded least = Load(R"({"leastRequest": {}})");
  EXPECT_EQ(ExtensionOf(least).least_request, LeastRequestSettings());
  EXPECT_EQ(ExtensionOf(least).least_request->choice_count, 2U);
  EXPECT_EQ(ExtensionOf(least).least_request->selection,
            LeastRequestSettings::Selection::kNChoices);
  EXPECT_EQ(ExtensionOf(least).least_request->active_request_bias, std::nullopt);
  EXPECT_EQ(ExtensionOf(least).hash_balance_factor, 0U);
  EXPECT_EQ(ExtensionOf(Load(R"({"peakEwma": {}})")).peak_ewma->half_life, 10s);
  EXPECT_EQ(ExtensionOf(Load(R"({"peakEwma": {}})")).peak_ewma->initial_latency, std::nullopt);
  EXPECT_EQ(ExtensionOf(Load(R"({"latencyAware": {}})")).latency_aware->half_life, 10s);
  EXPECT_EQ(ExtensionOf(Load("{}")), LoadBalancerExtension());
}

TEST(LoadBalancerExtensionTest, IsReadWhole) {
  const Loaded scan = Load(
      R"({"leastRequest": {"selection": "FULL_SCAN", "choiceCount": 5, "activeRequestBias": 0.5},)"
      R"( "hashBalanceFactor": 125, "hashPolicies": [{"httpHeaderName": "a", "terminal": true},)"
      R"( {"httpCookie": {"name": "c", "ttl": "60s"}}, {"useSourceIp": true},)"
      R"( {"httpQueryParameterName": "q"}]})");
  EXPECT_THAT(scan.errors(), IsEmpty());
  const LoadBalancerExtension& read = ExtensionOf(scan);
  EXPECT_EQ(read.least_request->selection, LeastRequestSettings::Selection::kFullScan);
  EXPECT_EQ(read.least_request->choice_count, 5U);
  EXPECT_EQ(read.least_request->active_request_bias, 0.5);
  EXPECT_EQ(read.hash_balance_factor, 125U);
  ASSERT_EQ(read.hash_policies.size(), 4U);
  EXPECT_TRUE(read.hash_policies[0].terminal);
  EXPECT_EQ(read.hash_policies[0].http_header_name, "a");
  EXPECT_EQ(read.hash_policies[1].http_cookie->ttl, 60s);
  EXPECT_FALSE(read.hash_policies[1].terminal);
  EXPECT_EQ(read.hash_policies[2].use_source_ip, true);
  EXPECT_EQ(read.hash_policies[3].http_query_parameter_name, "q");
  const Loaded ewma = Load(R"({"peakEwma": {"halfLife": "2s", "initialLatency": "5ms"}})");
  EXPECT_EQ(ExtensionOf(ewma).peak_ewma->half_life, 2s);
  EXPECT_EQ(ExtensionOf(ewma).peak_ewma->initial_latency, 5ms);
  EXPECT_EQ(ExtensionOf(Load(R"({"custom": "mine"})")).custom, "mine");
}

TEST(LoadBalancerExtensionTest, EveryRuleOfTheFieldsIsChecked) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"leastRequest": {"choiceCount": 1}})", ".leastRequest.choiceCount: must be 2 or more"},
      {R"({"leastRequest": {"activeRequestBias": -1}})",
       ".leastRequest.activeRequestBias: must be 0 or more"},
      {R"({"leastRequest": {"selection": "BEST"}})", ".leastRequest.selection: "},
      {R"({"peakEwma": {"halfLife": "0s"}})", ".peakEwma.halfLife: must"},
      {R"({"peakEwma": {"initialLatency": "1us"}})", ".peakEwma.initialLatency: must"},
      {R"({"latencyAware": {"halfLife": "0s"}})", ".latencyAware.halfLife: must"},
      {R"({"latencyAware": {"initialLatency": "0s"}})", ".latencyAware.initialLatency: must"},
      {R"({"custom": ""})", ".custom: must not be empty"},
      {R"({"hashBalanceFactor": 99})", ".hashBalanceFactor: must be 100 or more"},
      {R"({"hashPolicies": [{}]})", ".hashPolicies[0]: must have one key"},
      {R"({"hashPolicies": [{"httpCookie": {"ttl": "0s"}}]})",
       ".hashPolicies[0].httpCookie.name: is missing"},
  };
  for (const auto& [json, error] : cases) {
    EXPECT_THAT(ErrorsOf(json), ElementsAre(HasSubstr(kPath + error))) << json;
  }
  EXPECT_THAT(ErrorsOf(R"({"hashBalanceFactor": 100, "leastRequest": {"choiceCount": 2,
                           "activeRequestBias": 0}})"),
              IsEmpty());
}

TEST(LoadBalancerExtensionTest, OneAlgorithmAtMostAndOneKeyForEachPolicy) {
  EXPECT_THAT(ErrorsOf(R"({"peakEwma": {}, "custom": "mine"})"), testing::Not(IsEmpty()));
  EXPECT_THAT(ErrorsOf(R"({"leastRequest": {}, "latencyAware": {}})"), testing::Not(IsEmpty()));
  EXPECT_THAT(ErrorsOf(R"({"hashPolicies": [{"httpHeaderName": "a", "useSourceIp": true}]})"),
              testing::Not(IsEmpty()));
}

TEST(LoadBalancerExtensionTest, WhatAddsToConsistentHashNeedsOne) {
  Loaded loaded = Load(R"({"hashBalanceFactor": 125, "hashPolicies": [{"useSourceIp": true}]})", {},
                       "simple: RANDOM");
  EXPECT_TRUE(loaded.loader().Finish().ok());
  EXPECT_THAT(loaded.warnings(), ElementsAre(HasSubstr("hashBalanceFactor: adds to consistentHash"),
                                             HasSubstr("hashPolicies: adds to consistentHash")));
}

TEST(LoadBalancerExtensionTest, ANameOfABalancerThatNobodyHasIsAnErrorAtItsPlace) {
  LoadOptions options;
  options.custom_balancers = {"mine", "other"};
  Loaded unknown = Load(R"({"custom": "mime"})", options);
  EXPECT_FALSE(unknown.loader().Finish().ok());
  EXPECT_THAT(unknown.errors(),
              ElementsAre(std::string(kPath) +
                          ".custom: names no balancer that this program has (mine, other): "
                          "\"mime\""));
  EXPECT_THAT(unknown.positions(), ElementsAre("6:35"));
  EXPECT_TRUE(Load(R"({"custom": "mine"})", options).loader().Finish().ok());
  EXPECT_TRUE(Load(R"({"custom": "mime"})").loader().Finish().ok()) << "names are not known";
  options.custom_balancers->clear();
  Loaded none = Load(R"({"custom": "mine"})", options);
  EXPECT_FALSE(none.loader().Finish().ok());
  EXPECT_THAT(none.errors(), ElementsAre(HasSubstr("(none)")));
}

}  // namespace
}  // namespace meshroute
