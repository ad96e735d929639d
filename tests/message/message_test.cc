// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "lib/message/path_scan.h"
#include "meshroute/base/random_source.h"
#include "meshroute/message/assignment.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/outcome.h"
#include "meshroute/message/request_view.h"
#include "meshroute/message/response_flags.h"

namespace meshroute {
namespace {

TEST(HeadersTest, NamesCompareWithoutCaseAndEmptyValuesArePresent) {
  const std::array<HeaderView, 3> headers = {
      {{"X-User", "jason"}, {"x-empty", {}}, {"x-user", "b"}}};
  EXPECT_EQ(FindHeader(headers, "x-USER"), "jason");
  EXPECT_NE(FindHeader(headers, "X-Empty").data(), nullptr);
  EXPECT_EQ(FindHeader(headers, "absent").data(), nullptr);
}

TEST(HeadersTest, EditsActOnEveryLineOfTheName) {
  Headers headers = {{"A", "1"}, {"b", "2"}, {"a", "3"}};
  AddHeader(headers, "a", "4");
  EXPECT_EQ(headers.size(), 4u);
  SetHeader(headers, "a", "5");
  EXPECT_EQ(headers, (Headers{{"b", "2"}, {"a", "5"}}));
  RemoveHeader(headers, "B");
  EXPECT_EQ(headers, (Headers{{"a", "5"}}));
}

TEST(AuthorityTest, SplitsHostAndPort) {
  const struct {
    std::string authority;
    std::string host;
    uint16_t port;
  } cases[] = {
      {"reviews", "reviews", 0},
      {"reviews:9080", "reviews", 9080},
      {"[::1]", "[::1]", 0},
      {"[::1]:80", "[::1]", 80},
      {"::1", "::1", 0},
      {"reviews:", "reviews", 0},
      {"reviews:99999", "reviews", 0},
      {"reviews:8x", "reviews", 0},
      {"", "", 0},
      {"a-long-name.example.com:65535", "a-long-name.example.com", 65535},
      {"a-long-name.example.com:65536", "a-long-name.example.com", 0},
      {"[fe80::1:2:3]:8080", "[fe80::1:2:3]", 8080},
      {"fe80::1:2:8080", "fe80::1:2:8080", 0},
      {":80", "", 80},
      {"reviews:00080", "reviews", 80},
  };
  for (const auto& example : cases) {
    const AuthorityParts parts = SplitAuthority(example.authority);
    EXPECT_EQ(parts.host, example.host) << example.authority;
    EXPECT_EQ(parts.port, example.port) << example.authority;
  }
}

TEST(PathTest, EndsAtQueryOrFragment) {
  EXPECT_EQ(PathWithoutQuery("/a?b=c"), "/a");
  EXPECT_EQ(PathWithoutQuery("/a#f?x"), "/a");
  EXPECT_EQ(PathWithoutQuery("/a"), "/a");
  EXPECT_EQ(PathWithoutQuery("?"), "");
}

TEST(PathTest, EveryPlaceOfASpecialCharacterIsSeen) {
  SeededRandom random(20'261'125);
  const std::string_view alphabet =
      "/./%?#\\\x01\xaf\xbf\x80"
      "ab>";
  for (int i = 0; i < 200'000; ++i) {
    std::string path(random.Below(30), 'x');
    for (char& c : path) {
      if (random.Below(3) == 0) c = alphabet[random.Below(alphabet.size())];
    }
    const std::string bare = path.substr(0, path.find_first_of("?#"));
    bool doubtful = !path.starts_with('/') || bare.find('\\') != std::string::npos;
    for (size_t at = 1; at < bare.size(); ++at) {
      doubtful |= bare[at - 1] == '/' && (bare[at] == '.' || bare[at] == '%');
    }
    ASSERT_EQ(PathWithoutQuery(path), bare) << path;
    ASSERT_EQ(MayNeedNormalizing(path), doubtful) << path;
  }
}

TEST(ResponseFlagsTest, AreWrittenAsInAccessLogs) {
  ResponseFlags flags;
  EXPECT_EQ(flags.ToString(), "-");
  flags.Add(Flag::kRetryLimitExceeded);
  flags.Add(Flag::kUpstreamConnectionFailure);
  EXPECT_EQ(flags.ToString(), "URX,UF");
  EXPECT_TRUE(flags.Has(Flag::kRetryLimitExceeded));
  EXPECT_FALSE(flags.Has(Flag::kNoRoute));
}

TEST(OutcomeTest, ReadsGrpcStatusAndRateLimitFromResponseHeaders) {
  const Headers unavailable = {{"Grpc-Status", "14"}};
  EXPECT_EQ(Outcome::FromResponse(200, unavailable, Duration(0)).grpc_status, 14);
  EXPECT_EQ(Outcome::FromResponse(200, Headers{}, Duration(0)).grpc_status, Outcome::kNoGrpcStatus);
  EXPECT_TRUE(
      Outcome::FromResponse(429, Headers{{"x-envoy-ratelimited", ""}}, Duration(0)).rate_limited);

  // Not a number: an error of unknown kind, never a success.
  const Outcome unreadable = Outcome::FromResponse(200, Headers{{"grpc-status", "x"}}, Duration(0));
  EXPECT_EQ(HttpStatusOfGrpc(unreadable.grpc_status), 500);
}

TEST(OutcomeTest, OnlyFailuresBeforeTheRequestLeaveItUnsent) {
  using Kind = Outcome::Kind;
  for (const Kind kind : {Kind::kConnectFailed, Kind::kConnectTimeout, Kind::kRefusedStream,
                          Kind::kOverflow, Kind::kNotReady}) {
    EXPECT_FALSE(Outcome::Failure(kind).request_sent) << OutcomeName(kind);
  }
  for (const Kind kind : {Kind::kResetBeforeHeaders, Kind::kResetAfterHeaders, Kind::kTimeout,
                          Kind::kProtocolError}) {
    EXPECT_TRUE(Outcome::Failure(kind).request_sent) << OutcomeName(kind);
  }
}

// Envoy's table, by status 0 to 16, and its rule for anything else.
TEST(OutcomeTest, GrpcStatusesMapToHttp) {
  const int expected[] = {200, 499, 500, 400, 504, 404, 409, 403, 429,
                          400, 409, 400, 501, 500, 503, 500, 401};
  for (int status = 0; status <= 16; ++status)
    EXPECT_EQ(HttpStatusOfGrpc(status), expected[status]);
  EXPECT_EQ(HttpStatusOfGrpc(17), 500);
  EXPECT_EQ(HttpStatusOfGrpc(-1), 500);
}

TEST(OutcomeTest, LocalRepliesMapToGrpcStatuses) {
  const std::pair<int, int> expected[] = {{400, 13}, {401, 16}, {403, 7},  {404, 12}, {429, 14},
                                          {502, 14}, {503, 14}, {504, 14}, {418, 2},  {500, 2}};
  for (const auto& [http, grpc] : expected) EXPECT_EQ(GrpcStatusOfHttp(http), grpc) << http;
}

TEST(ResponseFlagsTest, OrderIsRememberedAndDoesNotCountForEquality) {
  ResponseFlags first(Flag::kDelayInjected);
  first.Add(Flag::kUpstreamRequestTimeout);
  first.Add(Flag::kDelayInjected);
  ResponseFlags second(Flag::kUpstreamRequestTimeout);
  second.Add(first);
  EXPECT_EQ(first.ToString(), "DI,UT");
  EXPECT_EQ(second.ToString(), "UT,DI");
  EXPECT_EQ(first, second);
  ResponseFlags all;
  for (uint32_t bit = 15; bit-- > 0;) all.Add(static_cast<Flag>(1U << bit));
  EXPECT_EQ(all.ToString(), "IH,DC,UPE,URX,FI,DI,UT,LR,UR,UC,UF,UO,UH,NC,NR");
}

TEST(AssignmentTest, PositionsAreTheUpper53BitsOnTheUnitInterval) {
  EXPECT_EQ(PositionOf(0), 0.0);
  EXPECT_EQ(PositionOf((uint64_t{1} << 11) - 1), 0.0);
  EXPECT_EQ(PositionOf(uint64_t{1} << 63), 0.5);
  EXPECT_LT(PositionOf(UINT64_MAX), 1.0);
  // The first number of SplitMix64 from the seed 1.
  EXPECT_DOUBLE_EQ(PositionOf(0x910a2dec89025cc1), 0.5665615751722809);
}

TEST(AssignmentTest, OnlyWhatAMatchSentToTheCanaryIsNotRandomized) {
  EXPECT_TRUE(Assignment{.basis = Assignment::Basis::kDraw}.is_randomized());
  EXPECT_TRUE(Assignment{.basis = Assignment::Basis::kStickyKey}.is_randomized());
  EXPECT_FALSE(Assignment{.basis = Assignment::Basis::kMatch}.is_randomized());
  EXPECT_EQ(ArmName(Arm::kBaseline), "baseline");
  EXPECT_EQ(ArmName(Arm::kCanary), "canary");
}

}  // namespace
}  // namespace meshroute
