// SPDX-License-Identifier: Apache-2.0
// corsPolicy in whole calls: who answers a preflight, and which answers name the
// origin.
#include <gmock/gmock.h>

#include <string>

#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Outcome::Kind;

class CorsScenario : public ScenarioTest {
 protected:
  static std::string Rule(const std::string& more = "") {
    return "  - corsPolicy: {allowOrigins: [{exact: \"https://a\"}], allowMethods: [GET], "
           "exposeHeaders: [x-out]}\n    route: [{destination: {host: ratings}}]\n" +
           more;
  }

  Response Ask(std::string_view method, std::string_view origin) {
    const HeaderView headers[] = {{"origin", origin}, {"access-control-request-method", "GET"}};
    return Send({.method = method, .authority = "reviews:9080", .path = "/", .headers = headers});
  }

  static std::string AllowedIn(const Response& response) {
    return std::string(FindHeader(response.headers, "access-control-allow-origin"));
  }
};

TEST_F(CorsScenario, APreflightIsAnsweredHereWithoutAnUpstream) {
  LoadRules(Rule("    headers: {response: {set: {x-rule: set}}}\n"));
  const Response response = Ask("OPTIONS", "https://a");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.details, "cors_response");
  EXPECT_EQ(response.flags.ToString(), "-");
  EXPECT_EQ(response.attempts, 0u);
  EXPECT_EQ(AllowedIn(response), "https://a");
  EXPECT_EQ(FindHeader(response.headers, "access-control-allow-methods"), "GET");
  EXPECT_EQ(FindHeader(response.headers, "x-rule").data(), nullptr);  // Edits of upstream answers.
  EXPECT_THAT(transport_.sent(), IsEmpty());
}

TEST_F(CorsScenario, ThePreflightOfAnotherOriginIsTheUpstreamsToAnswer) {
  LoadRules(Rule());
  const Response response = Ask("OPTIONS", "https://b");
  EXPECT_EQ(response.details, "via_upstream");
  EXPECT_EQ(AllowedIn(response), "");
  EXPECT_THAT(transport_.sent(), SizeIs(1));
}

TEST_F(CorsScenario, AnAnswerOfTheUpstreamNamesTheOriginLast) {
  LoadRules(Rule("    headers: {response: {set: {access-control-allow-origin: rule}}}\n"));
  const Response response = Ask("GET", "https://a");
  EXPECT_EQ(AllowedIn(response), "https://a");
  EXPECT_EQ(FindHeader(response.headers, "access-control-expose-headers"), "x-out");
  EXPECT_EQ(AllowedIn(Ask("GET", "https://b")), "rule");
}

TEST_F(CorsScenario, FaultsGoBeforeCorsAndTheirAnswersDoNotNameTheOrigin) {
  LoadRules(Rule("    fault: {abort: {httpStatus: 418, percentage: {value: 100}}}\n"));
  const Response response = Ask("OPTIONS", "https://a");
  EXPECT_EQ(response.status, 418);
  EXPECT_EQ(response.flags.ToString(), "FI");
  EXPECT_EQ(AllowedIn(response), "");
}

TEST_F(CorsScenario, AnAnswerThatIsMadeHereForWantOfAnUpstreamNamesTheOrigin) {
  LoadRules(
      "  - corsPolicy: {allowOrigins: [{exact: \"https://a\"}]}\n"
      "    route: [{destination: {host: nowhere}}]\n");
  const Response response = Ask("GET", "https://a");
  EXPECT_EQ(response.flags.ToString(), "NC");
  EXPECT_EQ(AllowedIn(response), "https://a");
  EXPECT_EQ(AllowedIn(Ask("GET", "https://b")), "");
}

TEST_F(CorsScenario, RulesThatAnswerThemselvesKnowNoCors) {
  LoadRules(
      "  - corsPolicy: {allowOrigins: [{exact: \"https://a\"}]}\n"
      "    directResponse: {status: 204}\n");
  const Response response = Ask("OPTIONS", "https://a");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(AllowedIn(response), "");
}

TEST_F(CorsScenario, ACallWithoutOriginIsLeftAlone) {
  LoadRules(Rule());
  const Response response = Get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(AllowedIn(response), "");
  EXPECT_EQ(FindHeader(response.headers, "access-control-expose-headers").data(), nullptr);
}

}  // namespace
}  // namespace meshroute
