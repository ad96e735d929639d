// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/problem_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "meshroute/config/errors.h"

namespace meshroute {
namespace {

using ::testing::MatchesRegex;

TEST(ProblemCodes, EachHasItsOwnNumberAndASentence) {
  std::set<std::string> codes;
  std::set<std::string> meanings;
  for (const ProblemCodeFacts& facts : ListProblemCodes()) {
    SCOPED_TRACE(facts.code);
    EXPECT_THAT(facts.code, MatchesRegex("MR[0-9]{4}"));
    EXPECT_TRUE(codes.insert(facts.code).second);
    EXPECT_THAT(facts.istio_code, MatchesRegex("(IST[0-9]{4})?"));
    EXPECT_TRUE(meanings.insert(facts.meaning).second);
    EXPECT_THAT(facts.meaning, MatchesRegex("[A-Z].*[.]"));
    EXPECT_EQ(FactsOf(facts.id).code, facts.code);
  }
  EXPECT_EQ(*codes.begin(), "MR0001");
}

TEST(ProblemCodes, AProblemTakesItsSeverityAndIstiosNameFromItsCode) {
  const ConfigProblem problem = MakeProblem(ProblemCode::kIneffectiveMatch, "text");
  EXPECT_EQ(problem.severity, Severity::kInfo);
  EXPECT_EQ(problem.code, "MR0015");
  EXPECT_EQ(problem.istio_code, "IST0131");
  EXPECT_EQ(problem.message, "text");
  EXPECT_STREQ(SeverityName(problem.severity), "info");
}

TEST(ProblemCodes, TheWorstProblemsAreKeptWhereThereAreTooMany) {
  ConfigErrors errors;
  for (size_t i = 0; i < ConfigErrors::kMaximumProblems; ++i) {
    errors.Report(ProblemCode::kUnusedSubset, "info");
  }
  errors.Report(ProblemCode::kDoubtfulValue, "warning");
  errors.Report(ProblemCode::kInvalidValue, "error");
  errors.Report(ProblemCode::kUnusedSubset, "one more");
  const std::vector<ConfigProblem>& problems = errors.problems();
  ASSERT_EQ(problems.size(), ConfigErrors::kMaximumProblems);
  EXPECT_EQ(problems[problems.size() - 2].message, "warning");
  EXPECT_EQ(problems.back().message, "error");
  EXPECT_EQ(problems[problems.size() - 3].message, "info");
}

}  // namespace
}  // namespace meshroute
