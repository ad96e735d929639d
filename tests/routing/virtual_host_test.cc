// SPDX-License-Identifier: Apache-2.0
// Which virtual host and which VirtualService a call falls to.
#include <gtest/gtest.h>

#include <string>

#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

// A VirtualService that sends everything for `hosts` to "<name>.example".
std::string To(const std::string& identity, const std::string& hosts, const std::string& more = "",
               const std::string& created = "") {
  const std::string name = identity.substr(identity.find('/') + 1);
  return Object("VirtualService", identity,
                "hosts: [" + hosts + "]\nhttp:\n- route: [{destination: {host: " + name +
                    ".example, port: {number: 1}}}]\n" + more,
                created);
}

const char kOld[] = "2020-01-01T00:00:00Z";
const char kNew[] = "2024-01-01T00:00:00Z";

TEST(VirtualHostTest, AServiceAnswersToAllItsNamesInItsNamespace) {
  const Mesh mesh(ServiceOn("a.default.svc.cluster.local", {80}));
  for (const char* name : {"a.default.svc.cluster.local", "a.default.svc.cluster.local.", "a",
                           "a.default", "a.default.svc", "A.Default", "a:80", "a.default.svc:80"}) {
    EXPECT_EQ(mesh.Destination(name), "80||a.default.svc.cluster.local") << name;
  }
  EXPECT_EQ(mesh.Get("a").virtual_host, "a.default.svc.cluster.local");
  for (const char* name : {"a.", "b", "a.default.svc.cluster", "x.a", "", "a.default.svc."}) {
    EXPECT_EQ(mesh.Destination(name), "unknown host") << name;
  }
}

TEST(VirtualHostTest, ClientsInOtherNamespacesDoNotKnowTheBareName) {
  const Mesh mesh(ServiceOn("a.default.svc.cluster.local", {80}), ClientIn("other"));
  EXPECT_EQ(mesh.Destination("a"), "unknown host");
  EXPECT_EQ(mesh.Destination("a.default"), "80||a.default.svc.cluster.local");
}

TEST(VirtualHostTest, AHostOutsideTheClusterHasOneNameAndItsTrailingDot) {
  const Mesh mesh(ServiceOn("api.example.com", {80}));
  EXPECT_EQ(mesh.Destination("api.example.com"), "80||api.example.com");
  EXPECT_EQ(mesh.Destination("api.example.com."), "80||api.example.com");
  EXPECT_EQ(mesh.Destination("api"), "unknown host");
}

TEST(VirtualHostTest, VirtualAddressesAreNames) {
  const Mesh mesh(
      Object("ServiceEntry", "default/vip",
             "hosts: [vip.example.com]\naddresses: [10.0.0.1, 10.0.0.2/32, 10.1.0.0/16, "
             "\"2001:db8::1\"]\nports: [{number: 80, name: http, protocol: HTTP}]\n"
             "location: MESH_INTERNAL\nresolution: STATIC\nendpoints: [{address: 1.2.3.4}]"));
  for (const char* name :
       {"10.0.0.1", "10.0.0.1:80", "10.0.0.2", "[2001:db8::1]:80", "[2001:DB8::1]"}) {
    EXPECT_EQ(mesh.Destination(name), "80||vip.example.com") << name;
  }
  EXPECT_EQ(mesh.Destination("10.1.0.0"), "unknown host");
}

TEST(VirtualHostTest, TheLongestWildcardWinsAndNeedsACharacter) {
  const Mesh mesh(To("default/short", "\"*.com\"") + To("default/long", "\"*.foo.com\"") +
                  To("default/dash", "\"*-x.foo.com\"") + To("default/exact", "a.foo.com"));
  EXPECT_EQ(mesh.Destination("a.foo.com"), "1||exact.example");
  EXPECT_EQ(mesh.Destination("b.foo.com"), "1||long.example");
  EXPECT_EQ(mesh.Destination("a.b.FOO.com"), "1||long.example");
  EXPECT_EQ(mesh.Destination("a-x.foo.com"), "1||dash.example");
  EXPECT_EQ(mesh.Destination("-x.foo.com"), "1||long.example");
  EXPECT_EQ(mesh.Destination("foo.com"), "1||short.example");
  EXPECT_EQ(mesh.Destination(".foo.com"), "1||short.example");
  EXPECT_EQ(mesh.Destination("com"), "unknown host");
  EXPECT_EQ(mesh.Destination(".com"), "unknown host");
}

TEST(VirtualHostTest, TheAddressedPortIsTheAuthoritysElseTheSchemesElseTheOnlyOne) {
  const Mesh mesh(ServiceOn("one.example.com", {9080}) + ServiceOn("two.example.com", {80, 8080}));
  EXPECT_EQ(mesh.Get("two.example.com:8080").port, 8080u);
  EXPECT_EQ(mesh.Get("two.example.com").port, 80u);
  EXPECT_EQ(mesh.Get("one.example.com").port, 9080u);
  EXPECT_EQ(mesh.Get("one.example.com:80").port, 80u);
  EXPECT_EQ(mesh.Get("unknown").port, 80u);
  RequestView secure;
  secure.scheme = "https";
  secure.authority = "two.example.com";
  EXPECT_EQ(mesh.Match(secure).port, 443u);
}

TEST(VirtualHostTest, ADestinationPortIsNamedElseAddressedElseTheOnlyOneElseNone) {
  const std::string rules = Object("VirtualService", "default/vs",
                                   "hosts: [in.example]\nhttp:\n"
                                   "- match: [{uri: {exact: /one}}]\n"
                                   "  route: [{destination: {host: one.example}}]\n"
                                   "- match: [{uri: {exact: /two}}]\n"
                                   "  route: [{destination: {host: two.example}}]\n"
                                   "- match: [{uri: {exact: /none}}]\n"
                                   "  route: [{destination: {host: none.example}}]\n"
                                   "- route: [{destination: {host: two.example, "
                                   "port: {number: 7}}}]");
  const Mesh mesh(ServiceOn("one.example", {9080}) + ServiceOn("two.example", {80, 8080}) + rules);
  EXPECT_EQ(mesh.Destination("in.example", "/"), "7||two.example");
  EXPECT_EQ(mesh.Destination("in.example", "/two"), "80||two.example");
  EXPECT_EQ(mesh.Destination("in.example:8080", "/two"), "8080||two.example");
  EXPECT_EQ(mesh.Destination("in.example:81", "/two"), "0||two.example");
  EXPECT_EQ(mesh.Destination("in.example:81", "/one"), "9080||one.example");
  EXPECT_EQ(mesh.Destination("in.example:81", "/none"), "0||none.example");
  for (const RoutedDestination& destination : mesh.table().destinations()) {
    EXPECT_EQ(destination.service == nullptr, destination.key.host == "none.example");
  }
}

TEST(VirtualHostTest, HostsOfAVirtualServiceAreCompletedInItsNamespace) {
  const struct {
    const char* host;
    const char* domain;
    const char* authority;
    const char* complete;
  } rows[] = {
      {"a", "cluster.local", "a.ns.svc.cluster.local", "a.ns.svc.cluster.local"},
      {"A", "Cluster.Local", "a.ns.svc.cluster.local", "a.ns.svc.cluster.local"},
      {"a.b", "cluster.local", "a.b", "a.b"},
      {"\"*.a\"", "cluster.local", "x.a", "*.a"},
      {"10.1.2.3", "cluster.local", "10.1.2.3:80", "10.1.2.3"},
      {"\"::1\"", "cluster.local", "[::1]:80", "::1"},
      {"\"::1\"", "cluster.local", "::1", "::1"},
      {"a", "\"\"", "a.ns", "a.ns"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.host);
    MeshOptions options;
    options.cluster_domain = std::string(row.domain) == "\"\"" ? "" : row.domain;
    const Mesh mesh(To("ns/vs", row.host), {}, options);
    EXPECT_EQ(mesh.Get(row.authority).virtual_host, row.complete);
  }
}

// The table of precedence; "k" and "alt" are services.
class PrecedenceTest : public testing::Test {
 protected:
  static std::string Services() {
    return ServiceOn("k.default.svc.cluster.local", {80, 8080}) +
           ServiceOn("alt.default.svc.cluster.local", {80});
  }
};

TEST_F(PrecedenceTest, ALiteralHostBeatsAWildcardWhateverTheirAge) {
  const char* ages[2][2] = {{kOld, kNew}, {kNew, kOld}};
  for (const auto& age : ages) {
    const Mesh mesh(Services() + To("default/wild", "\"*.cluster.local\"", "", age[0]) +
                    To("default/exact", "k.default.svc.cluster.local", "", age[1]));
    EXPECT_EQ(mesh.Destination("k"), "1||exact.example");
    EXPECT_EQ(mesh.Destination("alt"), "1||wild.example");
  }
}

TEST_F(PrecedenceTest, OfTwoLiteralsTheOlderWinsEvenAgainstTheClientsNamespace) {
  const std::string host = "k.default.svc.cluster.local";
  const Mesh mesh(Services() + To("default/newer", host, "", kNew) +
                  To("zone/older", host, "", kOld));
  EXPECT_EQ(mesh.Destination("k"), "1||older.example");
}

TEST_F(PrecedenceTest, WithoutTimesNameThenNamespaceDecide) {
  const std::string host = "k.default.svc.cluster.local";
  EXPECT_EQ(Mesh(Services() + To("a/y", host) + To("b/x", host)).Destination("k"), "1||x.example");
  const Mesh same_name(Services() + To("b/x", host) +
                       Object("VirtualService", "a/x",
                              "hosts: [" + host +
                                  "]\nhttp: [{route: [{destination: "
                                  "{host: won.example, port: {number: 1}}}]}]"));
  EXPECT_EQ(same_name.Destination("k"), "1||won.example");
}

TEST_F(PrecedenceTest, AnUndeclaredHostIsHonouredOnEveryPort) {
  const Mesh mesh(Services() + To("default/foo", "foo.default.svc.cluster.local"));
  EXPECT_EQ(mesh.Destination("foo.default.svc.cluster.local:80"), "1||foo.example");
  EXPECT_EQ(mesh.Destination("foo.default.svc.cluster.local:8080"), "1||foo.example");
  EXPECT_EQ(mesh.Destination("foo"), "1||foo.example");
}

TEST_F(PrecedenceTest, WithoutADestinationPortTheAddressedOneIsKept) {
  const Mesh mesh(Services() + Object("VirtualService", "default/k",
                                      "hosts: [k]\nhttp: [{route: [{destination: {host: k}}]}]"));
  EXPECT_EQ(mesh.Destination("k:8080"), "8080||k.default.svc.cluster.local");
  EXPECT_EQ(mesh.Destination("k"), "80||k.default.svc.cluster.local");
}

TEST_F(PrecedenceTest, AWildcardOverNoServiceIsAVirtualHostOfItsOwn) {
  const Mesh mesh(Services() + To("default/wild", "\"*.unknown.example.com\""));
  EXPECT_EQ(mesh.Destination("a.unknown.example.com"), "1||wild.example");
  EXPECT_EQ(mesh.Destination("k"), "80||k.default.svc.cluster.local");
}

TEST_F(PrecedenceTest, TheLongerWildcardGovernsAServiceWhateverItsAge) {
  for (const char* age : {"2019-01-01T00:00:00Z", kNew}) {
    const Mesh mesh(ServiceOn("q.bar.example.com", {80}) +
                    To("default/short", "\"*.example.com\"", "", kOld) +
                    To("default/long", "\"*.bar.example.com\"", "", age));
    EXPECT_EQ(mesh.Destination("q.bar.example.com"), "1||long.example");
  }
}

TEST_F(PrecedenceTest, PrivateGoesBeforeExportedByNameBeforePublic) {
  const std::string host = "k.default.svc.cluster.local";
  const std::string everyone = To("a/everyone", host, "", kOld);
  const std::string by_name = To("b/named", host, "exportTo: [default]", kNew);
  const std::string own = To("default/own", host, "exportTo: [\".\"]", kNew);
  EXPECT_EQ(Mesh(Services() + everyone + by_name + own).Destination("k"), "1||own.example");
  EXPECT_EQ(Mesh(Services() + everyone + by_name).Destination("k"), "1||named.example");
  EXPECT_EQ(Mesh(Services() + everyone).Destination("k"), "1||everyone.example");
}

TEST_F(PrecedenceTest, WhatIsNotExportedToTheClientDoesNotExist) {
  const std::string host = "k.default.svc.cluster.local";
  const std::string service = "80||" + host;
  EXPECT_EQ(Mesh(Services() + To("a/x", host, "exportTo: [\".\"]")).Destination("k"), service);
  EXPECT_EQ(Mesh(Services() + To("a/x", host, "exportTo: [b, c]")).Destination("k"), service);
  MeshOptions closed;
  closed.default_virtual_service_export_to = {"."};
  EXPECT_EQ(Mesh(Services() + To("a/x", host), {}, closed).Destination("k"), service);
  EXPECT_EQ(Mesh(Services() + To("default/x", host), {}, closed).Destination("k"), "1||x.example");
}

TEST_F(PrecedenceTest, OnlyVirtualServicesOfTheMeshCount) {
  const std::string host = "k.default.svc.cluster.local";
  EXPECT_EQ(Mesh(Services() + To("default/x", host, "gateways: [ns/edge]")).Destination("k"),
            "80||" + host);
  EXPECT_EQ(Mesh(Services() + To("default/x", host, "gateways: [ns/edge, mesh]")).Destination("k"),
            "1||x.example");
}

}  // namespace
}  // namespace meshroute
