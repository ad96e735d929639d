// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/check_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshroute::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Read {
  CheckFile file;
  std::vector<std::string> problems;
};

Read ReadText(const std::string& text, const std::string& name = "t.yaml") {
  Read read;
  ConfigErrors errors;
  read.file = ReadCheckFile({name, text}, errors);
  for (const ConfigProblem& problem : errors.problems())
    read.problems.push_back(problem.ToString());
  return read;
}

// A test with `validate` as given.
Read ReadValidate(const std::string& validate) {
  return ReadText(
      "tests:\n- test_name: t\n  input: {authority: a, path: /, method: GET}\n  validate: {" +
      validate + "}\n");
}

std::vector<std::string> ExpectationsOf(const std::string& validate) {
  Read read = ReadValidate(validate);
  std::vector<std::string> result = std::move(read.problems);
  if (read.file.tests.empty()) return result;
  for (const Expectation& expectation : read.file.tests[0].expectations) {
    result.push_back(expectation.field + " = " + expectation.value);
  }
  return result;
}

TEST(CheckFileTest, ReadsEveryFieldOfEnvoysInput) {
  const Read read = ReadText(R"(
tests:
- test_name: all
  input:
    authority: api.example:81
    path: /a?b=c
    method: POST
    random_value: 18446744073709551615
    ssl: true
    internal: true
    runtime: some.key
    additional_request_headers: [{key: k, value: v}]
    additional_response_headers: [{key: r, value: w}]
    dynamic_metadata: [{metadata_namespace: n, value: {a: 1}, allow_overwrite: false}]
  validate: {cluster_name: c}
)");
  EXPECT_THAT(read.problems, IsEmpty());
  ASSERT_EQ(read.file.tests.size(), 1U);
  const CheckInput& input = read.file.tests[0].input;
  EXPECT_EQ(input.authority, "api.example:81");
  EXPECT_EQ(input.path, "/a?b=c");
  EXPECT_EQ(input.method, "POST");
  EXPECT_EQ(input.random_value, UINT64_MAX);
  EXPECT_EQ(input.scheme, "https");
  EXPECT_THAT(input.headers, ElementsAre(Header{"x-envoy-internal", "true"}, Header{"k", "v"},
                                         Header{"x-forwarded-proto", "https"}));
  EXPECT_THAT(input.response_headers, ElementsAre(Header{"r", "w"}));
  EXPECT_EQ(read.file.tests[0].position, (SourcePosition{"t.yaml", 3, 3}));
  EXPECT_EQ(read.file.notes.size(), 2U);
}

TEST(CheckFileTest, JsonWithProtobufsSpellingsIsReadToo) {
  const Read read = ReadText(
      R"({"tests": [{"testName": "t", "input": {"authority": "a", "path": "/", "method": "GET",
          "randomValue": "75"}, "validate": {"clusterName": "c", "pathRedirect": ""}}]})",
      "t.json");
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_EQ(read.file.tests.at(0).input.random_value, 75U);
  EXPECT_EQ(read.file.tests.at(0).expectations.at(0).field, "cluster_name");
  EXPECT_EQ(read.file.tests.at(0).expectations.at(1).field, "path_redirect");
}

TEST(CheckFileTest, ValuesComeInOneForm) {
  EXPECT_THAT(ExpectationsOf("code_redirect: 301, path_redirect: 'https://b/c', host_rewrite: ''"),
              ElementsAre("code_redirect = 301", "path_redirect = https://b/c", "host_rewrite = "));
  EXPECT_THAT(ExpectationsOf("meshroute: {timeout: 1500ms, subset: v1, rule: prod/a, error: UH}"),
              ElementsAre("meshroute.timeout = 1.5s", "meshroute.subset = v1",
                          "meshroute.rule = prod/a", "meshroute.error = UH"));
  EXPECT_THAT(ExpectationsOf("meshroute: {timeout: 0s}"), ElementsAre("meshroute.timeout = "));
  EXPECT_THAT(
      ExpectationsOf("meshroute: {retries: {attempts: 2, per_try_timeout: 1s, "
                     "retry_on: 'connect-failure,5xx'}}"),
      ElementsAre("meshroute.retries.attempts = 2", "meshroute.retries.per_try_timeout = 1s",
                  "meshroute.retries.retry_on = 5xx,connect-failure"));
  EXPECT_THAT(ExpectationsOf("meshroute: {retries: ''}"),
              ElementsAre("meshroute.retries.attempts = 0"));
  EXPECT_THAT(ExpectationsOf("meshroute: {mirrors: [b, a], endpoints: []}"),
              ElementsAre("meshroute.mirrors = a, b", "meshroute.endpoints = "));
  EXPECT_THAT(ExpectationsOf("meshroute: {fault: {delay: 2s, abort: 503}}"),
              ElementsAre("meshroute.fault.delay = 2s", "meshroute.fault.abort = 503"));
  EXPECT_THAT(ExpectationsOf("meshroute: {fault: ''}"),
              ElementsAre("meshroute.fault.delay = ", "meshroute.fault.abort = "));
  EXPECT_THAT(ExpectationsOf("meshroute: {weights: {b: 10, a: 90}}"),
              ElementsAre("meshroute.weights = a=90, b=10"));
  EXPECT_THAT(
      ExpectationsOf("meshroute: {direct_response: {status: 200, body: hi}}"),
      ElementsAre("meshroute.direct_response.status = 200", "meshroute.direct_response.body = hi"));
}

TEST(CheckFileTest, MatchersComeInOldAndNewSpellings) {
  const Read read = ReadValidate(
      "request_header_matches: ["
      "{name: a, string_match: {exact: v, ignore_case: true}}, {name: b, present_match: false},"
      "{name: c, range_match: {start: 1, end: 9}, invert_match: true},"
      "{name: d, safe_regex_match: {regex: 'v.'}, treat_missing_header_as_empty: true}],"
      "response_header_matches: [{name: e, presence_match: true}, {name: f}],"
      "response_header_fields: [{key: g, value: h}]");
  EXPECT_THAT(read.problems, IsEmpty());
  const CheckTest& test = read.file.tests.at(0);
  std::vector<std::string> texts;
  for (const HeaderCheck& check : test.request_headers) {
    texts.push_back(check.name + " " + check.Describe());
  }
  for (const HeaderCheck& check : test.response_headers) {
    texts.push_back(check.name + " " + check.Describe());
  }
  EXPECT_THAT(texts, ElementsAre("a must be \"v\"", "b must not be present",
                                 "c must not be from 1 to below 9", "d must match \"v.\"",
                                 "e must be present", "f must be present", "g must be \"h\""));
  EXPECT_EQ(read.file.notes.size(), 1U);
}

TEST(CheckFileTest, ErrorsNameTheLineTheColumnAndTheField) {
  EXPECT_THAT(
      ReadText("tests:\n- test_name: t\n  input: {authority: a, path: /, metod: GET}\n"
               "  validate: {}\n")
          .problems,
      ElementsAre("t.yaml:3:34: tests[0].input.metod: unknown field; did you mean 'method'?",
                  "t.yaml:3:3: tests[0].input.method: is required, with at least 3 "
                  "characters",
                  "t.yaml:4:3: tests[0].validate: must ask for at least one thing"));
}

TEST(CheckFileTest, RefusesWhatIsNoTest) {
  const std::pair<const char*, const char*> kCases[] = {
      {"{}", "must have at least one test"},
      {"tests: []", "must have at least one test"},
      {"tests: {}", "tests: must be a list, not a map"},
      {"- a", "must be a map, not a list"},
      {"", "holds no tests"},
      {"tests: [1]", "tests[0]: must be a map, not a number"},
      {"tests: [{test_name: 5}]", "test_name: must be a text"},
      {"a: 1\n---\nb: 2", "must be a single document"},
      {"tests: [", "not valid YAML"},
      {"{apiVersion: v1, kind: Service}", "is a Kubernetes resource"},
  };
  for (const auto& [text, expected] : kCases) {
    const Read read = ReadText(text);
    ASSERT_FALSE(read.problems.empty()) << text;
    EXPECT_THAT(read.problems[0], HasSubstr(expected)) << text;
  }
}

TEST(CheckFileTest, RefusesValuesThatCannotBe) {
  const std::pair<const char*, const char*> kCases[] = {
      {"code_redirect: 99", "must be an HTTP status"},
      {"code_redirect: many", "must be a whole number"},
      {"cluster_name: 5", "must be a text"},
      {"meshroute: {timeout: soon}", "must be a duration"},
      {"meshroute: {weights: [a]}", "must be a map"},
      {"meshroute: {weights: {a: -1}}", "must be a whole number from 0"},
      {"meshroute: {mirrors: a}", "must be a list"},
      {"meshroute: {subsets: a}", "did you mean 'subset'"},
      {"request_header_matches: [{name: a, safe_regex_match: {regex: '('}}]", "RE2"},
      {"request_header_matches: [{name: a, exact_match: b, prefix_match: c}]", "one way only"},
      {"request_header_matches: [{exact_match: b}]", "name: is required"},
  };
  for (const auto& [validate, expected] : kCases) {
    const Read read = ReadValidate(validate);
    ASSERT_FALSE(read.problems.empty()) << validate;
    EXPECT_THAT(read.problems[0], HasSubstr(expected)) << validate;
  }
}

TEST(CheckFileTest, ThePortJoinsTheAuthority) {
  const auto read = [](const std::string& authority, const std::string& port) {
    return ReadText("tests:\n- test_name: t\n  input: {authority: '" + authority +
                    "', path: /, method: GET, meshroute: {port: " + port +
                    "}}\n  validate: {cluster_name: c}\n");
  };
  EXPECT_EQ(read("a", "9080").file.tests.at(0).input.authority, "a:9080");
  EXPECT_EQ(read("a:9080", "9080").file.tests.at(0).input.authority, "a:9080");
  EXPECT_THAT(read("a:80", "9080").problems.at(0), HasSubstr("is not the port of the authority"));
  EXPECT_THAT(read("a", "65536").problems.at(0), HasSubstr("must be a port from 1 to 65535"));
}

TEST(HeaderCheckTest, MissingHeadersFailInBothSenses) {
  HeaderCheck check{.name = "a", .kind = HeaderCheck::Kind::kExact, .text = "v"};
  EXPECT_FALSE(check.Holds({}));
  EXPECT_TRUE(check.Holds({{"A", "v"}}));
  EXPECT_FALSE(check.Holds({{"a", "v"}, {"a", "w"}}));
  check.text = "v,w";
  EXPECT_TRUE(check.Holds({{"a", "v"}, {"a", "w"}}));
  check.sense = HeaderCheck::Sense::kMustNot;
  EXPECT_FALSE(check.Holds({}));
  EXPECT_TRUE(check.Holds({{"a", "x"}}));
  check.missing = HeaderCheck::Missing::kCountsAsEmpty;
  EXPECT_TRUE(check.Holds({}));
}

TEST(HeaderCheckTest, RangesAreHalfOpenAndOfIntegers) {
  const HeaderCheck check{.name = "a",
                          .kind = HeaderCheck::Kind::kRange,
                          .text = "",
                          .range_start = -1,
                          .range_end = 5};
  for (const char* const in : {"-1", "0", "4"}) EXPECT_TRUE(check.Holds({{"a", in}})) << in;
  for (const char* const out : {"-2", "5", "", "1x", "1.5"}) {
    EXPECT_FALSE(check.Holds({{"a", out}})) << out;
  }
}

}  // namespace
}  // namespace meshroute::tool
