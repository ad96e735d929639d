// SPDX-License-Identifier: Apache-2.0
// What corsPolicy says to pages, as Envoy's CORS filter says it.
#include "lib/routing/cors_answer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace meshroute {
namespace {

CorsPolicy Allowing(std::vector<StringMatch> origins) {
  CorsPolicy policy;
  policy.allow_origins = std::move(origins);
  return policy;
}

// "name: value" lines of the answer to a preflight, or "none".
std::vector<std::string> Preflight(const CorsPolicy& policy, std::vector<HeaderView> headers,
                                   std::string_view method = "OPTIONS") {
  RequestView request;
  request.method = method;
  request.headers = headers;
  const std::optional<LocalReply> reply = CorsAnswer(policy).AnswerPreflight(request);
  if (!reply) return {"none"};
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "");
  std::vector<std::string> lines;
  for (const Header& header : reply->headers) lines.push_back(header.name + ": " + header.value);
  return lines;
}

// The headers of an answer to a request from `origin`.
Headers Edited(const CorsPolicy& policy, std::string_view origin, Headers headers) {
  const HeaderView line{"Origin", origin};
  RequestView request;
  request.headers = HeaderSpan(&line, 1);
  CorsAnswer(policy).Edit(request, headers);
  return headers;
}

using Lines = std::vector<std::string>;

const std::vector<HeaderView> kAsking{{"Origin", "https://a.example"},
                                      {"Access-Control-Request-Method", "PUT"},
                                      {"Access-Control-Request-Headers", "x-one,x-two"}};

TEST(CorsAnswerTest, AnAllowedPreflightIsAnsweredWithAllThatThePolicySays) {
  CorsPolicy policy = Allowing({StringMatch::Exact("https://a.example")});
  policy.allow_methods = {"GET", "PUT"};
  policy.allow_headers = {"x-one", "x-three"};
  policy.expose_headers = {"x-out"};  // Of answers to other requests.
  policy.max_age = std::chrono::hours(24);
  policy.allow_credentials = true;
  EXPECT_EQ(
      Preflight(policy, kAsking),
      (Lines{"access-control-allow-origin: https://a.example",
             "access-control-allow-credentials: true", "access-control-allow-methods: GET,PUT",
             "access-control-allow-headers: x-one,x-three", "access-control-max-age: 86400"}));
}

TEST(CorsAnswerTest, WhatThePolicyLeavesOutIsNotSaid) {
  CorsPolicy policy = Allowing({StringMatch::Prefix("https://a.")});
  policy.allow_credentials = false;
  EXPECT_EQ(Preflight(policy, kAsking), Lines{"access-control-allow-origin: https://a.example"});
}

TEST(CorsAnswerTest, AStarGrantsWhatIsAskedFor) {
  CorsPolicy policy = Allowing({StringMatch::Regex("https://.*")});
  policy.allow_methods = {"*"};
  policy.allow_headers = {"*"};
  EXPECT_EQ(Preflight(policy, kAsking), (Lines{"access-control-allow-origin: https://a.example",
                                               "access-control-allow-methods: PUT",
                                               "access-control-allow-headers: x-one,x-two"}));
  policy.allow_headers = {"*", "x"};  // Joined it is no star any more.
  EXPECT_EQ(Preflight(policy, kAsking)[2], "access-control-allow-headers: *,x");
}

TEST(CorsAnswerTest, OnlyOptionsWithOriginAndMethodIsAPreflight) {
  const CorsPolicy policy = Allowing({StringMatch::Exact("*")});
  EXPECT_EQ(Preflight(policy, kAsking, "GET"), Lines{"none"});
  EXPECT_EQ(Preflight(policy, {{"origin", "o"}}), Lines{"none"});
  EXPECT_EQ(Preflight(policy, {{"access-control-request-method", "GET"}}), Lines{"none"});
  EXPECT_EQ(Preflight(policy, {{"origin", ""}, {"access-control-request-method", "GET"}}),
            Lines{"none"});
  EXPECT_EQ(Preflight(policy, {{"origin", "o"}, {"access-control-request-method", ""}}),
            Lines{"none"});
}

TEST(CorsAnswerTest, APreflightOfAnotherOriginGoesOnUnlessThePolicyIgnoresIt) {
  CorsPolicy policy = Allowing({StringMatch::Exact("https://b.example")});
  policy.allow_methods = {"GET"};
  for (const auto forward :
       {CorsPolicy::UnmatchedPreflights::kUnspecified, CorsPolicy::UnmatchedPreflights::kForward}) {
    policy.unmatched_preflights = forward;
    EXPECT_EQ(Preflight(policy, kAsking), Lines{"none"});
  }
  policy.unmatched_preflights = CorsPolicy::UnmatchedPreflights::kIgnore;
  EXPECT_EQ(Preflight(policy, kAsking), Lines{"access-control-allow-methods: GET"});
}

TEST(CorsAnswerTest, WhateverMatchesAStarAllowsEveryOrigin) {
  for (const StringMatch& origin : {StringMatch::Exact("*"), StringMatch::Regex("[*]")}) {
    EXPECT_EQ(Preflight(Allowing({StringMatch::Exact("x"), origin}), kAsking),
              Lines{"access-control-allow-origin: https://a.example"});
  }
}

TEST(CorsAnswerTest, TheDeprecatedListCountsWhereTheNewOneIsEmpty) {
  CorsPolicy policy;
  policy.allow_origin = {"https://a.example"};
  EXPECT_EQ(Preflight(policy, kAsking), Lines{"access-control-allow-origin: https://a.example"});
  policy.allow_origins = {StringMatch::Exact("https://b.example")};
  EXPECT_EQ(Preflight(policy, kAsking), Lines{"none"});
  EXPECT_EQ(Preflight(CorsPolicy(), kAsking), Lines{"none"});
}

TEST(CorsAnswerTest, SeveralOriginLinesAreOneJoinedValue) {
  const CorsPolicy policy = Allowing({StringMatch::Exact("https://a.example")});
  std::vector<HeaderView> headers = kAsking;
  headers.push_back({"origin", "https://evil.example"});
  EXPECT_EQ(Preflight(policy, headers), Lines{"none"});
}

TEST(CorsAnswerTest, AnAnswerNamesTheOriginInPlaceOfWhatTheUpstreamSays) {
  CorsPolicy policy = Allowing({StringMatch::Exact("o")});
  policy.allow_credentials = true;
  policy.expose_headers = {"x-a", "x-b"};
  policy.allow_methods = {"GET"};  // Of preflights.
  EXPECT_EQ(Edited(policy, "o",
                   {{"Access-Control-Allow-Origin", "*"},
                    {"access-control-allow-origin", "p"},
                    {"access-control-allow-methods", "TRACE"},
                    {"x-a", "1"}}),
            (Headers{{"access-control-allow-methods", "TRACE"},
                     {"x-a", "1"},
                     {"access-control-allow-origin", "o"},
                     {"access-control-allow-credentials", "true"},
                     {"access-control-expose-headers", "x-a,x-b"}}));
}

TEST(CorsAnswerTest, TheAnswerToAnotherOriginOrToNoneStaysAsItIs) {
  const CorsPolicy policy = Allowing({StringMatch::Exact("o")});
  const Headers of_upstream{{"access-control-allow-origin", "*"}};
  EXPECT_EQ(Edited(policy, "p", of_upstream), of_upstream);
  EXPECT_EQ(Edited(policy, "", of_upstream), of_upstream);
}

}  // namespace
}  // namespace meshroute
