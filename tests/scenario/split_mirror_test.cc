// SPDX-License-Identifier: Apache-2.0
// Copies of the baseline's requests for the canary of a split, which are compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "tests/scenario/splits.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kV2[] = "10.0.0.3:9080";  // The canary's only endpoint.

class SplitMirrorScenario : public SteeredScenario {
 protected:
  void Steer(double weight, double mirror) {
    TrafficSplit split = ReviewsSplit(weight);
    split.mirror = mirror;
    SteeredScenario::Steer(std::move(split));
  }

  // Where the copies of all calls so far went.
  std::vector<std::string> Copies() const {
    std::vector<std::string> addresses;
    for (const FakeTransport::Sent& sent : transport_.sent()) {
      if (sent.kind == FakeTransport::Sent::Kind::kMirror) addresses.push_back(sent.endpoint);
    }
    return addresses;
  }

  // How many copies a request of `method` has, where all that may be are mirrored.
  size_t CopiesOf(std::string_view method, const CallOptions& options = {}) {
    const size_t before = Copies().size();
    Send({.method = method, .authority = "reviews:9080", .path = "/"}, options);
    return Copies().size() - before;
  }
};

TEST_F(SplitMirrorScenario, ACopyGoesToTheCanaryAndIsToldOfWithItsOriginal) {
  Steer(0, 1);
  transport_.Push(kV2, 503);
  EXPECT_EQ(Get("/").status, 200) << "nobody sees the canary's answer";
  EXPECT_THAT(Copies(), ElementsAre(kV2));
  ASSERT_EQ(observer_.copies.size(), 1u);
  ASSERT_EQ(observer_.attempts.size(), 1u);
  const RecordingObserver::Attempt& copy = observer_.copies[0];
  const RecordingObserver::Attempt& original = observer_.attempts[0];
  EXPECT_EQ(copy.endpoint, kV2);
  EXPECT_EQ(copy.destination, "outbound|9080|v2|reviews.default.svc.cluster.local");
  EXPECT_EQ(copy.rollout, "default/reviews");
  EXPECT_EQ(copy.assignment->arm, Arm::kCanary);
  EXPECT_EQ(copy.assignment->step, 2u);
  EXPECT_TRUE(copy.assignment->is_mirrored);
  EXPECT_EQ(original.assignment->arm, Arm::kBaseline);
  EXPECT_TRUE(original.assignment->is_mirrored);
  EXPECT_EQ(copy.call, original.call);
  EXPECT_EQ(copy.call, observer_.starts.at(0).call);
}

TEST_F(SplitMirrorScenario, ChanceDrawsForEachRequestByItself) {
  Steer(0, 0.25);
  for (const auto& [position, copies] :
       {std::pair(0.0, 1), std::pair(0.25 - 1e-9, 1), std::pair(0.25 + 1e-9, 0)}) {
    // First the arm, then the two endpoints that are looked at, then the copy.
    random_ = ScriptedRandom({At(0.5), 0, 0, At(position)});
    EXPECT_EQ(CopiesOf("GET"), static_cast<size_t>(copies)) << position;
  }
  EXPECT_FALSE(observer_.attempts.back().assignment->is_mirrored);
}

TEST_F(SplitMirrorScenario, WithoutAShareNothingIsDrawn) {
  Steer(0, 0);
  Get("/");
  const size_t draws = random_.draws();
  EXPECT_THAT(Copies(), IsEmpty());
  Steer(0, 1);
  Get("/");
  EXPECT_GT(random_.draws() - draws, draws);
}

TEST_F(SplitMirrorScenario, WhatTheCanaryServesItselfHasNoCopy) {
  Steer(1, 1);
  Get("/");
  EXPECT_THAT(Copies(), IsEmpty());
  EXPECT_EQ(observer_.attempts.at(0).endpoint, kV2);
}

TEST_F(SplitMirrorScenario, OnlyWhatMayBeSentTwiceIsCopied) {
  Steer(0, 1);
  for (const char* const method : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    EXPECT_EQ(CopiesOf(method), 1u) << method;
  }
  for (const char* const method : {"POST", "PATCH", "CONNECT", "get", "BREW"}) {
    EXPECT_EQ(CopiesOf(method), 0u) << method;
  }
  CallOptions options;
  options.idempotency = CallOptions::Idempotency::kIdempotent;
  EXPECT_EQ(CopiesOf("POST", options), 1u) << "the caller knows";
  EXPECT_EQ(CopiesOf("CONNECT", options), 0u) << "a tunnel is no request to compare";
  options.idempotency = CallOptions::Idempotency::kNotIdempotent;
  EXPECT_EQ(CopiesOf("PUT", options), 0u);
}

TEST_F(SplitMirrorScenario, TheMirrorsOfTheRuleGoOnAsBefore) {
  LoadRules(R"(
  - name: default
    route: [{destination: {host: reviews, subset: v1}}]
    mirror: {host: ratings}
    mirrorPercentage: {value: 50}
)");
  Steer(0, 1);
  Get("/");
  EXPECT_THAT(Copies(), ElementsAre("10.0.1.1:9080", kV2));
  EXPECT_EQ(observer_.copies.size(), 1u) << "of the rule's own nothing is told";
  EXPECT_EQ(CopiesOf("POST"), 1u) << "the rule's own copies what it always did";
}

TEST_F(SplitMirrorScenario, RetriesAreNotCopied) {
  LoadRules(R"(
  - name: default
    route: [{destination: {host: reviews, subset: v1}}]
    retries: {attempts: 2, retryOn: 5xx}
)");
  Steer(0, 1);
  transport_.Push("10.0.0.1:9080", 503);
  transport_.Push("10.0.0.2:9080", 503);
  Get("/");
  EXPECT_GT(observer_.attempts.size(), 1u);
  EXPECT_THAT(Copies(), ElementsAre(kV2));
}

TEST_F(SplitMirrorScenario, ACopyHasAsMuchTimeAsItsOriginalHad) {
  LoadRules(R"(
  - name: default
    route: [{destination: {host: reviews, subset: v1}}]
    timeout: 3s
    retries: {attempts: 1, perTryTimeout: 1s}
)");
  Steer(0, 1);
  Call call = router_.Start({.authority = "reviews:9080", .path = "/"});
  Step step = call.Next();
  auto* const send = std::get_if<meshroute::Send>(&step);
  ASSERT_NE(send, nullptr);
  ASSERT_EQ(send->mirrors.size(), 1u);
  const MirrorSend& copy = send->mirrors[0];
  EXPECT_EQ(copy.per_try_timeout(), 1s);
  EXPECT_EQ(copy.deadline(), clock_.Now() + 3s);
  EXPECT_EQ(copy.DeadlineFrom(clock_.Now() + 10s), clock_.Now() + 13s) << "it waited in a queue";
}

TEST_F(SplitMirrorScenario, ACopyOfACallWithoutALimitHasFifteenSeconds) {
  for (const auto& [retries, limit] :
       {std::pair("{attempts: 0}", 15s), std::pair("{attempts: 1, perTryTimeout: 1s}", 15s),
        std::pair("{attempts: 1, perTryTimeout: 20s}", 20s)}) {
    LoadRules(std::string(kRule) + "    mirror: {host: ratings}\n    retries: " + retries + "\n");
    Steer(0, 1);
    Call call = router_.Start({.authority = "reviews:9080", .path = "/"});
    Step step = call.Next();
    auto* const send = std::get_if<meshroute::Send>(&step);
    ASSERT_NE(send, nullptr);
    ASSERT_EQ(send->mirrors.size(), 2u);
    const TimePoint now = clock_.Now();
    EXPECT_EQ(send->mirrors[1].DeadlineFrom(now), now + limit) << retries;
    EXPECT_EQ(send->mirrors[1].DeadlineFrom(now, 60s), now + 60s) << "as its original";
    EXPECT_EQ(send->mirrors[0].DeadlineFrom(now), kNever) << "nothing hangs on the rule's own";
    EXPECT_EQ(send->mirrors[0].DeadlineFrom(now, 60s), now + 60s);
  }
}

TEST_F(SplitMirrorScenario, ACopyMayOutliveItsCall) {
  Steer(0, 1);
  std::vector<MirrorSend> copies;
  {
    Call call = router_.Start({.authority = "reviews:9080", .path = "/"});
    Step step = call.Next();
    copies = std::move(std::get<meshroute::Send>(step).mirrors);
    call.Report(1, Outcome::Status(200, 1ms));
    (void)call.Next();
  }
  Steer(0.05, 0);
  clock_.Advance(1s);
  copies.at(0).Finish(Outcome::Status(500, 1s), clock_.Now());
  EXPECT_EQ(observer_.copies.at(0).rollout, "default/reviews");
  EXPECT_EQ(observer_.copies.at(0).call, observer_.attempts.at(0).call);
}

TEST_F(SplitMirrorScenario, ACanaryWithoutEndpointsGetsNone) {
  ASSERT_TRUE(
      router_.SetEndpoints("reviews", {{.address = "10.0.0.1:9080", .labels = {{"version", "v1"}}}})
          .ok());
  Steer(0, 1);
  EXPECT_EQ(Get("/").status, 200);
  EXPECT_THAT(Copies(), IsEmpty());
  EXPECT_FALSE(observer_.attempts.at(0).assignment->is_mirrored);
}

TEST_F(SplitMirrorScenario, ADecisionTellsOfTheCopy) {
  Steer(0, 0.5);
  const RequestView get{.authority = "reviews:9080", .path = "/"};
  Decision decision = router_.Explain(get);
  ASSERT_TRUE(decision.copy.has_value());
  EXPECT_EQ(decision.copy->position, 0);
  EXPECT_THAT(decision.ToText(),
              HasSubstr("outbound|9080|v2|reviews.default.svc.cluster.local 50 %, to compare: yes, "
                        "drew 0 %"));
  EXPECT_THAT(decision.ToJson(), HasSubstr("\"share\""));
  const RequestView post{.method = "POST", .authority = "reviews:9080", .path = "/"};
  decision = router_.Explain(post);
  EXPECT_EQ(decision.copy->position, std::nullopt);
  EXPECT_THAT(decision.ToText(), HasSubstr("to compare: no, the call may not be sent twice"));
  Steer(0, 0);
  EXPECT_FALSE(router_.Explain(get).copy.has_value());
}

TEST_F(SplitMirrorScenario, AShareIsFrom0To1) {
  TrafficSplit split;
  split.namespace_name = "default";
  split.virtual_service = "reviews";
  split.baseline = {.host = "reviews", .subset = "v1", .port = {}};
  split.canary = {.host = "reviews", .subset = "v2", .port = {}};
  for (const double mirror : {-0.1, 1.1}) {
    split.mirror = mirror;
    EXPECT_THAT(std::string(router_.SetSplits({split}).message()),
                HasSubstr("mirror: must be between 0 and 1, got"));
  }
}

}  // namespace
}  // namespace meshroute
