// SPDX-License-Identifier: Apache-2.0
// Balancers against naive implementations, on random endpoints.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lib/upstream/edf_scheduler.h"
#include "meshroute/base/random_source.h"
#include "meshroute/testing/scripted_random.h"
#include "tests/oracle/upstream_naive.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

constexpr uint64_t kSeed = 20'260'729;

class UpstreamBalancersOracleTest : public testing::Test {
 protected:
  UpstreamBalancersOracleTest() { RecordProperty("seed", std::to_string(kSeed)); }

  // A weight as users write them: mostly small, now and then huge.
  uint32_t Weight() {
    switch (random_.Below(8)) {
      case 0:
        return 1;
      case 1:
        return static_cast<uint32_t>(1 + random_.Below(100'000));
      default:
        return static_cast<uint32_t>(1 + random_.Below(128));
    }
  }

  std::vector<uint32_t> Weights(size_t most, uint32_t heaviest = 100'000) {
    std::vector<uint32_t> weights(1 + random_.Below(most));
    const bool equal = random_.Below(3) == 0;
    for (uint32_t& weight : weights) weight = equal ? 1 : std::min(Weight(), heaviest);
    return weights;
  }

  // Flips the ejection of some endpoints.
  void Shake(Balanced& balanced) {
    for (size_t i = 0; i < balanced.endpoints.size(); ++i) {
      if (random_.Below(4) == 0) {
        SetEjected(balanced.endpoints, i, !balanced.endpoints.at(i).ejected());
      }
    }
  }

  static std::vector<naive::Weighted> Available(const Balanced& balanced) {
    std::vector<naive::Weighted> available;
    for (size_t i = 0; i < balanced.endpoints.size(); ++i) {
      const Endpoint& endpoint = balanced.endpoints.at(i);
      if (!endpoint.ejected()) {
        available.push_back({std::string(endpoint.address()), endpoint.weight()});
      }
    }
    return available;
  }

  static std::string Address(const Endpoint* endpoint) {
    return endpoint == nullptr ? "" : std::string(endpoint->address());
  }

  SeededRandom random_{kSeed};
};

TEST_F(UpstreamBalancersOracleTest, EdfSchedulesEqualTheNaiveOneBitForBit) {
  for (int round = 0; round < 400; ++round) {
    std::vector<double> weights;
    for (const uint32_t weight : Weights(40)) weights.push_back(weight);
    const bool moving = round % 2 == 1;  // Weights change between picks.
    const uint64_t picks = random_.Below(3) == 0 ? random_.Below(50) : random_.Next();
    const auto weight_of = [&](size_t entry) { return weights[entry]; };
    EdfScheduler real(weights.size(), picks, weight_of);
    naive::Edf oracle(weights.size(), picks, weight_of);
    for (int pick = 0; pick < 1000; ++pick) {
      ASSERT_EQ(real.Pick(weight_of), oracle.Pick(weight_of))
          << "seed " << kSeed << ", round " << round << ", pick " << pick;
      if (moving) {
        weights[random_.Below(weights.size())] =
            Weight() / (1.0 + static_cast<double>(random_.Below(9)));
      }
    }
  }
}

TEST_F(UpstreamBalancersOracleTest, WeightedRoundRobinFollowsTheNaiveSchedule) {
  for (int round = 0; round < 100; ++round) {
    std::vector<uint32_t> weights = Weights(20);
    weights.push_back(weights[0] + 1);
    const uint64_t start = random_.Next();
    ScriptedRandom seed({start});
    Balanced real(SpecsOfWeights(weights), PolicyOf(LoadBalancerSettings::Simple::kRoundRobin),
                  seed);
    const auto weight_of = [&](size_t entry) { return static_cast<double>(weights[entry]); };
    naive::Edf oracle(weights.size(), start, weight_of);
    for (int pick = 0; pick < 1000; ++pick) {
      ASSERT_EQ(real.balancer->Pick({}), &real.endpoints.at(oracle.Pick(weight_of)))
          << "seed " << kSeed << ", round " << round << ", pick " << pick;
    }
  }
}

TEST_F(UpstreamBalancersOracleTest, WeightedLeastRequestFollowsTheNaiveScheduleUnderLoad) {
  for (int round = 0; round < 100; ++round) {
    std::vector<uint32_t> weights = Weights(20);
    weights.push_back(weights[0] + 1);
    const uint64_t start = random_.Next();
    ScriptedRandom seed({start});
    Balanced real(SpecsOfWeights(weights), EffectivePolicy(), seed);
    const auto weight_of = [&](size_t entry) {
      return weights[entry] / (real.endpoints.at(entry).active_requests() + 1.0);
    };
    naive::Edf oracle(weights.size(), start, weight_of);
    for (int pick = 0; pick < 1000; ++pick) {
      const size_t expected = oracle.Pick(weight_of);
      ASSERT_EQ(real.balancer->Pick({}), &real.endpoints.at(expected))
          << "seed " << kSeed << ", round " << round << ", pick " << pick;
      real.endpoints.at(expected).state().active_requests.Begin();
      RequestCount& other =
          real.endpoints.at(random_.Below(weights.size())).state().active_requests;
      if (other > 0) other.End();
    }
  }
}

TEST_F(UpstreamBalancersOracleTest, RingsEqualTheNaiveOneOverEveryEjection) {
  for (int round = 0; round < 60; ++round) {
    const uint64_t minimum_size = 1 + random_.Below(3000);
    ScriptedRandom unused;
    Balanced real(SpecsOfWeights(Weights(25, 300)), RingPolicy(minimum_size), unused);
    for (int change = 0; change < 4; ++change) {
      const naive::Ring oracle(Available(real), minimum_size);
      for (int key = 0; key < 300; ++key) {
        const uint64_t hash = random_.Next();
        const auto repick = static_cast<uint32_t>(random_.Below(6));
        ASSERT_EQ(Address(real.balancer->Pick({.hash = hash, .tried = {}, .repick = repick})),
                  oracle.Find(hash, repick))
            << "seed " << kSeed << ", round " << round << ", hash " << hash;
      }
      Shake(real);
    }
  }
}

TEST_F(UpstreamBalancersOracleTest, MaglevTablesEqualTheNaiveOneOverEveryEjection) {
  for (int round = 0; round < 40; ++round) {
    static constexpr uint64_t kPrimes[] = {2, 7, 101, 1009, 5003};
    const uint64_t size = kPrimes[random_.Below(5)];
    ScriptedRandom unused;
    Balanced real(SpecsOfWeights(Weights(30)), MaglevPolicy(size), unused);
    for (int change = 0; change < 3; ++change) {
      const std::vector<std::string> oracle = naive::MaglevTable(Available(real), size);
      for (uint64_t hash = 0; hash < size; ++hash) {
        ASSERT_EQ(Address(real.balancer->Pick({.hash = hash, .tried = {}})), oracle[hash])
            << "seed " << kSeed << ", round " << round << ", slot " << hash;
      }
      const uint64_t hash = random_.Next();
      for (uint64_t repick = 1; repick <= 5; ++repick) {
        const PickContext again = {
            .hash = hash, .tried = {}, .repick = static_cast<uint32_t>(repick)};
        ASSERT_EQ(Address(real.balancer->Pick(again)), oracle[(hash ^ (0 - repick)) % size]);
      }
      Shake(real);
    }
  }
}

}  // namespace
}  // namespace meshroute
