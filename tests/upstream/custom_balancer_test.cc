// SPDX-License-Identifier: Apache-2.0
// Balancers that the embedder brings.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using Simple = LoadBalancerSettings::Simple;

// The last of the list.
class Last : public LoadBalancer {
 public:
  explicit Last(const EndpointList& endpoints) : endpoints_(endpoints) {}

  const Endpoint* Pick(const PickContext&) override {
    return endpoints_.size() == 0 ? nullptr : endpoints_.at(endpoints_.size() - 1);
  }

 private:
  const EndpointList& endpoints_;
};

// As Last, and writes down what it hears.
class Listening final : public Last {
 public:
  Listening(const EndpointList& endpoints, std::vector<std::string>& heard)
      : Last(endpoints), heard_(heard) {
    HearEnds();
  }

  void OnEnd(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) override {
    heard_.push_back(std::string(endpoint.address()) + " " + std::to_string(outcome.status) + " " +
                     std::to_string(outcome.elapsed / milliseconds(1)) + " at " +
                     std::to_string(now.time_since_epoch() / milliseconds(1)) + " with " +
                     std::to_string(endpoint.active_requests()));
  }

 private:
  std::vector<std::string>& heard_;
};

class CustomBalancerTest : public testing::Test {
 protected:
  CustomBalancerTest() {
    own_.by_name["last"] = [](const EndpointList& endpoints, RandomSource&) {
      return std::make_unique<Last>(endpoints);
    };
    own_.by_name["listening"] = [this](const EndpointList& endpoints, RandomSource&) {
      return std::make_unique<Listening>(endpoints, heard_);
    };
  }

  std::unique_ptr<SubsetPool> Make(std::vector<EndpointSpec> specs,
                                   const EffectivePolicy& policy = {}) {
    return std::make_unique<SubsetPool>(DestinationKey{"reviews", 9080, ""}, policy,
                                        std::move(specs),
                                        SubsetPool::Environment{&clock_, &random_, nullptr, &own_});
  }

  std::string Send(SubsetPool& pool) {
    absl::StatusOr<Lease> lease = pool.Acquire();
    if (!lease.ok()) return "none";
    std::string address(lease->endpoint().address());
    lease->Finish(Outcome::Status(200, milliseconds(3)), clock_.Now());
    return address;
  }

  VirtualClock clock_;
  ScriptedRandom random_;
  CustomBalancers own_;
  std::vector<std::string> heard_;
};

TEST_F(CustomBalancerTest, ForAllServesInPlaceOfWhatTheRuleAsksFor) {
  own_.for_all = "last";
  EXPECT_EQ(Send(*Make(Specs(3))), AddressOf(2));
  EXPECT_EQ(Send(*Make(Specs(3), PolicyOf(Simple::kRoundRobin))), AddressOf(2));
  EXPECT_EQ(Send(*Make(Specs(3), RingPolicy(0))), AddressOf(2));
  EXPECT_EQ(random_.draws(), 0u);
}

TEST_F(CustomBalancerTest, WithoutForAllTheRuleDecides) {
  EXPECT_EQ(Send(*Make(Specs(3), PolicyOf(Simple::kRoundRobin))), AddressOf(0));
}

TEST_F(CustomBalancerTest, PassthroughHasNothingToBalance) {
  own_.for_all = "last";
  const auto pool = Make(Specs(3), PolicyOf(Simple::kPassthrough));
  EXPECT_FALSE(pool->Acquire()->has_endpoint());
}

TEST_F(CustomBalancerTest, EachPriorityHasABalancerOfItsOwn) {
  own_.for_all = "last";
  std::vector<EndpointSpec> specs = Specs(4);
  specs[2].priority = specs[3].priority = 1;
  const auto pool = Make(specs);
  EXPECT_EQ(Send(*pool), AddressOf(1));
  SetEjected(pool->endpoints(), 1, true);  // 70 % stay with the first priority.
  random_.Append({69, 70});
  EXPECT_EQ(Send(*pool), AddressOf(0));
  EXPECT_EQ(Send(*pool), AddressOf(3));
}

TEST_F(CustomBalancerTest, HearsTheEndOfEveryAttemptOnceTheLeaseIsBack) {
  own_.for_all = "listening";
  const auto pool = Make(Specs(2));
  clock_.Advance(milliseconds(5));
  const int64_t now = clock_.Now().time_since_epoch() / milliseconds(1);
  Send(*pool);
  pool->Acquire()->Finish(Outcome::Status(503), clock_.Now());
  { const absl::StatusOr<Lease> dropped = pool->Acquire(); }
  const std::string address = AddressOf(1);
  EXPECT_EQ(heard_, (std::vector<std::string>{
                        address + " 200 3 at " + std::to_string(now) + " with 0",
                        address + " 503 0 at " + std::to_string(now) + " with 0",
                        address + " 0 0 at 0 with 0",
                    }));
}

TEST_F(CustomBalancerTest, WithPrioritiesEveryBalancerHearsOfAllAttempts) {
  own_.for_all = "listening";
  std::vector<EndpointSpec> specs = Specs(2);
  specs[1].priority = 1;
  Send(*Make(specs));
  EXPECT_EQ(heard_.size(), 2u);
  EXPECT_EQ(heard_.at(0), heard_.at(1));
}

TEST_F(CustomBalancerTest, OneThatDoesNotListenIsNotTold) {
  own_.for_all = "last";
  ScriptedRandom random;
  const EndpointSet endpoints(MakeEndpoints(Specs(1)));
  const auto balancer = MakeLoadBalancer(
      {}, endpoints, {.random = random, .rotations = MakeRotations(), .custom = &own_});
  EXPECT_FALSE(balancer->hears_ends());
}

}  // namespace
}  // namespace meshroute
