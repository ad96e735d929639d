// SPDX-License-Identifier: Apache-2.0
// What goes beyond Istio's balancers, against naive implementations on random endpoints.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "lib/upstream/bounded_load_balancer.h"
#include "lib/upstream/latency_estimate.h"
#include "lib/upstream/least_request_balancer.h"
#include "lib/upstream/peak_ewma_balancer.h"
#include "lib/upstream/ring_hash_balancer.h"
#include "lib/upstream/seeded_order.h"
#include "meshroute/base/random_source.h"
#include "meshroute/testing/scripted_random.h"
#include "tests/oracle/upstream_naive.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

constexpr uint64_t kSeed = 20'261'128;

class UpstreamExtensionsOracleTest : public testing::Test {
 protected:
  UpstreamExtensionsOracleTest() { RecordProperty("seed", std::to_string(kSeed)); }

  std::vector<uint32_t> Weights(size_t most) {
    std::vector<uint32_t> weights(1 + random_.Below(most));
    const bool equal = random_.Below(3) == 0;
    for (uint32_t& weight : weights) {
      weight = equal ? 1 : static_cast<uint32_t>(1 + random_.Below(100));
    }
    return weights;
  }

  void SetLoads(const EndpointSet& endpoints, uint64_t bound) {
    for (size_t i = 0; i < endpoints.size(); ++i) {
      endpoints.at(i).state().active_requests = static_cast<uint32_t>(random_.Below(bound));
    }
  }

  SeededRandom random_{kSeed};
};

TEST_F(UpstreamExtensionsOracleTest, SeededOrdersEqualTheNaiveShuffle) {
  for (int round = 0; round < 200; ++round) {
    const auto size = static_cast<uint32_t>(1 + random_.Below(200));
    const auto seed = static_cast<uint32_t>(random_.Next());
    SeededOrder real(seed, size);
    naive::MersenneTwister twister(seed);
    std::vector<uint32_t> numbers(size);
    std::iota(numbers.begin(), numbers.end(), 0U);
    for (uint32_t i = 0; i < size; ++i) {
      const uint64_t left = size - i;
      uint64_t drawn = left;
      while (drawn >= left) drawn = twister.Next() / ((uint64_t{1} << 32) / left);
      std::swap(numbers[i], numbers[i + drawn]);
      ASSERT_EQ(real.Next(), numbers[i]) << "seed " << kSeed << ", round " << round;
    }
  }
}

TEST_F(UpstreamExtensionsOracleTest, BoundedLoadEqualsTheNaiveWalkOverEveryEjection) {
  for (int round = 0; round < 100; ++round) {
    EndpointSet endpoints(MakeEndpoints(SpecsOfWeights(Weights(30))));
    CircuitBreaker breaker((EffectivePolicy()));
    const auto factor = static_cast<uint32_t>(100 + random_.Below(100));
    ScriptedRandom unused;
    BoundedLoadBalancer real(std::make_unique<RingHashBalancer>(endpoints.available(), 256, unused),
                             endpoints.available(), {.factor = factor, .breaker = breaker}, unused);
    for (int change = 0; change < 4; ++change) {
      SetLoads(endpoints, 12);
      std::vector<naive::Loaded> loads;
      std::vector<naive::Weighted> listed;
      uint64_t active = 0;
      for (const Endpoint* endpoint : endpoints.available().Eligibles()) {
        loads.push_back({endpoint->weight(), endpoint->active_requests()});
        listed.push_back({std::string(endpoint->address()), endpoint->weight()});
        active += endpoint->active_requests();
      }
      for (uint64_t i = breaker.active(CircuitBreaker::Resource::kRequests); i < active; ++i) {
        breaker.Acquire(CircuitBreaker::Resource::kRequests);
      }
      while (breaker.active(CircuitBreaker::Resource::kRequests) > active) {
        breaker.Release(CircuitBreaker::Resource::kRequests);
      }
      const naive::Ring ring(listed, 256);
      for (int key = 0; key < 200 && !listed.empty(); ++key) {
        const uint64_t hash = random_.Next();
        const std::string owner = ring.Find(hash, 0);
        const auto place =
            std::find_if(listed.begin(), listed.end(),
                         [&](const naive::Weighted& one) { return one.address == owner; });
        const size_t expected = naive::BoundedLoad(
            loads, static_cast<size_t>(place - listed.begin()), hash, factor, active);
        ASSERT_EQ(real.Pick({.hash = hash, .tried = {}})->address(), listed[expected].address)
            << "seed " << kSeed << ", round " << round << ", hash " << hash;
      }
      const size_t flipped = random_.Below(endpoints.size());
      SetEjected(endpoints, flipped, !endpoints.at(flipped).ejected());
      real.OnAvailabilityChange();
    }
  }
}

TEST_F(UpstreamExtensionsOracleTest, LeastRequestOfManyChoicesEqualsALookAtEachDraw) {
  for (int round = 0; round < 300; ++round) {
    const EndpointSet endpoints(MakeEndpoints(Specs(1 + random_.Below(20))));
    const auto choices = static_cast<uint32_t>(2 + random_.Below(8));
    const uint64_t seed = random_.Next();
    SeededRandom draws(seed);
    SeededRandom same(seed);
    LeastRequestBalancer real(endpoints.available(), {.choice_count = choices}, draws, {});
    for (int pick = 0; pick < 100; ++pick) {
      SetLoads(endpoints, 6);
      std::vector<size_t> drawn(choices);
      for (size_t& one : drawn) one = same.Next() % endpoints.size();
      const size_t expected =
          *std::min_element(drawn.begin(), drawn.end(), [&](size_t a, size_t b) {
            return endpoints.at(a).active_requests() < endpoints.at(b).active_requests();
          });
      ASSERT_EQ(real.Pick({}), &endpoints.at(expected)) << "seed " << kSeed;
    }
  }
}

// Where the naive costs are so near that rounding decides, either is right.
TEST_F(UpstreamExtensionsOracleTest, PeakEwmaTakesTheCheaperByTheFormula) {
  constexpr double kUnit = (1 << 20) / 1e9;  // Seconds per unit of time.
  for (int round = 0; round < 100; ++round) {
    const EndpointSet endpoints(MakeEndpoints(SpecsOfWeights(Weights(12))));
    const PeakEwmaSettings settings = {.half_life = Duration(1 << 20) * 500};
    const LatencyLearner learner = PeakEwmaBalancer::Learner(settings);
    std::vector<naive::PeakEwma> oracle(endpoints.size(), naive::PeakEwma(500 * kUnit));
    const uint64_t seed = random_.Next();
    SeededRandom draws(seed);
    SeededRandom same(seed);
    PeakEwmaBalancer real(endpoints.available(), settings, draws);
    int64_t units = 1;
    const auto now = [&units] { return TimePoint(Duration(1 << 20) * units); };
    const auto answer = [&](size_t i) {
      const auto latency = Duration(1'000'000 + static_cast<int64_t>(random_.Below(50'000'000)));
      learner.Learn(endpoints.at(i).state().latency, Outcome::Status(200, latency), now());
      oracle[i].Answer(static_cast<double>(latency.count()) / 1e9,
                       static_cast<double>(units) * kUnit);
    };
    for (size_t i = 0; i < endpoints.size(); ++i) answer(i);
    for (int pick = 0; pick < 200 && endpoints.size() > 1; ++pick) {
      units += static_cast<int64_t>(random_.Below(300));
      answer(random_.Below(endpoints.size()));
      SetLoads(endpoints, 6);
      const size_t first = same.Next() % endpoints.size();
      size_t second = same.Next() % (endpoints.size() - 1);
      if (second >= first) ++second;
      const auto cost = [&](size_t i) {
        const Endpoint& endpoint = endpoints.at(i);
        return oracle[i].Cost(endpoint.active_requests(), endpoint.weight(),
                              static_cast<double>(units) * kUnit);
      };
      const Endpoint* const picked = real.Pick({.tried = {}, .now = now()});
      if (std::abs(cost(first) / cost(second) - 1) < 1e-4) continue;
      ASSERT_EQ(picked, &endpoints.at(cost(second) < cost(first) ? second : first))
          << "seed " << kSeed << ", round " << round << ", pick " << pick;
    }
  }
}

}  // namespace
}  // namespace meshroute
