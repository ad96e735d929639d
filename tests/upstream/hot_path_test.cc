// SPDX-License-Identifier: Apache-2.0
// What TryAcquire and Finish promise to every attempt: no allocation, however the endpoint is
// chosen.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/counted_allocations.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

struct HotPathCase {
  const char* name;
  std::function<void(EffectivePolicy&)> change;
};

class PoolHotPathTest : public testing::TestWithParam<HotPathCase> {};

TEST_P(PoolHotPathTest, DoesNotAllocate) {
  EffectivePolicy policy = PolicyOf(Simple::kLeastRequest);
  policy.outlier_detection.emplace();
  GetParam().change(policy);
  ClientIdentity client;
  client.locality = "us/0";
  client.labels = {{"rack", "7"}};
  std::vector<EndpointSpec> specs = Specs(24);
  for (size_t i = 0; i < specs.size(); ++i) {
    specs[i].locality = (i % 3 == 0 ? "eu/" : "us/") + std::to_string(i % 4);
  }
  VirtualClock clock;
  SeededRandom random(1);
  SubsetPool pool({"reviews", 80, ""}, policy, std::move(specs),
                  {.clock = &clock, .random = &random, .client = &client});
  for (size_t i = 0; i < 9; ++i) {
    pool.endpoints().at(i).state().on_trial = i < 2;  // Looked at with halfOpen only.
    pool.endpoints().at(i).state().trial = 1;
    SetEjected(pool.endpoints(), i, true);
  }
  // So that some have as many as bounded load lets them have.
  std::vector<Lease> held;
  for (int i = 0; i < 40; ++i) {
    SubsetPool::Refusal refusal;
    held.push_back(pool.TryAcquire({.hash = random.Next(), .now = clock.Now()}, refusal));
  }
  size_t leased = 0;
  const size_t before = allocations;
  for (int i = 0; i < 2000; ++i) {
    TriedPriorities tried;
    const Endpoint* last = nullptr;
    for (int attempt = 0; attempt < 4; ++attempt) {
      SubsetPool::Refusal refusal;
      PickContext context{.hash = random.Next(), .now = clock.Now(), .tried_priorities = &tried};
      if (last != nullptr) context.tried = {&last, 1};
      Lease lease = pool.TryAcquire(context, refusal);
      if (!lease) continue;
      ++leased;
      last = &lease.endpoint();
      tried.Add(*last);
      lease.Finish(Outcome::Status(200), clock.Now());
    }
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(leased, 8000u);
}

LocalityLbSetting& Locality(EffectivePolicy& policy) {
  return policy.load_balancer->locality_lb_setting.emplace();
}

const HotPathCase kCases[] = {
    {"failover", [](EffectivePolicy&) {}},
    {"failover_with_weights",
     [](EffectivePolicy& policy) {
       Locality(policy).failover = {{"us", "eu"}};
     }},
    {"distribute",
     [](EffectivePolicy& policy) {
       Locality(policy).distribute = {{"*", {{"us", 70}, {"eu", 30}}}};
     }},
    {"own_zone",
     [](EffectivePolicy& policy) { policy.load_balancer->zone_aware_lb_setting.emplace(); }},
    {"warmup",
     [](EffectivePolicy& policy) {
       policy.load_balancer->warmup.emplace().duration = std::chrono::seconds(60);
     }},
    {"ring_with_weights",
     [](EffectivePolicy& policy) {
       policy = RingPolicy(0);
       Locality(policy).distribute = {{"*", {{"us", 70}, {"eu", 30}}}};
     }},
    {"half_open",
     [](EffectivePolicy& policy) {
       policy.outlier_detection_extension.emplace().half_open =
           HalfOpenReturn{.percent = 50, .successes = 1'000'000};
     }},
    {"latency_aware",
     [](EffectivePolicy& policy) {
       policy.load_balancer_extension.emplace().latency_aware.emplace();
     }},
    {"peak_ewma",
     [](EffectivePolicy& policy) { policy.load_balancer_extension.emplace().peak_ewma.emplace(); }},
    {"bounded_ring",
     [](EffectivePolicy& policy) {
       policy = RingPolicy(0);
       policy.load_balancer_extension.emplace().hash_balance_factor = 110;
     }},
};
INSTANTIATE_TEST_SUITE_P(Places, PoolHotPathTest, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<HotPathCase>& tested) {
                           return std::string(tested.param.name);
                         });

}  // namespace
}  // namespace meshroute
