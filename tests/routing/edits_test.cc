// SPDX-License-Identifier: Apache-2.0
// What a rule changes in requests and responses.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

// A mesh with one VirtualService for "k", whose only rule has these members.
class Rule {
 public:
  explicit Rule(const std::string& members)
      : mesh_(Object("VirtualService", "default/vs", "hosts: [k]\nhttp:\n- " + members)) {}

  const Route& For(std::string_view path = "/") const {
    const RouteMatch match = mesh_.Get("k", path);
    EXPECT_NE(match.route, nullptr);
    return *match.route;
  }

  // The request for destinations[position] after the rule's edits.
  RequestHead Edit(Headers headers, std::string path = "/", size_t position = 0) const {
    RequestHead head{"GET", "http", "k:80", path, std::move(headers)};
    For(path).EditRequest(position, head);
    return head;
  }

 private:
  Mesh mesh_;
};

const char kOneDestination[] = "\n  route: [{destination: {host: a}}]";

// The values of `name`, joined with ", ".
std::string Values(const Headers& headers, std::string_view name) {
  std::string joined;
  for (const Header& header : headers) {
    if (!EqualsIgnoreCase(header.name, name)) continue;
    joined += joined.empty() ? header.value : ", " + header.value;
  }
  return joined;
}

const char kRuleEdits[] =
    "headers: {request: {set: {x: r}, add: {y: r}}, "
    "response: {set: {x: r}, add: {y: r}}}\n  route:\n";
const char kDestinationEdits[] =
    "headers: {request: {set: {x: d}, add: {y: d}}, "
    "response: {set: {x: d}, add: {y: d}}}";

TEST(HeaderEditsTest, OfASingleDestinationTheDestinationsSetWins) {
  const Rule rule(std::string(kRuleEdits) + "  - {destination: {host: a}, " + kDestinationEdits +
                  "}");
  const RequestHead head = rule.Edit({{"x", "0"}});
  EXPECT_EQ(Values(head.headers, "x"), "d");
  EXPECT_EQ(Values(head.headers, "y"), "r, d");
  Headers response{{"x", "0"}};
  rule.For().EditResponse(0, response);
  EXPECT_EQ(response, (Headers{{"x", "d"}, {"y", "r"}, {"y", "d"}}));
}

TEST(HeaderEditsTest, OfSeveralDestinationsTheRulesSetWins) {
  const Rule rule(std::string(kRuleEdits) + "  - {destination: {host: a}, weight: 1}\n" +
                  "  - {destination: {host: b}, weight: 1, " + kDestinationEdits + "}");
  const RequestHead head = rule.Edit({{"x", "0"}}, "/", 1);
  EXPECT_EQ(Values(head.headers, "x"), "r");
  EXPECT_EQ(Values(head.headers, "y"), "d, r");
  EXPECT_EQ(Values(rule.Edit({}, "/", 0).headers, "y"), "r");
  Headers response{{"x", "0"}};
  rule.For().EditResponse(1, response);
  EXPECT_EQ(response, (Headers{{"y", "d"}, {"x", "r"}, {"y", "r"}}));
}

TEST(HeaderEditsTest, ADestinationOfWeightZeroStillMakesSeveral) {
  const Rule rule(std::string(kRuleEdits) + "  - {destination: {host: a}, weight: 0}\n" +
                  "  - {destination: {host: b}, weight: 5, " + kDestinationEdits + "}");
  EXPECT_EQ(rule.For().destinations.size(), 1u);
  EXPECT_EQ(Values(rule.Edit({{"x", "0"}}).headers, "x"), "r");
}

TEST(HeaderEditsTest, RemovalsComeFirstThenSetsThenAdds) {
  const Rule rule(std::string("headers: {request: {remove: [x, Z], set: {x: s}, add: {x: a}}}") +
                  kOneDestination);
  const RequestHead head = rule.Edit({{"X", "1"}, {"z", "2"}, {"X", "3"}, {"keep", "4"}});
  EXPECT_EQ(head.headers, (Headers{{"keep", "4"}, {"x", "s"}, {"x", "a"}}));
}

TEST(HeaderEditsTest, TheRulesRemovalDeletesWhatOneOfSeveralDestinationsAdded) {
  const Rule rule(
      "headers: {request: {remove: [x]}}\n  route:\n"
      "  - {destination: {host: a}, weight: 1, headers: {request: {add: {x: d}}}}\n"
      "  - {destination: {host: b}, weight: 1}");
  EXPECT_EQ(Values(rule.Edit({{"x", "0"}}).headers, "x"), "");
}

TEST(HeaderEditsTest, ADoublePercentIsOneAndAnEmptyValueEditsNothing) {
  const Rule rule(std::string("headers: {request: {set: {p: \"100%%\", e: \"\"}}}") +
                  kOneDestination);
  const RequestHead head = rule.Edit({{"e", "kept"}});
  EXPECT_EQ(Values(head.headers, "p"), "100%");
  EXPECT_EQ(Values(head.headers, "e"), "kept");
}

TEST(HeaderEditsTest, ARuleWithoutEditsSaysSo) {
  const Rule none("route: [{destination: {host: a}}]");
  EXPECT_FALSE(none.For().has_request_edits);
  EXPECT_FALSE(none.For().has_response_edits);
  const Rule request(std::string("headers: {request: {remove: [x]}}") + kOneDestination);
  EXPECT_TRUE(request.For().has_request_edits);
  EXPECT_FALSE(request.For().has_response_edits);
  const Rule response(std::string("headers: {response: {remove: [x]}}") + kOneDestination);
  EXPECT_FALSE(response.For().has_request_edits);
  EXPECT_TRUE(response.For().has_response_edits);
  EXPECT_TRUE(Rule(std::string("rewrite: {uri: /x}") + kOneDestination).For().has_request_edits);
  EXPECT_TRUE(Rule("route: [{destination: {host: a}, headers: {request: {set: {host: h}}}}]")
                  .For()
                  .has_request_edits);
}

TEST(AuthorityTest, HostInSetOrAddRewritesTheAuthorityAndSetWins) {
  for (const char* name : {"host", "Host", "\":authority\""}) {
    const Rule rule(std::string("headers: {request: {set: {") + name + ": s}, add: {other: o}}}" +
                    kOneDestination);
    const RequestHead head = rule.Edit({});
    EXPECT_EQ(head.authority, "s") << name;
    EXPECT_EQ(head.headers, (Headers{{"other", "o"}, {"x-envoy-original-host", "k:80"}})) << name;
  }
  const Rule added(std::string("headers: {request: {add: {host: a}}}") + kOneDestination);
  EXPECT_EQ(added.Edit({}).authority, "a");
}

TEST(AuthorityTest, TheRulesAuthorityBeatsTheDestinations) {
  const std::string destination =
      "{destination: {host: a}, weight: 1, "
      "headers: {request: {set: {host: d}}}}";
  const std::string other = ", {destination: {host: b}, weight: 1}";
  EXPECT_EQ(Rule("route: [" + destination + "]").Edit({}).authority, "d");
  EXPECT_EQ(Rule("route: [" + destination + other + "]").Edit({}).authority, "d");
  EXPECT_EQ(Rule("route: [" + destination + other + "]").Edit({}, "/", 1).authority, "k:80");
  for (const std::string& more : {std::string(), other}) {
    EXPECT_EQ(
        Rule("rewrite: {authority: r}\n  route: [" + destination + more + "]").Edit({}).authority,
        "r");
    EXPECT_EQ(Rule("headers: {request: {set: {host: r}}}\n  route: [" + destination + more + "]")
                  .Edit({})
                  .authority,
              "r");
  }
}

// The table of rewrites.
TEST(RewriteTest, ReplacesWhatTheMatchSays) {
  const struct {
    const char* match;
    const char* rewrite;
    const char* path;
    const char* result;
  } rows[] = {
      {"{uri: {prefix: /a}}", "{uri: /b}", "/a/x?q=1", "/b/x?q=1"},
      {"{uri: {prefix: /a}}", "{uri: /}", "/a/x", "//x"},
      {"{uri: {prefix: /a/}}", "{uri: /}", "/a/x", "/x"},
      {"{uri: {prefix: /a}}", "{uri: /b}", "/abc", "/bbc"},
      {"{uri: {prefix: \"\"}}", "{uri: /b}", "/x", "/b/x"},
      {"{uri: {exact: /a}}", "{uri: /b}", "/a?q=1", "/b?q=1"},
      {"{uri: {regex: /a/.*}}", "{uri: /b}", "/a/x?q=1", "/b?q=1"},
      {"{}", "{uri: /b}", "/x", "/bx"},
      {"{uri: {prefix: /A}, ignoreUriCase: true}", "{uri: /b}", "/a/x", "/b/x"},
      {"{}", "{uriRegexRewrite: {match: '^/s/([^/]+)(/.*)$', rewrite: '/p\\2/\\1'}}", "/s/u/v1?z",
       "/p/v1/u?z"},
      {"{}", "{uriRegexRewrite: {match: 'a', rewrite: 'bb'}}", "/a/ca?a=a", "/bb/cbb?a=a"},
      {"{}", "{uriRegexRewrite: {match: 'x+', rewrite: '<\\0>'}}", "/axx/x", "/a<xx>/<x>"},
      {"{}", "{uriRegexRewrite: {match: '^/none$', rewrite: '/x'}}", "/some", "/some"},
      {"{uri: {exact: /a}}", "{uri: /b}", "/a#f?g", "/b#f?g"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.match) + " " + row.rewrite + " " + row.path);
    const Rule rule(std::string("match: [") + row.match + "]\n  rewrite: " + row.rewrite +
                    kOneDestination);
    const RequestHead head = rule.Edit({}, row.path);
    EXPECT_EQ(head.path, row.result);
    EXPECT_EQ(Values(head.headers, "x-envoy-original-path"), row.path);
  }
}

TEST(RewriteTest, EveryBlockOfARuleRewritesWhatItMatched) {
  const Rule rule(
      std::string("match: [{uri: {exact: /ab}}, {uri: {prefix: /a}}, {uri: {prefix: /bcd}}]\n"
                  "  rewrite: {uri: /x}") +
      kOneDestination);
  EXPECT_EQ(rule.Edit({}, "/ab").path, "/x");
  EXPECT_EQ(rule.Edit({}, "/abc").path, "/xbc");
  EXPECT_EQ(rule.Edit({}, "/bcde").path, "/xe");
}

TEST(RewriteTest, OriginalsReplaceWhatTheCallerSent) {
  const Rule rule(std::string("rewrite: {uri: /n, authority: new}") + kOneDestination);
  const RequestHead head =
      rule.Edit({{"X-Envoy-Original-Path", "/forged"}, {"x-envoy-original-host", "forged"}}, "/o");
  EXPECT_EQ(Values(head.headers, "x-envoy-original-path"), "/o");
  EXPECT_EQ(Values(head.headers, "x-envoy-original-host"), "k:80");
  EXPECT_EQ(head.authority, "new");
  EXPECT_EQ(head.path, "/no");
}

}  // namespace
}  // namespace meshroute
