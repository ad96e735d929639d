// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/request_conditions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace meshroute {
namespace {

RequestView WithHeaders(const std::vector<HeaderView>& headers) {
  RequestView request;
  request.headers = headers;
  return request;
}

bool Holds(const HttpMatchRequest& block, const std::vector<HeaderView>& headers) {
  return RequestConditions(block).Hold(WithHeaders(headers));
}

HttpMatchRequest With(const StringMatch& match) {
  HttpMatchRequest block;
  block.headers["h"] = match;
  return block;
}

HttpMatchRequest Without(const StringMatch& match) {
  HttpMatchRequest block;
  block.without_headers["h"] = match;
  return block;
}

// Each row: the condition, then whether it holds for an absent header, an empty
// one, "x" and "y".
struct Row {
  HttpMatchRequest block;
  bool absent;
  bool empty;
  bool x;
  bool y;
};

void Check(const std::vector<Row>& rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE("row " + std::to_string(i));
    EXPECT_EQ(Holds(rows[i].block, {}), rows[i].absent);
    EXPECT_EQ(Holds(rows[i].block, {{"h", ""}}), rows[i].empty);
    EXPECT_EQ(Holds(rows[i].block, {{"h", "x"}}), rows[i].x);
    EXPECT_EQ(Holds(rows[i].block, {{"h", "y"}}), rows[i].y);
  }
}

TEST(RequestConditionsTest, HeadersNeedTheHeaderAndCompareItsValue) {
  Check({
      {With({}), false, true, true, true},
      {With(StringMatch::Regex("*")), false, true, true, true},
      {With(StringMatch::Exact("x")), false, false, true, false},
      {With(StringMatch::Exact("")), false, true, false, false},
      {With(StringMatch::Prefix("x")), false, false, true, false},
      {With(StringMatch::Regex("x?")), false, true, true, false},
  });
}

TEST(RequestConditionsTest, WithoutHeadersCountsAnAbsentHeaderAsEmptyUnlessItAsksForPresence) {
  Check({
      {Without({}), true, false, false, false},
      {Without(StringMatch::Regex("*")), true, false, false, false},
      {Without(StringMatch::Exact("x")), true, true, false, true},
      {Without(StringMatch::Exact("")), false, false, true, true},
      {Without(StringMatch::Prefix("x")), true, true, false, true},
      {Without(StringMatch::Regex("x?")), false, false, false, true},
      {Without(StringMatch::Regex("x")), true, true, false, true},
      {Without(StringMatch::Regex(".*")), false, false, false, false},
  });
}

TEST(RequestConditionsTest, HeaderNamesCompareWithoutCaseAndValuesWithIt) {
  EXPECT_TRUE(Holds(With(StringMatch::Exact("x")), {{"H", "x"}}));
  EXPECT_FALSE(Holds(With(StringMatch::Exact("x")), {{"h", "X"}}));
}

TEST(RequestConditionsTest, AnyLineOfAHeaderMayFitAndAnyLineMayForbid) {
  const std::vector<HeaderView> two_lines{{"h", "user"}, {"other", "-"}, {"h", "admin"}};
  EXPECT_TRUE(Holds(With(StringMatch::Exact("admin")), two_lines));
  EXPECT_TRUE(Holds(With(StringMatch::Exact("user")), two_lines));
  EXPECT_FALSE(Holds(With(StringMatch::Exact("user,admin")), two_lines));
  EXPECT_TRUE(Holds(With(StringMatch::Exact("user,admin")), {{"h", "user,admin"}}));
  EXPECT_FALSE(Holds(Without(StringMatch::Exact("admin")), two_lines));
  EXPECT_TRUE(Holds(Without(StringMatch::Exact("root")), two_lines));
}

TEST(RequestConditionsTest, PseudoHeadersAndHostReadTheRequestLine) {
  const struct {
    const char* name;
    const char* value;
  } rows[] = {{":method", "PUT"},       {":scheme", "https"},
              {":path", "/a?b=c"},      {":authority", "A.example:81"},
              {"host", "A.example:81"}, {"Host", "A.example:81"}};
  RequestView request;
  request.method = "PUT";
  request.scheme = "https";
  request.path = "/a?b=c";
  request.authority = "A.example:81";
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    HttpMatchRequest block;
    block.headers[row.name] = StringMatch::Exact(row.value);
    EXPECT_TRUE(RequestConditions(block).Hold(request));
    block.headers[row.name] = StringMatch::Exact("else");
    EXPECT_FALSE(RequestConditions(block).Hold(request));
  }
  HttpMatchRequest status;
  status.headers[":status"] = StringMatch();
  EXPECT_FALSE(RequestConditions(status).Hold(request));
}

TEST(RequestConditionsTest, MethodSchemeAndAuthorityCompareBytesWithThePort) {
  RequestView request;
  request.method = "GET";
  request.authority = "reviews:9080";
  HttpMatchRequest block;
  block.method = StringMatch::Exact("GET");
  block.scheme = StringMatch::Prefix("http");
  block.authority = StringMatch::Regex("reviews:[0-9]+");
  EXPECT_TRUE(RequestConditions(block).Hold(request));
  block.authority = StringMatch::Exact("reviews");
  EXPECT_FALSE(RequestConditions(block).Hold(request));
  block.authority = StringMatch::Exact("Reviews:9080");
  EXPECT_FALSE(RequestConditions(block).Hold(request));
  block.authority.reset();
  block.method = StringMatch::Exact("get");
  EXPECT_FALSE(RequestConditions(block).Hold(request));
}

TEST(RequestConditionsTest, AnEmptyConditionOnMethodSchemeOrAuthorityAsksNothing) {
  HttpMatchRequest block;
  block.method = StringMatch();
  block.scheme = StringMatch();
  block.authority = StringMatch();
  EXPECT_TRUE(RequestConditions(block).empty());
}

TEST(RequestConditionsTest, QueryParametersCompareTheFirstRawValue) {
  const struct {
    const char* path;
    StringMatch match;
    bool holds;
  } rows[] = {
      {"/p?q=1", StringMatch::Exact("1"), true},
      {"/p?q=2&q=1", StringMatch::Exact("1"), false},
      {"/p?q=%31", StringMatch::Exact("1"), false},
      {"/p?q=%31", StringMatch::Exact("%31"), true},
      {"/p?%71=1", StringMatch::Exact("1"), false},
      {"/p?Q=1", StringMatch::Exact("1"), false},
      {"/p?a=b&q", StringMatch::Exact(""), true},
      {"/p?q", StringMatch(), true},
      {"/p?q=", StringMatch::Regex("*"), true},
      {"/p?q=1=2", StringMatch::Exact("1=2"), true},
      {"/p?qq=1", StringMatch(), false},
      {"/p", StringMatch(), false},
      {"/p#?q=1", StringMatch(), false},
      {"/p?q=1#x", StringMatch::Exact("1"), true},
      {"/p?&&q=12", StringMatch::Prefix("1"), true},
      {"/p?q=12", StringMatch::Regex("1"), false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.path);
    HttpMatchRequest block;
    block.query_params["q"] = row.match;
    RequestView request;
    request.path = row.path;
    EXPECT_EQ(RequestConditions(block).Hold(request), row.holds);
  }
}

}  // namespace
}  // namespace meshroute
