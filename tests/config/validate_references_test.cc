// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "meshroute/config/analysis.h"
#include "meshroute/config/validated_config.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Object(const std::string& kind, const std::string& name, const std::string& spec) {
  return "---\napiVersion: networking.istio.io/v1\nkind: " + kind + "\nmetadata: {name: " + name +
         ", namespace: ns}\nspec: {" + spec + "}\n";
}

std::string RouteTo(const std::string& destination) {
  return Object("VirtualService", "v",
                "hosts: [v], http: [{route: [{destination: {" + destination + "}}]}]");
}

std::string Service(const std::string& host, size_t endpoints = 0) {
  std::string list;
  for (size_t i = 0; i < endpoints; ++i) list += "{address: 10.0.0.1},";
  return Object("ServiceEntry", "s",
                "hosts: ['" + host + "'], ports: [{number: 80, name: http, protocol: HTTP}], " +
                    "resolution: STATIC, endpoints: [" + list + "]");
}

std::string Rule(const std::string& host, const std::string& rest) {
  return Object("DestinationRule", "r", "host: '" + host + "', " + rest);
}

// The warnings of a valid load, as "path: message [code]".
std::vector<std::string> Warnings(const std::string& yaml) {
  Loaded loaded = Loaded::Yaml(yaml);
  const absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
  EXPECT_TRUE(config.ok()) << config.status();
  std::vector<std::string> texts;
  for (const ConfigProblem& problem : Analyze(*config, std::nullopt, MeshOptions())) {
    texts.push_back(problem.path + ": " + problem.message +
                    (problem.istio_code.empty() ? "" : " [" + problem.istio_code + "]"));
  }
  return texts;
}

TEST(References, ASubsetIsDefinedByADestinationRuleOfItsHost) {
  const std::string subsets = "subsets: [{name: v1}]";
  EXPECT_THAT(Warnings(RouteTo("host: a, subset: v1")),
              ElementsAre("spec.http[0].route[0].destination.subset: is defined by no "
                          "DestinationRule of \"a.ns.svc.cluster.local\": \"v1\" [IST0101]"));
  EXPECT_THAT(Warnings(RouteTo("host: a, subset: v1") + Rule("a", subsets)), IsEmpty());
  EXPECT_THAT(Warnings(RouteTo("host: a, subset: v1") + Rule("*.local", subsets)), IsEmpty());
  EXPECT_EQ(Warnings(RouteTo("host: a, subset: v2") + Rule("a", subsets)).size(), 1U);
  EXPECT_EQ(Warnings(RouteTo("host: a, subset: v1") + Rule("b", subsets)).size(), 1U);
}

TEST(References, AHostIsDeclaredWhereAnyServiceIs) {
  EXPECT_THAT(Warnings(RouteTo("host: a")), IsEmpty());
  EXPECT_THAT(Warnings(RouteTo("host: a") + Service("b.com")),
              ElementsAre("spec.http[0].route[0].destination.host: is declared by no ServiceEntry: "
                          "\"a.ns.svc.cluster.local\" [IST0101]"));
  EXPECT_THAT(Warnings(RouteTo("host: a") + Service("A.ns.svc.cluster.local")), IsEmpty());
  EXPECT_THAT(Warnings(RouteTo("host: a.b.com") + Service("*.b.com")), IsEmpty());
  EXPECT_EQ(Warnings(RouteTo("host: reviews.ns") + Service("reviews.ns.svc.cluster.local")).size(),
            1U);
}

TEST(References, APortIsOneOfTheServices) {
  EXPECT_THAT(Warnings(RouteTo("host: a.com, port: {number: 80}") + Service("a.com")), IsEmpty());
  EXPECT_THAT(Warnings(RouteTo("host: a.com, port: {number: 81}") + Service("a.com")),
              ElementsAre("spec.http[0].route[0].destination.port: is no port of \"a.com\": 81 "
                          "[IST0101]"));
}

TEST(References, MirrorsAndConnectionRulesAreLookedAtToo) {
  const std::string spec =
      "hosts: [v], http: [{route: [{destination: {host: a.com}}], mirror: {host: m1}}, "
      "{match: [{port: 1}], route: [{destination: {host: a.com}}], mirrors: [{destination: {host: "
      "m2}}]}], tls: [{match: [{sniHosts: [v]}], route: [{destination: {host: t1}}]}], "
      "tcp: [{route: [{destination: {host: t2}}]}]";
  std::vector<std::string> paths;
  for (const std::string& text : Warnings(Object("VirtualService", "v", spec) + Service("a.com"))) {
    if (text.find("IST0101") != std::string::npos) paths.push_back(text.substr(0, text.find(':')));
  }
  EXPECT_THAT(paths,
              ElementsAre("spec.http[0].mirror.host", "spec.http[1].mirrors[0].destination.host",
                          "spec.tls[0].route[0].destination.host",
                          "spec.tcp[0].route[0].destination.host"));
}

TEST(References, ACapThatAllowsNoEjectionIsNamed) {
  const auto outlier = [](const std::string& text) {
    return Rule("a.com", "trafficPolicy: {outlierDetection: {" + text + "}}");
  };
  EXPECT_THAT(Warnings(outlier("") + Service("a.com", 3)),
              ElementsAre("spec.trafficPolicy.outlierDetection.maxEjectionPercent: allows no "
                          "ejection at all: 10% of 3 endpoints is less than one"));
  EXPECT_EQ(Warnings(outlier("maxEjectionPercent: 33") + Service("a.com", 3)).size(), 1U);
  EXPECT_THAT(Warnings(outlier("maxEjectionPercent: 34") + Service("a.com", 3)), IsEmpty());
  EXPECT_THAT(Warnings(outlier("") + Service("a.com", 10)), IsEmpty());
  EXPECT_THAT(Warnings(outlier("") + Service("a.com")), IsEmpty());
  EXPECT_THAT(Warnings(outlier("")), IsEmpty());
}

}  // namespace
}  // namespace meshroute
