// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/program.h"

namespace meshroute::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kRules = R"(apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.default.svc.cluster.local]
  ports: [{number: 9080, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
  - {address: 10.0.0.1, labels: {version: v1}}
  - {address: 10.0.0.2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
  - {name: none, labels: {version: v9}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - name: old
    match: [{uri: {exact: /old}}]
    redirect: {uri: /new, authority: new.example, redirectCode: 308}
  - name: hello
    match: [{uri: {prefix: /hello}}]
    directResponse: {status: 200, body: {string: hi}}
  - name: api
    match: [{uri: {prefix: /api/}, sourceLabels: {app: web}}]
    rewrite: {uri: /v2/, authority: inner}
    headers:
      request: {set: {x-set: one}, remove: [x-gone]}
      response: {add: {x-added: two}}
    timeout: 1.5s
    retries: {attempts: 3, perTryTimeout: 500ms, retryOn: '5xx,reset'}
    fault:
      delay: {percentage: {value: 10}, fixedDelay: 2s}
      abort: {percentage: {value: 0}, httpStatus: 418}
    mirrors:
    - {destination: {host: reviews, subset: v2}, percentage: {value: 50}}
    route: [{destination: {host: reviews, subset: none}}]
  - name: split
    route:
    - {destination: {host: reviews, subset: v1}, weight: 75}
    - {destination: {host: reviews, subset: v2}, weight: 25}
)";

class CheckTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    Write("rules.yaml", kRules);
  }

  Result Check(std::string_view tests, std::vector<std::string> more = {}) {
    Write("tests.yaml", tests);
    more.insert(more.begin(), {"check", "-c", "rules.yaml", "-t", "tests.yaml"});
    return Run(more);
  }

  // The failures of one test: for `path`, with a random value, that asks `validate`.
  std::string FailuresOf(const std::string& path, const std::string& validate,
                         const std::string& more_input = "") {
    const Result result =
        Check("tests:\n- test_name: t\n  input: {authority: 'reviews:9080', path: '" + path +
                  "', method: GET" + more_input + "}\n  validate: {" + validate + "}\n",
              {"--details", "--only-show-failures"});
    EXPECT_NE(result.status, 2) << result.err;
    EXPECT_EQ(result.status == 0, result.out.find("0 failed") != std::string::npos);
    return result.out.substr(0, result.out.find("1 test, "));
  }
};

constexpr char kWeb[] = ", meshroute: {source_labels: {app: web}}";

TEST_F(CheckTest, RandomValuesTakeTheTotalWeightAsTheirModulus) {
  const std::string v1 = "cluster_name: 'outbound|9080|v1|reviews.default.svc.cluster.local'";
  const std::string v2 = "cluster_name: 'outbound|9080|v2|reviews.default.svc.cluster.local'";
  EXPECT_EQ(FailuresOf("/", v1), "");
  EXPECT_EQ(FailuresOf("/", v1, ", random_value: 74"), "");
  EXPECT_EQ(FailuresOf("/", v2, ", random_value: 75"), "");
  EXPECT_EQ(FailuresOf("/", v1, ", random_value: 100"), "");
  EXPECT_EQ(FailuresOf("/", v1, ", random_value: 199"),
            "t\noutbound|9080|v1|reviews.default.svc.cluster.local "
            "outbound|9080|v2|reviews.default.svc.cluster.local cluster_name\n");
}

TEST_F(CheckTest, EveryEnvoyFieldOfARuleThatForwards) {
  EXPECT_EQ(FailuresOf("/api/x?q=1",
                       "virtual_host_name: reviews.default.svc.cluster.local, "
                       "path_rewrite: '/v2/x?q=1', host_rewrite: inner, path_redirect: '', "
                       "code_redirect: 0, virtual_cluster_name: '', "
                       "request_header_matches: [{name: x-set, exact_match: one}, "
                       "{name: x-gone, present_match: false}, "
                       "{name: ':path', string_match: {suffix: 'q=1'}}], "
                       "response_header_matches: [{name: x-added, exact_match: two}, "
                       "{name: kept, exact_match: k}]",
                       ", additional_request_headers: [{key: x-gone, value: v}], "
                       "additional_response_headers: [{key: kept, value: k}]" +
                           std::string(kWeb)),
            "");
  EXPECT_EQ(FailuresOf("/", "virtual_host_name: 'reviews.default.svc.cluster.local:9080'"), "");
}

TEST_F(CheckTest, EveryFieldThatFailsIsReported) {
  EXPECT_EQ(FailuresOf("/api/x",
                       "path_rewrite: /nope, host_rewrite: '', "
                       "request_header_matches: [{name: x-set, exact_match: two}]",
                       kWeb),
            "t\n/nope /v2/x path_rewrite\n inner host_rewrite\n"
            "x-set must be \"two\" \"one\" request_header_matches\n");
}

TEST_F(CheckTest, RulesThatAnswer) {
  EXPECT_EQ(FailuresOf("/old",
                       "path_redirect: 'http://new.example/new', code_redirect: 308, "
                       "cluster_name: '', path_rewrite: ''"),
            "");
  EXPECT_EQ(FailuresOf("/hello", "meshroute: {direct_response: {status: 200, body: hi}}"), "");
  EXPECT_EQ(FailuresOf("/", "meshroute: {direct_response: ''}"), "");
}

TEST_F(CheckTest, OurOwnFields) {
  EXPECT_EQ(
      FailuresOf("/api/x",
                 "meshroute: {subset: none, rule: 'default/reviews http[2]', timeout: 1500ms, "
                 "retries: {attempts: 3, per_try_timeout: 0.5s, retry_on: 'reset, 5xx'}, "
                 "endpoints: [], error: UH, "
                 "mirrors: ['outbound|9080|v2|reviews.default.svc.cluster.local']}",
                 kWeb),
      "");
  EXPECT_EQ(FailuresOf("/",
                       "meshroute: {rule: default/reviews split, endpoints: ['10.0.0.1:9080'], "
                       "error: '', weights: "
                       "{'outbound|9080|v1|reviews.default.svc.cluster.local': 75, "
                       "'outbound|9080|v2|reviews.default.svc.cluster.local': 25}}"),
            "");
  EXPECT_EQ(FailuresOf("/api/x", "meshroute: {rule: 'VirtualService default/reviews http[3]'}"), "")
      << "without the label another rule governs";
}

TEST_F(CheckTest, FaultsAndMirrorsGoByTheRandomValue) {
  const auto input = [](const char* random) {
    return ", random_value: " + std::string(random) + kWeb;
  };
  // A fraction of nothing counts as the smallest there is.
  EXPECT_EQ(FailuresOf("/api/x", "meshroute: {fault: {delay: 2s, abort: 418}}", input("0")), "");
  EXPECT_EQ(FailuresOf("/api/x", "meshroute: {fault: {delay: 2s, abort: ''}}", input("1")), "");
  EXPECT_EQ(FailuresOf("/api/x", "meshroute: {fault: {}}", input("100000")), "");
  EXPECT_EQ(FailuresOf("/api/x", "meshroute: {mirrors: []}", input("500000")), "");
}

TEST_F(CheckTest, HostsThatNobodyKnows) {
  Write("tests.yaml",
        "tests:\n- test_name: t\n  input: {authority: other.example, path: /, method: GET}\n"
        "  validate: {cluster_name: PassthroughCluster, virtual_host_name: allow_any}\n");
  EXPECT_EQ(Run({"check", "-c", "rules.yaml", "-t", "tests.yaml"}).status, 0);
  EXPECT_THAT(Run({"check", "-c", "rules.yaml", "-t", "tests.yaml", "--outbound-policy",
                   "registry-only", "--details"})
                  .out,
              HasSubstr("PassthroughCluster BlackHoleCluster cluster_name\n"));
}

constexpr std::string_view kTwoTests = R"(tests:
- test_name: good
  input: {authority: 'reviews:9080', path: /old, method: GET}
  validate: {code_redirect: 308}
- test_name: bad & "ugly"
  input: {authority: 'reviews:9080', path: /hello, method: GET}
  validate:
    code_redirect: 404
)";

TEST_F(CheckTest, FailuresAreToldWithTheirPlace) {
  const Result result = Check(kTwoTests);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out,
            "FAILED bad & \"ugly\"  tests.yaml:5\n"
            "  code_redirect: expected '404', got '200'  line 8\n"
            "  by VirtualService default/reviews http[1]\n"
            "2 tests, 1 failed\n"
            "Current route coverage: 25% (1 of 4 rules)\n");
}

TEST_F(CheckTest, DetailsNameEveryTestUnlessOnlyFailuresAreAskedFor) {
  EXPECT_THAT(Check(kTwoTests, {"--details"}).out,
              StartsWith("good\nbad & \"ugly\"\n404 200 code_redirect\n2 tests"));
  EXPECT_THAT(Check(kTwoTests, {"--details", "--only-show-failures"}).out,
              StartsWith("bad & \"ugly\"\n404 200 code_redirect\n2 tests"));
}

TEST_F(CheckTest, JunitAndJsonHaveTheSameResults) {
  const std::string junit = Check(kTwoTests, {"-o", "junit"}).out;
  EXPECT_THAT(junit, HasSubstr("<testsuite name=\"tests.yaml\" tests=\"2\" failures=\"1\""));
  EXPECT_THAT(junit,
              HasSubstr("name=\"bad &amp; &quot;ugly&quot;\" file=\"tests.yaml\" line=\"5\">"));
  EXPECT_THAT(junit, HasSubstr("<failure type=\"code_redirect\" message=\"expected '404', got "
                               "'200'\"/>"));
  const std::string json = Check(kTwoTests, {"-o", "json"}).out;
  EXPECT_THAT(json, HasSubstr("\"failed\": 1"));
  EXPECT_THAT(json, HasSubstr("\"percent\": 25"));
}

constexpr std::string_view kCovering = R"(tests:
- test_name: a
  input: {authority: 'reviews:9080', path: /, method: GET}
  validate: {cluster_name: 'outbound|9080|v1|reviews.default.svc.cluster.local', path_rewrite: /}
- test_name: b
  input: {authority: 'reviews:9080', path: /api/, method: GET, meshroute: {source_labels: {app: web}}}
  validate: {host_rewrite: inner}
)";

TEST_F(CheckTest, CoverageCountsRulesAndEachDestinationOfASplit) {
  // Of old, hello, api and the two destinations of split.
  EXPECT_THAT(Check(kCovering).out, HasSubstr("coverage: 40% (2 of 5 rules)"));
  // (2/4 + 1/4) / 5 of all fields.
  EXPECT_THAT(Check(kCovering, {"--covall"}).out, HasSubstr("coverage: 15% "));
  const std::string listed = Check(kCovering, {"--detailed-coverage"}).out;
  EXPECT_THAT(listed, HasSubstr("not covered: VirtualService default/reviews http[0] match[0]\n"));
  EXPECT_THAT(listed, HasSubstr("not covered: VirtualService default/reviews http[3] -> "
                                "outbound|9080|v2|reviews.default.svc.cluster.local\n"));
  EXPECT_THAT(listed, Not(HasSubstr("http[2]")));
}

TEST_F(CheckTest, TooLittleCoverageFails) {
  EXPECT_EQ(Check(kCovering, {"--fail-under=40"}).status, 0);
  const Result result = Check(kCovering, {"--fail-under", "41"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "Failed to meet coverage requirement: 41\n");
  EXPECT_EQ(Check(kCovering, {"--fail-under", "lots"}).status, 2);
}

TEST_F(CheckTest, BadTestsEndInStatusTwoWithTheirLines) {
  const Result result = Check(
      "tests:\n- test_name: t\n  input: {authority: a, path: /, method: G}\n"
      "  validate: {cluster: c}\n");
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("tests.yaml:4:14: error: tests[0].validate.cluster: unknown "
                                    "field; did you mean 'cluster_name'?\n"
                                    "   4 |   validate: {cluster: c}\n"
                                    "     |              ^\n"));
  EXPECT_THAT(result.err, HasSubstr("meshroute check: error: the tests have 3 errors\n"));
}

TEST_F(CheckTest, AFolderIsNoTest) {
  EXPECT_EQ(Run({"check", "-c", "rules.yaml", "-t", "."}).err,
            "meshroute check: error: --tests must be a file, and . is a folder\n");
}

TEST_F(CheckTest, BadRulesEndInStatusTwo) {
  Write("rules.yaml", "apiVersion: networking.istio.io/v1\nkind: VirtualService\n");
  const Result result = Check(kTwoTests);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("rules.yaml:1:1: error: metadata"));
}

}  // namespace
}  // namespace meshroute::tool
