// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kBalancer[] = "host: a\ntrafficPolicy: {loadBalancer: {@}}";
constexpr char kHash[] = "host: a\ntrafficPolicy: {loadBalancer: {consistentHash: {@}}}";
constexpr char kLocality[] =
    "host: a\ntrafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting: {@}}}";
constexpr char kZoneAware[] =
    "host: a\ntrafficPolicy: {outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {@}}}";
constexpr char kAt[] = "spec.trafficPolicy.loadBalancer.";

std::string At(const std::string& field) { return kAt + field; }

TEST(ValidateLoadBalancer, CookiesAndAttributesHaveNames) {
  const std::string at = At("consistentHash.httpCookie.");
  ExpectErrors(
      "DestinationRule", kHash,
      {{"httpCookie: {ttl: 0s}", "httpCookie: {name: c, ttl: 0s}", at + "name", "is missing"},
       {"httpCookie: {name: c, attributes: [{value: x}]}",
        "httpCookie: {name: c, attributes: [{name: x}]}", at + "attributes[0].name", "is missing"},
       {"httpCookie: {name: c, attributes: [{name: x}, {name: x}]}",
        "httpCookie: {name: c, attributes: [{name: x}, {name: X}]}", at + "attributes[1].name",
        "earlier attribute: \"x\""}});
}

TEST(ValidateLoadBalancer, MaglevTablesArePrimes) {
  const auto maglev = [](const std::string& size) {
    return "useSourceIp: true, maglev: {tableSize: " + size + "}";
  };
  const std::string at = At("consistentHash.maglev.tableSize");
  ExpectErrors("DestinationRule", kHash,
               {{"useSourceIp: true, maglev: {}", maglev("65537"), at, "must be a prime"},
                {maglev("0"), maglev("2"), at, "got 0"},
                {maglev("1"), maglev("3"), at, "got 1"},
                {maglev("65536"), maglev("65539"), at, "got 65536"},
                {maglev("25"), maglev("23"), at, "got 25"},
                {maglev("5000011"), maglev("4999999"), at, "below 5000011, got 5000011"},
                {maglev("18446744073709551615"), maglev("5"), at, "got 18446744073709551615"}});
}

TEST(ValidateLoadBalancer, MinimumRingSizeIsDeprecated) {
  ExpectWarnings("DestinationRule", kHash,
                 {{"minimumRingSize: 1", "minimumRingSize: 0", At("consistentHash.minimumRingSize"),
                   "use ringHash.minimumRingSize"}});
  EXPECT_THAT(
      Texts(ProblemsOf("DestinationRule", Filled(kHash, "minimumRingSize: 1, ringHash: {}"))),
      ElementsAre(HasSubstr("deprecated"), HasSubstr("must not stand beside ringHash")));
  EXPECT_THAT(ProblemsOf("DestinationRule", Filled(kHash, "ringHash: {minimumRingSize: 1}")),
              IsEmpty());
}

TEST(ValidateLoadBalancer, AHashWithoutAKeyIsAccepted) {
  EXPECT_THAT(ProblemsOf("DestinationRule", Filled(kHash, "")), IsEmpty());
}

TEST(ValidateLoadBalancer, BothMembersOfAOneofAreRefused) {
  Resources resources;
  DestinationRule& rule = resources.destination_rules.emplace_back();
  rule.host = "a";
  LoadBalancerSettings& settings = rule.traffic_policy.emplace().load_balancer.emplace();
  settings.simple = LoadBalancerSettings::Simple::kRandom;
  EXPECT_TRUE(Validate(resources).ok());
  ConsistentHash& hash = settings.consistent_hash.emplace();
  hash.http_header_name = "x";
  hash.use_source_ip = false;
  hash.ring_hash.emplace();
  hash.maglev.emplace().table_size = 7;
  ConfigErrors errors;
  EXPECT_FALSE(Validate(resources, errors, nullptr).ok());
  EXPECT_THAT(Texts(errors.problems()),
              ElementsAre(HasSubstr("loadBalancer.consistentHash: must not stand beside simple"),
                          HasSubstr("loadBalancer.consistentHash: must have one key of"),
                          HasSubstr("consistentHash.maglev: must not stand beside ringHash")));
}

TEST(ValidateLoadBalancer, WarmupIsLegal) {
  ExpectErrors(
      "DestinationRule", kBalancer,
      {{"warmup: {}", "warmup: {duration: 1s}", At("warmup.duration"), "is missing"},
       {"warmup: {duration: 0s}", "warmup: {duration: 1ms}", At("warmup.duration"), "1ms or more"},
       {"warmup: {duration: 1s, minimumPercent: 100.5}",
        "warmup: {duration: 1s, minimumPercent: 100}", At("warmup.minimumPercent"), "got 100.5"},
       {"warmup: {duration: 1s, minimumPercent: -1}", "warmup: {duration: 1s, minimumPercent: 0}",
        At("warmup.minimumPercent"), "got -1"},
       {"warmup: {duration: 1s, aggression: 0}", "warmup: {duration: 1s, aggression: 0.1}",
        At("warmup.aggression"), "must be more than 0, got 0"},
       {"warmupDurationSecs: 0s", "warmupDurationSecs: 1s", At("warmupDurationSecs"),
        "1ms or more"}});
}

TEST(ValidateLocality, DistributeSharesAddUpToAHundred) {
  const std::string at = At("localityLbSetting.distribute[0].to");
  ExpectErrors("DestinationRule", kLocality,
               {{"distribute: [{from: a, to: {b: 99}}]", "distribute: [{from: a, to: {b: 100}}]",
                 at, "add up to 100, got 99"},
                {"distribute: [{from: a}]", "distribute: []", at, "add up to 100, got 0"},
                {"distribute: [{from: a, to: {b: 100, c: 0}}]",
                 "distribute: [{from: a, to: {b: 99, c: 1}}]", at + ".c", "from 1 to 100, got 0"},
                {"distribute: [{from: a, to: {b: 50, b/c: 50}}]",
                 "distribute: [{from: a, to: {b/d: 50, b/c: 50}}]", at + ".b/c", "overlaps"}});
}

TEST(ValidateLocality, LocalitiesAreWellFormed) {
  const auto from = [](const std::string& locality) {
    return "distribute: [{from: '" + locality + "', to: {x: 100}}]";
  };
  const std::string at = At("localityLbSetting.distribute[0].from");
  ExpectErrors("DestinationRule", kLocality,
               {{from(""), from("a"), at, "got \"\""},
                {from("a/"), from("a/b"), at, "must be region, region/zone"},
                {from("a//c"), from("a/b/c"), at, "got \"a//c\""},
                {from("/b"), from("*"), at, "got \"/b\""},
                {from("*/b"), from("a/*"), at, "must have '*' at its end only"},
                {from("a/*/*"), from("a/b/*"), at, "at its end only, got \"a/*/*\""}});
}

TEST(ValidateLocality, LaterLocalitiesAreNotCoveredByEarlierOnes) {
  const auto from = [](const std::string& first, const std::string& second) {
    return "distribute: [{from: '" + first + "', to: {x: 100}}, {from: '" + second +
           "', to: {x: 100}}]";
  };
  const std::string at = At("localityLbSetting.distribute[1].from");
  ExpectErrors("DestinationRule", kLocality,
               {{from("a", "a"), from("a", "b"), at, "overlaps"},
                {from("*", "a"), from("a", "*"), at, "overlaps"},
                {from("*", "*"), from("b/*", "*"), at, "overlaps"},
                {from("a", "a/b"), from("a", "b/b"), at, "overlaps"},
                {from("a/b", "a"), from("a/b", "c"), at, "overlaps"},
                {from("a/*", "a/b"), from("a/b", "a/*"), at, "overlaps"},
                {from("a/*", "a"), from("a/*", "b"), at, "overlaps"},
                {from("a/b", "a/b/c"), from("a/c", "a/b/c"), at, "overlaps"},
                {from("a/b/c", "a/b"), from("a/b/c", "a/c"), at, "overlaps"},
                {from("a/b/*", "a/b/c"), from("a/b/c", "a/b/*"), at, "overlaps"},
                {from("a/b/c", "a/b/c"), from("a/b/c", "a/b/d"), at, "overlaps"}});
}

TEST(ValidateLocality, FailoverLeadsToAnotherRegion) {
  const std::string at = At("localityLbSetting.failover[0]");
  ExpectErrors(
      "DestinationRule", kLocality,
      {{"failover: [{from: a, to: a}]", "failover: [{from: a, to: b}]", at, "another region"},
       {"failover: [{from: a/b, to: c}]", "failover: [{from: a, to: c}]", at + ".from", "\"a/b\""},
       {"failover: [{from: a, to: '*'}]", "failover: [{from: a, to: c}]", at + ".to", "got \"*\""},
       {"failover: [{from: a, to: b}], distribute: [{from: a, to: {b: 100}}]",
        "failoverPriority: [x], distribute: [{from: a, to: {b: 100}}]",
        At("localityLbSetting.failover"), "beside distribute"}});
}

TEST(ValidateLocality, PrioritiesDoNotRepeatWhatFailoverOrders) {
  for (const std::string label : {"topology.kubernetes.io/region", "topology.kubernetes.io/zone",
                                  "topology.istio.io/subzone"}) {
    ExpectErrors("DestinationRule", kLocality,
                 {{"failover: [{from: a, to: b}], failoverPriority: [x, " + label + "]",
                   "failoverPriority: [x, " + label + "]",
                   At("localityLbSetting.failoverPriority[1]"), "must not be " + label}});
    ExpectErrors(
        "DestinationRule", kZoneAware,
        {{"failoverPriority: [" + label + "]", "failoverPriority: [kubernetes.io/hostname]",
          At("zoneAwareLbSetting.failoverPriority[0]"), "must not be " + label}});
  }
}

TEST(ValidateLocality, FailoverNeedsOutlierDetection) {
  const std::string bare = "host: a\ntrafficPolicy: {loadBalancer: {@}}";
  ExpectWarnings(
      "DestinationRule", bare,
      {{"localityLbSetting: {failover: [{from: a, to: b}]}", "localityLbSetting: {enabled: true}",
        At("localityLbSetting.failover"), "without outlierDetection"},
       {"localityLbSetting: {failoverPriority: [x]}",
        "localityLbSetting: {distribute: [{from: a, to: {b: 100}}]}",
        At("localityLbSetting.failoverPriority"), "without outlierDetection"},
       {"zoneAwareLbSetting: {failoverPriority: [x]}", "zoneAwareLbSetting: {}",
        At("zoneAwareLbSetting.failoverPriority"), "without outlierDetection"}});
  // The block of the same port counts, not the one above.
  EXPECT_THAT(
      Texts(
          ProblemsOf("DestinationRule",
                     "host: a\ntrafficPolicy: {outlierDetection: {}, portLevelSettings: [{port: "
                     "{number: 1}, loadBalancer: {localityLbSetting: {failoverPriority: [x]}}}]}")),
      ElementsAre(HasSubstr("portLevelSettings[0].loadBalancer.localityLbSetting.failoverPriority: "
                            "does nothing without")));
}

TEST(ValidateLocality, ZoneAwareSettingsAreLegal) {
  ExpectErrors("DestinationRule", kZoneAware,
               {{"failover: [{from: a, to: a}]", "failover: [{from: a, to: b}]",
                 At("zoneAwareLbSetting.failover[0]"), "another region"},
                {"minClusterSize: 0", "minClusterSize: 1", At("zoneAwareLbSetting.minClusterSize"),
                 "must be 1 or more"}});
  ExpectErrors("DestinationRule", kBalancer,
               {{"localityLbSetting: {}, zoneAwareLbSetting: {}", "zoneAwareLbSetting: {}",
                 At("zoneAwareLbSetting"), "beside localityLbSetting"}});
}

}  // namespace
}  // namespace meshroute
