// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::IsEmpty;

constexpr char kTo[] = "route: [{destination: {host: b}}]";

TEST(ValidateTlsRoute, NeedsMatchesAndARoute) {
  const std::string match = "match: [{sniHosts: [a.com]}]";
  ExpectErrors("VirtualService", "hosts: [a.com]\ntls: [{@}]",
               {{kTo, match + ", " + kTo, "spec.tls[0].match", "must have a block"},
                {match, match + ", " + kTo, "spec.tls[0].route", "must have a destination"},
                {std::string("match: [{}], ") + kTo, match + ", " + kTo,
                 "spec.tls[0].match[0].sniHosts", "must name a host"}});
}

TEST(ValidateTlsRoute, SniHostsLieWithinTheHosts) {
  const std::string spec =
      std::string("hosts: [a.com, '*.b.com']\ntls: [{match: [{sniHosts: [@]}], ") + kTo + "}]";
  const std::string at = "spec.tls[0].match[0].sniHosts[0]";
  ExpectErrors("VirtualService", spec,
               {{"c.com", "a.com", at, "covered by one, got \"c.com\""},
                {"b.com", "x.b.com", at, "got \"b.com\""},
                {"'*.com'", "'*.b.com'", at, "got \"*.com\""},
                {"'*.a.com'", "'*.x.b.com'", at, "got \"*.a.com\""},
                {"a_.b.com", "a-a.b.com", at, "must be a host name, got \"a_.b.com\""},
                {"'*'", "x.y.b.com", at, "got \"*\""}});
  ExpectWarnings("VirtualService", spec, {{"10.0.0.1", "x.b.com", at, "addresses as SNI"}});
}

TEST(ValidateTlsRoute, ConditionsAreLegal) {
  const std::string spec =
      std::string("hosts: [a.com]\ntls: [{match: [{sniHosts: [a.com], @}], ") + kTo + "}]";
  const std::string at = "spec.tls[0].match[0].";
  ExpectErrors(
      "VirtualService", spec,
      {{"port: 65536", "port: 0", at + "port", "got 65536"},
       {"destinationSubnets: [10.0.0.0/33]", "destinationSubnets: [10.0.0.0/32]",
        at + "destinationSubnets[0]", "got \"10.0.0.0/33\""},
       {"destinationSubnets: ['::/0', '::/129']", "destinationSubnets: ['::/0', '::/128']",
        at + "destinationSubnets[1]", "got \"::/129\""},
       {"destinationSubnets: [10.0.0/8]", "destinationSubnets: [10.0.0.0]",
        at + "destinationSubnets[0]", "IP address or a range"},
       {"destinationSubnets: [10.0.0.0/]", "destinationSubnets: ['2001:db8::1']",
        at + "destinationSubnets[0]", "IP address or a range"},
       {"sourceLabels: {'a b': c}", "sourceLabels: {a_b: c}", at + "sourceLabels.a b", "label key"},
       {"gateways: [a_b]", "gateways: [mesh]", at + "gateways[0]", "got \"a_b\""}});
}

TEST(ValidateTcpRoute, NeedsARouteButNoMatch) {
  ExpectErrors("VirtualService", "hosts: [a.com]\ntcp: [{@}]",
               {{"match: [{port: 1}]", std::string("match: [{port: 1}], ") + kTo,
                 "spec.tcp[0].route", "must have a destination"}});
  EXPECT_THAT(ProblemsOf("VirtualService", std::string("hosts: [a.com]\ntcp: [{") + kTo + "}]"),
              IsEmpty());
}

TEST(ValidateTcpRoute, ConditionsAndDestinationsAreLegal) {
  ExpectErrors(
      "VirtualService", "hosts: [a.com]\ntcp: [{@}]",
      {{std::string("match: [{destinationSubnets: [x]}], ") + kTo,
        std::string("match: [{destinationSubnets: [1.2.3.4], sourceSubnet: x}], ") + kTo,
        "spec.tcp[0].match[0].destinationSubnets[0]", "got \"x\""},
       {std::string("match: [{port: 70000}], ") + kTo, std::string("match: [{port: 1}], ") + kTo,
        "spec.tcp[0].match[0].port", "got 70000"},
       {"route: [{weight: 1}]", "route: [{destination: {host: b}, weight: 1}]",
        "spec.tcp[0].route[0].destination", "is missing"},
       {"route: [{destination: {host: b}}, {destination: {host: c}}]",
        "route: [{destination: {host: b}}, {destination: {host: c}, weight: 1}]",
        "spec.tcp[0].route", "a weight above 0"},
       {"route: [{destination: {host: b}, weight: -1}]", "route: [{destination: {host: b}}]",
        "spec.tcp[0].route[0].weight", "got -1"}});
}

}  // namespace
}  // namespace meshroute
