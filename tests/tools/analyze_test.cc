// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meshroute/config/json.h"
#include "tests/tools/program.h"

namespace meshroute::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kGood = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: prod}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews}
)";
constexpr std::string_view kBad = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: prod}
spec:
  hosts: [reviews]
  http:
  - retires: {}
    route:
    - destination: {host: reviews}
      weight: -10
)";
constexpr std::string_view kUnreachable = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: prod}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews}
  - name: never
    route:
    - destination: {host: reviews}
)";

class AnalyzeTest : public ProgramTest {
 protected:
  DocumentNode Json(const std::string& text) {
    ConfigErrors errors;
    const auto document = ReadJson({"out.json", text}, {}, errors);
    EXPECT_NE(document, nullptr) << text;
    return document == nullptr ? DocumentNode() : *document;
  }
};

TEST_F(AnalyzeTest, RulesWithoutAFaultGiveASummaryAndStatusZero) {
  Write("good.yaml", kGood);
  const Result result = Run({"analyze", "good.yaml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "1 file: 0 errors, 0 warnings, 0 infos\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(AnalyzeTest, AFindingHasItsPlaceItsCodesAndItsLine) {
  Write("bad.yaml", kBad);
  const Result result = Run({"analyze", "bad.yaml"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, StartsWith("bad.yaml:7:5: error: spec.http[0].retires: unknown field; "
                                     "did you mean 'retries'? [MR0005, IST0106]\n"
                                     "   7 |   - retires: {}\n"
                                     "     |     ^\n"
                                     "     = in VirtualService prod/reviews\n"
                                     "bad.yaml:10:7: error: spec.http[0].route[0].weight: "));
  EXPECT_THAT(result.out, HasSubstr("1 file: 2 errors, 0 warnings, 0 infos; objects are not "
                                    "compared until the errors are gone\n"));
}

TEST_F(AnalyzeTest, StandardInputIsReadForADash) {
  const Result result = Run({"analyze", "-"}, kBad);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("<stdin>:7:5: error: "));
  EXPECT_THAT(result.out, HasSubstr("   7 |   - retires: {}\n"));
}

TEST_F(AnalyzeTest, ObjectsAreComparedWithEachOther) {
  Write("rules/a.yaml", kGood);
  Write("rules/b.yaml",
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
        "metadata: {name: reviews, namespace: prod}\nspec:\n  host: reviews\n  subsets:\n"
        "  - {name: v1, labels: {version: v1}}\n");
  Write("rules/c.yaml", std::string(kGood).replace(kGood.find("name: reviews"), 13, "name: other"));
  const Result result = Run({"analyze", "rules"});
  EXPECT_THAT(result.out, HasSubstr("IST0109]"));
  EXPECT_THAT(result.out, HasSubstr("rules/a.yaml:5:11: warning: spec.hosts[0]: "));
  EXPECT_THAT(Run({"analyze", "rules", "--source-namespace=prod"}).out, HasSubstr("IST0109]"));
}

TEST_F(AnalyzeTest, JsonThatComesThroughAPipeIsReadAsJson) {
  const Result result = Run({"analyze", "-"},
                            "{\"apiVersion\": \"networking.istio.io/v1\", \"kind\": "
                            "\"VirtualService\", \"metadata\": {\"name\": \"a\", "
                            "\"annotations\": {\"k\": \"\\ud83d\\ude00\"}}, \"spek\": {}}");
  EXPECT_THAT(result.out, HasSubstr("error: spek: unknown field; did you mean 'spec'?"));
  EXPECT_EQ(Run({"analyze", "-"}, "{no: json}").status, 1);
}

TEST_F(AnalyzeTest, ThresholdsSayWhatIsShownAndWhatFails) {
  Write("rules/a.yaml", kUnreachable);
  const Result warned = Run({"analyze", "rules"});
  EXPECT_EQ(warned.status, 0);
  EXPECT_THAT(warned.out, HasSubstr("rules/a.yaml:9:5: warning: spec.http[1]"));
  EXPECT_THAT(warned.out, HasSubstr("IST0130]"));
  EXPECT_EQ(Run({"analyze", "rules", "--failure-threshold=warning"}).status, 1);
  EXPECT_EQ(Run({"analyze", "rules", "--failure-threshold=info"}).status, 1);
  const Result hidden = Run({"analyze", "rules", "--output-threshold=error"});
  EXPECT_EQ(hidden.out, "1 file: 0 errors, 1 warning, 0 infos, 1 below the output threshold\n");
}

TEST_F(AnalyzeTest, SuppressedFindingsNeitherShowNorFail) {
  Write("a.yaml", kUnreachable);
  const Result result = Run({"analyze", "a.yaml", "--failure-threshold=warning", "--suppress",
                             "IST0130=VirtualService prod/*"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "1 file: 0 errors, 0 warnings, 0 infos, 1 suppressed\n");
  EXPECT_EQ(Run({"analyze", "a.yaml", "--failure-threshold=warning", "--suppress",
                 "IST0130=VirtualService test/*"})
                .status,
            1);
}

TEST_F(AnalyzeTest, JsonHasEveryFieldOfAFinding) {
  Write("bad.yaml", kBad);
  const Result result = Run({"analyze", "bad.yaml", "-o", "json"});
  EXPECT_EQ(result.status, 1);
  const DocumentNode document = Json(result.out);
  const DocumentNode& first = document.Find("findings")->elements().at(0);
  EXPECT_EQ(first.Find("level")->string(), "error");
  EXPECT_EQ(first.Find("code")->string(), "MR0005");
  EXPECT_EQ(first.Find("istioCode")->string(), "IST0106");
  EXPECT_EQ(first.Find("resource")->string(), "VirtualService prod/reviews");
  EXPECT_EQ(first.Find("path")->string(), "spec.http[0].retires");
  EXPECT_EQ(first.Find("file")->string(), "bad.yaml");
  EXPECT_EQ(first.Find("line")->AsUint64(), 7U);
  EXPECT_EQ(first.Find("column")->AsUint64(), 5U);
  EXPECT_EQ(document.Find("summary")->Find("errors")->AsUint64(), 2U);
}

TEST_F(AnalyzeTest, YamlIsTheSameAsJson) {
  Write("bad.yaml", kBad);
  EXPECT_THAT(Run({"analyze", "bad.yaml", "-o", "yaml"}).out, HasSubstr("code: MR0005\n"));
}

TEST_F(AnalyzeTest, ObjectsOfOtherKindsAreSkippedWithANote) {
  Write("a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n" + std::string(kGood));
  const Result result = Run({"analyze", "a.yaml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("a.yaml:1: ConfigMap default/x is of a kind that is not read"));
}

TEST_F(AnalyzeTest, WhatCannotBeReadEndsInStatusTwoWithOneLineEach) {
  std::filesystem::create_directory(folder_ / "empty");
  const Result result = Run({"analyze", "gone.yaml", "empty"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "meshroute analyze: error: gone.yaml: no such file or folder\n"
            "meshroute analyze: error: empty: holds no .yaml, .yml or .json file\n"
            "hint: -R looks into the folders below as well\n");
}

TEST_F(AnalyzeTest, ListTellsWhatEachCodeMeans) {
  const Result result = Run({"analyze", "--list"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("MR0014  IST0130  warning  "));
  EXPECT_GE(Json(Run({"analyze", "--list", "-o", "json"}).out).elements().size(), 30U);
}

TEST_F(AnalyzeTest, ColoursAreNotForFilesUnlessAskedFor) {
  Write("bad.yaml", kBad);
  EXPECT_THAT(Run({"analyze", "bad.yaml"}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(Run({"analyze", "bad.yaml", "--color=always"}).out, HasSubstr("\x1b[1;31merror"));
}

TEST_F(AnalyzeTest, ShortHostsAreCompletedWithTheNamespaceThatIsAskedFor) {
  Write("a.yaml",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n"
        "  hosts: [a]\n  http:\n  - route:\n    - destination: {host: a}\n      weight: -1\n");
  EXPECT_THAT(Run({"analyze", "a.yaml", "-n", "shop"}).out, HasSubstr("in VirtualService shop/a"));
}

}  // namespace
}  // namespace meshroute::tool
