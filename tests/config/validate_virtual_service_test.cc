// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kRule[] = "http: [{route: [{destination: {host: b}}]}]";

std::string Label(size_t length) { return std::string(length, 'a'); }

TEST(ValidateVirtualService, AHostIsADomainAWildcardOrAnAddress) {
  const std::string long_name = Label(63) + "." + Label(63) + "." + Label(63) + "." + Label(61);
  ExpectErrors("VirtualService", std::string("hosts: [@]\n") + kRule,
               {{"''", "a", "spec.hosts[0]", "must be a host name"},
                {"a_b", "a-b", "spec.hosts[0]", "got \"a_b\""},
                {"-a", "a", "spec.hosts[0]", "got \"-a\""},
                {"a-.b", "a-b.c", "spec.hosts[0]", "got \"a-.b\""},
                {"a..b", "a.b", "spec.hosts[0]", "got \"a..b\""},
                {"a.b..", "a.b.", "spec.hosts[0]", "got \"a.b..\""},
                {"a.12", "a.12b", "spec.hosts[0]", "got \"a.12\""},
                {"10.0.0.256", "10.0.0.255", "spec.hosts[0]", "got \"10.0.0.256\""},
                {"'1::2::3'", "'1::2'", "spec.hosts[0]", "got \"1::2::3\""},
                {"a.*.b", "'*.a.b'", "spec.hosts[0]", "got \"a.*.b\""},
                {"'**.a'", "'*-a.b'", "spec.hosts[0]", "got \"**.a\""},
                {"'*_.a'", "'*b.a'", "spec.hosts[0]", "got \"*_.a\""},
                {Label(64), Label(63), "spec.hosts[0]", "must be a host name"},
                {long_name + ".aa", long_name + ".a", "spec.hosts[0]", "must be a host name"}});
}

TEST(ValidateVirtualService, ASingleNumberIsALegalHost) {
  EXPECT_THAT(ProblemsOf("VirtualService", std::string("hosts: ['12']\n") + kRule), IsEmpty());
}

TEST(ValidateVirtualService, TheCatchAllHostIsForGatewaysOnly) {
  ExpectErrors("VirtualService", std::string("hosts: ['*']\n@\n") + kRule,
               {{"gateways: [mesh, ns/gw]", "gateways: [ns/gw]", "spec.hosts[0]", "not be \"*\""},
                {"gateways: []", "gateways: [gw]", "spec.hosts[0]", "must not be \"*\""}});
}

TEST(ValidateVirtualService, SniClusterNamesAreHostsOfGatewaysThatRouteTls) {
  const std::string spec =
      "hosts: [@]\ngateways: [ns/gw]\n"
      "tls: [{match: [{sniHosts: [@]}], route: [{destination: {host: b}}]}]";
  const auto problems = [&spec](const std::string& host) {
    return Texts(ProblemsOf("VirtualService", Filled(Filled(spec, host), host)));
  };
  EXPECT_THAT(problems("outbound_.80_._.b.example.com"), IsEmpty());
  EXPECT_THAT(problems("outbound_.x_._.b.example.com"),
              ElementsAre(HasSubstr("spec.hosts[0]: must be a host name")));
  EXPECT_THAT(
      ProblemsOf("VirtualService", std::string("hosts: [outbound_.80_._.b.example.com]\n") + kRule),
      testing::SizeIs(1));
}

TEST(ValidateVirtualService, HostsOfOneObjectDoNotOverlap) {
  ExpectErrors("VirtualService", std::string("hosts: [@]\n") + kRule,
               {{"a, b, a", "a, b, A", "spec.hosts[2]", "\"a\" and \"a\""},
                {"'*.com', '*.foo.com'", "'*.com', '*.foo.org'", "spec.hosts[1]", "overlaps"},
                {"'*.foo.com', '*.com'", "'*.foo.com', '*.bar.com'", "spec.hosts[1]",
                 "\"*.com\" and \"*.foo.com\""},
                {"x.foo.com, '*.foo.com'", "foo.com, '*.foo.com'", "spec.hosts[1]",
                 "\"*.foo.com\" and \"x.foo.com\""},
                {"'*-a.com', x-a.com", "'*-a.com', x-b.com", "spec.hosts[1]", "overlaps"}});
}

TEST(ValidateVirtualService, OverlapsAreLookedForOnlyAmongValidHosts) {
  EXPECT_THAT(Texts(ProblemsOf("VirtualService", std::string("hosts: [a, a, a_b]\n") + kRule)),
              ElementsAre(HasSubstr("spec.hosts[2]: must be a host name")));
}

TEST(ValidateVirtualService, NeedsARule) {
  ExpectErrors("VirtualService", "hosts: [a]\n@",
               {{"http: []", kRule, "spec", "must have a rule"}});
  EXPECT_THAT(
      ProblemsOf("VirtualService", "hosts: [a]\ntcp: [{route: [{destination: {host: b}}]}]"),
      IsEmpty());
}

TEST(ValidateVirtualService, ADelegateHasNothingButHttpRules) {
  const std::string tcp = "tcp: [{route: [{destination: {host: b}}]}]";
  ExpectErrors("VirtualService", std::string(kRule) + "\n@",
               {{"gateways: [mesh]", "gateways: []", "spec.gateways", "must be empty"},
                {tcp, "tcp: []", "spec.tcp", "must be empty"}});
}

TEST(ValidateVirtualService, ADelegateHasNoTlsRules) {
  const std::string tls = "tls: [{match: [{sniHosts: [x]}], route: [{destination: {host: b}}]}]";
  EXPECT_THAT(Texts(ProblemsOf("VirtualService", tls)),
              testing::Contains(HasSubstr("spec.tls: must be empty in an object without hosts")));
  EXPECT_THAT(ProblemsOf("VirtualService", "hosts: [x]\n" + tls), IsEmpty());
}

TEST(ValidateVirtualService, GatewaysAreNamesOrNamespaceAndName) {
  ExpectErrors("VirtualService", std::string("hosts: [a]\ngateways: [@]\n") + kRule,
               {{"'*/x', mesh", "n/x, mesh", "spec.gateways[0]", "got \"*/x\""},
                {"x/*, mesh", "x/n, mesh", "spec.gateways[0]", "got \"x/*\""},
                {"/x, mesh", "mesh", "spec.gateways[0]", "namespace/name"},
                {"a/b/c, mesh", "a/b, mesh", "spec.gateways[0]", "got \"a/b/c\""},
                {"n/x, a_b", "n/x, a-b", "spec.gateways[1]", "got \"a_b\""}});
}

TEST(ValidateVirtualService, GatewaysAfterTheFirstPlainNameAreNotLookedAt) {
  EXPECT_THAT(ProblemsOf("VirtualService",
                         std::string("hosts: [a]\ngateways: [mesh, '*/x', a_b]\n") + kRule),
              IsEmpty());
}

TEST(ValidateVirtualService, LegacyGatewayNamesAreWarnedOf) {
  ExpectWarnings("VirtualService", std::string("hosts: [a]\ngateways: [@]\n") + kRule,
                 {{"gw.ns.svc.cluster.local", "ns/gw", "spec.gateways[0]", "write \"ns/gw\""}});
}

TEST(ValidateVirtualService, ExportToNamesNamespacesOnce) {
  ExpectErrors("VirtualService", std::string("hosts: [a]\nexportTo: [@]\n") + kRule,
               {{"'~'", ".", "spec.exportTo[0]", "got \"~\""},
                {"a_b", "a-b", "spec.exportTo[0]", "or a namespace"},
                {"a, b, a", "a, b, c", "spec.exportTo[2]", "second time"},
                {"., default", "., other", "spec.exportTo[1]", "second time"},
                {"'*', a", "'*'", "spec.exportTo[1]", "must not stand beside"}});
}

TEST(ValidateVirtualService, JwtClaimsAreForGatewaysOnly) {
  const std::string spec = "hosts: [a]\n@, route: [{destination: {host: b}}]}]";
  ExpectErrors(
      "VirtualService", spec,
      {{"http: [{match: [{headers: {'@request.auth.claims.sub': {exact: x}}}]",
        "gateways: [ns/gw]\nhttp: [{match: [{headers: {'@request.auth.claims.sub': {exact: x}}}]",
        "spec.http[0].match[0].headers.@request.auth.claims.sub", "JWT claim"},
       {"http: [{match: [{withoutHeaders: {'@request.auth.claims[sub]': {}}}]",
        "gateways: [gw]\nhttp: [{match: [{withoutHeaders: {'@request.auth.claims[sub]': {}}}]",
        "spec.http[0].match[0].withoutHeaders.@request.auth.claims[sub]", "JWT claim"}});
}

TEST(ValidateVirtualService, ReportsEveryProblemOfAnObject) {
  const std::vector<ConfigProblem> problems = ProblemsOf("VirtualService",
                                                         "hosts: [a_b]\n"
                                                         "exportTo: ['~']\n"
                                                         "http:\n"
                                                         "- timeout: 0s\n"
                                                         "- route: [{destination: {host: '*'}}]\n");
  EXPECT_THAT(Texts(problems),
              ElementsAre(HasSubstr("test.yaml:5:11: VirtualService default/test: spec.hosts[0]: "),
                          HasSubstr("test.yaml:8:5: VirtualService default/test: spec.http[0]: "
                                    "must have one of route, redirect"),
                          HasSubstr("spec.http[0].timeout: must be 1ms or more, got 0s"),
                          HasSubstr("spec.http[1].route[0].destination.host: must name one"),
                          HasSubstr("spec.exportTo[0]: must be"), HasSubstr("spec.http[1]")));
}

}  // namespace
}  // namespace meshroute
