// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/bookinfo.h"

namespace meshroute::tool {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class DiffTest : public BookinfoTest {
 protected:
  // What differs once `from` has become `to` in the rules.
  Result Diff(std::string_view from, std::string_view to) {
    Write("new.yaml", Changed(from, to));
    return Run({"diff", "rules.yaml", "new.yaml"});
  }
};

TEST_F(DiffTest, TheSameRulesDecideAlike) {
  const Result result = Run({"diff", "rules.yaml", "rules.yaml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("requests tried, all decided alike\n"));
}

TEST_F(DiffTest, ATextThatMeansTheSameIsNoDifference) {
  EXPECT_EQ(Diff("timeout: 5s", "timeout: 5000ms").status, 0);
  EXPECT_EQ(Diff("name: jason", "name: of-jason").status, 0);
}

TEST_F(DiffTest, EachAspectOfADecisionIsNoticed) {
  const struct {
    const char* from;
    const char* to;
    const char* before;
    const char* after;
  } kCases[] = {
      {"weight: 90", "weight: 40", "- 90% outbound|9080|v1|", "+ 80% outbound|9080|v1|"},
      {"timeout: 5s", "timeout: 3s", "- 5s", "+ 3s"},
      {"timeout: 5s", "retries: {attempts: 7}", "- up to 2 on", "+ up to 7 on"},
      {"timeout: 5s", "rewrite: {uri: /r}", "path\n        - /", "+ /r"},
      {"timeout: 5s", "rewrite: {authority: in.ner}", "authority", "+ in.ner"},
      {"timeout: 5s", "headers: {request: {add: {a: b}}}", "request headers", "+ +a: b"},
      {"timeout: 5s", "headers: {response: {remove: [a]}}", "response headers", "+ remove a"},
      {"timeout: 5s", "fault: {abort: {httpStatus: 503, percentage: {value: 5}}}", "- none",
       "+ 5% aborted with 503"},
      {"timeout: 5s", "corsPolicy: {allowOrigins: [{exact: 'https://a'}], maxAge: 1h}",
       "cors\n        - none", "+ https://a: preflight 200 "},
      {"timeout: 5s", "mirrors: [{destination: {host: reviews, subset: v2}}]", "mirrors",
       "+ 100% outbound|9080|v2|"},
      {"redirect: {uri: /new/}", "redirect: {uri: /newer/}", "answer headers", "/newer/"},
      {"redirect: {uri: /new/}", "redirect: {uri: /new/, redirectCode: 308}", "- 301", "+ 308"},
      {"redirect: {uri: /new/}", "directResponse: {status: 200}", "status", "+ 200"},
      {"redirect: {uri: /new/}", "route: [{destination: {host: reviews}}]",
       "- nowhere: answered here", "+ to a destination"},
      {"exact: jason", "exact: amy", "curl -H 'end-user: jason'", "rest"},
      {"prefix: /old/", "prefix: /older/", "cluster.local:9080/old/", "+ to a destination"},
  };
  for (const auto& [from, to, before, after] : kCases) {
    const Result result = Diff(from, to);
    EXPECT_EQ(result.status, 1) << to;
    EXPECT_THAT(result.out, AllOf(HasSubstr(before), HasSubstr(after))) << to;
  }
}

TEST_F(DiffTest, DestinationsAreComparedOnceEach) {
  const Result policy = Diff("simple: ROUND_ROBIN", "simple: RANDOM");
  EXPECT_EQ(policy.status, 1);
  EXPECT_THAT(policy.out, HasSubstr("outbound|9080|v1|reviews.default.svc.cluster.local\n"
                                    "outbound|9080|v2|reviews.default.svc.cluster.local\n"));
  EXPECT_THAT(policy.out, HasSubstr("- {\"simple\":\"ROUND_ROBIN\"}\n"));
  EXPECT_THAT(policy.out, HasSubstr("0 decided differently; 2 destinations changed\n"));
  EXPECT_THAT(Diff("address: 10.0.0.1", "address: 10.0.0.7").out,
              AllOf(HasSubstr("- 10.0.0.1:9080"), HasSubstr("+ 10.0.0.7:9080")));
  EXPECT_THAT(Diff("{version: v2}}\n---", "{version: v3}}\n---").out, HasSubstr("503 UH"));
}

TEST_F(DiffTest, ABorderThatOnlyOneSideHasIsTriedOnBoth) {
  const std::string rule =
      "  - match: [{method: {exact: PATCH}, queryParams: {q: {regex: 'a[0-9]b'}}}]\n"
      "    directResponse: {status: 204}\n  - name: jason\n";
  const Result result = Diff("  - name: jason\n", rule);
  EXPECT_THAT(result.out, HasSubstr("curl -X PATCH "));
  EXPECT_THAT(result.out, HasSubstr("q=a0b"));
  EXPECT_THAT(result.out, HasSubstr("2 decided differently"));
  // And the other way round.
  EXPECT_THAT(Run({"diff", "new.yaml", "rules.yaml"}).out, HasSubstr("2 decided differently"));
}

TEST_F(DiffTest, RulesOfOtherCallersAreNoDifferenceToThisOne) {
  Write("new.yaml", Changed("  - name: jason\n",
                            "  - match: [{sourceLabels: {app: web}}]\n"
                            "    directResponse: {status: 204}\n  - name: jason\n"));
  EXPECT_EQ(Run({"diff", "rules.yaml", "new.yaml"}).status, 0);
  EXPECT_EQ(Run({"diff", "rules.yaml", "new.yaml", "--source-labels", "app=web"}).status, 1);
}

TEST_F(DiffTest, AWholeHostThatComesOrGoesIsNoticed) {
  Write("new.yaml",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
        "metadata: {name: a}\nspec:\n  hosts: ['*.example.com']\n  http:\n"
        "  - directResponse: {status: 200}\n");
  const Result result = Run({"diff", "rules.yaml", "new.yaml"});
  EXPECT_THAT(result.out, HasSubstr("+ where it is dialled: nobody knows the host"));
  EXPECT_THAT(result.out, HasSubstr("curl http://probe.example.com:80/"));
}

TEST_F(DiffTest, TheNumberOfRequestsIsBounded) {
  Write("new.yaml", Changed("timeout: 5s", "timeout: 3s"));
  const Result result = Run({"diff", "rules.yaml", "new.yaml", "--max-probes=1"});
  EXPECT_THAT(result.out, HasSubstr("1 request tried"));
  EXPECT_THAT(result.err, HasSubstr("requests not tried; --max-probes"));
}

TEST_F(DiffTest, BothSidesMayHaveFilesInCommon) {
  const std::string rules(kRules);
  const size_t own = rules.rfind("---");
  Write("services.yaml", rules.substr(0, own));
  Write("old.yaml", rules.substr(own));
  const Result result = Run({"diff", "-c", "services.yaml", "old.yaml", "rules.yaml"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(Run({"diff", "old.yaml", "rules.yaml"}).status, 1);
}

TEST_F(DiffTest, JsonHasExamplesAndChanges) {
  Write("new.yaml", Changed("timeout: 5s", "timeout: 3s"));
  const Result result = Run({"diff", "rules.yaml", "-", "-o", "json"}, Changed("5s", "3s"));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("\"aspect\": \"timeout\""));
  EXPECT_THAT(result.out, HasSubstr("\"old\": \"5s\""));
  EXPECT_THAT(result.out,
              HasSubstr("\"newRule\": \"VirtualService default/reviews http[2] rest\""));
}

TEST_F(DiffTest, BothSidesMustBeReadable) {
  EXPECT_EQ(Run({"diff", "rules.yaml", "gone.yaml"}).status, 2);
  EXPECT_EQ(Run({"diff", "-", "-"}).status, 2);
  EXPECT_THAT(Run({"diff", "rules.yaml"}).err, HasSubstr("NEW is missing"));
}

}  // namespace
}  // namespace meshroute::tool
