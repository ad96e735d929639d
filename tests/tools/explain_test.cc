// SPDX-License-Identifier: Apache-2.0
// The commands explain, routes and describe.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/bookinfo.h"
#include "tools/meshroute/requests.h"

namespace meshroute::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ExplainTest : public BookinfoTest {
 protected:
  Result Explain(std::vector<std::string> words) {
    words.insert(words.begin(), {"explain", "-c", "rules.yaml"});
    return Run(words);
  }
};

TEST_F(ExplainTest, TellsTheRuleTheSplitAndTheEndpoint) {
  const Result result = Explain({"http://reviews:9080/x", "--random=95"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, StartsWith("GET http://reviews:9080/x\n"));
  EXPECT_THAT(result.out, HasSubstr("header end-user is absent, must be \"jason\""));
  EXPECT_THAT(result.out, HasSubstr("VirtualService default/reviews http[2] \"rest\": matches"));
  EXPECT_THAT(result.out, HasSubstr("drew 95"));
  EXPECT_THAT(result.out, HasSubstr("to 10.0.0.2:9080\n"));
}

TEST_F(ExplainTest, TakesRequestsAsCurlDoes) {
  EXPECT_THAT(Explain({"-X", "POST", "reviews:9080/x", "-H", "End-User: jason"}).out,
              HasSubstr("http[0] match[0] \"jason\": matches"));
  EXPECT_THAT(Explain({"DELETE", "http://reviews:9080"}).out,
              StartsWith("DELETE http://reviews:9080/\n"));
  EXPECT_THAT(Explain({"http://10.0.0.1/", "-H", "Host: reviews:9080"}).out,
              StartsWith("GET http://reviews:9080/\n"));
}

TEST_F(ExplainTest, JsonIsTheWholeDecision) {
  EXPECT_THAT(Explain({"http://reviews:9080/", "-o", "json"}).out,
              HasSubstr("\"routeOrigin\": \"VirtualService default/reviews http[2]\""));
}

TEST_F(ExplainTest, WhatIsNoRequestEndsInStatusTwo) {
  const std::pair<std::vector<std::string>, const char*> kCases[] = {
      {{}, "URL is missing"},
      {{"ftp://reviews/"}, "neither of http nor of https"},
      {{"http:///path"}, "has no host"},
      {{"http://me@reviews/"}, "has a user in it"},
      {{"http://re views/"}, "has blanks in it"},
      {{"http://reviews/", "-H", "end-user jason"}, "is no header"},
      {{"http://reviews/", "-H", "a: b\nc: d"}, "control characters"},
      {{"G T", "http://reviews/"}, "is no HTTP method"},
      {{"-X", "PUT", "GET", "http://reviews/"}, "the method is given twice"},
      {{"http://reviews/", "--random=-1"}, "must be a whole number"},
      {{"http://reviews/", "--source-labels=app"}, "expected KEY=VALUE, got 'app'"},
  };
  for (const auto& [words, expected] : kCases) {
    const Result result = Explain(words);
    EXPECT_EQ(result.status, 2) << expected;
    EXPECT_THAT(result.err, HasSubstr(expected));
    EXPECT_EQ(result.out, "");
  }
  EXPECT_THAT(Run({"explain", "http://reviews/"}).err, HasSubstr("--config is missing"));
}

TEST_F(ExplainTest, BrokenRulesAreShownAndNothingIsExplained) {
  Write("rules.yaml", Changed("weight: 90", "weight: -9"));
  const Result result = Explain({"http://reviews:9080/"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("rules.yaml:37:50: error: spec.http[2].route[0].weight: "));
  EXPECT_THAT(result.err, HasSubstr("the rules have 1 error, so nothing can be told"));
}

TEST_F(ExplainTest, OfManyErrorsTheFirstAreShown) {
  std::string rules =
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n"
      "  hosts: [a]\n  http:\n";
  for (int i = 0; i < 1234; ++i) rules += "  - route: [{destination: {host: a}, weight: -1}]\n";
  Write("rules.yaml", rules);
  const Result result = Explain({"http://reviews:9080/"});
  EXPECT_THAT(result.err, HasSubstr("spec.http[19].route[0].weight"));
  EXPECT_THAT(result.err, Not(HasSubstr("spec.http[20].")));
  EXPECT_THAT(result.err, HasSubstr("\nand 1214 more errors\n"));
  EXPECT_THAT(result.err, HasSubstr("the rules have 1234 errors"));
}

TEST_F(ExplainTest, RoutesListsTheRulesInTheirOrder) {
  const Result result = Run({"routes", "-c", "rules.yaml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, StartsWith("NAME   HOST  "));
  const size_t jason = result.out.find("\njason  reviews.default.svc.cluster.local");
  const size_t old = result.out.find("\nold ");
  const size_t rest = result.out.find("\nrest ");
  EXPECT_LT(jason, old);
  EXPECT_LT(old, rest);
  EXPECT_NE(rest, std::string::npos);
  EXPECT_THAT(result.out, HasSubstr("header end-user must be \"jason\""));
  EXPECT_THAT(result.out, HasSubstr("redirect 301"));
  EXPECT_THAT(result.out, HasSubstr("90% outbound|9080|v1|reviews.default.svc.cluster.local  "
                                    "VirtualService default/reviews http[2]\n"));
}

TEST_F(ExplainTest, RoutesCanBeAskedForOneHost) {
  EXPECT_THAT(Run({"routes", "-c", "rules.yaml", "--host", "Reviews:9080"}).out,
              HasSubstr("jason"));
  const Result result = Run({"routes", "-c", "rules.yaml", "--host", "ratings"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "no rule and no service answers to ratings\n");
  EXPECT_THAT(Run({"routes", "-c", "rules.yaml", "-o", "json"}).out,
              HasSubstr("\"origin\": \"VirtualService default/reviews http[0] match[0]\""));
}

TEST_F(ExplainTest, DescribeTellsWhatAppliesToAService) {
  const Result result = Run({"describe", "-c", "rules.yaml", "service", "reviews"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, StartsWith("reviews.default.svc.cluster.local\n"));
  EXPECT_THAT(result.out, HasSubstr("port 9080 http HTTP\n"));
  EXPECT_THAT(result.out, HasSubstr("DestinationRule default/reviews\n"
                                    "  loadBalancer {\"simple\":\"ROUND_ROBIN\"}\n"));
  EXPECT_THAT(result.out, HasSubstr("  v1      version=v1  1 of 2"));
  EXPECT_THAT(result.out, HasSubstr("  v9      version=v9  none: 503 UH"));
  EXPECT_THAT(result.out,
              HasSubstr("90%    v1      9080  VirtualService default/reviews http[2] rest"));
  EXPECT_THAT(result.out, HasSubstr("1 other rule of the host does not\n"));
  EXPECT_THAT(result.out, HasSubstr("\nFindings\nrules.yaml:21:6: info: "));
  EXPECT_THAT(result.out, HasSubstr("IST0173"));
}

TEST_F(ExplainTest, DescribeTellsTheSubsetsOfAnEndpoint) {
  const Result result = Run({"describe", "-c", "rules.yaml", "endpoint", "10.0.0.2"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("version=v2  -         v2          v1,v9\n"));
  EXPECT_EQ(Run({"describe", "-c", "rules.yaml", "endpoint", "10.9.9.9"}).status, 1);
}

TEST_F(ExplainTest, DescribeSaysSoWhereNobodyKnowsAService) {
  const Result result = Run({"describe", "-c", "rules.yaml", "service", "nix"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("knows nix.default.svc.cluster.local"));
  EXPECT_THAT(Run({"describe", "-c", "rules.yaml", "servise", "x"}).err,
              HasSubstr("did you mean service?"));
}

TEST(RequestsTest, ACurlLineReadsBackAsTheSameRequest) {
  const RequestHead head{"PUT", "https", "a:1", "/b c?d='e'", {{"x-y", "it's"}}};
  EXPECT_EQ(CurlLine(head), "curl -X PUT -H 'x-y: it'\\''s' 'https://a:1/b c?d='\\''e'\\'''");
  EXPECT_EQ(CurlLine({"GET", "http", "a", "/", {}}), "curl http://a/");
}

TEST(RequestsTest, FragmentsAreDroppedAndAQueryNeedsNoPath) {
  EXPECT_EQ(ParseRequest("GET", "http://a/b#c", {})->path, "/b");
  EXPECT_EQ(ParseRequest("GET", "a?b=c", {})->path, "/?b=c");
  EXPECT_EQ(ParseRequest("GET", "a?b=c", {})->authority, "a");
  EXPECT_EQ(ParseRequest("GET", "https://[::1]:80", {})->authority, "[::1]:80");
}

}  // namespace
}  // namespace meshroute::tool
