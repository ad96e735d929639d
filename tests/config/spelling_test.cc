// SPDX-License-Identifier: Apache-2.0
// How the fields of a resource may be written: names, types, oneofs, nulls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "meshroute/config/validated_config.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One rule of a VirtualService, given as YAML.
Loaded Rule(const std::string& rule, LoadOptions options = {}) {
  return Loaded::Spec("VirtualService", "http: [" + rule + "]", std::move(options));
}

Loaded Policy(const std::string& policy) {
  return Loaded::Spec("DestinationRule", "trafficPolicy: " + policy);
}

const HttpRoute& Route(const Loaded& loaded) {
  return loaded.resources().virtual_services.at(0).http.at(0);
}

const TrafficPolicy& TrafficPolicyOf(const Loaded& loaded) {
  return *loaded.resources().destination_rules.at(0).traffic_policy;
}

TEST(SpellingTest, NamesAreReadInCamelCaseAndInSnakeCase) {
  for (const char* rule : {"{retries: {perTryTimeout: 2s, retryOn: 5xx}, mirrorPercent: 7}",
                           "{retries: {per_try_timeout: 2s, retry_on: 5xx}, mirror_percent: 7}"}) {
    const Loaded loaded = Rule(rule);
    EXPECT_THAT(loaded.errors(), IsEmpty());
    EXPECT_EQ(Route(loaded).retries->per_try_timeout, 2s);
    EXPECT_EQ(Route(loaded).retries->retry_on, "5xx");
    EXPECT_EQ(Route(loaded).mirror_percent, 7U);
  }
}

TEST(SpellingTest, SpecialNamesAreReadInBothSpellings) {
  for (const char* policy :
       {"{outlierDetection: {consecutive5xxErrors: 3, outlierDetectionHttpErrorCodes: [429]},"
        " connectionPool: {http: {http1MaxPendingRequests: 4, http2MaxRequests: 5,"
        " h2UpgradePolicy: DO_NOT_UPGRADE, http2KeepAlive: {interval: 1s}}},"
        " loadBalancer: {consistentHash: {useSourceIp: true}}, tls: {caCrl: /crl}}",
        "{outlier_detection: {consecutive_5xx_errors: 3, outlier_detection_http_error_codes: "
        "[429]},"
        " connection_pool: {http: {http1_max_pending_requests: 4, http2_max_requests: 5,"
        " h2_upgrade_policy: DO_NOT_UPGRADE, http2_keep_alive: {interval: 1s}}},"
        " load_balancer: {consistent_hash: {use_source_ip: true}}, tls: {ca_crl: /crl}}"}) {
    const Loaded loaded = Policy(policy);
    EXPECT_THAT(loaded.errors(), IsEmpty());
    const TrafficPolicy& read = TrafficPolicyOf(loaded);
    EXPECT_EQ(read.outlier_detection->consecutive_5xx_errors, 3U);
    EXPECT_THAT(read.outlier_detection->outlier_detection_http_error_codes, ElementsAre(429));
    EXPECT_EQ(read.connection_pool->http->http1_max_pending_requests, 4);
    EXPECT_EQ(read.connection_pool->http->http2_max_requests, 5);
    EXPECT_EQ(read.connection_pool->http->h2_upgrade_policy,
              HttpSettings::H2UpgradePolicy::kDoNotUpgrade);
    EXPECT_EQ(read.connection_pool->http->http2_keep_alive->interval, 1s);
    EXPECT_EQ(read.load_balancer->consistent_hash->use_source_ip, true);
    EXPECT_EQ(read.tls->ca_crl, "/crl");
  }
}

TEST(SpellingTest, UnknownFieldsAreErrorsThatNameTheNearestField) {
  EXPECT_THAT(
      Rule("{retries: {perTryTimeOut: 2s, retires: 1, per_try_Timeout: 2s}, zzz: 1}").errors(),
      ElementsAre("spec.http[0].zzz: unknown field",
                  "spec.http[0].retries.perTryTimeOut: unknown field; did you mean "
                  "'perTryTimeout'?",
                  "spec.http[0].retries.retires: unknown field",
                  "spec.http[0].retries.per_try_Timeout: unknown field; did you mean "
                  "'perTryTimeout'?"));
  EXPECT_THAT(
      Rule("{route: [{destinaton: {host: a}, weigth: 1}]}").errors(),
      ElementsAre("spec.http[0].route[0].destinaton: unknown field; did you mean 'destination'?",
                  "spec.http[0].route[0].weigth: unknown field; did you mean 'weight'?"));
}

TEST(SpellingTest, UnknownFieldsAreWarningsWhereThatIsAskedFor) {
  LoadOptions options;
  options.unknown_fields = LoadOptions::UnknownFields::kWarning;
  const Loaded loaded = Rule("{nmae: a}", options);
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_THAT(loaded.warnings(),
              ElementsAre("spec.http[0].nmae: unknown field; did you mean 'name'?"));
}

TEST(SpellingTest, OneFieldInBothSpellingsIsAnError) {
  EXPECT_THAT(
      Rule("{retries: {perTryTimeout: 2s, per_try_timeout: 2s}}").errors(),
      ElementsAre("spec.http[0].retries.per_try_timeout: is the same field as 'perTryTimeout'"));
}

TEST(SpellingTest, DurationsAreReadInBothForms) {
  const Loaded loaded = Rule(
      "{timeout: 0.030s, retries: {perTryTimeout: 1h2m3.5s, backoff: 100us},"
      " fault: {delay: {fixedDelay: -5s}}, corsPolicy: {maxAge: '0'}}");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(Route(loaded).timeout, 30ms);
  EXPECT_EQ(Route(loaded).retries->per_try_timeout, 1h + 2min + 3500ms);
  EXPECT_EQ(Route(loaded).retries->backoff, 100us);
  EXPECT_EQ(Route(loaded).fault->delay->fixed_delay, -5s);
  EXPECT_EQ(Route(loaded).cors_policy->max_age, 0s);
}

TEST(SpellingTest, ADurationWithoutUnitIsRefusedWithAHint) {
  const std::string wanted =
      "spec.http[0].timeout: must be a duration such as 1.5s, 30ms or 1h2m, got ";
  EXPECT_THAT(Rule("{timeout: 5}").errors(),
              ElementsAre(wanted + "the number 5; add a unit: h, m, s, ms, us or ns"));
  EXPECT_THAT(Rule("{timeout: '5'}").errors(),
              ElementsAre(wanted + "the string \"5\"; add a unit: h, m, s, ms, us or ns"));
  EXPECT_THAT(Rule("{timeout: 5 s}").errors(), ElementsAre(wanted + "the string \"5 s\""));
  EXPECT_THAT(Rule("{timeout: {seconds: 5}}").errors(), ElementsAre(wanted + "a map"));
}

TEST(SpellingTest, OneMistakeIsOneError) {
  const auto errors = [](const std::string& rule) {
    Loaded loaded = Rule(rule);
    EXPECT_FALSE(loaded.loader().Finish().ok());
    return loaded.errors();
  };
  const std::string to = "route: [{destination: {host: a}}]";
  for (const std::string timeout : {"5", "'5'", "{seconds: 5}", "[]", "0s"}) {
    EXPECT_THAT(errors("{timeout: " + timeout + ", " + to + "}"), testing::SizeIs(1)) << timeout;
  }
  EXPECT_THAT(errors("{retries: {attempts: 1, perTryTimeout: 5}, " + to + "}"), testing::SizeIs(1));
  EXPECT_THAT(errors("{retries: {attempts: x, perTryTimeout: 5s}, " + to + "}"),
              testing::SizeIs(1));
  EXPECT_THAT(errors("{rute: [{destination: {host: a}}]}"), testing::SizeIs(1));
  EXPECT_THAT(errors("{route: [{destination: {host: a}, weight: x}, {destination: {host: b}}]}"),
              testing::SizeIs(1));
  EXPECT_THAT(errors("{timeout: 5, retries: {attempts: -1}, " + to + "}"), testing::SizeIs(2));
  const std::string nulls[] = {"{mirrors: [~], " + to + "}", "{route: [~]}", "~",
                               "{" + to + "}]\nhosts: [a]\ntls: [~"};
  for (const std::string& null : nulls) {
    EXPECT_THAT(errors(null), testing::SizeIs(1)) << null;
  }
}

TEST(SpellingTest, WrappersTellAbsentFromZeroAndNullIsAbsent) {
  EXPECT_EQ(Route(Rule("{retries: {}}")).retries->retry_remote_localities, std::nullopt);
  EXPECT_EQ(Route(Rule("{retries: {retryIgnorePreviousHosts: null}}"))
                .retries->retry_ignore_previous_hosts,
            std::nullopt);
  EXPECT_EQ(Route(Rule("{retries: {retryIgnorePreviousHosts: false}}"))
                .retries->retry_ignore_previous_hosts,
            false);
  EXPECT_EQ(Route(Rule("{mirrorPercent: 0}")).mirror_percent, 0U);
  EXPECT_EQ(Route(Rule("{mirrorPercent: ~}")).mirror_percent, std::nullopt);
  EXPECT_EQ(TrafficPolicyOf(Policy("{outlierDetection: {consecutive5xxErrors: null}}"))
                .outlier_detection->consecutive_5xx_errors,
            5U);
}

TEST(SpellingTest, NullIsAbsentForEveryKindOfField) {
  const Loaded loaded =
      Rule("{name: ~, match: ~, route: ~, timeout: ~, retries: ~, fault: {delay: ~}}");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  HttpRoute expected;
  expected.fault.emplace();
  EXPECT_EQ(Route(loaded), expected);
}

TEST(SpellingTest, AnEmptyBlockIsSet) {
  EXPECT_TRUE(Route(Rule("{retries: {}}")).retries.has_value());
  EXPECT_FALSE(Route(Rule("{}")).retries.has_value());
}

TEST(SpellingTest, SmallIntegersAreNumbersInRange) {
  EXPECT_EQ(Route(Rule("{redirect: {port: 8e1}}")).redirect->port, 80U);
  EXPECT_EQ(Route(Rule("{redirect: {port: 80.0}}")).redirect->port, 80U);
  const std::string wanted =
      "spec.http[0].redirect.port: must be a whole number from 0 to 4294967295, got ";
  EXPECT_THAT(Rule("{redirect: {port: 4294967296}}").errors(),
              ElementsAre(wanted + "the number 4294967296"));
  EXPECT_THAT(Rule("{redirect: {port: -1}}").errors(), ElementsAre(wanted + "the number -1"));
  EXPECT_THAT(Rule("{redirect: {port: 80.5}}").errors(), ElementsAre(wanted + "the number 80.5"));
  EXPECT_THAT(Rule("{redirect: {port: '80'}}").errors(),
              ElementsAre(wanted + "the string \"80\"; write it without quotes"));
  EXPECT_THAT(
      Rule("{route: [{weight: 2147483648}]}").errors(),
      ElementsAre("spec.http[0].route[0].weight: must be a whole number from -2147483648 to "
                  "2147483647, got the number 2147483648"));
  EXPECT_EQ(Route(Rule("{route: [{weight: -2147483648}]}")).route.at(0).weight, -2147483648);
}

TEST(SpellingTest, IntegersOf64BitsMayBeStrings) {
  for (const char* size : {"18446744073709551615", "'18446744073709551615'"}) {
    const Loaded loaded =
        Policy("{loadBalancer: {consistentHash: {minimumRingSize: " + std::string(size) + "}}}");
    EXPECT_THAT(loaded.errors(), IsEmpty());
    EXPECT_EQ(TrafficPolicyOf(loaded).load_balancer->consistent_hash->minimum_ring_size,
              UINT64_MAX);
  }
  for (const char* size : {"'18446744073709551616'", "-1", "'-1'", "'1x'", "''", "1.5", "true"}) {
    EXPECT_EQ(
        Policy("{loadBalancer: {consistentHash: {minimumRingSize: " + std::string(size) + "}}}")
            .errors()
            .size(),
        1U)
        << size;
  }
}

TEST(SpellingTest, DoublesAreFiniteNumbers) {
  EXPECT_EQ(Route(Rule("{mirrorPercentage: {value: 0.1}}")).mirror_percentage->value, 0.1);
  EXPECT_EQ(Route(Rule("{mirrorPercentage: {value: 50}}")).mirror_percentage->value, 50);
  for (const char* value : {".nan", ".inf", "-.inf", "'1'", "1e999", "NaN"}) {
    EXPECT_EQ(Rule("{mirrorPercentage: {value: " + std::string(value) + "}}").errors().size(), 1U)
        << value;
  }
}

TEST(SpellingTest, APercentAndAPortAreNoBareNumbers) {
  EXPECT_THAT(Rule("{mirrorPercentage: 50}").errors(),
              ElementsAre("spec.http[0].mirrorPercentage: must be a map, got the number 50; "
                          "write {value: 50}"));
  EXPECT_THAT(Rule("{mirror: {host: a, port: 80}}").errors(),
              ElementsAre("spec.http[0].mirror.port: must be a map, got the number 80; "
                          "write {number: 80}"));
}

TEST(SpellingTest, BooleansAndStringsAreNotConverted) {
  EXPECT_THAT(
      Rule("{match: [{ignoreUriCase: 'true'}, {ignoreUriCase: yes}, {ignoreUriCase: 1}]}").errors(),
      ElementsAre(
          "spec.http[0].match[0].ignoreUriCase: must be true or false, got the string "
          "\"true\"; write it without quotes",
          "spec.http[0].match[1].ignoreUriCase: must be true or false, got the string \"yes\"",
          "spec.http[0].match[2].ignoreUriCase: must be true or false, got the number 1"));
  EXPECT_THAT(
      Rule("{name: 1}").errors(),
      ElementsAre("spec.http[0].name: must be a string, got the number 1; write it in quotes"));
  EXPECT_THAT(
      Rule("{name: true}").errors(),
      ElementsAre("spec.http[0].name: must be a string, got the boolean true; write it in quotes"));
  EXPECT_THAT(Rule("{name: [a]}").errors(),
              ElementsAre("spec.http[0].name: must be a string, got a list"));
}

TEST(SpellingTest, ListsAndMapsAreNotMadeOfOneElement) {
  EXPECT_THAT(Rule("{match: {name: a}}").errors(),
              ElementsAre("spec.http[0].match: must be a list, got a map"));
  EXPECT_THAT(
      Rule("{headers: {request: {set: [a], remove: a}}}").errors(),
      ElementsAre("spec.http[0].headers.request.set: must be a map, got a list",
                  "spec.http[0].headers.request.remove: must be a list, got the string \"a\""));
}

TEST(SpellingTest, EnumsAreNamesOrNumbers) {
  for (const char* simple : {"ROUND_ROBIN", "4", "4.0"}) {
    const Loaded loaded = Policy("{loadBalancer: {simple: " + std::string(simple) + "}}");
    EXPECT_EQ(TrafficPolicyOf(loaded).load_balancer->simple,
              LoadBalancerSettings::Simple::kRoundRobin);
  }
  const std::string wanted =
      "spec.trafficPolicy.loadBalancer.simple: must be one of UNSPECIFIED, "
      "LEAST_CONN, RANDOM, PASSTHROUGH, ROUND_ROBIN, LEAST_REQUEST, got ";
  EXPECT_THAT(Policy("{loadBalancer: {simple: round_robin}}").errors(),
              ElementsAre(wanted + "the string \"round_robin\""));
  EXPECT_THAT(Policy("{loadBalancer: {simple: 6}}").errors(), ElementsAre(wanted + "the number 6"));
  EXPECT_THAT(Policy("{loadBalancer: {simple: '4'}}").errors(),
              ElementsAre(wanted + "the string \"4\""));
}

TEST(SpellingTest, AStringMatchHasOneKindOrNoneAtAll) {
  const Loaded loaded = Rule(
      "{match: [{headers: {a: {exact: x}, b: {prefix: y}, c: {regex: z}, d: {}, e: {exact: "
      "''}}}]}");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(Route(loaded).match.at(0).headers,
            (std::map<std::string, StringMatch>{{"a", StringMatch::Exact("x")},
                                                {"b", StringMatch::Prefix("y")},
                                                {"c", StringMatch::Regex("z")},
                                                {"d", {}},
                                                {"e", StringMatch::Exact("")}}));
  EXPECT_THAT(Rule("{match: [{uri: {exact: a, regex: b}}]}").errors(),
              ElementsAre("spec.http[0].match[0].uri.regex: must not stand next to 'exact'; "
                          "at most one of the two"));
  EXPECT_THAT(Rule("{match: [{uri: {suffix: a}}]}").errors(),
              ElementsAre("spec.http[0].match[0].uri.suffix: unknown field"));
  EXPECT_THAT(Rule("{match: [{uri: /a}]}").errors(),
              ElementsAre("spec.http[0].match[0].uri: must be a map, got the string \"/a\""));
}

TEST(SpellingTest, AtMostOneMemberOfEachOneofMayBeSet) {
  const auto clash = [](const std::string& path, const std::string& other) {
    return ElementsAre(path + ": must not stand next to '" + other + "'; at most one of the two");
  };
  EXPECT_THAT(Rule("{fault: {delay: {fixedDelay: 1s, exponentialDelay: 1s}}}").errors(),
              clash("spec.http[0].fault.delay.exponentialDelay", "fixedDelay"));
  EXPECT_THAT(Rule("{fault: {abort: {httpStatus: 500, grpcStatus: OK}}}").errors(),
              clash("spec.http[0].fault.abort.grpcStatus", "httpStatus"));
  EXPECT_THAT(Rule("{fault: {abort: {grpcStatus: OK, http2Error: x}}}").errors(),
              clash("spec.http[0].fault.abort.http2Error", "grpcStatus"));
  EXPECT_THAT(Rule("{directResponse: {body: {string: a, bytes: YQ==}}}").errors(),
              clash("spec.http[0].directResponse.body.bytes", "string"));
  EXPECT_THAT(Rule("{redirect: {port: 0, derivePort: FROM_REQUEST_PORT}}").errors(),
              clash("spec.http[0].redirect.derivePort", "port"));
  const std::string balancer = "spec.trafficPolicy.loadBalancer";
  EXPECT_THAT(Policy("{loadBalancer: {simple: RANDOM, consistentHash: {}}}").errors(),
              clash(balancer + ".consistentHash", "simple"));
  EXPECT_THAT(
      Policy("{loadBalancer: {consistentHash: {httpHeaderName: a, useSourceIp: true}}}").errors(),
      clash(balancer + ".consistentHash.useSourceIp", "httpHeaderName"));
  EXPECT_THAT(
      Policy("{loadBalancer: {consistentHash: {httpCookie: {name: a}, httpQueryParameterName: b}}}")
          .errors(),
      clash(balancer + ".consistentHash.httpQueryParameterName", "httpCookie"));
  EXPECT_THAT(
      Policy("{loadBalancer: {consistentHash: {ringHash: {}, maglev: {tableSize: 7}}}}").errors(),
      clash(balancer + ".consistentHash.maglev", "ringHash"));
  EXPECT_THAT(Rule("{fault: {abort: {httpStatus: 500, grpcStatus: null}}}").errors(), IsEmpty());
}

TEST(SpellingTest, BytesAreBase64) {
  const auto body = [](const std::string& bytes) {
    return Rule("{directResponse: {status: 200, body: {bytes: " + bytes + "}}}");
  };
  EXPECT_EQ(Route(body("aGk/Pg==")).direct_response->body->bytes, "hi?>");
  EXPECT_EQ(Route(body("aGk_Pg")).direct_response->body->bytes, "hi?>");
  EXPECT_EQ(Route(body("''")).direct_response->body->bytes, "");
  EXPECT_THAT(
      body("'a b*'").errors(),
      ElementsAre("spec.http[0].directResponse.body.bytes: must be bytes in base64, got the "
                  "string \"a b*\""));
}

TEST(SpellingTest, ANullElementIsAnErrorExceptWhereItMeansAnEmptyOne) {
  EXPECT_THAT(
      Loaded::Spec("VirtualService", "hosts: [a, ~]\nhttp: [~]\ntls: [~]\ntcp: [~]").errors(),
      ElementsAre("spec.hosts[1]: must not be null", "spec.http[0]: must not be null",
                  "spec.tls[0]: must not be null", "spec.tcp[0]: must not be null"));
  EXPECT_THAT(
      Loaded::Spec("DestinationRule", "subsets: [~]\ntrafficPolicy: {portLevelSettings: [~]}")
          .errors(),
      ElementsAre("spec.trafficPolicy.portLevelSettings[0]: must not be null",
                  "spec.subsets[0]: must not be null"));
  EXPECT_THAT(Loaded::Spec("ServiceEntry", "ports: [~]").errors(),
              ElementsAre("spec.ports[0]: must not be null"));
  EXPECT_THAT(Rule("{match: [{headers: {a: ~}}], mirrors: [~]}").errors(),
              ElementsAre("spec.http[0].match[0].headers.a: must not be null",
                          "spec.http[0].mirrors[0]: must not be null"));
  const Loaded loaded = Rule("{match: [~, {withoutHeaders: {a: ~}}]}");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(Route(loaded).match.at(0), HttpMatchRequest());
  EXPECT_EQ(Route(loaded).match.at(1).without_headers.at("a"), StringMatch());
}

TEST(SpellingTest, ASelectorIsWrittenDifferentlyInEachKind) {
  const Labels labels{{"app", "a"}};
  const Loaded rule = Loaded::Spec("DestinationRule", "workloadSelector: {matchLabels: {app: a}}");
  EXPECT_EQ(rule.resources().destination_rules.at(0).workload_selector->labels, labels);
  const Loaded entry = Loaded::Spec("ServiceEntry", "workloadSelector: {labels: {app: a}}");
  EXPECT_EQ(entry.resources().service_entries.at(0).workload_selector->labels, labels);
  EXPECT_EQ(Loaded::Spec("DestinationRule", "workloadSelector: {labels: {app: a}}").errors().size(),
            1U);
  EXPECT_EQ(
      Loaded::Spec("ServiceEntry", "workloadSelector: {matchLabels: {app: a}}").errors().size(),
      1U);
}

TEST(SpellingTest, AnEndpointIsInlineOrAnObject) {
  const std::string fields = "address: 10.0.0.1\nports: {http: 8080}\nlabels: {v: '1'}\nweight: 3";
  const Loaded object = Loaded::Spec("WorkloadEntry", fields);
  const Loaded entry = Loaded::Spec(
      "ServiceEntry",
      "endpoints: [{address: 10.0.0.1, ports: {http: 8080}, labels: {v: '1'}, weight: 3}]");
  WorkloadEntry from_object = object.resources().workload_entries.at(0);
  EXPECT_EQ(from_object.metadata.name, "test");
  from_object.metadata = {};
  EXPECT_EQ(from_object, entry.resources().service_entries.at(0).endpoints.at(0));
  EXPECT_EQ(from_object.ports.at("http"), 8080U);
}

TEST(SpellingTest, WhatCouldNotBeReadIsNotFoundWrongAgain) {
  Loaded loaded = Rule(
      "{timeout: 5, route: [{destination: {host: a.b, port: 80}}], retries: {attempts: 1, backoff: "
      "x}}");
  const std::vector<std::string> errors = loaded.errors();
  EXPECT_EQ(errors.size(), 3U);
  EXPECT_FALSE(loaded.loader().Finish().ok());
  for (const std::string& error : loaded.errors()) {
    const bool is_new = std::find(errors.begin(), errors.end(), error) == errors.end();
    EXPECT_TRUE(!is_new || error.find("spec.hosts") == 0) << error;
  }
}

TEST(SpellingTest, EveryProblemOfAnObjectIsReported) {
  EXPECT_THAT(
      Loaded::Spec("VirtualService", "hosts: 5\ngateways: [1]\nhttp: [{name: 1, timeout: x}]\nx: 1")
          .errors(),
      ElementsAre(testing::StartsWith("spec.x:"), testing::StartsWith("spec.hosts:"),
                  testing::StartsWith("spec.gateways[0]:"),
                  testing::StartsWith("spec.http[0].name:"),
                  testing::StartsWith("spec.http[0].timeout:")));
}

}  // namespace
}  // namespace meshroute
