// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "meshroute/config/document.h"
#include "meshroute/config/json.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> Texts(const ConfigErrors& errors) {
  std::vector<std::string> texts;
  for (const ConfigProblem& problem : errors.problems()) texts.push_back(problem.ToString());
  return texts;
}

TEST(ConfigErrorsTest, ThePathFollowsTheScopes) {
  ConfigErrors errors;
  {
    const ConfigErrors::ResourceScope resource(errors, "VirtualService prod/reviews", nullptr, "");
    const ConfigErrors::Scope spec(errors, "spec");
    {
      const ConfigErrors::Scope route(errors, "http", 0);
      const ConfigErrors::Scope destination(errors, "route", 1);
      const ConfigErrors::Scope weight(errors, "weight");
      errors.Add("must be 0 or more, got -5");
    }
    const ConfigErrors::Scope hosts(errors, "hosts");
    const ConfigErrors::Scope element(errors, 2);
    errors.Add("must not be empty");
  }
  errors.Add("outside");
  EXPECT_THAT(Texts(errors),
              ElementsAre("VirtualService prod/reviews: spec.http[0].route[1].weight: "
                          "must be 0 or more, got -5",
                          "VirtualService prod/reviews: spec.hosts[2]: "
                          "must not be empty",
                          "outside"));
}

TEST(ConfigErrorsTest, PositionsComeFromTheDeepestNodeThatThePathReaches) {
  ConfigErrors errors;
  const auto root =
      ReadJson({"a.json", "{\"spec\":\n  {\"http\": [\n   {\"name\": 1}]}}"}, {}, errors);
  ASSERT_NE(root, nullptr);
  const ConfigErrors::ResourceScope resource(errors, "R", root.get(), "a.json");
  const ConfigErrors::Scope spec(errors, "spec");
  const ConfigErrors::Scope route(errors, "http", 0);
  {
    const ConfigErrors::Scope name(errors, "name");
    errors.Add("there");
  }
  const ConfigErrors::Scope timeout(errors, "timeout");
  errors.Add("not there");
  EXPECT_THAT(Texts(errors), ElementsAre("a.json:3:5: R: spec.http[0].name: there",
                                         "a.json:3:4: R: spec.http[0].timeout: not there"));
}

TEST(ConfigProblemTest, WhatIsNotKnownIsLeftOutOfTheText) {
  ConfigProblem problem;
  problem.message = "broken";
  EXPECT_EQ(problem.ToString(), "broken");
  problem.position.line = 3;
  EXPECT_EQ(problem.ToString(), "3: broken");
  problem.position = {"a.yaml", 3, 9};
  problem.code = "MR0015";
  problem.istio_code = "IST0131";
  EXPECT_EQ(problem.ToString(), "a.yaml:3:9: broken [IST0131]");
  problem.position = {"a.yaml", 0, 0};
  problem.path = "spec";
  EXPECT_EQ(problem.ToString(), "a.yaml: spec: broken [IST0131]");
}

TEST(ConfigProblemTest, OnlyAPlainSchemaErrorEndsWithoutItsCode) {
  EXPECT_EQ(MakeProblem(ProblemCode::kUnknownHost, "m").ToString(), "m [IST0101]");
  EXPECT_EQ(MakeProblem(ProblemCode::kNeverEjects, "m").ToString(), "m [MR0037]");
  EXPECT_EQ(MakeProblem(ProblemCode::kDoubtfulValue, "m").ToString(), "m [MR0012]");
  EXPECT_EQ(MakeProblem(ProblemCode::kInvalidValue, "m").ToString(), "m");
  EXPECT_EQ(MakeProblem(ProblemCode::kUnreadableText, "m").ToString(), "m");
}

TEST(ConfigErrorsTest, WarningsAloneAreNoError) {
  ConfigErrors errors;
  errors.Report(ProblemCode::kUnreachableRule, "odd", "move it up");
  EXPECT_TRUE(errors.ok());
  EXPECT_TRUE(errors.ToStatus().ok());
  EXPECT_EQ(errors.problems().at(0).code, "MR0014");
  EXPECT_EQ(errors.problems().at(0).istio_code, "IST0130");
  EXPECT_EQ(errors.problems().at(0).hint, "move it up");
}

TEST(ConfigErrorsTest, TheStatusHasALineForEachErrorAndNoneForWarnings) {
  ConfigErrors errors;
  errors.Add("first");
  errors.Report(ProblemCode::kDoubtfulValue, "odd");
  errors.Add("second");
  EXPECT_EQ(errors.ToStatus(), absl::InvalidArgumentError("first\nsecond"));
}

TEST(ConfigErrorsTest, ProblemsBeyondTheMaximumAreCountedAndErrorsPushWarningsOut) {
  ConfigErrors errors;
  for (size_t i = 0; i < ConfigErrors::kMaximumProblems; ++i)
    errors.Report(ProblemCode::kDoubtfulValue, "odd");
  errors.Add("wrong");
  errors.Report(ProblemCode::kDoubtfulValue, "odd");
  EXPECT_EQ(errors.problems().size(), ConfigErrors::kMaximumProblems);
  EXPECT_EQ(errors.ToStatus(), absl::InvalidArgumentError("wrong\n2 more problems are not listed"));
  for (size_t i = 0; i < 2 * ConfigErrors::kMaximumProblems; ++i) errors.Add("wrong");
  EXPECT_EQ(errors.problems().size(), ConfigErrors::kMaximumProblems);
  EXPECT_THAT(std::string(errors.ToStatus().message()), Not(HasSubstr("odd")));
}

TEST(ConfigErrorsTest, AHostileNameCanNeitherForgeALineNorFillThePath) {
  ConfigErrors errors;
  const ConfigErrors::Scope forged(errors, "x\nVirtualService prod/reviews: fine");
  const ConfigErrors::Scope huge(errors, std::string(1'000'000, 'a'));
  errors.Add("here");
  const std::string text = errors.problems().at(0).ToString();
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_LT(text.size(), 400U);
}

}  // namespace
}  // namespace meshroute
