// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/suppressions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshroute::tool {
namespace {

using ::testing::HasSubstr;

ConfigProblem Problem(std::string code, std::string istio_code, std::string resource) {
  ConfigProblem problem;
  problem.code = std::move(code);
  problem.istio_code = std::move(istio_code);
  problem.resource = std::move(resource);
  return problem;
}

Suppressions Of(std::vector<std::string> texts) { return *Suppressions::Parse(texts); }

TEST(SuppressionsTest, AStarStandsForAnyText) {
  EXPECT_TRUE(FitsPattern("VirtualService prod/reviews", "VirtualService prod/*"));
  EXPECT_TRUE(FitsPattern("VirtualService prod/reviews", "*reviews"));
  EXPECT_TRUE(FitsPattern("abcbd", "a*b*d"));
  EXPECT_TRUE(FitsPattern("", "*"));
  EXPECT_FALSE(FitsPattern("VirtualService prod/reviews", "VirtualService prod"));
  EXPECT_FALSE(FitsPattern("abc", "a*d"));
  EXPECT_FALSE(FitsPattern("abc", ""));
}

TEST(SuppressionsTest, CodeAndObjectMustBothFit) {
  const Suppressions suppressions = Of({"MR0014=VirtualService prod/*"});
  EXPECT_TRUE(suppressions.Cover(Problem("MR0014", "IST0130", "VirtualService prod/reviews")));
  EXPECT_FALSE(suppressions.Cover(Problem("MR0014", "IST0130", "VirtualService test/reviews")));
  EXPECT_FALSE(suppressions.Cover(Problem("MR0015", "", "VirtualService prod/reviews")));
}

TEST(SuppressionsTest, IstiosCodesAndWildcardsDoToo) {
  EXPECT_TRUE(Of({"IST0130"}).Cover(Problem("MR0014", "IST0130", "VirtualService a/b")));
  EXPECT_TRUE(Of({"IST*=* a/*"}).Cover(Problem("MR0014", "IST0130", "VirtualService a/b")));
  EXPECT_FALSE(Of({"IST*"}).Cover(Problem("MR0010", "", "VirtualService a/b")));
}

TEST(SuppressionsTest, ACodeThatDoesNotExistIsRefused) {
  EXPECT_THAT(
      std::string(Suppressions::Parse(std::vector<std::string>{"IST9999=x"}).status().message()),
      HasSubstr("there is no code 'IST9999'"));
}

}  // namespace
}  // namespace meshroute::tool
