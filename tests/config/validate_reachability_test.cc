// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTo[] = "route: [{destination: {host: b}}]";

// The warnings of a VirtualService with these http rules (their matches, in
// YAML's flow style; "" for a rule without), as "path: message [code]".
std::vector<std::string> HttpWarnings(const std::vector<std::string>& rules) {
  std::string spec = "hosts: [a]\nhttp:\n";
  for (const std::string& rule : rules) {
    spec += "- {" + rule + (rule.empty() ? "" : ", ") + kTo + "}\n";
  }
  std::vector<std::string> texts;
  for (const ConfigProblem& problem : ProblemsOf("VirtualService", spec)) {
    EXPECT_NE(problem.severity, Severity::kError);
    texts.push_back(problem.path + ": " + problem.message + " [" + problem.istio_code + "]");
  }
  return texts;
}

TEST(WarnOfUnreachableRules, OnlyTheLastRuleHasNoMatches) {
  EXPECT_THAT(HttpWarnings({"", ""}),
              ElementsAre("spec.http[1]: is never used: only the last rule can have no matches "
                          "[IST0130]"));
  EXPECT_THAT(HttpWarnings({"match: [{uri: {exact: /a}}]", ""}), IsEmpty());
}

TEST(WarnOfUnreachableRules, BlocksAfterARuleWithoutMatchesAreNamedOneByOne) {
  EXPECT_THAT(
      HttpWarnings({"name: all", "match: [{uri: {exact: /a}}, {uri: {exact: /b}}]"}),
      ElementsAre(
          "spec.http[1].match[0]: is never used: rule \"all\" before has no matches [IST0130]",
          "spec.http[1].match[1]: is never used: rule \"all\" before has no matches [IST0130]"));
}

TEST(WarnOfUnreachableRules, ARepeatedBlockIsNotUsed) {
  EXPECT_THAT(HttpWarnings({"match: [{uri: {exact: /a}}]",
                            "match: [{uri: {exact: /b}}, {name: x, uri: {exact: /a}}]"}),
              ElementsAre("spec.http[1].match[1]: is never used: rule #0 has the same match before "
                          "[IST0131]"));
  EXPECT_THAT(HttpWarnings({"name: r, match: [{uri: {exact: /a}}, {uri: {exact: /a}}]"}),
              ElementsAre("spec.http[0].match[1]: is never used: rule \"r\" has the same match "
                          "before [IST0131]"));
}

TEST(WarnOfUnreachableRules, ARuleOfRepeatedBlocksIsNotUsed) {
  EXPECT_THAT(
      HttpWarnings({"match: [{uri: {exact: /a}}]", "match: [{uri: {exact: /a}}]"}),
      ElementsAre("spec.http[1].match[0]: is never used: rule #0 has the same match before "
                  "[IST0131]",
                  "spec.http[1]: is never used: rules before have all of its matches [IST0130]"));
}

TEST(WarnOfUnreachableRules, EveryConditionMakesABlockDifferent) {
  const std::vector<std::string> conditions = {
      "uri: {exact: a}",
      "uri: {regex: a}",
      "uri: {exact: ''}",
      "scheme: {exact: a}",
      "method: {exact: a}",
      "authority: {exact: a}",
      "headers: {a: {exact: a}}",
      "headers: {a: {exact: b}}",
      "headers: {a: {}}",
      "headers: {b: {}}",
      "headers: {a: {}, b: {}}",
      "queryParams: {a: {}}",
      "withoutHeaders: {a: {}}",
      "port: 1",
      "port: 2",
      "sourceLabels: {a: b}",
      "sourceLabels: {a: c}",
      "sourceLabels: {ab: ''}",
      "sourceNamespace: a",
      "gateways: [mesh]",
      "gateways: [mesh, a]",
      "ignoreUriCase: true",
      "statPrefix: a",
      "statPrefix: '1;a'",
  };
  std::vector<std::string> rules;
  for (const std::string& condition : conditions) rules.push_back("match: [{" + condition + "}]");
  EXPECT_THAT(HttpWarnings(rules), IsEmpty());
  for (const std::string& condition : conditions) rules.push_back("match: [{" + condition + "}]");
  EXPECT_EQ(HttpWarnings(rules).size(), 2 * conditions.size());
}

TEST(WarnOfUnreachableRules, ALongerPrefixAfterAShorterOneMayBeHidden) {
  EXPECT_THAT(HttpWarnings({"match: [{uri: {prefix: /a}}]", "match: [{uri: {prefix: /ab}}]"}),
              ElementsAre("spec.http[1].match[0]: may never be used: rule #0 matches the shorter "
                          "prefix \"/a\" before [IST0131]"));
  EXPECT_THAT(HttpWarnings({"match: [{uri: {prefix: /ab}}]", "match: [{uri: {prefix: /a}}]"}),
              IsEmpty());
  EXPECT_THAT(HttpWarnings({"match: [{uri: {prefix: /a}}]", "match: [{uri: {prefix: /b}}]"}),
              IsEmpty());
  EXPECT_THAT(HttpWarnings({"match: [{uri: {prefix: /a}}]", "match: [{uri: {exact: /ab}}]"}),
              IsEmpty());
  EXPECT_THAT(HttpWarnings({"match: [{uri: {prefix: ''}}]", "match: [{uri: {prefix: /ab}}]"}),
              IsEmpty());
}

// Whether a block with prefix /a and `earlier` is held for hiding one with
// prefix /ab and `later`.
bool Hides(const std::string& earlier, const std::string& later) {
  const auto rule = [](const std::string& prefix, const std::string& rest) {
    return "match: [{uri: {prefix: " + prefix + "}" + (rest.empty() ? "" : ", " + rest) + "}]";
  };
  return !HttpWarnings({rule("/a", earlier), rule("/ab", later)}).empty();
}

TEST(WarnOfUnreachableRules, HiddenPrefixesAgreeInTheOtherConditions) {
  EXPECT_TRUE(Hides("port: 80", "port: 80"));
  EXPECT_FALSE(Hides("port: 80", ""));
  EXPECT_FALSE(Hides("", "port: 80"));

  EXPECT_TRUE(Hides("method: {exact: GET}", ""));  // No method counts as GET.
  EXPECT_FALSE(Hides("method: {exact: POST}", ""));
  EXPECT_FALSE(Hides("", "method: {exact: POST}"));
  EXPECT_TRUE(Hides("method: {exact: PATCH}", "method: {exact: P}"));

  EXPECT_TRUE(Hides("authority: {exact: ab}", "authority: {exact: a}"));
  EXPECT_FALSE(Hides("authority: {exact: a}", "authority: {exact: ab}"));
  EXPECT_FALSE(Hides("authority: {exact: a}", "authority: {prefix: a}"));
  EXPECT_TRUE(Hides("authority: {exact: a}", "authority: {regex: b}"));  // Istio's false alarm.

  for (const std::string map : {"headers", "queryParams", "withoutHeaders"}) {
    const auto with = [&map](const std::string& entries) { return map + ": {" + entries + "}"; };
    EXPECT_FALSE(Hides("", with("x: {exact: a}"))) << map;
    EXPECT_FALSE(Hides(with("x: {exact: a}"), "")) << map;
    EXPECT_TRUE(Hides(with("x: {exact: a}"), with("x: {exact: a}"))) << map;
    EXPECT_FALSE(Hides(with("x: {exact: a}"), with("y: {exact: a}"))) << map;
    EXPECT_FALSE(Hides(with("x: {exact: a}"), with("x: {exact: b}"))) << map;
    EXPECT_TRUE(Hides(with("x: {prefix: ab}"), with("x: {prefix: a}"))) << map;
    EXPECT_TRUE(Hides(with("x: {prefix: ab}"), with("x: {}"))) << map;
  }
  EXPECT_TRUE(Hides("sourceNamespace: x, scheme: {exact: https}, gateways: [mesh]",
                    "sourceLabels: {a: b}"));  // Not looked at.
}

TEST(WarnOfUnreachableRules, ManyPrefixesAreComparedInBoundedTime) {
  Resources resources;
  VirtualService& service = resources.virtual_services.emplace_back();
  service.hosts = {"a"};
  HttpRouteDestination to;
  to.destination.emplace().host = "b";
  HttpRoute& rule = service.http.emplace_back();
  rule.route = {to};
  for (uint32_t i = 0; i < 30'000; ++i) {
    HttpMatchRequest match;
    match.uri = StringMatch::Prefix("/" + std::to_string(100'000 + i));
    rule.match.push_back(match);
  }
  const absl::StatusOr<ValidatedConfig> config = Validate(resources);
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->warnings(), IsEmpty());
}

TEST(WarnOfUnreachableRules, AHiddenPrefixIsFoundAmongAnyNumberOfOthers) {
  // Rules of one prefix that differ in a header, and one that the last but one hides.
  Resources resources;
  VirtualService& service = resources.virtual_services.emplace_back();
  service.hosts = {"a"};
  HttpRouteDestination to;
  to.destination.emplace().host = "b";
  const auto add = [&](const std::string& prefix, const std::string& user) {
    HttpRoute& rule = service.http.emplace_back();
    rule.route = {to};
    HttpMatchRequest& match = rule.match.emplace_back();
    match.uri = StringMatch::Prefix(prefix);
    match.headers["user"] = StringMatch::Exact(user);
  };
  for (uint32_t i = 0; i < 20'000; ++i) add("/a", "u" + std::to_string(100'000 + i));
  add("/ab", "u119999");
  add("/ab", "u9");
  const absl::StatusOr<ValidatedConfig> config = Validate(resources);
  ASSERT_TRUE(config.ok());
  ASSERT_EQ(config->warnings().size(), 1U);
  EXPECT_EQ(config->warnings()[0].path, "spec.http[20000].match[0]");
  EXPECT_EQ(config->warnings()[0].message,
            "may never be used: rule #19999 matches the shorter prefix \"/a\" before");
}

TEST(WarnOfUnreachableRules, TlsAndTcpRulesAreLookedAtToo) {
  const auto warnings = [](const std::string& spec) {
    std::vector<std::string> texts;
    for (const ConfigProblem& problem : ProblemsOf("VirtualService", "hosts: [a]\n" + spec)) {
      texts.push_back(problem.path + " " + problem.istio_code);
    }
    return texts;
  };
  const auto tls = [](const std::string& match) {
    return "- {match: [{sniHosts: [a]" + match + "}], " + kTo + "}\n";
  };
  EXPECT_THAT(warnings("tls:\n" + tls("") + tls("")),
              ElementsAre("spec.tls[1].match[0] IST0131", "spec.tls[1] IST0130"));
  EXPECT_THAT(warnings("tls:\n" + tls("") + tls(", port: 1") + tls(", sourceNamespace: x") +
                       tls(", destinationSubnets: [10.0.0.0/8]") + tls(", gateways: [mesh]") +
                       tls(", sourceLabels: {a: b}")),
              IsEmpty());

  const auto tcp = [](const std::string& match) {
    return "- {" + match + (match.empty() ? "" : ", ") + kTo + "}\n";
  };
  EXPECT_THAT(warnings("tcp:\n" + tcp("match: [{port: 1}]") + tcp("match: [{port: 1}]")),
              ElementsAre("spec.tcp[1].match[0] IST0131", "spec.tcp[1] IST0130"));
  EXPECT_THAT(warnings("tcp:\n" + tcp("") + tcp("match: [{port: 1}]") + tcp("")),
              ElementsAre("spec.tcp[1].match[0] IST0130", "spec.tcp[2] IST0130"));
  EXPECT_THAT(warnings("tcp:\n" + tcp("match: [{port: 1}]") + tcp("match: [{sourceSubnet: x}]") +
                       tcp("match: [{destinationSubnets: [10.0.0.1]}]") + tcp("")),
              IsEmpty());
}

}  // namespace
}  // namespace meshroute
