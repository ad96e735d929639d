// SPDX-License-Identifier: Apache-2.0
// What a pool keeps when another follows it.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using std::chrono::seconds;
using Resource = CircuitBreaker::Resource;
using Simple = LoadBalancerSettings::Simple;

class PoolUpdatesTest : public testing::Test {
 protected:
  PoolUpdatesTest() {
    policy_ = PolicyOf(Simple::kRoundRobin);
    policy_.outlier_detection.emplace().max_ejection_percent = 100;
  }

  std::unique_ptr<SubsetPool> Make(std::vector<EndpointSpec> specs,
                                   const SubsetPool* previous = nullptr) {
    return std::make_unique<SubsetPool>(
        DestinationKey{"reviews", 9080, ""}, policy_, std::move(specs),
        SubsetPool::Environment{&clock_, &random_, nullptr}, previous);
  }

  std::string Send(SubsetPool& pool, int status = 200) {
    absl::StatusOr<Lease> lease = pool.Acquire();
    if (!lease.ok()) return "none";
    std::string address(lease->endpoint().address());
    lease->Finish(Outcome::Status(status));
    return address;
  }

  VirtualClock clock_;
  ScriptedRandom random_;
  EffectivePolicy policy_;
};

TEST_F(PoolUpdatesTest, RoundRobinGoesOnWhereItStood) {
  auto first = Make(Specs(3));
  Send(*first);
  Send(*first);
  auto second = Make(Specs(3), first.get());
  first.reset();
  EXPECT_EQ(Send(*second), AddressOf(2));
  EXPECT_EQ(random_.draws(), 1u) << "the start is drawn once per destination";
}

TEST_F(PoolUpdatesTest, AnAddressThatStaysKeepsItsStateAndOneThatComesBackIsNew) {
  auto first = Make(Specs(2));
  for (int i = 0; i < 8; ++i) Send(*first, 503);  // Four each: one before the threshold.
  auto second = Make(Specs(1), first.get());
  first.reset();
  EXPECT_EQ(second->endpoints().at(0).state().consecutive_5xx, 4u);
  EXPECT_EQ(second->endpoints().at(0).total_requests(), 4u);
  auto third = Make(Specs(2), second.get());
  EXPECT_EQ(third->endpoints().at(0).state().consecutive_5xx, 4u);
  EXPECT_EQ(third->endpoints().at(1).state().consecutive_5xx, 0u);
}

TEST_F(PoolUpdatesTest, AnEndpointThatMovedToAnotherLocalityIsNew) {
  auto first = Make(Specs(1));
  Send(*first, 503);
  std::vector<EndpointSpec> moved = Specs(1);
  moved[0].locality = "eu/west";
  auto second = Make(moved, first.get());
  EXPECT_EQ(second->endpoints().at(0).state().consecutive_5xx, 0u);
}

TEST_F(PoolUpdatesTest, OfEqualAddressesTheFirstCounts) {
  std::vector<EndpointSpec> specs = Specs(2);
  specs[1] = specs[0];
  specs[1].weight = 9;
  auto pool = Make(specs);
  ASSERT_EQ(pool->endpoints().size(), 1u);
  EXPECT_EQ(pool->endpoints().at(0).weight(), 1u);
}

TEST_F(PoolUpdatesTest, AnEjectionHoldsInTheNextGenerationAndEndsByTheOldSweeps) {
  auto first = Make(Specs(2));
  clock_.Advance(seconds(5));
  for (int i = 0; i < 10; ++i) Send(*first, i % 2 == 0 ? 503 : 200);
  EXPECT_TRUE(first->endpoints().at(0).ejected());
  auto second = Make(Specs(2), first.get());
  first.reset();
  EXPECT_EQ(Send(*second), AddressOf(1));
  EXPECT_EQ(second->RunDue(clock_.Now()) - clock_.Now(), seconds(5)) << "10 s after creation";
  for (int sweep = 0; sweep < 4; ++sweep) {  // At 10, 20, 30 and 40 s.
    EXPECT_TRUE(second->endpoints().at(0).ejected());
    clock_.SleepUntil(second->RunDue(clock_.Now()));
    second->RunDue(clock_.Now());
  }
  EXPECT_FALSE(second->endpoints().at(0).ejected());
}

TEST_F(PoolUpdatesTest, GenerationsThatServeAtOneTimeSeeEachOthersEjections) {
  auto first = Make(Specs(3));
  auto second = Make(Specs(3), first.get());
  for (int i = 0; i < 5; ++i) {
    SubsetPool::Refusal refusal;
    std::vector<Lease> leases;
    for (int j = 0; j < 3; ++j) leases.push_back(first->TryAcquire({}, refusal));
    for (Lease& lease : leases) {
      lease.Finish(Outcome::Status(lease.endpoint().address() == AddressOf(1) ? 503 : 200));
    }
  }
  EXPECT_EQ(first->endpoints().available_size(), 2u);
  EXPECT_EQ(second->endpoints().available_size(), 2u);
  for (int i = 0; i < 6; ++i) EXPECT_NE(Send(*second), AddressOf(1));
  clock_.Advance(seconds(30));
  second->RunDue(clock_.Now());
  EXPECT_EQ(first->endpoints().available_size(), 3u);
}

TEST_F(PoolUpdatesTest, LeasesOfTheOldGenerationCountInTheNew) {
  policy_.connection_pool.emplace().http.emplace().http2_max_requests = 2;
  auto first = Make(Specs(1));
  absl::StatusOr<Lease> held = first->Acquire();
  auto second = Make(Specs(1), first.get());
  EXPECT_EQ(second->breaker().active(Resource::kRequests), 1u);
  EXPECT_EQ(second->endpoints().at(0).active_requests(), 1u);
  absl::StatusOr<Lease> last = second->Acquire();
  EXPECT_TRUE(last.ok());
  EXPECT_FALSE(second->Acquire().ok());
  held->Finish(Outcome::Status(200));
  EXPECT_TRUE(second->Acquire().ok());
  last->Finish(Outcome::Status(200));
  first.reset();
  EXPECT_EQ(second->breaker().active(Resource::kRequests), 0u);
}

TEST_F(PoolUpdatesTest, WithoutOutlierDetectionAllAreReadmitted) {
  auto first = Make(Specs(2));
  for (int i = 0; i < 10; ++i) Send(*first, i % 2 == 0 ? 503 : 200);
  ASSERT_EQ(first->endpoints().available_size(), 1u);
  policy_.outlier_detection.reset();
  auto second = Make(Specs(2), first.get());
  EXPECT_EQ(second->endpoints().available_size(), 2u);
  EXPECT_EQ(first->endpoints().available_size(), 2u);
}

TEST_F(PoolUpdatesTest, WithoutOutlierDetectionNoLateFailureOfAnOldGenerationEjects) {
  auto first = Make(Specs(11));  // Of which the default cap, 10 %, would let one go.
  std::vector<Lease> late;
  for (int i = 0; i < 110; ++i) late.push_back(*first->Acquire());
  policy_.outlier_detection.reset();
  auto second = Make(Specs(11), first.get());
  for (Lease& lease : late) lease.Finish(Outcome::Status(503));
  EXPECT_EQ(second->endpoints().available_size(), 11u);
  EXPECT_EQ(first->endpoints().available_size(), 11u);
}

TEST_F(PoolUpdatesTest, AWeightedScheduleGoesOnOverAnUpdate) {
  auto first = Make(SpecsOfWeights({4, 1}));
  std::string picks;
  for (int i = 0; i < 2; ++i) picks += Send(*first) == AddressOf(0) ? 'A' : 'B';
  auto second = Make(SpecsOfWeights({4, 1}), first.get());
  for (int i = 0; i < 5; ++i) picks += Send(*second) == AddressOf(0) ? 'A' : 'B';
  EXPECT_EQ(picks, "AAABAAA");
}

TEST_F(PoolUpdatesTest, UpdatesWithoutEndDoNotDisturbAScheduleWhoseDeadlinesFollowTheLoad) {
  policy_ = EffectivePolicy();  // LEAST_REQUEST
  const std::vector<uint32_t> weights = {7, 3, 2, 1};
  SeededRandom loads(11);
  std::string undisturbed;
  std::string disturbed;
  for (std::string* const picks : {&undisturbed, &disturbed}) {
    auto pool = Make(SpecsOfWeights(weights));
    loads = SeededRandom(11);
    for (int i = 0; i < 500; ++i) {
      *picks += Send(*pool);
      for (size_t j = 0; j < weights.size(); ++j) {
        pool->endpoints().at(j).state().active_requests = static_cast<uint32_t>(loads.Below(5));
      }
      if (picks == &disturbed) pool = Make(SpecsOfWeights(weights), pool.get());
    }
  }
  EXPECT_EQ(disturbed, undisturbed);
}

TEST_F(PoolUpdatesTest, AnEndpointWhoseWeightGrowsHasItsTurnByTheNewWeight) {
  auto first = Make(SpecsOfWeights({4, 1}));
  std::string picks;
  const auto send = [&](SubsetPool& pool) { picks += Send(pool) == AddressOf(0) ? 'A' : 'B'; };
  for (int i = 0; i < 1; ++i) send(*first);  // Time 0.25; A is due at 0.5, B at 1.
  auto second = Make(SpecsOfWeights({4, 8}), first.get());
  for (int i = 0; i < 5; ++i) send(*second);  // B at 0.375, 0.5, 0.625 ...
  EXPECT_EQ(picks, "ABABBA");
}

// Ejects by another pool while it ends, and counts what it hears from then on.
class EjectsAtItsEnd final : public LoadBalancer {
 public:
  EjectsAtItsEnd(const EndpointList& endpoints, const std::unique_ptr<SubsetPool>& other,
                 int& heard_too_late)
      : endpoints_(endpoints), other_(other), heard_too_late_(heard_too_late) {}

  ~EjectsAtItsEnd() override {
    ended_ = true;
    if (other_ == nullptr) return;
    for (int i = 0; i < 17; ++i) {  // Of four in turn one has the five that eject it.
      absl::StatusOr<Lease> lease = other_->Acquire();
      if (lease.ok()) lease->Finish(Outcome::Status(503));
    }
  }

  const Endpoint* Pick(const PickContext&) override {
    return endpoints_.size() == 0 ? nullptr : endpoints_.at(0);
  }
  void OnAvailabilityChange() override { heard_too_late_ += ended_ ? 1 : 0; }

 private:
  const EndpointList& endpoints_;
  const std::unique_ptr<SubsetPool>& other_;
  int& heard_too_late_;
  bool ended_ = false;
};

TEST_F(PoolUpdatesTest, AGenerationThatEndsHearsNoMoreOfAnothersEjections) {
  std::unique_ptr<SubsetPool> second;
  int heard_too_late = 0;
  CustomBalancers balancers;
  balancers.by_name["own"] = [&](const EndpointList& endpoints, RandomSource&) {
    return std::make_unique<EjectsAtItsEnd>(endpoints, second, heard_too_late);
  };
  EffectivePolicy own = policy_;
  own.load_balancer_extension.emplace().custom = "own";
  auto first = std::make_unique<SubsetPool>(
      DestinationKey{"reviews", 9080, ""}, own, Specs(4),
      SubsetPool::Environment{.clock = &clock_, .balancers = &balancers});
  second = Make(Specs(4), first.get());
  first.reset();
  EXPECT_LT(second->endpoints().available_size(), 4u);
  EXPECT_EQ(heard_too_late, 0);
}

}  // namespace
}  // namespace meshroute
