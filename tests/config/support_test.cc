// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/config/load.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Support SupportOf(const std::string& kind, const std::string& path) {
  for (const FieldSupport& field : ListFieldSupport()) {
    if (field.kind == kind && field.path == path) return field.support;
  }
  ADD_FAILURE() << "no field " << path << " of " << kind;
  return Support::kRefused;
}

TEST(FieldSupportTest, EachFieldIsListedOnce) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const FieldSupport& field : ListFieldSupport()) {
    EXPECT_TRUE(seen.emplace(field.kind, field.path).second) << field.path;
  }
}

TEST(FieldSupportTest, WhatIsNotHonouredSaysWhy) {
  for (const FieldSupport& field : ListFieldSupport()) {
    EXPECT_EQ(field.support == Support::kHonoured, field.note.empty()) << field.path;
  }
}

TEST(FieldSupportTest, FieldsAreFoundUnderTheirPaths) {
  EXPECT_EQ(SupportOf("VirtualService", "metadata.namespace"), Support::kHonoured);
  EXPECT_EQ(SupportOf("VirtualService", "spec.hosts[]"), Support::kHonoured);
  EXPECT_EQ(SupportOf("VirtualService", "spec.http[].match[].headers{}"), Support::kHonoured);
  EXPECT_EQ(SupportOf("VirtualService", "spec.http[].route[].destination.port.number"),
            Support::kHonoured);
  EXPECT_EQ(SupportOf("VirtualService", "spec.http[].fault.delay.exponentialDelay"),
            Support::kRefused);
  EXPECT_EQ(SupportOf("DestinationRule", "spec.workloadSelector.matchLabels{}"),
            Support::kHonoured);
  EXPECT_EQ(SupportOf("DestinationRule",
                      "spec.subsets[].trafficPolicy.portLevelSettings[].outlierDetection.interval"),
            Support::kHonoured);
  EXPECT_EQ(SupportOf("DestinationRule", "spec.trafficPolicy.tls.mode"), Support::kHonoured);
  EXPECT_EQ(SupportOf("DestinationRule",
                      "spec.trafficPolicy.connectionPool.http.h2UpgradePolicy=UPGRADE"),
            Support::kReported);
  EXPECT_EQ(SupportOf("ServiceEntry", "spec.endpoints[].ports{}"), Support::kHonoured);
  EXPECT_EQ(SupportOf("WorkloadEntry", "spec.serviceAccount"), Support::kIgnored);
}

TEST(FieldSupportTest, WhatLiesBelowAReportedFieldIsReportedToo) {
  EXPECT_EQ(SupportOf("DestinationRule", "spec.trafficPolicy.tunnel"), Support::kReported);
  EXPECT_EQ(SupportOf("DestinationRule", "spec.trafficPolicy.tunnel.targetHost"),
            Support::kReported);
}

TEST(FieldSupportTest, WhatIstioIgnoresIsIgnoredHereToo) {
  EXPECT_EQ(SupportOf("VirtualService", "spec.tcp[].match[].destinationSubnets[]"),
            Support::kHonoured);
  EXPECT_EQ(SupportOf("VirtualService", "spec.tcp[].match[].sourceSubnet"), Support::kIgnored);
}

TEST(FieldSupportTest, AReportedFieldThatIsSetGivesOneWarningAtItsPath) {
  const Loaded loaded =
      Loaded::Spec("DestinationRule",
                   "trafficPolicy: {tunnel: {targetHost: a, targetPort: 1}, connectionPool: {http: "
                   "{useClientProtocol: true}}}");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_THAT(
      loaded.warnings(),
      ElementsAre("spec.trafficPolicy.connectionPool.http.useClientProtocol: accepted, not "
                  "enforced: the HTTP client speaks HTTP/1.1",
                  "spec.trafficPolicy.tunnel: accepted, not enforced: tunnels are for the tcp and "
                  "tls rules, whose connections the caller makes; HTTP calls go to their "
                  "endpoints directly"));
}

TEST(FieldSupportTest, AReportedFieldThatHasItsDefaultGivesNone) {
  EXPECT_THAT(
      Loaded::Spec("DestinationRule", "trafficPolicy: {proxyProtocol: ~, tunnel: ~}").warnings(),
      IsEmpty());
  EXPECT_THAT(Loaded::Spec("DestinationRule",
                           "trafficPolicy: {tls: {mode: DISABLE}, connectionPool: {http: "
                           "{useClientProtocol: false, h2UpgradePolicy: DO_NOT_UPGRADE}}}")
                  .warnings(),
              IsEmpty());
}

TEST(FieldSupportTest, AValueThatIsReportedGivesAWarningOfItsOwn) {
  EXPECT_THAT(
      Loaded::Spec("DestinationRule",
                   "trafficPolicy: {tls: {mode: SIMPLE}, proxyProtocol: {}, connectionPool: {http: "
                   "{h2UpgradePolicy: UPGRADE}}}")
          .warnings(),
      ElementsAre("spec.trafficPolicy.connectionPool.http.h2UpgradePolicy: accepted, not enforced: "
                  "the HTTP client speaks HTTP/1.1"));
}

TEST(FieldSupportTest, EverySupportHasAName) {
  EXPECT_STREQ(SupportName(Support::kHonoured), "honoured");
  EXPECT_STREQ(SupportName(Support::kReported), "reported");
  EXPECT_STREQ(SupportName(Support::kIgnored), "ignored");
  EXPECT_STREQ(SupportName(Support::kRefused), "refused");
}

}  // namespace
}  // namespace meshroute
