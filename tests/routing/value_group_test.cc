// SPDX-License-Identifier: Apache-2.0
// Many rules of one path that differ in one exact value: the first that matches is
// found, whatever order they stand in.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/routing/candidate_sorter.h"
#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

constexpr int kRules = 40;

// One rule per text, named for its place.
Mesh WithMatches(const std::vector<std::string>& matches) {
  std::string spec = "hosts: [k]\nhttp:\n";
  for (size_t i = 0; i < matches.size(); ++i) {
    spec += "- name: r" + std::to_string(i) + "\n  match: [" + matches[i] +
            "]\n  route: [{destination: {host: k}}]\n";
  }
  return Mesh(Object("VirtualService", "default/vs", spec));
}

std::string Number(int number) { return std::to_string(number); }

std::string NameOf(const Mesh& mesh, std::vector<HeaderView> headers, std::string_view path = "/") {
  RequestView request;
  request.authority = "k";
  request.path = path;
  request.headers = headers;
  const RouteMatch match = mesh.Match(request);
  return match.route == nullptr ? "none" : match.route->name;
}

TEST(ValueGroupTest, TheRuleOfTheRequestsOwnValueIsFound) {
  std::vector<std::string> matches;
  for (int i = 0; i < kRules; ++i) {
    matches.push_back("{headers: {X-Tenant: {exact: t" + Number(i) + "}}}");
  }
  const Mesh mesh = WithMatches(matches);
  for (int i = 0; i < kRules; ++i) {
    EXPECT_EQ(NameOf(mesh, {{"x-tenant", "t" + Number(i)}}), "r" + Number(i));
  }
  EXPECT_EQ(NameOf(mesh, {{"x-tenant", "t40"}}), "none");
  EXPECT_EQ(NameOf(mesh, {{"x-tenant", ""}}), "none");
  EXPECT_EQ(NameOf(mesh, {}), "none");
}

TEST(ValueGroupTest, AnyLineOfAHeaderCountsAndTheLowestRuleWins) {
  std::vector<std::string> matches;
  for (int i = 0; i < kRules; ++i)
    matches.push_back("{headers: {h: {exact: '" + Number(i) + "'}}}");
  const Mesh mesh = WithMatches(matches);
  EXPECT_EQ(NameOf(mesh, {{"h", "9"}, {"H", "3"}, {"h", "x"}}), "r3");
  EXPECT_EQ(NameOf(mesh, {{"h", "9,3"}}), "none");
}

TEST(ValueGroupTest, RulesOutsideTheGroupKeepTheirPlace) {
  std::vector<std::string> matches;
  for (int i = 0; i < 10; ++i) matches.push_back("{headers: {h: {exact: '" + Number(i) + "'}}}");
  matches.push_back("{headers: {h: {prefix: '1'}}}");  // r10
  for (int i = 10; i < 20; ++i) matches.push_back("{headers: {h: {exact: '" + Number(i) + "'}}}");
  matches.push_back("{}");  // r21
  const Mesh mesh = WithMatches(matches);
  EXPECT_EQ(NameOf(mesh, {{"h", "1"}}), "r1");
  EXPECT_EQ(NameOf(mesh, {{"h", "12"}}), "r10");  // Not r13, which comes later.
  EXPECT_EQ(NameOf(mesh, {{"h", "20"}}), "r21");
  EXPECT_EQ(NameOf(mesh, {{"h", "12"}, {"h", "7"}}), "r7");
}

TEST(ValueGroupTest, WhatElseARuleOfTheGroupAsksForIsChecked) {
  std::vector<std::string> matches;
  for (int i = 0; i < kRules; ++i) {
    const std::string tenant = "t" + Number(i % 10);
    matches.push_back("{headers: {tenant: {exact: " + tenant + "}, user: {exact: u" + Number(i) +
                      "}}, method: {exact: " + (i % 2 == 0 ? "GET" : "POST") + "}}");
  }
  const Mesh mesh = WithMatches(matches);
  EXPECT_EQ(NameOf(mesh, {{"tenant", "t4"}, {"user", "u24"}}), "r24");
  EXPECT_EQ(NameOf(mesh, {{"tenant", "t4"}, {"user", "u25"}}), "none");
  EXPECT_EQ(NameOf(mesh, {{"tenant", "t5"}, {"user", "u25"}}), "none");  // Asks for POST.
}

TEST(ValueGroupTest, QueryParametersFormGroupsToo) {
  std::vector<std::string> matches;
  for (int i = 0; i < kRules; ++i) {
    matches.push_back("{uri: {exact: /p}, queryParams: {id: {exact: '" + Number(i) + "'}}}");
  }
  const Mesh mesh = WithMatches(matches);
  EXPECT_EQ(NameOf(mesh, {}, "/p?x=1&id=17"), "r17");
  EXPECT_EQ(NameOf(mesh, {}, "/p?id=17&id=3"), "r17");  // The first value alone counts.
  EXPECT_EQ(NameOf(mesh, {}, "/p?ID=17"), "none");
  EXPECT_EQ(NameOf(mesh, {}, "/p"), "none");
}

TEST(ValueGroupTest, AConditionThatMustNotHoldFormsNoGroup) {
  std::vector<std::string> matches;
  for (int i = 0; i < kRules; ++i) {
    matches.push_back("{withoutHeaders: {h: {exact: '" + Number(i) + "'}}}");
  }
  const Mesh mesh = WithMatches(matches);
  EXPECT_EQ(NameOf(mesh, {{"h", "0"}}), "r1");
  EXPECT_EQ(NameOf(mesh, {}), "r0");
}

TEST(ValueGroupTest, RegexAndCaseBlindPathsAreStillCheckedInAGroup) {
  std::vector<std::string> matches;
  for (int i = 0; i < kRules; ++i) {
    const std::string uri =
        i < 20 ? "uri: {regex: '/p/[0-9]'}" : "ignoreUriCase: true, uri: {exact: /Q}";
    matches.push_back("{" + uri + ", headers: {h: {exact: '" + Number(i) + "'}}}");
  }
  const Mesh mesh = WithMatches(matches);
  EXPECT_EQ(NameOf(mesh, {{"h", "7"}}, "/p/7"), "r7");
  EXPECT_EQ(NameOf(mesh, {{"h", "7"}}, "/p/77"), "none");
  EXPECT_EQ(NameOf(mesh, {{"h", "27"}}, "/q"), "r27");
  EXPECT_EQ(NameOf(mesh, {{"h", "27"}}, "/qq"), "none");
}

TEST(ValueGroupTest, RulesOfOneValueAreArrangedAgain) {
  std::vector<RuleConditions> rules;
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < 200; ++i) {
    HttpMatchRequest block;
    block.headers["tenant"] = StringMatch::Exact("t" + std::to_string(i % 10));
    block.headers["user"] = StringMatch::Exact("u" + std::to_string(i / 10));
    rules.push_back({PathCondition(block), RequestConditions(block)});
    numbers.push_back(i);
  }
  std::vector<ValueGroup> groups;
  const std::vector<Candidate> arranged = CandidateSorter(rules, groups).Arrange(numbers);
  ASSERT_EQ(arranged.size(), 1u);
  EXPECT_EQ(arranged[0].rule, 0u);
  EXPECT_EQ(arranged[0].group, groups.size() - 1);
  EXPECT_EQ(groups.size(), 21u);  // One by user, and for each user one by tenant.
  const HeaderView headers[] = {{"user", "u7"}, {"tenant", "t3"}};
  RequestView request;
  request.headers = headers;
  groups.back().Visit(request, [&](std::span<const Candidate> of_user) {
    ASSERT_EQ(of_user.size(), 1u);
    groups[of_user[0].group].Visit(request, [](std::span<const Candidate> of_both) {
      ASSERT_EQ(of_both.size(), 1u);
      EXPECT_EQ(of_both[0].rule, 73u);
      EXPECT_TRUE(of_both[0].certain);
    });
  });
}

}  // namespace
}  // namespace meshroute
