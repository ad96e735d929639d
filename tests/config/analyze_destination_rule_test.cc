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

std::string Rule(const std::string& metadata, const std::string& host, const std::string& rest) {
  return Object("DestinationRule", metadata,
                "host: '" + host + "'" + (rest.empty() ? "" : ", " + rest));
}

TEST(AnalyzeDestinationRule, ACapThatAllowsNoEjectionIsNamed) {
  const auto outlier = [](const std::string& text, size_t endpoints) {
    return Findings(kNeverEjects,
                    Rule("r", "a.com", "trafficPolicy: {outlierDetection: {" + text + "}}") +
                        ServiceOf("a.com", "80", std::vector<std::string>(endpoints)));
  };
  EXPECT_THAT(outlier("", 3),
              ElementsAre("r: spec.trafficPolicy.outlierDetection.maxEjectionPercent: allows no "
                          "ejection at all: 10% of 3 endpoints is less than one"));
  EXPECT_THAT(outlier("maxEjectionPercent: 33", 3), SizeIs(1));
  EXPECT_THAT(outlier("maxEjectionPercent: 34", 3), IsEmpty());
  EXPECT_THAT(outlier("", 10), IsEmpty());
  EXPECT_THAT(outlier("", 0), IsEmpty()) << "the endpoints are not known";
}

TEST(AnalyzeDestinationRule, ACapIsCountedOverTheEndpointsOfASubset) {
  const std::string yaml =
      Rule("r", "a.com",
           "subsets: [{name: v1, labels: {v: '1'}, trafficPolicy: {portLevelSettings: [{port: "
           "{number: 80}, outlierDetection: {maxEjectionPercent: 50}}]}}]") +
      ServiceOf("a.com", "80", {"v: '1'", "v: '2'", "v: '2'"});
  EXPECT_THAT(Findings(kNeverEjects, yaml),
              ElementsAre(HasSubstr("spec.subsets[0].trafficPolicy.portLevelSettings[0]."
                                    "outlierDetection.maxEjectionPercent: allows no ejection at "
                                    "all: 50% of 1 endpoints")));
  EXPECT_EQ(Hint(kNeverEjects, yaml), "from 100 on one can be ejected");
}

TEST(AnalyzeDestinationRule, TlsWithoutAnAuthorityIsNamed) {
  const auto tls = [](ProblemCode code, const std::string& settings) {
    return Findings(code, Rule("r", "a.com", "trafficPolicy: {" + settings + "}"));
  };
  EXPECT_THAT(tls(kTlsWithoutCa, "tls: {mode: SIMPLE}"),
              ElementsAre(HasSubstr("spec.trafficPolicy.tls: names no certificate authority")));
  EXPECT_THAT(tls(kTlsWithoutCa, "tls: {mode: SIMPLE, caCertificates: /ca.pem}"), IsEmpty());
  EXPECT_THAT(tls(kTlsWithoutCa, "tls: {mode: SIMPLE, credentialName: c}"), IsEmpty());
  EXPECT_THAT(tls(kTlsWithoutCa, "tls: {mode: SIMPLE, insecureSkipVerify: true}"), IsEmpty());
  EXPECT_THAT(tls(kTlsWithoutCa, "tls: {mode: ISTIO_MUTUAL}"), IsEmpty());
  const std::string at_port = "portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]";
  EXPECT_THAT(tls(kTlsWithoutCa, at_port), IsEmpty());
  EXPECT_THAT(tls(kPortTlsWithoutCa, at_port),
              ElementsAre(HasSubstr("spec.trafficPolicy.portLevelSettings[0].tls")));
}

TEST(AnalyzeDestinationRule, SettingsAreForAPortOfTheService) {
  const auto at = [](const std::string& port) {
    return Findings(kUnknownPolicyPort,
                    Rule("r", "a.com",
                         "trafficPolicy: {portLevelSettings: [{port: {number: " + port +
                             "}, loadBalancer: {simple: RANDOM}}]}") +
                        ServiceOf("a.com", "80,90"));
  };
  EXPECT_THAT(at("81"),
              ElementsAre(HasSubstr("portLevelSettings[0].port: is no port of \"a.com\"")));
  EXPECT_THAT(at("90"), IsEmpty());
}

TEST(AnalyzeDestinationRule, ASubsetSelectsAnEndpoint) {
  const auto subset = [](const std::string& labels, const std::string& service) {
    return Findings(
        kEmptySubset,
        Rule("r", "a.com", "subsets: [{name: v1, labels: {" + labels + "}}]") + service);
  };
  const std::string two = ServiceOf("a.com", "80", {"v: '1', w: x", "v: '2'"});
  EXPECT_THAT(subset("v: '3'", two),
              ElementsAre(HasSubstr("spec.subsets[0].labels: select none of the 2 endpoints")));
  EXPECT_THAT(subset("v: '2', w: x", two), SizeIs(1));
  EXPECT_THAT(subset("v: '1', w: x", two), IsEmpty());
  EXPECT_THAT(subset("", two), IsEmpty());
  EXPECT_THAT(subset("v: '3'", ServiceOf("a.com")), IsEmpty())
      << "endpoints may come from elsewhere";
  EXPECT_THAT(subset("v: '3'", Object("ServiceEntry", "s", "hosts: [a.com], resolution: DNS")),
              ElementsAre(HasSubstr("come from DNS and carry no labels")));
  EXPECT_THAT(subset("v: '3'", Object("ServiceEntry", "s",
                                      "hosts: [a.com], resolution: STATIC, workloadSelector: "
                                      "{labels: {app: a}}") +
                                   Object("WorkloadEntry", "w",
                                          "address: 10.0.0.1, labels: {app: a, v: '3'}")),
              IsEmpty());
}

TEST(AnalyzeRuleUse, ASubsetThatNothingIsSentToIsNamed) {
  const std::string rule = Rule("r", "a", "subsets: [{name: v1}, {name: v2}]");
  const std::string route = Object("VirtualService", "v",
                                   "hosts: [v.com], http: [{route: [{destination: {host: a}}], "
                                   "mirror: {host: a, subset: v2}}]");
  EXPECT_THAT(Findings(kUnusedSubset, rule + route),
              ElementsAre("r: spec.subsets[0].name: no VirtualService sends anything to \"v1\""));
}

TEST(AnalyzeRuleUse, TheHostIsOneThatIsDeclared) {
  EXPECT_THAT(Findings(kUnknownRuleHost, Rule("r", "a.com", "")), IsEmpty());
  EXPECT_THAT(Findings(kUnknownRuleHost, Rule("r", "a.com", "") + ServiceOf("b.com")),
              ElementsAre("r: spec.host: matches no service that is declared: \"a.com\""));
  EXPECT_THAT(Findings(kUnknownRuleHost, Rule("r", "*.com", "") + ServiceOf("b.com")), IsEmpty());
  EXPECT_THAT(Findings(kUnknownRuleHost, Rule("r", "*.org", "") + ServiceOf("b.com")), SizeIs(1));
  EXPECT_THAT(Findings(kUnknownRuleHost, Rule("r", "*", "") + ServiceOf("b.com")), IsEmpty());
}

TEST(AnalyzeRuleUse, WhatMergingDropsIsNamed) {
  const std::string policy = "trafficPolicy: {loadBalancer: {simple: RANDOM}}";
  const std::string first = Rule("r1", "a", policy + ", subsets: [{name: v1}]");
  EXPECT_THAT(Findings(kPolicyDropped, first + Rule("r2", "a.ns.svc.cluster.local", policy)),
              ElementsAre(HasSubstr("r2: spec.trafficPolicy: is dropped: DestinationRule ns/r1")));
  EXPECT_THAT(
      Findings(kPolicyDropped, first + Rule("r2", "a", "subsets: [{name: v2}, {name: v1}]")),
      ElementsAre(HasSubstr("r2: spec.subsets[1].name: this subset is dropped")));
  EXPECT_THAT(Findings(kPolicyDropped, first + Rule("r2", "b", policy)), IsEmpty());
  EXPECT_THAT(Findings(kPolicyDropped, first + Rule("r2", "a", policy + ", exportTo: [x]")),
              IsEmpty());
  EXPECT_THAT(Findings(kPolicyDropped, first + Rule("r2", "a",
                                                    policy + ", workloadSelector: "
                                                             "{matchLabels: {x: y}}")),
              IsEmpty());
}

TEST(AnalyzeRuleUse, ExportingARuleFromAFourthNamespaceIsVain) {
  const auto findings = [](const std::string& metadata, const std::string& export_to) {
    return Findings(kUnusedDestinationRule,
                    Rule(metadata, "a.com", export_to) + ServiceOf("a.com", "80", {}, "home"));
  };
  EXPECT_THAT(findings("r", "exportTo: ['*']"),
              ElementsAre(HasSubstr("r: spec.exportTo: reaches no other namespace")));
  EXPECT_THAT(findings("r", "exportTo: [x]"),
              ElementsAre(HasSubstr("leaves out its own namespace")));
  EXPECT_THAT(findings("r", "exportTo: ['.']"), IsEmpty());
  EXPECT_THAT(findings("r", ""), IsEmpty());
  EXPECT_THAT(findings("home/r", "exportTo: ['*']"), IsEmpty());
  EXPECT_THAT(findings("istio-system/r", "exportTo: ['*']"), IsEmpty());
}

// Why a rule for a.com, a service of the namespace "home", is not for a client
// in "ns"; empty where it is.
std::string WhyUnused(const std::string& rules) {
  std::string reasons;
  const std::string yaml = rules + ServiceOf("a.com", "80", {}, "home");
  for (const std::string& text :
       Findings(kUnusedDestinationRule, yaml, ClientIn("ns", {{"app", "x"}}))) {
    reasons += text;
  }
  return reasons;
}

TEST(AnalyzeRuleUse, ARuleThatAClientNeverUsesIsNamedWithTheReason) {
  EXPECT_EQ(WhyUnused(Rule("r", "a.com", "")), "");
  EXPECT_EQ(WhyUnused(Rule("home/r", "a.com", "")), "");
  EXPECT_EQ(WhyUnused(Rule("istio-system/r", "*.com", "")), "");
  EXPECT_EQ(WhyUnused(Rule("r", "a.com", "workloadSelector: {matchLabels: {app: x}}")), "");
  EXPECT_THAT(WhyUnused(Rule("r", "a.com", "workloadSelector: {matchLabels: {app: y}}")),
              HasSubstr("the client lacks labels"));
  EXPECT_THAT(WhyUnused(Rule("home/r", "a.com", "workloadSelector: {matchLabels: {app: x}}")),
              HasSubstr("only for clients of its own namespace"));
  EXPECT_THAT(WhyUnused(Rule("home/r", "a.com", "exportTo: ['.']")),
              HasSubstr("its exportTo leaves out namespace \"ns\""));
  EXPECT_THAT(WhyUnused(Rule("fourth/r", "a.com", "")), HasSubstr("not in \"fourth\""));
  // Step order beats exactness.
  EXPECT_THAT(
      WhyUnused(Rule("near", "*.com", "") + Rule("home/far", "a.com", "")),
      HasSubstr("far: spec: never applies to this client: DestinationRule ns/near applies to "
                "\"a.com\" instead"));
}

TEST(AnalyzeServiceEntry, OneHostInTwoNamespacesIsNamed) {
  const std::string first = ServiceOf("a.com", "80", {}, "a");
  EXPECT_THAT(Findings(kServiceDeclaredTwice, first + ServiceOf("a.com", "80", {}, "b")),
              ElementsAre(HasSubstr("a.com: spec.hosts[0]: ServiceEntry a/a.com declares")));
  EXPECT_THAT(Findings(kServiceDeclaredTwice, first + ServiceOf("b.com", "80", {}, "b")),
              IsEmpty());
  const std::string same =
      Object("ServiceEntry", "a/z",
             "hosts: [A.com], ports: [{number: 80, name: p80, protocol: HTTP}], "
             "resolution: STATIC");
  EXPECT_THAT(Findings(kServiceDeclaredTwice, first + same), IsEmpty()) << "endpoints add up";
}

TEST(AnalyzeServiceEntry, ProtocolsOfOnePortAgree) {
  const auto entry = [](const std::string& name, const std::string& protocol) {
    return Object("ServiceEntry", name,
                  "hosts: [a.com], ports: [{number: 80, name: p, protocol: " + protocol +
                      "}], addresses: [10.0.0.1], resolution: STATIC");
  };
  EXPECT_THAT(Findings(kConflictingProtocols, entry("s1", "HTTP") + entry("s2", "TCP")),
              ElementsAre(HasSubstr("s2: spec.ports[0].protocol: is \"TCP\", and ServiceEntry "
                                    "ns/s1 says \"HTTP\"")));
  EXPECT_THAT(Findings(kConflictingProtocols, entry("s1", "HTTP") + entry("s2", "http")),
              IsEmpty());
}

TEST(AnalyzeServiceEntry, ATcpPortNeedsAddresses) {
  const auto entry = [](const std::string& protocol, const std::string& rest) {
    return Findings(kAddressesRequired,
                    Object("ServiceEntry", "s",
                           "hosts: [a.com], ports: [{number: 80, name: p, protocol: " + protocol +
                               "}], resolution: STATIC" + rest));
  };
  EXPECT_THAT(entry("TCP", ""), ElementsAre(HasSubstr("spec.ports[0].protocol: is TCP")));
  EXPECT_THAT(entry("TCP", ", addresses: [10.0.0.1]"), IsEmpty());
  EXPECT_THAT(entry("HTTP", ""), IsEmpty());
}

}  // namespace
}  // namespace meshroute
