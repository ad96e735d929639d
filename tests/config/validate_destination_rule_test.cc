// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kPolicy[] = "host: a\ntrafficPolicy: {@}";
constexpr char kPolicyPath[] = "spec.trafficPolicy";

std::string At(const std::string& field) { return std::string(kPolicyPath) + "." + field; }

TEST(ValidateDestinationRule, HostIsANameOrAWildcard) {
  ExpectErrors("DestinationRule", "@",
               {{"host: ''", "host: a", "spec.host", "must be a host name"},
                {"subsets: []", "host: '*'", "spec.host", "must be a host name"},
                {"host: 10.0.0.1", "host: '*.a.com'", "spec.host", "which is an address"},
                {"host: a.*", "host: '*-a.b'", "spec.host", "got \"a.*\""}});
}

TEST(ValidateDestinationRule, SubsetsHaveNamesOfTheirOwn) {
  ExpectErrors(
      "DestinationRule", "host: a\nsubsets: [@]",
      {{"{labels: {a: b}}", "{name: v1, labels: {a: b}}", "spec.subsets[0].name", "DNS label"},
       {"{name: v_1}", "{name: V-1}", "spec.subsets[0].name", "got \"v_1\""},
       {"{name: v1}, {name: v2}, {name: v1}", "{name: v1}, {name: v2}, {name: v3}",
        "spec.subsets[2].name", "earlier subset: \"v1\""},
       {"{name: v1, labels: {a: 'b c'}}", "{name: v1, labels: {a: ''}}", "spec.subsets[0].labels.a",
        "label value"},
       {"{name: v1, trafficPolicy: {}}", "{name: v1}", "spec.subsets[0].trafficPolicy",
        "must set something"},
       {"{name: v1, trafficPolicy: {connectionPool: {}}}",
        "{name: v1, trafficPolicy: {connectionPool: {tcp: {}}}}",
        "spec.subsets[0].trafficPolicy.connectionPool", "tcp and http"}});
}

TEST(ValidateDestinationRule, ATrafficPolicySaysSomething) {
  ExpectErrors("DestinationRule", kPolicy,
               {{"", "loadBalancer: {}", "spec.trafficPolicy", "must set something"}});
  for (const std::string block :
       {"connectionPool: {http: {}}", "outlierDetection: {}", "tls: {}",
        "portLevelSettings: [{port: {number: 1}, tls: {}}]", "proxyProtocol: {}", "retryBudget: {}",
        "tunnel: {targetHost: a, targetPort: 1}"}) {
    EXPECT_THAT(ProblemsOf("DestinationRule", Filled(kPolicy, block)), IsEmpty()) << block;
  }
}

TEST(ValidateDestinationRule, PortLevelsNameAPortAndSaySomething) {
  ExpectErrors("DestinationRule", Filled(kPolicy, "portLevelSettings: [@]"),
               {{"{tls: {}}", "{port: {number: 80}, tls: {}}", At("portLevelSettings[0].port"),
                 "is missing"},
                {"{port: {number: 80}}", "{port: {number: 80}, loadBalancer: {}}",
                 At("portLevelSettings[0]"), "must set one of"},
                {"{port: {number: 80}, connectionPool: {}}",
                 "{port: {number: 99999}, connectionPool: {http: {}}}",
                 At("portLevelSettings[0].connectionPool"), "tcp and http"}});
}

TEST(ValidateDestinationRule, AtMost4096PortLevels) {
  Resources resources;
  DestinationRule& rule = resources.destination_rules.emplace_back();
  rule.host = "a";
  PortTrafficPolicy level;
  level.port = PortSelector{80};
  level.tls.emplace();
  rule.traffic_policy.emplace().port_level_settings.resize(4096, level);
  EXPECT_TRUE(Validate(resources).ok());
  rule.traffic_policy->port_level_settings.push_back(level);
  EXPECT_THAT(std::string(Validate(resources).status().message()),
              HasSubstr("portLevelSettings: must have at most 4096 entries, got 4097"));
}

TEST(ValidateDestinationRule, TunnelsAreCompleteAndStandAlone) {
  ExpectErrors(
      "DestinationRule", kPolicy,
      {{"tunnel: {targetHost: a, targetPort: 1}, proxyProtocol: {}", "proxyProtocol: {version: V2}",
        At("proxyProtocol"), "beside tunnel"},
       {"tunnel: {targetHost: a, targetPort: 1, protocol: GET}",
        "tunnel: {targetHost: a, targetPort: 1, protocol: POST}", At("tunnel.protocol"),
        "CONNECT or POST, got \"GET\""},
       {"tunnel: {targetPort: 1}", "tunnel: {targetHost: 10.0.0.1, targetPort: 1}",
        At("tunnel.targetHost"), "host name or an address"},
       {"tunnel: {targetHost: '*.a', targetPort: 1}", "tunnel: {targetHost: '::1', targetPort: 1}",
        At("tunnel.targetHost"), "got \"*.a\""},
       {"tunnel: {targetHost: a}", "tunnel: {targetHost: a, targetPort: 65535}",
        At("tunnel.targetPort"), "got 0"}});
}

TEST(ValidateDestinationRule, ConnectionPoolsAreLegal) {
  const auto tcp = [](const std::string& text) { return "connectionPool: {tcp: {" + text + "}}"; };
  const auto http = [](const std::string& text) {
    return "connectionPool: {http: {" + text + "}}";
  };
  const std::string at = At("connectionPool.");
  ExpectErrors(
      "DestinationRule", kPolicy,
      {{"connectionPool: {}", tcp(""), At("connectionPool"), "tcp and http"},
       {tcp("maxConnections: -1"), tcp("maxConnections: 0"), at + "tcp.maxConnections", "got -1"},
       {tcp("connectTimeout: 0s"), tcp("connectTimeout: 1ms"), at + "tcp.connectTimeout", "1ms"},
       {tcp("maxConnectionDuration: 1us"), tcp("maxConnectionDuration: 1h"),
        at + "tcp.maxConnectionDuration", "1ms or more"},
       {tcp("idleTimeout: 1500us"), tcp("idleTimeout: 0s"), at + "tcp.idleTimeout", "whole number"},
       {tcp("idleTimeout: -1s"), tcp("idleTimeout: 999us"), at + "tcp.idleTimeout", "got -1s"},
       {tcp("tcpKeepalive: {time: 0s}"), tcp("tcpKeepalive: {time: 500ms}"),
        at + "tcp.tcpKeepalive.time", "1ms or more"},
       {tcp("tcpKeepalive: {interval: -1s}"), tcp("tcpKeepalive: {probes: 3}"),
        at + "tcp.tcpKeepalive.interval", "1ms or more"},
       {http("http1MaxPendingRequests: -1"), http("http1MaxPendingRequests: 1"),
        at + "http.http1MaxPendingRequests", "got -1"},
       {http("http2MaxRequests: -1"), http("http2MaxRequests: 1"), at + "http.http2MaxRequests",
        "got -1"},
       {http("maxRequestsPerConnection: -1"), http("maxRequestsPerConnection: 1"),
        at + "http.maxRequestsPerConnection", "got -1"},
       {http("maxRetries: -1"), http("maxRetries: 1"), at + "http.maxRetries", "got -1"},
       {http("maxConcurrentStreams: -1"), http("maxConcurrentStreams: 1"),
        at + "http.maxConcurrentStreams", "got -1"},
       {http("idleTimeout: 0s"), http("idleTimeout: 1s"), at + "http.idleTimeout", "1ms or more"},
       {http("h2UpgradePolicy: UPGRADE, useClientProtocol: true"),
        http("h2UpgradePolicy: DO_NOT_UPGRADE, useClientProtocol: true"),
        at + "http.h2UpgradePolicy", "beside useClientProtocol"},
       {http("http2KeepAlive: {interval: 1s}"), http("http2KeepAlive: {interval: 1s, timeout: 1s}"),
        at + "http.http2KeepAlive.timeout", "is missing"},
       {http("http2KeepAlive: {interval: 0s, timeout: 1s}"), http(""),
        at + "http.http2KeepAlive.interval", "1ms or more"}});
}

TEST(ValidateDestinationRule, OutlierDetectionIsLegal) {
  const auto outlier = [](const std::string& text) { return "outlierDetection: {" + text + "}"; };
  const std::string at = At("outlierDetection.");
  ExpectErrors(
      "DestinationRule", kPolicy,
      {{outlier("interval: 0s"), outlier("interval: 1ms"), at + "interval", "1ms or more"},
       {outlier("baseEjectionTime: 1.5ms"), outlier("baseEjectionTime: 2ms"),
        at + "baseEjectionTime", "whole number"},
       {outlier("maxEjectionPercent: 101"), outlier("maxEjectionPercent: 100"),
        at + "maxEjectionPercent", "from 0 to 100, got 101"},
       {outlier("maxEjectionPercent: -1"), outlier("maxEjectionPercent: 0"),
        at + "maxEjectionPercent", "got -1"},
       {outlier("minHealthPercent: 101"), outlier("minHealthPercent: 100"), at + "minHealthPercent",
        "got 101"},
       {outlier("consecutiveLocalOriginFailures: 1"),
        outlier("consecutiveLocalOriginFailures: 1, splitExternalLocalOriginErrors: true"),
        at + "consecutiveLocalOriginFailures", "needs splitExternalLocalOriginErrors"},
       {outlier("consecutiveLocalOriginFailures: 5"), outlier("consecutiveLocalOriginFailures: 0"),
        at + "consecutiveLocalOriginFailures", "needs splitExternalLocalOriginErrors"},
       {outlier("outlierDetectionHttpErrorCodes: [500, 99]"),
        outlier("outlierDetectionHttpErrorCodes: [500, 100]"),
        at + "outlierDetectionHttpErrorCodes[1]", "from 100 to 599, got 99"},
       {outlier("outlierDetectionHttpErrorCodes: [600]"),
        outlier("outlierDetectionHttpErrorCodes: [599]"), at + "outlierDetectionHttpErrorCodes[0]",
        "got 600"}});
  ExpectWarnings("DestinationRule", kPolicy,
                 {{outlier("consecutiveErrors: 5"), outlier("consecutive5xxErrors: 5"),
                   at + "consecutiveErrors", "deprecated and does nothing"}});
}

TEST(ValidateDestinationRule, RetryBudgetIsAPercentage) {
  ExpectErrors("DestinationRule", kPolicy,
               {{"retryBudget: {percent: 100.5}", "retryBudget: {percent: 100}",
                 At("retryBudget.percent"), "got 100.5"},
                {"retryBudget: {percent: -1}", "retryBudget: {percent: 0}",
                 At("retryBudget.percent"), "got -1"}});
}

TEST(ValidateDestinationRule, TlsSettingsFitTogether) {
  const auto tls = [](const std::string& text) { return "tls: {" + text + "}"; };
  const std::string skip = "mode: SIMPLE, insecureSkipVerify: true";
  const std::string keys = "clientCertificate: c, privateKey: k";
  const std::string at = At("tls.");
  ExpectErrors(
      "DestinationRule", kPolicy,
      {{tls("mode: MUTUAL, privateKey: k"), tls("mode: MUTUAL, " + keys), at + "clientCertificate",
        "is missing"},
       {tls("mode: MUTUAL, clientCertificate: c"), tls("mode: MUTUAL, credentialName: x"),
        at + "privateKey", "is missing"},
       {tls(skip + ", caCertificates: x"), tls("mode: SIMPLE, caCertificates: x"),
        at + "caCertificates", "turns verification off"},
       {tls(skip + ", subjectAltNames: [x]"), tls("mode: SIMPLE, subjectAltNames: [x]"),
        at + "subjectAltNames", "turns verification off"},
       {tls(skip + ", credentialName: x"), tls(skip), at + "credentialName",
        "turns verification off"},
       {tls("mode: MUTUAL, insecureSkipVerify: true, caCertificates: x, " + keys),
        tls("mode: MUTUAL, insecureSkipVerify: false, caCertificates: x, " + keys),
        at + "caCertificates", "turns verification off"},
       {tls("mode: MUTUAL, insecureSkipVerify: true, subjectAltNames: [x], " + keys),
        tls("mode: MUTUAL, insecureSkipVerify: true, credentialName: x"), at + "subjectAltNames",
        "turns verification off"},
       {tls("mode: SIMPLE, credentialName: x, clientCertificate: c"),
        tls("mode: ISTIO_MUTUAL, credentialName: x, clientCertificate: c"),
        at + "clientCertificate", "beside credentialName"},
       {tls("mode: SIMPLE, credentialName: x, privateKey: c"),
        tls("mode: DISABLE, credentialName: x, privateKey: c"), at + "privateKey",
        "beside credentialName"},
       {tls("mode: MUTUAL, credentialName: x, caCertificates: c"),
        tls("mode: MUTUAL, credentialName: x"), at + "caCertificates", "beside credentialName"},
       {tls("mode: SIMPLE, credentialName: x, caCrl: c"), tls("mode: SIMPLE, caCrl: c"),
        at + "caCrl", "beside credentialName"},
       {tls("mode: SIMPLE, credentialName: 'configmap://other/x'"),
        tls("mode: SIMPLE, credentialName: 'configmap://default/x'"), at + "credentialName",
        "own namespace, got \"configmap://other/x\""},
       {tls("mode: SIMPLE, credentialName: 'configmap://default2/x'"),
        tls("mode: SIMPLE, credentialName: 'configmap://x'"), at + "credentialName",
        "own namespace"}});
}

TEST(ValidateDestinationRule, SelectorsAreLiteralAndPrivate) {
  const std::string at = "spec.workloadSelector.matchLabels";
  ExpectErrors(
      "DestinationRule", "host: a\n@",
      {{"workloadSelector: {matchLabels: {'': x}}", "workloadSelector: {matchLabels: {a: x}}", at,
        "empty key"},
       {"workloadSelector: {matchLabels: {a: 'x*'}}", "workloadSelector: {matchLabels: {a: ''}}",
        at + ".a", "no wildcards"},
       {"workloadSelector: {matchLabels: {'*': x}}", "workloadSelector: {matchLabels: {a: x}}",
        at + ".*", "no wildcards"},
       {"workloadSelector: {matchLabels: {a: " + std::string(64, 'x') + "}}",
        "workloadSelector: {matchLabels: {a: " + std::string(63, 'x') + "}}", at + ".a",
        "at most 63 characters, got 64"},
       {"workloadSelector: {matchLabels: {a: b}}\nexportTo: ['*']",
        "workloadSelector: {matchLabels: {a: b}}\nexportTo: [.]", "spec.exportTo", "alone"},
       {"workloadSelector: {matchLabels: {a: b}}\nexportTo: [., x]",
        "workloadSelector: {matchLabels: {a: b}}\nexportTo: [default]", "spec.exportTo", "alone"}});
  ExpectWarnings("DestinationRule", "host: a\n@",
                 {{"workloadSelector: {}", "workloadSelector: {matchLabels: {a: b}}", at,
                   "selects everything"}});
}

TEST(ValidateDestinationRule, ExportToNamesNamespacesOnce) {
  ExpectErrors("DestinationRule", "host: a\nexportTo: [@]",
               {{"'~'", "'*'", "spec.exportTo[0]", "got \"~\""},
                {"x, x", "x, y", "spec.exportTo[1]", "second time"}});
}

TEST(ValidateDestinationRule, WarningsOfSubsetsAndPortsAreKept) {
  // Istio drops them; nothing is silently ignored here.
  EXPECT_THAT(Texts(ProblemsOf("DestinationRule",
                               "host: a\nsubsets: [{name: v1, trafficPolicy: {outlierDetection: "
                               "{consecutiveErrors: 1}}}]")),
              ElementsAre(HasSubstr("is deprecated and does nothing")));
}

}  // namespace
}  // namespace meshroute
