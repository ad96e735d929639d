// SPDX-License-Identifier: Apache-2.0
// What meshroute.io/load-balancer asks for, in a whole pool.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "lib/upstream/latency_estimate.h"
#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Simple = LoadBalancerSettings::Simple;

class ExtensionPoolTest : public testing::Test {
 protected:
  LoadBalancerExtension& Extension() {
    if (!policy_.load_balancer_extension) policy_.load_balancer_extension.emplace();
    return *policy_.load_balancer_extension;
  }

  std::unique_ptr<SubsetPool> Make(std::vector<EndpointSpec> specs,
                                   const SubsetPool* previous = nullptr) {
    return std::make_unique<SubsetPool>(
        DestinationKey{"reviews", 9080, ""}, policy_, std::move(specs),
        SubsetPool::Environment{&clock_, &random_, nullptr, &own_}, previous);
  }

  // Sends once; the endpoint with this number takes 10 ms times its number and one.
  std::string Send(SubsetPool& pool, const Outcome& failure = Outcome::Status(200)) {
    absl::StatusOr<Lease> lease = pool.Acquire();
    if (!lease.ok()) return "none";
    const char letter = LetterOf(pool.endpoints(), &lease->endpoint());
    Outcome outcome = failure;
    outcome.elapsed = milliseconds(10) * (letter - 'A' + 1);
    clock_.Advance(outcome.elapsed);
    lease->Finish(outcome);
    return std::string(1, letter);
  }

  static float MillisecondsOf(const SubsetPool& pool, size_t index) {
    return LatencyEstimate::FromWord(pool.endpoints().at(index).state().latency).nanoseconds / 1e6F;
  }

  VirtualClock clock_;
  SeededRandom random_{20'261'128};
  CustomBalancers own_;
  EffectivePolicy policy_;
};

TEST_F(ExtensionPoolTest, PeakEwmaLearnsFromLeasesAndSendsToTheFast) {
  Extension().peak_ewma.emplace();
  const auto pool = Make(Specs(3));
  std::map<std::string, int> sent;
  for (int i = 0; i < 300; ++i) ++sent[Send(*pool)];
  EXPECT_GT(sent["A"], 180) << "it wins whenever it is drawn, two times of three";
  EXPECT_GT(sent["B"], 60);
  EXPECT_LT(sent["C"], 10) << "it was asked until it was known";
  EXPECT_EQ(MillisecondsOf(*pool, 0), 10);
}

TEST_F(ExtensionPoolTest, WhatIsKnownOfLatencySurvivesUpdatesWithTheAddress) {
  Extension().peak_ewma.emplace();
  auto first = Make(Specs(2));
  for (int i = 0; i < 20; ++i) Send(*first);
  std::vector<EndpointSpec> changed = Specs(3);
  changed[1].weight = 2;
  auto second = Make(changed, first.get());
  first.reset();
  EXPECT_EQ(MillisecondsOf(*second, 0), 10);
  EXPECT_EQ(MillisecondsOf(*second, 1), 20);
  EXPECT_EQ(MillisecondsOf(*second, 2), 0);
  Extension().peak_ewma.reset();
  Extension().latency_aware.emplace();
  EXPECT_EQ(MillisecondsOf(*Make(changed, second.get()), 1), 20) << "also to another balancer";
}

TEST_F(ExtensionPoolTest, AQuickFailureDrawsNoTraffic) {
  Extension().peak_ewma.emplace();
  const auto pool = Make(Specs(2));
  for (int i = 0; i < 10; ++i) Send(*pool);
  pool->endpoints().at(0).state().latency = 0;  // Unknown again, and now it only fails.
  EXPECT_EQ(Send(*pool, Outcome::Status(503)), "A");
  EXPECT_EQ(MillisecondsOf(*pool, 0), 1000);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Send(*pool), "B");
}

TEST_F(ExtensionPoolTest, LatencyAwareDividesByLatencyAndStaysSo) {
  Extension().latency_aware.emplace();
  auto pool = Make(Specs(3));
  std::map<std::string, int> sent;
  for (int i = 0; i < 3300; ++i) {
    if (i == 1000) sent.clear();
    if (i == 2000) pool = Make(Specs(3), pool.get());
    ++sent[Send(*pool)];
  }
  // 6 : 3 : 2 of 2300 with some slack for what the first answers cost.
  EXPECT_NEAR(sent["A"], 1254, 120);
  EXPECT_NEAR(sent["B"], 627, 105);
  EXPECT_NEAR(sent["C"], 418, 92);
}

TEST_F(ExtensionPoolTest, LeastRequestObeysItsSettings) {
  Extension().least_request.emplace().selection = LeastRequestSettings::Selection::kFullScan;
  const auto pool = Make(Specs(5));
  std::vector<Lease> held;
  for (int i = 0; i < 20; ++i) held.push_back(*pool->Acquire());
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(pool->endpoints().at(i).active_requests(), 4u);
}

TEST_F(ExtensionPoolTest, HashedRequestsAreBounded) {
  policy_ = RingPolicy(0);
  Extension().hash_balance_factor = 150;
  const auto pool = Make(Specs(4));
  std::vector<Lease> held;
  for (int i = 0; i < 40; ++i) held.push_back(*pool->Acquire({.hash = 1, .tried = {}}));
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_LE(pool->endpoints().at(i).active_requests(), 16u);  // ceil(40 x 1.5 / 4) + 1
  }
}

TEST_F(ExtensionPoolTest, ConsistentHashStaysWhereAnAlgorithmTakesThePlaceOfSimple) {
  policy_ = MaglevPolicy(101);
  Extension().peak_ewma.emplace();
  const auto pool = Make(Specs(4));
  const Endpoint* const owner = &pool->Acquire({.hash = 1, .tried = {}})->endpoint();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(&pool->Acquire({.hash = 1, .tried = {}})->endpoint(), owner);
  }
}

class Last final : public LoadBalancer {
 public:
  explicit Last(const EndpointList& endpoints) : endpoints_(endpoints) {}
  const Endpoint* Pick(const PickContext&) override {
    return endpoints_.size() == 0 ? nullptr : endpoints_.at(endpoints_.size() - 1);
  }

 private:
  const EndpointList& endpoints_;
};

TEST_F(ExtensionPoolTest, ACustomBalancerIsTakenByItsNameBeforeTheOneForAll) {
  own_.by_name["last"] = [](const EndpointList& endpoints, RandomSource&) {
    return std::make_unique<Last>(endpoints);
  };
  own_.by_name["unused"] = [](const EndpointList&, RandomSource&) { return nullptr; };
  own_.for_all = "unused";
  Extension().custom = "last";
  EXPECT_EQ(Send(*Make(Specs(3))), "C");
  policy_ = RingPolicy(0);
  Extension().custom = "last";
  EXPECT_EQ(Send(*Make(Specs(3))), "C") << "in place of consistentHash too";
}

TEST_F(ExtensionPoolTest, AnAlgorithmOfTheAnnotationGoesBeforeTheOneForAll) {
  own_.by_name["last"] = [](const EndpointList& endpoints, RandomSource&) {
    return std::make_unique<Last>(endpoints);
  };
  own_.for_all = "last";
  Extension().peak_ewma.emplace();
  const auto pool = Make(Specs(3));
  std::map<std::string, int> sent;
  for (int i = 0; i < 30; ++i) ++sent[Send(*pool)];
  EXPECT_GT(sent["A"], 5);
}

TEST_F(ExtensionPoolTest, ABalancerThatNobodyHasPicksNobody) {
  Extension().custom = "missing";
  EXPECT_EQ(Send(*Make(Specs(3))), "none");
}

}  // namespace
}  // namespace meshroute
