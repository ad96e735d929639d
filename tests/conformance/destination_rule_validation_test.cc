// SPDX-License-Identifier: Apache-2.0
// DestinationRule: every field with a text that is accepted and, where there is one, a
// text that is refused or doubted. A row's name is the path of the field.
#include <string>
#include <vector>

#include "tests/conformance/field_rows.h"

namespace meshroute {
namespace {

// The spec with a host, which every rule needs.
std::string SpecOf(const std::string& members) {
  return members.find("host:") == 0 ? "{" + members + "}" : "{host: a, " + members + "}";
}

class FieldValidation : public testing::TestWithParam<FieldRow> {};

TEST_P(FieldValidation, Holds) {
  FieldRow row = GetParam();
  row.accepted = SpecOf(row.accepted);
  if (!row.refused.empty()) row.refused = SpecOf(row.refused);
  ExpectFieldRow("DestinationRule", row);
}

std::string Policy(const std::string& members) { return "trafficPolicy: {" + members + "}"; }
std::string Subset1(const std::string& members) { return "subsets: [{" + members + "}]"; }
std::string Port(const std::string& members) {
  return Policy("portLevelSettings: [{" + members + "}]");
}
std::string Lb(const std::string& members) { return Policy("loadBalancer: {" + members + "}"); }
std::string Hash(const std::string& members) { return Lb("consistentHash: {" + members + "}"); }
std::string Cookie(const std::string& members) { return Hash("httpCookie: {" + members + "}"); }
std::string Locality(const std::string& members) {
  return Policy("outlierDetection: {}, loadBalancer: {localityLbSetting: {" + members + "}}");
}
std::string Zone(const std::string& members) {
  return Policy("outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {" + members + "}}");
}
std::string Warmup(const std::string& members) {
  return Lb("warmup: {duration: 1s, " + members + "}");
}
std::string Tcp(const std::string& members) {
  return Policy("connectionPool: {tcp: {" + members + "}}");
}
std::string Http(const std::string& members) {
  return Policy("connectionPool: {http: {" + members + "}}");
}
std::string Outlier(const std::string& members) {
  return Policy("outlierDetection: {" + members + "}");
}
std::string Tls(const std::string& members) { return Policy("tls: {" + members + "}"); }
std::string Tunnel(const std::string& members) { return Policy("tunnel: {" + members + "}"); }

std::string OfLb(const std::string& field) { return "trafficPolicy.loadBalancer." + field; }
std::string OfHash(const std::string& field) { return OfLb("consistentHash." + field); }
std::string OfLocality(const std::string& field) { return OfLb("localityLbSetting." + field); }
std::string OfZone(const std::string& field) { return OfLb("zoneAwareLbSetting." + field); }
std::string OfTcp(const std::string& field) { return "trafficPolicy.connectionPool.tcp." + field; }
std::string OfHttp(const std::string& field) {
  return "trafficPolicy.connectionPool.http." + field;
}
std::string OfOutlier(const std::string& field) {
  return "trafficPolicy.outlierDetection." + field;
}
std::string OfTls(const std::string& field) { return "trafficPolicy.tls." + field; }

const std::string kSelector = "workloadSelector: {matchLabels: {a: b}}";

std::vector<FieldRow> TopRows() {
  const std::string levels = "trafficPolicy.portLevelSettings[]";
  return {
      {"host", "host: '*.a.com'", "host: a.*"},
      {"host", "host: '*'", "host: 10.0.0.1"},
      {"host", "host: a.b.", "host: ''"},
      {"trafficPolicy", Policy("tls: {}"), Policy("")},
      {"subsets[]", Subset1("name: v1"), ""},
      {"subsets[].name", Subset1("name: V-1"), Subset1("name: v_1")},
      {"subsets[].name", Subset1("name: v1"), Subset1("labels: {a: b}")},
      {"subsets[].name", "subsets: [{name: v1}, {name: v2}]", "subsets: [{name: v1}, {name: v1}]",
       "subsets[1].name"},
      {"subsets[].labels{}", Subset1("name: v1, labels: {a.b/c: ''}"),
       Subset1("name: v1, labels: {a: 'b c'}"), "subsets[].labels.a"},
      {"subsets[].trafficPolicy", Subset1("name: v1, trafficPolicy: {loadBalancer: {}}"),
       Subset1("name: v1, trafficPolicy: {}")},
      {"exportTo[]", "exportTo: ['.', x]", "exportTo: ['~']"},
      {"exportTo[]", "exportTo: ['*']", "exportTo: [x, x]", "exportTo[1]"},
      {"exportTo[]", "exportTo: ['.']", "exportTo: ['.', default]", "exportTo[1]"},
      {"exportTo[]", kSelector + ", exportTo: ['.']", kSelector + ", exportTo: [x]", "exportTo"},
      {"workloadSelector", kSelector, "workloadSelector: {}", "workloadSelector.matchLabels",
       Severity::kWarning},
      {"workloadSelector.matchLabels{}", kSelector, "workloadSelector: {matchLabels: {'': b}}",
       "workloadSelector.matchLabels"},
      {"workloadSelector.matchLabels{}", kSelector, "workloadSelector: {matchLabels: {a: 'b*'}}",
       "workloadSelector.matchLabels.a"},
      {"trafficPolicy.loadBalancer", Lb(""), ""},
      {"trafficPolicy.connectionPool", Policy("connectionPool: {tcp: {}, http: {}}"),
       Policy("connectionPool: {}")},
      {"trafficPolicy.connectionPool.tcp", Tcp(""), ""},
      {"trafficPolicy.connectionPool.http", Http(""), ""},
      {"trafficPolicy.outlierDetection", Outlier(""), ""},
      {"trafficPolicy.tls", Tls(""), ""},
      {levels, Port("port: {number: 80}, tls: {}"), Port("port: {number: 80}")},
      {levels + ".port", Port("port: {number: 80}, tls: {}"), Port("tls: {}")},
      {levels + ".port.number", Port("port: {number: 70000}, tls: {}"), ""},
      {levels + ".loadBalancer", Port("port: {number: 80}, loadBalancer: {}"), ""},
      {levels + ".connectionPool", Port("port: {number: 80}, connectionPool: {tcp: {}}"),
       Port("port: {number: 80}, connectionPool: {}")},
      {levels + ".outlierDetection", Port("port: {number: 80}, outlierDetection: {}"), ""},
      {levels + ".tls", Port("port: {number: 80}, tls: {}"),
       Port("port: {number: 80}, tls: {mode: MUTUAL, clientCertificate: c}"),
       levels + ".tls.privateKey"},
      {"trafficPolicy.tunnel", Tunnel("targetHost: a.b, targetPort: 1"),
       Policy("tunnel: {targetHost: a, targetPort: 1}, proxyProtocol: {}"),
       "trafficPolicy.proxyProtocol"},
      {"trafficPolicy.tunnel.protocol", Tunnel("protocol: POST, targetHost: a, targetPort: 1"),
       Tunnel("protocol: GET, targetHost: a, targetPort: 1")},
      {"trafficPolicy.tunnel.targetHost", Tunnel("targetHost: 10.0.0.1, targetPort: 1"),
       Tunnel("targetPort: 1")},
      {"trafficPolicy.tunnel.targetPort", Tunnel("targetHost: a, targetPort: 65535"),
       Tunnel("targetHost: a")},
      {"trafficPolicy.proxyProtocol", Policy("proxyProtocol: {}"), ""},
      {"trafficPolicy.proxyProtocol.version", Policy("proxyProtocol: {version: V2}"), ""},
      {"trafficPolicy.retryBudget", Policy("retryBudget: {}"), ""},
      {"trafficPolicy.retryBudget.percent", Policy("retryBudget: {percent: 100}"),
       Policy("retryBudget: {percent: 100.5}")},
      {"trafficPolicy.retryBudget.minRetryConcurrency",
       Policy("retryBudget: {minRetryConcurrency: 0}"), ""},
      {"trafficPolicy.retryBudget.budgetInterval", Policy("retryBudget: {budgetInterval: 0s}"), ""},
  };
}
INSTANTIATE_TEST_SUITE_P(Top, FieldValidation, testing::ValuesIn(TopRows()), NameOfField);

std::vector<FieldRow> LoadBalancerRows() {
  const std::string cookie = OfHash("httpCookie");
  return {
      {OfLb("simple"), Lb("simple: LEAST_CONN"), ""},
      {OfLb("consistentHash"), Hash(""), ""},
      {OfHash("httpHeaderName"), Hash("httpHeaderName: ''"), ""},
      {cookie, Cookie("name: c"), Cookie("path: /"), cookie + ".name"},
      {cookie + ".name", Cookie("name: c"), Cookie("name: ''")},
      {cookie + ".path", Cookie("name: c, path: x"), ""},
      {cookie + ".ttl", Cookie("name: c, ttl: 0s"), ""},
      {cookie + ".attributes[]", Cookie("name: c, attributes: [{name: x}, {name: y}]"),
       Cookie("name: c, attributes: [{name: x}, {name: x}]"), cookie + ".attributes[1].name"},
      {cookie + ".attributes[].name", Cookie("name: c, attributes: [{name: x}]"),
       Cookie("name: c, attributes: [{value: x}]")},
      {cookie + ".attributes[].value", Cookie("name: c, attributes: [{name: x, value: ''}]"), ""},
      {OfHash("useSourceIp"), Hash("useSourceIp: false"), ""},
      {OfHash("httpQueryParameterName"), Hash("httpQueryParameterName: q"), ""},
      {OfHash("ringHash"), Hash("ringHash: {}"), ""},
      {OfHash("ringHash.minimumRingSize"), Hash("ringHash: {minimumRingSize: 0}"), ""},
      {OfHash("maglev"), Hash("maglev: {tableSize: 7}"), Hash("maglev: {}"),
       OfHash("maglev.tableSize")},
      {OfHash("maglev.tableSize"), Hash("maglev: {tableSize: 4999999}"),
       Hash("maglev: {tableSize: 5000011}")},
      {OfHash("maglev.tableSize"), Hash("maglev: {tableSize: 65537}"),
       Hash("maglev: {tableSize: 65536}")},
      {OfHash("minimumRingSize"), Hash("minimumRingSize: 0"), Hash("minimumRingSize: 1"), "",
       Severity::kWarning},
      {OfLb("localityLbSetting"), Locality(""), Lb("localityLbSetting: {}, zoneAwareLbSetting: {}"),
       OfLb("zoneAwareLbSetting")},
      {OfLocality("enabled"), Locality("enabled: false"), ""},
      {OfLocality("distribute[]"), Locality("distribute: [{from: a, to: {b: 100}}]"),
       Locality("failover: [{from: a, to: b}], distribute: [{from: a, to: {b: 100}}]"),
       OfLocality("failover")},
      {OfLocality("distribute[].from"), Locality("distribute: [{from: a/*, to: {b: 100}}]"),
       Locality("distribute: [{from: a//b, to: {b: 100}}]")},
      {OfLocality("distribute[].to{}"), Locality("distribute: [{from: a, to: {b: 99, c: 1}}]"),
       Locality("distribute: [{from: a, to: {b: 99}}]"), OfLocality("distribute[].to")},
      {OfLocality("failover[]"), Locality("failover: [{from: a, to: b}]"),
       Locality("failover: [{from: a, to: a}]")},
      {OfLocality("failover[].from"), Locality("failover: [{from: a, to: b}]"),
       Locality("failover: [{from: a/x, to: b}]")},
      {OfLocality("failover[].to"), Locality("failover: [{from: a, to: b}]"),
       Locality("failover: [{from: a, to: '*'}]")},
      {OfLocality("failoverPriority[]"), Locality("failoverPriority: [x, y=z]"),
       Lb("localityLbSetting: {failoverPriority: [x]}"), OfLocality("failoverPriority"),
       Severity::kWarning},
      {OfLb("zoneAwareLbSetting"), Zone(""), ""},
      {OfZone("enabled"), Zone("enabled: false"), ""},
      {OfZone("failover[]"), Zone("failover: [{from: a, to: b}]"),
       Lb("zoneAwareLbSetting: {failover: [{from: a, to: b}]}"), OfZone("failover"),
       Severity::kWarning},
      {OfZone("failover[].from"), Zone("failover: [{from: a, to: b}]"),
       Zone("failover: [{from: '*', to: b}]")},
      {OfZone("failover[].to"), Zone("failover: [{from: a, to: b}]"),
       Zone("failover: [{from: a, to: b/c}]")},
      {OfZone("failoverPriority[]"), Zone("failoverPriority: [kubernetes.io/hostname]"),
       Zone("failoverPriority: [topology.kubernetes.io/zone]")},
      {OfZone("minClusterSize"), Zone("minClusterSize: 1"), Zone("minClusterSize: 0")},
      {OfLb("warmup"), Lb("warmup: {duration: 1s}"), Lb("warmup: {}"), OfLb("warmup.duration")},
      {OfLb("warmup.duration"), Lb("warmup: {duration: 1ms}"), Lb("warmup: {duration: 1us}")},
      {OfLb("warmup.minimumPercent"), Warmup("minimumPercent: 100"), Warmup("minimumPercent: 101")},
      {OfLb("warmup.aggression"), Warmup("aggression: 0.5"), Warmup("aggression: 0")},
      {OfLb("warmupDurationSecs"), Lb("warmupDurationSecs: 1s"), Lb("warmupDurationSecs: 0s")},
  };
}
INSTANTIATE_TEST_SUITE_P(LoadBalancer, FieldValidation, testing::ValuesIn(LoadBalancerRows()),
                         NameOfField);

std::vector<FieldRow> ConnectionRows() {
  const std::string keys = "mode: MUTUAL, clientCertificate: c, privateKey: k";
  const std::string unverified = "mode: SIMPLE, insecureSkipVerify: true";
  return {
      {OfTcp("maxConnections"), Tcp("maxConnections: 0"), Tcp("maxConnections: -1")},
      {OfTcp("connectTimeout"), Tcp("connectTimeout: 1ms"), Tcp("connectTimeout: 0s")},
      {OfTcp("tcpKeepalive"), Tcp("tcpKeepalive: {}"), ""},
      {OfTcp("tcpKeepalive.probes"), Tcp("tcpKeepalive: {probes: 0}"), ""},
      {OfTcp("tcpKeepalive.time"), Tcp("tcpKeepalive: {time: 500ms}"),
       Tcp("tcpKeepalive: {time: 0s}")},
      {OfTcp("tcpKeepalive.interval"), Tcp("tcpKeepalive: {interval: 1s}"),
       Tcp("tcpKeepalive: {interval: -1s}")},
      {OfTcp("maxConnectionDuration"), Tcp("maxConnectionDuration: 1ms"),
       Tcp("maxConnectionDuration: 0s")},
      {OfTcp("idleTimeout"), Tcp("idleTimeout: 0s"), Tcp("idleTimeout: 1500us")},
      {OfHttp("http1MaxPendingRequests"), Http("http1MaxPendingRequests: 0"),
       Http("http1MaxPendingRequests: -1")},
      {OfHttp("http2MaxRequests"), Http("http2MaxRequests: 0"), Http("http2MaxRequests: -1")},
      {OfHttp("maxRequestsPerConnection"), Http("maxRequestsPerConnection: 0"),
       Http("maxRequestsPerConnection: -1")},
      {OfHttp("maxRetries"), Http("maxRetries: 0"), Http("maxRetries: -1")},
      {OfHttp("idleTimeout"), Http("idleTimeout: 1ms"), Http("idleTimeout: 0s")},
      {OfHttp("h2UpgradePolicy"), Http("h2UpgradePolicy: UPGRADE"),
       Http("h2UpgradePolicy: UPGRADE, useClientProtocol: true")},
      {OfHttp("useClientProtocol"), Http("useClientProtocol: true"), ""},
      {OfHttp("maxConcurrentStreams"), Http("maxConcurrentStreams: 0"),
       Http("maxConcurrentStreams: -1")},
      {OfHttp("http2KeepAlive"), Http("http2KeepAlive: {interval: 1s, timeout: 1s}"),
       Http("http2KeepAlive: {interval: 1s}"), OfHttp("http2KeepAlive.timeout")},
      {OfHttp("http2KeepAlive.interval"), Http("http2KeepAlive: {interval: 1ms, timeout: 1s}"),
       Http("http2KeepAlive: {timeout: 1s}")},
      {OfHttp("http2KeepAlive.timeout"), Http("http2KeepAlive: {interval: 1s, timeout: 1ms}"),
       Http("http2KeepAlive: {interval: 1s, timeout: 0s}")},
      {OfTls("mode"), Tls("sni: x"), Tls("mode: MUTUAL, privateKey: k"),
       OfTls("clientCertificate")},
      {OfTls("clientCertificate"), Tls(keys),
       Tls("mode: SIMPLE, credentialName: x, clientCertificate: c")},
      {OfTls("privateKey"), Tls(keys), Tls("mode: MUTUAL, clientCertificate: c")},
      {OfTls("caCertificates"), Tls("mode: SIMPLE, caCertificates: c"),
       Tls(unverified + ", caCertificates: c")},
      {OfTls("caCrl"), Tls("mode: SIMPLE, caCrl: c"),
       Tls("mode: SIMPLE, credentialName: x, caCrl: c")},
      {OfTls("credentialName"), Tls("mode: SIMPLE, credentialName: 'configmap://default/x'"),
       Tls("mode: SIMPLE, credentialName: 'configmap://other/x'")},
      {OfTls("subjectAltNames[]"), Tls("mode: SIMPLE, subjectAltNames: [x]"),
       Tls(unverified + ", subjectAltNames: [x]"), OfTls("subjectAltNames")},
      {OfTls("sni"), Tls("mode: ISTIO_MUTUAL, sni: x"), ""},
      {OfTls("insecureSkipVerify"), Tls(unverified), Tls(unverified + ", credentialName: x"),
       OfTls("credentialName")},
      // ISTIO_MUTUAL beside other fields is not refused.
      {OfTls("mode"), Tls("mode: ISTIO_MUTUAL, clientCertificate: c"), ""},
  };
}
INSTANTIATE_TEST_SUITE_P(Connections, FieldValidation, testing::ValuesIn(ConnectionRows()),
                         NameOfField);

std::vector<FieldRow> OutlierRows() {
  return {
      {OfOutlier("consecutive5xxErrors"), Outlier("consecutive5xxErrors: 0"), ""},
      {OfOutlier("consecutiveGatewayErrors"), Outlier("consecutiveGatewayErrors: 1"), ""},
      {OfOutlier("consecutiveErrors"), Outlier("consecutiveErrors: 0"),
       Outlier("consecutiveErrors: 1"), "", Severity::kWarning},
      {OfOutlier("splitExternalLocalOriginErrors"), Outlier("splitExternalLocalOriginErrors: true"),
       ""},
      {OfOutlier("consecutiveLocalOriginFailures"),
       Outlier("consecutiveLocalOriginFailures: 1, splitExternalLocalOriginErrors: true"),
       Outlier("consecutiveLocalOriginFailures: 1")},
      {OfOutlier("interval"), Outlier("interval: 1ms"), Outlier("interval: 0s")},
      {OfOutlier("baseEjectionTime"), Outlier("baseEjectionTime: 1ms"),
       Outlier("baseEjectionTime: 1500us")},
      {OfOutlier("maxEjectionPercent"), Outlier("maxEjectionPercent: 100"),
       Outlier("maxEjectionPercent: 101")},
      {OfOutlier("minHealthPercent"), Outlier("minHealthPercent: 100"),
       Outlier("minHealthPercent: -1")},
      {OfOutlier("outlierDetectionHttpErrorCodes[]"),
       Outlier("outlierDetectionHttpErrorCodes: [100, 599]"),
       Outlier("outlierDetectionHttpErrorCodes: [600]")},
  };
}
INSTANTIATE_TEST_SUITE_P(Outliers, FieldValidation, testing::ValuesIn(OutlierRows()), NameOfField);

// A field that is added to the tables has to get its row here.
TEST(FieldRows, NameEveryFieldOfADestinationRule) {
  std::vector<FieldRow> all;
  for (const auto& rows : {TopRows(), LoadBalancerRows(), ConnectionRows(), OutlierRows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  std::vector<std::string> elsewhere{"spec.subsets[].trafficPolicy."};
  for (const std::string block : {"loadBalancer", "connectionPool", "outlierDetection", "tls"}) {
    elsewhere.push_back("spec.trafficPolicy.portLevelSettings[]." + block + ".");
  }
  ExpectAllFieldsNamed("DestinationRule", all, elsewhere);
}

}  // namespace
}  // namespace meshroute
