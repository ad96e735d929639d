// SPDX-License-Identifier: Apache-2.0
#include "lib/config/delegates.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

HttpRoute RuleWith(HttpMatchRequest block) {
  HttpRoute rule;
  rule.match.push_back(std::move(block));
  return rule;
}

// Whether one block of the delegate and one of the root can be merged.
bool Compatible(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  return MergeDelegate(RuleWith(root), RuleWith(delegate)).has_value();
}

HttpMatchRequest Uri(const StringMatch& uri) {
  HttpMatchRequest block;
  block.uri = uri;
  return block;
}

TEST(MergeDelegateTest, TheDelegateMustNarrowTheRootsStringCondition) {
  const struct {
    StringMatch root;
    StringMatch delegate;
    bool compatible;
  } rows[] = {
      {StringMatch::Exact("/a"), StringMatch::Exact("/a"), true},
      {StringMatch::Exact("/a"), StringMatch::Exact("/b"), false},
      {StringMatch::Exact(""), StringMatch::Exact(""), false},
      {StringMatch::Prefix("/a"), StringMatch::Prefix("/a/b"), true},
      {StringMatch::Prefix("/a"), StringMatch::Prefix("/a"), true},
      {StringMatch::Prefix("/a"), StringMatch::Exact("/ab"), true},
      {StringMatch::Prefix("/a"), StringMatch::Exact("/b"), false},
      {StringMatch::Prefix("/a/b"), StringMatch::Prefix("/a"), false},
      {StringMatch::Prefix(""), StringMatch::Prefix("/a"), false},
      {StringMatch::Exact("/a"), StringMatch::Prefix("/a"), false},
      {StringMatch::Regex("/a"), StringMatch::Regex("/a"), false},
      {StringMatch::Prefix("/a"), StringMatch::Regex("/a.*"), false},
      {StringMatch(), StringMatch(), false},
      {StringMatch(), StringMatch::Exact("/a"), false},
      {StringMatch::Prefix("/a"), StringMatch(), false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.root.value + " " + row.delegate.value);
    EXPECT_EQ(Compatible(Uri(row.root), Uri(row.delegate)), row.compatible);
    HttpMatchRequest root;
    HttpMatchRequest delegate;
    root.headers["h"] = row.root;
    delegate.headers["h"] = row.delegate;
    EXPECT_EQ(Compatible(root, delegate), row.compatible);
    delegate.headers = {{"other", row.delegate}};
    EXPECT_TRUE(Compatible(root, delegate));
  }
}

TEST(MergeDelegateTest, OtherMembersOfABlockConflictWhereTheyDiffer) {
  HttpMatchRequest set;
  HttpMatchRequest other;
  set.ignore_uri_case = true;
  EXPECT_FALSE(Compatible(set, other));
  EXPECT_FALSE(Compatible(other, set));

  set = other = {};
  set.port = 80;
  EXPECT_TRUE(Compatible(set, other));
  EXPECT_TRUE(Compatible(other, set));
  other.port = 81;
  EXPECT_FALSE(Compatible(set, other));

  set = other = {};
  set.source_namespace = "a";
  EXPECT_FALSE(Compatible(set, other));
  EXPECT_TRUE(Compatible(other, set));
  EXPECT_TRUE(Compatible(set, set));

  set = other = {};
  set.source_labels = {{"app", "a"}};
  EXPECT_TRUE(Compatible(set, other));
  other.source_labels = {{"app", "b"}};
  EXPECT_FALSE(Compatible(set, other));
  other.source_labels = {{"tier", "b"}};
  EXPECT_TRUE(Compatible(set, other));

  set = other = {};
  set.gateways = {"mesh", "ns/a"};
  other.gateways = {"mesh"};
  EXPECT_TRUE(Compatible(set, other));
  EXPECT_FALSE(Compatible(other, set));
}

TEST(MergeDelegateTest, AMergedBlockIsTheDelegatesWithGapsFilled) {
  HttpMatchRequest root = Uri(StringMatch::Prefix("/a"));
  root.name = "root";
  root.method = StringMatch::Exact("GET");
  root.port = 80;
  root.stat_prefix = "s";
  root.headers["h"] = StringMatch::Prefix("v");
  root.headers["r"] = StringMatch();
  HttpMatchRequest delegate = Uri(StringMatch::Exact("/a/b"));
  delegate.name = "leaf";
  delegate.headers["h"] = StringMatch::Exact("v1");
  delegate.query_params["q"] = StringMatch();

  HttpMatchRequest expected = delegate;
  expected.name = "root-leaf";
  expected.method = root.method;
  expected.port = 80;
  expected.stat_prefix = "s";
  expected.headers["r"] = StringMatch();
  const std::optional<HttpRoute> merged = MergeDelegate(RuleWith(root), RuleWith(delegate));
  ASSERT_TRUE(merged.has_value());
  ASSERT_EQ(merged->match.size(), 1u);
  EXPECT_EQ(merged->match.front(), expected);
}

TEST(MergeDelegateTest, BlocksCombineDelegateMajorAndDropConflictingPairs) {
  HttpRoute root;
  root.match = {Uri(StringMatch::Prefix("/a")), Uri(StringMatch::Prefix("/"))};
  HttpRoute delegate;
  delegate.match = {Uri(StringMatch::Prefix("/b")), Uri(StringMatch::Prefix("/a/1"))};
  const std::optional<HttpRoute> merged = MergeDelegate(root, delegate);
  ASSERT_TRUE(merged.has_value());
  ASSERT_EQ(merged->match.size(), 3u);
  EXPECT_EQ(merged->match[0].uri->value, "/b");
  EXPECT_EQ(merged->match[1].uri->value, "/a/1");
  EXPECT_EQ(merged->match[2].uri->value, "/a/1");

  root.match.pop_back();  // Now "/b" conflicts with every block of the root.
  EXPECT_FALSE(MergeDelegate(root, delegate).has_value());
}

TEST(MergeDelegateTest, WithoutBlocksOnOneSideTheOthersCount) {
  const HttpRoute with = RuleWith(Uri(StringMatch::Prefix("/a")));
  EXPECT_EQ(MergeDelegate(with, HttpRoute())->match, with.match);
  EXPECT_EQ(MergeDelegate(HttpRoute(), with)->match, with.match);
}

TEST(MergeDelegateTest, MembersAreTheDelegatesElseTheRootsAsAWhole) {
  HttpRoute root;
  root.name = "root";
  root.timeout = 1s;
  root.retries = HttpRetry::BuiltIn();
  root.headers = HeaderEdits{};
  HttpRoute delegate;
  delegate.name = "leaf";
  delegate.retries = HttpRetry{};
  delegate.route.emplace_back();
  const std::optional<HttpRoute> merged = MergeDelegate(root, delegate);
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(merged->name, "root-leaf");
  EXPECT_EQ(merged->timeout, std::optional<Duration>(1s));
  EXPECT_EQ(merged->retries, HttpRetry{});
  EXPECT_TRUE(merged->headers.has_value());
  EXPECT_EQ(merged->route, delegate.route);
}

// Through the table: a root in "default" and a delegate in "team".
std::string Root(const std::string& more = "") {
  return Object("VirtualService", "default/root",
                "hosts: [k]\nhttp:\n- match: [{uri: {prefix: /team}}]\n"
                "  delegate: {name: leaf, namespace: team}\n  mirror: {host: shadow}\n" +
                    more);
}

std::string Leaf(const std::string& more = "") {
  return Object("VirtualService", "team/leaf",
                "http:\n- match: [{uri: {prefix: /team/v2}}]\n  name: two\n"
                "  route: [{destination: {host: svc, subset: v2}}]\n"
                "- route: [{destination: {host: svc}}]\n" +
                    more);
}

TEST(DelegateTest, TheDelegatesRulesTakeTheRootsPlace) {
  const Mesh mesh(Root("- route: [{destination: {host: rest}}]") + Leaf());
  EXPECT_EQ(mesh.Destination("k", "/team/v2/x"), "0|v2|svc.team.svc.cluster.local");
  EXPECT_EQ(mesh.Destination("k", "/team/v1"), "0||svc.team.svc.cluster.local");
  EXPECT_EQ(mesh.Destination("k", "/other"), "0||rest.default.svc.cluster.local");
  const Route& route = *mesh.Get("k", "/team/v2").route;
  EXPECT_EQ(route.name, "two");
  EXPECT_EQ(route.origin,
            "VirtualService default/root http[0] -> VirtualService team/leaf http[0]");
  ASSERT_EQ(route.mirrors.size(), 1u);
  EXPECT_EQ(mesh.Name(route.mirrors[0].destination), "0||shadow.default.svc.cluster.local");
}

TEST(DelegateTest, ARuleWhoseDelegateIsNotToBeSeenDisappears) {
  const std::string rest = "- route: [{destination: {host: rest}}]";
  const std::string expected = "0||rest.default.svc.cluster.local";
  EXPECT_EQ(Mesh(Root(rest)).Destination("k", "/team/v2"), expected);
  EXPECT_EQ(Mesh(Root(rest) + Leaf("exportTo: [\".\"]")).Destination("k", "/team/v2"), expected);
  EXPECT_EQ(Mesh(Root(rest) + Leaf("hosts: [x]")).Destination("k", "/team/v2"), expected);
  EXPECT_EQ(Mesh(Root(rest) + Leaf("exportTo: [default]")).Destination("k", "/team/v2"),
            "0|v2|svc.team.svc.cluster.local");
}

TEST(DelegateTest, WithNothingLeftTheVirtualServiceCountsAsAbsent) {
  EXPECT_EQ(Mesh(Root()).Destination("k", "/team"), "unknown host");
  EXPECT_EQ(Mesh(ServiceOn("k.default.svc.cluster.local", {80}) + Root()).Destination("k"),
            "80||k.default.svc.cluster.local");
}

}  // namespace
}  // namespace meshroute
