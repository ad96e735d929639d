// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "tests/config/analyze.h"

namespace meshroute {
namespace {

using enum ProblemCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A VirtualService "v" of host v.com with one rule to `destination`.
std::string RouteTo(const std::string& destination) {
  return Object("VirtualService", "v",
                "hosts: [v.com], http: [{route: [{destination: {" + destination + "}}]}]");
}

std::string Rule(const std::string& name, const std::string& host,
                 const std::string& rest = "subsets: [{name: v1}]") {
  return Object("DestinationRule", name, "host: '" + host + "', " + rest);
}

TEST(AnalyzeDestinations, ASubsetIsDefinedByTheDestinationRuleThatApplies) {
  const std::string route = RouteTo("host: a, subset: v1");
  EXPECT_THAT(Findings(kUnknownSubset, route),
              ElementsAre("v: spec.http[0].route[0].destination.subset: is defined by no "
                          "DestinationRule of \"a.ns.svc.cluster.local\": \"v1\""));
  EXPECT_THAT(Findings(kUnknownSubset, route + Rule("r", "a")), IsEmpty());
  EXPECT_THAT(Findings(kUnknownSubset, route + Rule("r", "*.local")), IsEmpty());
  EXPECT_THAT(Findings(kUnknownSubset, RouteTo("host: a, subset: v2") + Rule("r", "a")), SizeIs(1));
  EXPECT_THAT(Findings(kUnknownSubset, route + Rule("r", "b")), SizeIs(1));
}

TEST(AnalyzeDestinations, ARuleThatHidesAnotherHidesItsSubsets) {
  // The rule of the client's namespace decides, whatever the service's has.
  const std::string yaml = RouteTo("host: a.com, subset: v1") +
                           ServiceOf("a.com", "80", {}, "other") + Rule("other/r", "a.com") +
                           Rule("near", "*.com", "subsets: [{name: v2}]");
  EXPECT_THAT(Findings(kUnknownSubset, yaml), SizeIs(1));
  EXPECT_EQ(Hint(kUnknownSubset, yaml), "DestinationRule ns/near applies here and has \"v2\"");
  EXPECT_THAT(Findings(kUnknownSubset, yaml, ClientIn("third")), IsEmpty());
}

TEST(AnalyzeDestinations, AHostIsDeclaredWhereAnyServiceIs) {
  EXPECT_THAT(Findings(kUnknownHost, RouteTo("host: a")), IsEmpty());
  EXPECT_THAT(Findings(kUnknownHost, RouteTo("host: a") + ServiceOf("b.com")),
              ElementsAre("v: spec.http[0].route[0].destination.host: is declared by no "
                          "ServiceEntry: \"a.ns.svc.cluster.local\""));
  EXPECT_THAT(Findings(kUnknownHost, RouteTo("host: a") + ServiceOf("A.ns.svc.cluster.local")),
              IsEmpty());
  EXPECT_THAT(Findings(kUnknownHost, RouteTo("host: a.b.com") + ServiceOf("*.b.com")), IsEmpty());
}

TEST(AnalyzeDestinations, ShortNamesAreCompletedWithTheDomainOfTheMesh) {
  MeshOptions mesh;
  mesh.cluster_domain = "corp.example";
  const std::string yaml = RouteTo("host: a") + ServiceOf("a.ns.svc.corp.example");
  EXPECT_THAT(Findings(kUnknownHost, yaml, std::nullopt, mesh), IsEmpty());
  EXPECT_THAT(Findings(kUnknownHost, yaml), SizeIs(1));
}

TEST(AnalyzeDestinations, TheHintKnowsTheUsualMistakes) {
  EXPECT_EQ(Hint(kUnknownHost, RouteTo("host: a.prod") + ServiceOf("a.prod.svc.cluster.local")),
            "a name with a dot is not completed; write \"a.prod.svc.cluster.local\"");
  EXPECT_EQ(Hint(kUnknownHost, RouteTo("host: a") + ServiceOf("a.prod.svc.cluster.local")),
            "did you mean \"a.prod.svc.cluster.local\"?");
  const std::string hidden =
      Object("ServiceEntry", "far/s", "hosts: [a.com], exportTo: ['.'], resolution: STATIC");
  EXPECT_EQ(Hint(kUnknownHost, RouteTo("host: a.com") + hidden),
            "a ServiceEntry declares it, but its exportTo hides it here");
  EXPECT_THAT(Findings(kUnknownHost, RouteTo("host: a.com") + hidden, ClientIn("far")), IsEmpty());
}

TEST(AnalyzeDestinations, AnExplicitPortIsOneOfTheServices) {
  const std::string services = ServiceOf("a.com", "80,443");
  EXPECT_THAT(Findings(kUnknownPort, RouteTo("host: a.com, port: {number: 443}") + services),
              IsEmpty());
  const std::string wrong = RouteTo("host: a.com, port: {number: 81}") + services;
  EXPECT_THAT(
      Findings(kUnknownPort, wrong),
      ElementsAre("v: spec.http[0].route[0].destination.port: is no port of \"a.com\": 81"));
  EXPECT_EQ(Hint(kUnknownPort, wrong), "its ports are 80, 443");
}

TEST(AnalyzeDestinations, AServiceOfSeveralPortsNeedsAPortUnlessItIsTheOneAddressed) {
  EXPECT_THAT(Findings(kPortRequired, RouteTo("host: a.com") + ServiceOf("a.com", "80,443")),
              SizeIs(1));
  EXPECT_THAT(Findings(kPortRequired, RouteTo("host: a.com") + ServiceOf("a.com", "80")),
              IsEmpty());
  EXPECT_THAT(Findings(kPortRequired, RouteTo("host: v.com") + ServiceOf("v.com", "80,443")),
              IsEmpty());
}

TEST(AnalyzeDestinations, MirrorsAndConnectionRulesAreLookedAtToo) {
  const std::string spec =
      "hosts: [v.com], http: [{route: [{destination: {host: a.com}}], mirror: {host: m1}}, "
      "{match: [{port: 1}], route: [{destination: {host: a.com}}], mirrors: [{destination: {host: "
      "m2}}]}], tls: [{match: [{sniHosts: [v.com]}], route: [{destination: {host: t1}}]}], "
      "tcp: [{route: [{destination: {host: t2}}]}]";
  EXPECT_THAT(Findings(kUnknownHost, Object("VirtualService", "v", spec) + ServiceOf("a.com")),
              ElementsAre(HasSubstr("spec.http[0].mirror.host"),
                          HasSubstr("spec.http[1].mirrors[0].destination.host"),
                          HasSubstr("spec.tls[0].route[0].destination.host"),
                          HasSubstr("spec.tcp[0].route[0].destination.host")));
}

TEST(AnalyzeVirtualService, TheWeightOfAnOnlyDestinationIsIgnored) {
  const auto weights = [](const std::string& shares) {
    return Findings(kIgnoredWeight, Object("VirtualService", "v",
                                           "hosts: [v.com], http: [{route: [" + shares + "]}]"));
  };
  EXPECT_THAT(weights("{destination: {host: a}, weight: 20}"),
              ElementsAre(HasSubstr("spec.http[0].route[0].weight: is ignored")));
  EXPECT_THAT(weights("{destination: {host: a}, weight: 100}"), IsEmpty());
  EXPECT_THAT(weights("{destination: {host: a}}"), IsEmpty());
  EXPECT_THAT(weights("{destination: {host: a}, weight: 20}, {destination: {host: b}, weight: 80}"),
              IsEmpty());
}

TEST(AnalyzeVirtualService, OneForGatewaysAloneSaysNothingToClients) {
  const auto findings = [](const std::string& gateways) {
    return Findings(kNotForMesh, Object("VirtualService", "v",
                                        "hosts: [v.com], gateways: " + gateways +
                                            ", http: [{route: [{destination: {host: a}}]}]"));
  };
  EXPECT_THAT(findings("[edge]"), ElementsAre(HasSubstr("spec.gateways: has no \"mesh\"")));
  EXPECT_THAT(findings("[edge, mesh]"), IsEmpty());
  EXPECT_THAT(findings("[]"), IsEmpty());
}

TEST(AnalyzeVirtualService, AGatewayIsAmongThoseOfTheLoadIfThatHasAny) {
  const auto findings = [](const std::string& gateway, const std::string& more) {
    return Findings(kUnknownGateway, Object("VirtualService", "v",
                                            "hosts: [v.com], gateways: [mesh, " + gateway +
                                                "], http: [{route: [{destination: {host: a}}]}]") +
                                         more);
  };
  const std::string edge = Object("Gateway", "edge", "selector: {a: b}");
  EXPECT_THAT(findings("door", edge),
              ElementsAre("v: spec.gateways[1]: is no Gateway that is there: \"door\""));
  EXPECT_THAT(findings("far/edge", edge), SizeIs(1));
  EXPECT_THAT(findings("edge", edge), IsEmpty());
  EXPECT_THAT(findings("ns/edge", edge), IsEmpty());
  EXPECT_THAT(findings("door", ""), IsEmpty());
}

TEST(AnalyzeVirtualService, AHostWrittenTwiceInDifferentWaysIsNamed) {
  const auto hosts = [](const std::string& list) {
    return Findings(kNoEffect,
                    Object("VirtualService", "v",
                           "hosts: [" + list + "], http: [{route: [{destination: {host: a}}]}]"));
  };
  EXPECT_THAT(hosts("a, a.ns.svc.cluster.local"),
              ElementsAre("v: spec.hosts[1]: is the host of an earlier entry, written another way: "
                          "\"a.ns.svc.cluster.local\""));
  EXPECT_THAT(hosts("a.com, A.com"), SizeIs(1));
  EXPECT_THAT(hosts("a, b"), IsEmpty());
}

std::vector<std::string> MatchFindings(const std::string& match, const std::string& rest = "") {
  return Findings(kImpossibleMatch,
                  Object("VirtualService", "v",
                         "hosts: [v.com], http: [{match: [" + match +
                             "], route: [{destination: {host: v.com}}]}]" + rest) +
                      ServiceOf("v.com", "80,90"));
}

TEST(AnalyzeVirtualService, AMatchHoldsOnlyForTheGatewaysOfTheWhole) {
  EXPECT_THAT(MatchFindings("{gateways: [edge]}"),
              ElementsAre(HasSubstr("spec.http[0].match[0].gateways: names none of")));
  EXPECT_THAT(MatchFindings("{gateways: [edge]}", ", gateways: [edge, mesh]"), IsEmpty());
  EXPECT_THAT(MatchFindings("{gateways: [edge, mesh]}"), IsEmpty());
}

TEST(AnalyzeVirtualService, AMatchPortIsAPortOfSomeHost) {
  EXPECT_THAT(MatchFindings("{port: 81}"),
              ElementsAre(HasSubstr("spec.http[0].match[0].port: never holds")));
  EXPECT_THAT(MatchFindings("{port: 90}"), IsEmpty());
}

TEST(AnalyzeVirtualService, AMatchNamespaceSeesTheVirtualService) {
  EXPECT_THAT(MatchFindings("{sourceNamespace: far}", ", exportTo: ['.']"),
              ElementsAre(HasSubstr("spec.http[0].match[0].sourceNamespace: never holds")));
  EXPECT_THAT(MatchFindings("{sourceNamespace: far}", ", exportTo: ['.', far]"), IsEmpty());
  EXPECT_THAT(MatchFindings("{sourceNamespace: far}"), IsEmpty());
}

std::string Claim(const std::string& metadata, const std::string& rest) {
  return Object("VirtualService", metadata, rest + ", http: [{route: [{destination: {host: d}}]}]");
}

TEST(AnalyzeClaims, OneHostInTwoVirtualServicesIsNamedWhereAClientSeesBoth) {
  const std::string first = Claim("v1", "hosts: [a, b.com]");
  EXPECT_THAT(
      Findings(kHostClaimedTwice, first + Claim("v2", "hosts: [c.com, a.ns.svc.cluster.local]")),
      ElementsAre(HasSubstr("v2: spec.hosts[1]: VirtualService ns/v1 has the same host "
                            "\"a.ns.svc.cluster.local\"")));
  EXPECT_THAT(Findings(kHostClaimedTwice, first + Claim("v2", "hosts: ['*.com']")), IsEmpty());
  EXPECT_THAT(Findings(kHostClaimedTwice, first + Claim("far/v2", "hosts: [a]")), IsEmpty());
  EXPECT_THAT(Findings(kHostClaimedTwice, first + Claim("v2", "hosts: [b.com], gateways: [edge]")),
              IsEmpty());
}

TEST(AnalyzeClaims, NoneIsInVainWhereVirtualServicesAreMerged) {
  MeshOptions mesh;
  mesh.virtual_service_merging = MeshOptions::VirtualServiceMerging::kConcatenate;
  const std::string yaml = Claim("v1", "hosts: [a]") + Claim("v2", "hosts: [a]");
  EXPECT_THAT(Findings(kHostClaimedTwice, yaml, std::nullopt, mesh), IsEmpty());
  EXPECT_THAT(Findings(kHiddenVirtualService, yaml, std::nullopt, mesh), IsEmpty());
}

TEST(AnalyzeClaims, ScopesMustOverlap) {
  const auto findings = [](const std::string& a, const std::string& b) {
    return Findings(kHostClaimedTwice, Claim("one/v1", "hosts: [b.com], exportTo: " + a) +
                                           Claim("two/v2", "hosts: [b.com], exportTo: " + b));
  };
  EXPECT_THAT(findings("['.']", "['.']"), IsEmpty());
  EXPECT_THAT(findings("[x, y]", "[z, y]"), SizeIs(1));
  EXPECT_THAT(findings("[x]", "[y]"), IsEmpty());
  EXPECT_THAT(findings("[x]", "['*']"), SizeIs(1));
  EXPECT_THAT(findings("['*']", "[x]"), SizeIs(1));
}

TEST(AnalyzeClaims, ForAClientOnlyWhatItSeesCounts) {
  const std::string yaml = Claim("one/v1", "hosts: [b.com], exportTo: [x]") +
                           Claim("two/v2", "hosts: [b.com], exportTo: [x, z]");
  EXPECT_THAT(Findings(kHostClaimedTwice, yaml, ClientIn("x")), SizeIs(1));
  EXPECT_THAT(Findings(kHostClaimedTwice, yaml, ClientIn("z")), IsEmpty());
}

TEST(AnalyzeClaims, OneWhoseHostsAreAllTakenIsHidden) {
  const std::string first = Claim("v1", "hosts: [a.com, b.com]");
  EXPECT_THAT(Findings(kHiddenVirtualService, first + Claim("v2", "hosts: [b.com]")),
              ElementsAre(HasSubstr("v2: spec.hosts: are all taken")));
  EXPECT_THAT(Findings(kHiddenVirtualService, first + Claim("v2", "hosts: [b.com, c.com]")),
              IsEmpty());
  EXPECT_THAT(Findings(kHiddenVirtualService, first + Claim("v2", "hosts: [b.com], exportTo: [x]")),
              IsEmpty());
}

// A root with one rule for the prefix /a, and a delegate.
std::string Root(const std::string& delegate) {
  return Object(
      "VirtualService", "root",
      "hosts: [v.com], http: [{match: [{uri: {prefix: /a}}], delegate: {" + delegate + "}}]");
}

std::string DelegateOf(const std::string& metadata, const std::string& uri,
                       const std::string& rest = "") {
  return Object(
      "VirtualService", metadata,
      "http: [{match: [{uri: {" + uri + "}}], route: [{destination: {host: d}}]}]" + rest);
}

TEST(AnalyzeDelegates, ARuleWhoseDelegateCannotBeUsedDisappears) {
  EXPECT_THAT(Findings(kUnusableDelegate, Root("name: d") + DelegateOf("d", "prefix: /a/b")),
              IsEmpty());
  EXPECT_THAT(Findings(kUnusableDelegate, Root("name: d")),
              ElementsAre("root: spec.http[0].delegate: this rule disappears: VirtualService ns/d "
                          "is not there"));
  EXPECT_THAT(Findings(kUnusableDelegate, Root("name: d") + DelegateOf("far/d", "prefix: /a")),
              SizeIs(1));
  EXPECT_THAT(Findings(kUnusableDelegate,
                       Root("name: d") + DelegateOf("d", "prefix: /a", ", hosts: [d.com]")),
              ElementsAre(HasSubstr("has hosts")));
  const std::string away = Root("name: d, namespace: far");
  EXPECT_THAT(
      Findings(kUnusableDelegate, away + DelegateOf("far/d", "prefix: /a", ", exportTo: ['.']")),
      ElementsAre(HasSubstr("is not exported to this namespace")));
  EXPECT_THAT(
      Findings(kUnusableDelegate, away + DelegateOf("far/d", "prefix: /a", ", exportTo: [ns]")),
      IsEmpty());
}

TEST(AnalyzeDelegates, ARuleThatContradictsItsRootDisappears) {
  EXPECT_THAT(Findings(kDelegateConflict, Root("name: d") + DelegateOf("d", "prefix: /b")),
              ElementsAre(HasSubstr("root: spec.http[0].delegate: rule #0 of VirtualService ns/d "
                                    "disappears")));
  EXPECT_THAT(Findings(kDelegateConflict, Root("name: d") + DelegateOf("d", "exact: /a/b")),
              IsEmpty());
}

TEST(AnalyzeDelegates, OneThatNobodyAsksForIsNamed) {
  EXPECT_THAT(Findings(kUnusedDelegate, DelegateOf("d", "prefix: /a")),
              ElementsAre(HasSubstr("d: spec.hosts: is empty")));
  EXPECT_THAT(Findings(kUnusedDelegate, Root("name: d") + DelegateOf("d", "prefix: /a")),
              IsEmpty());
}

TEST(AnalyzeIngress, AGatewaysRuleKnowsNothingOfTheSubsetsOfTheMesh) {
  const std::string mesh = RouteTo("host: a, subset: v1");
  const auto ingress = [](const std::string& gateways, const std::string& destination) {
    return Object("VirtualService", "w",
                  "hosts: [w.com], gateways: [" + gateways + "], http: [{route: [{destination: {" +
                      destination + "}}]}]");
  };
  EXPECT_THAT(Findings(kIngressWithoutSubset, mesh + ingress("g", "host: a")),
              ElementsAre("w: spec.http[0].route[0].destination: goes to all endpoints of "
                          "\"a.ns.svc.cluster.local\", whatever VirtualService ns/v says of its "
                          "subsets: that one is not for gateways"));
  EXPECT_THAT(Findings(kIngressWithoutSubset, mesh + ingress("g, mesh", "host: a")), IsEmpty());
  EXPECT_THAT(Findings(kIngressWithoutSubset, mesh + ingress("g", "host: a, subset: v1")),
              IsEmpty());
  EXPECT_THAT(Findings(kIngressWithoutSubset, mesh + ingress("g", "host: b")), IsEmpty());
  EXPECT_THAT(Findings(kIngressWithoutSubset, RouteTo("host: a") + ingress("g", "host: a")),
              IsEmpty());
}

}  // namespace
}  // namespace meshroute
