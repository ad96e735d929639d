// SPDX-License-Identifier: Apache-2.0
// Random locality settings, clients and endpoints: the plan is the naive one, and a pool's
// picks are those of a naive draw of priority, locality and endpoint.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/upstream/locality_plan.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/oracle/locality_naive.h"
#include "tests/oracle/upstream_naive.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

constexpr uint64_t kSeeds = 3000;

// Everything about one case, from one seed.
class Case {
 public:
  explicit Case(uint64_t seed) : random_(seed) {
    client.locality = random_.Below(8) == 0 ? "" : Place();
    client.labels = SomeLabels();
    if (random_.Below(2) == 0) client.network = "n" + std::to_string(random_.Below(2));
    endpoints = Specs(1 + random_.Below(12));
    for (EndpointSpec& endpoint : endpoints) {
      endpoint.locality = Place();
      endpoint.labels = SomeLabels();
      endpoint.weight = static_cast<uint32_t>(random_.Below(5));
    }
    if (random_.Below(2) == 0) policy.outlier_detection.emplace().max_ejection_percent = 100;
    LocalityLbSetting& setting = policy.load_balancer.emplace().locality_lb_setting.emplace();
    setting = random_.Below(2) == 0 ? SomeDistribute() : SomeFailover();
  }

  const LocalityLbSetting& setting() const { return *policy.load_balancer->locality_lb_setting; }
  SeededRandom& random() { return random_; }

  EffectivePolicy policy;
  ClientIdentity client;
  std::vector<EndpointSpec> endpoints;

 private:
  std::string Region() { return std::string(1, "ue"[random_.Below(2)]) + "r"; }
  std::string Place() {
    std::string place = Region();
    const uint64_t depth = random_.Below(3);
    if (depth > 0) place += "/z" + std::to_string(random_.Below(2));
    if (depth > 1) place += "/s" + std::to_string(random_.Below(2));
    return place;
  }
  Labels SomeLabels() {
    Labels labels;
    for (const char* key : {"rack", "version", "topology.istio.io/network"}) {
      if (random_.Below(3) > 0) labels[key] = "n" + std::to_string(random_.Below(2));
    }
    return labels;
  }
  LocalityLbSetting SomeDistribute() {
    LocalityLbSetting setting;
    const uint64_t entries = 1 + random_.Below(2);
    for (uint64_t i = 0; i < entries; ++i) {
      LocalityLbSetting::Distribute entry;
      entry.from = random_.Below(3) == 0 ? "*" : Place();
      const auto share = static_cast<uint32_t>(1 + random_.Below(99));
      entry.to = {{"ur/z0", share}, {random_.Below(2) == 0 ? "er/*" : "ur/z1", 100 - share}};
      setting.distribute.push_back(entry);
    }
    return setting;
  }
  LocalityLbSetting SomeFailover() {
    LocalityLbSetting setting;
    if (random_.Below(2) == 0) setting.failover = {{Region(), Region()}, {"ur", "xr"}};
    const char* kLabels[] = {"topology.istio.io/network", "rack", "version=n1", kRegionLabel,
                             kZoneLabel};
    for (const char* label : kLabels) {
      if (random_.Below(3) == 0) setting.failover_priority.emplace_back(label);
    }
    return setting;
  }

  SeededRandom random_;
};

TEST(LocalityOracleTest, PlansAreTheNaiveOnes) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Case one(seed);
    const LocalityPlan plan = PlanLocalities(one.policy, one.client, one.endpoints);
    const naive::Plan expected = naive::PlanOf(
        one.setting(), one.policy.outlier_detection.has_value(), one.client, one.endpoints);
    for (size_t i = 0; i < one.endpoints.size(); ++i) {
      std::optional<int> priority = 0;
      if (!plan.priorities.empty()) {
        priority.reset();
        if (plan.priorities[i]) priority = static_cast<int>(*plan.priorities[i]);
      }
      ASSERT_EQ(priority, expected.priorities[i]) << "seed " << seed << ", endpoint " << i;
    }
    std::map<std::pair<int, std::string>, int> weights;
    for (const auto& [place, weight] : plan.weights) {
      weights[{static_cast<int>(place.first), place.second}] = static_cast<int>(weight);
    }
    ASSERT_EQ(weights, expected.weights) << "seed " << seed;
  }
}

// What a call that retries remembers.
struct NaiveRetry {
  std::vector<int> attempted;
  std::set<int> excluded;
  std::vector<int> loads;  // The last that were worked out.
};

// Draws as the pool does, but keeps lists and no more.
class NaivePool {
 public:
  NaivePool(const naive::Plan& plan, const EndpointSet& endpoints, const std::string& client)
      : plan_(plan), endpoints_(endpoints), client_(client) {}

  // To be called whenever somebody was ejected or came back; draws where schedules start,
  // by priority.
  void Rebuild(RandomSource& random) {
    schedules_.clear();
    for (int priority = 0; priority < Priorities(); ++priority) {
      std::vector<std::string> localities;
      std::vector<double> weights;
      const std::vector<std::string> all = LocalitiesOf(priority);
      for (const std::string& locality : all) {
        const double members = static_cast<double>(Members(priority, locality).size());
        const double left = static_cast<double>(Available(priority, locality).size());
        if (left == 0) continue;
        localities.push_back(locality);
        weights.push_back(plan_.weights.at({priority, locality}) *
                          std::min(1.0, 1.4 * (left / members)));
      }
      if (localities.size() < 2) continue;
      schedules_[priority] = {
          localities, weights,
          std::make_shared<naive::Edf>(localities.size(), random.Next(),
                                       [&](size_t entry) { return weights[entry]; })};
    }
  }

  const Endpoint* Pick(RandomSource& random, NaiveRetry& retry) {
    const int priority = DrawPriority(LoadsOf(retry), random);
    std::string locality;
    bool pooled = plan_.weights.empty();
    if (!pooled) {
      const auto found = schedules_.find(priority);
      if (found == schedules_.end()) {
        pooled = true;  // One locality has it all.
      } else {
        Schedule& schedule = found->second;
        locality = schedule.localities[schedule.edf->Pick(
            [&](size_t entry) { return schedule.weights[entry]; })];
      }
    }
    const std::vector<const Endpoint*> list =
        pooled ? AvailableIn(priority) : Available(priority, locality);
    return list.empty() ? nullptr : list[random.Below(list.size())];
  }

 private:
  struct Schedule {
    std::vector<std::string> localities;
    std::vector<double> weights;
    std::shared_ptr<naive::Edf> edf;
  };

  int Priorities() const {
    int most = 0;
    for (const auto& priority : plan_.priorities) most = std::max(most, priority.value_or(0) + 1);
    return most;
  }

  // The client's own locality first, then in the order of the parts.
  std::vector<std::string> LocalitiesOf(int priority) const {
    std::vector<std::string> localities;
    for (const auto& [place, weight] : plan_.weights) {
      if (place.first == priority) localities.push_back(place.second);
    }
    std::sort(localities.begin(), localities.end(),
              [](const auto& a, const auto& b) { return naive::Parts(a) < naive::Parts(b); });
    std::stable_partition(localities.begin(), localities.end(),
                          [this](const std::string& one) { return one == client_; });
    return localities;
  }

  std::vector<const Endpoint*> Members(int priority, const std::string& locality) const {
    std::vector<const Endpoint*> members;
    for (size_t i = 0; i < endpoints_.size(); ++i) {
      const EndpointSpec& spec = endpoints_.at(i).spec();
      if (static_cast<int>(spec.priority) == priority && spec.locality == locality) {
        members.push_back(&endpoints_.at(i));
      }
    }
    return members;
  }

  std::vector<const Endpoint*> Available(int priority, const std::string& locality) const {
    std::vector<const Endpoint*> members = Members(priority, locality);
    std::erase_if(members, [](const Endpoint* one) { return one->ejected(); });
    return members;
  }

  std::vector<const Endpoint*> AvailableIn(int priority) const {
    std::vector<const Endpoint*> available;
    for (size_t i = 0; i < endpoints_.size(); ++i) {
      const Endpoint& endpoint = endpoints_.at(i);
      if (static_cast<int>(endpoint.spec().priority) == priority && !endpoint.ejected()) {
        available.push_back(&endpoint);
      }
    }
    return available;
  }

  // The health of each priority, in percent.
  std::vector<int> Healths() const {
    std::vector<int> healths;
    for (int p = 0; p < Priorities(); ++p) {
      int members = 0;
      for (size_t i = 0; i < endpoints_.size(); ++i) {
        members += static_cast<int>(endpoints_.at(i).spec().priority) == p ? 1 : 0;
      }
      const int healthy = static_cast<int>(AvailableIn(p).size());
      healths.push_back(members == 0 ? 0 : std::min(100, 140 * healthy / members));
    }
    return healths;
  }

  static int TotalOf(const std::vector<int>& healths) {
    return std::min(100, std::accumulate(healths.begin(), healths.end(), 0));
  }

  // The formula of the priority loads, with integers.
  std::vector<int> Loads() const {
    const std::vector<int> healths = Healths();
    const int total = TotalOf(healths);
    std::vector<int> loads(healths.size());
    if (total == 0) return loads;
    int left = 100;
    for (size_t p = 0; p < loads.size(); ++p) {
      loads[p] = std::min(left, healths[p] * 100 / total);
      left -= loads[p];
    }
    for (size_t p = 0; p < loads.size(); ++p) {
      if (healths[p] == 0) continue;
      loads[p] += left;
      break;
    }
    return loads;
  }

  // What previous_priorities makes of them for one call's next attempt.
  std::vector<int> LoadsOf(NaiveRetry& retry) const {
    if (retry.attempted.size() < 2) return Loads();
    if (retry.attempted.size() % 2 == 1) return retry.loads;
    retry.excluded.insert(retry.attempted.begin(), retry.attempted.end());
    std::vector<int> healths = Healths();
    for (const int priority : retry.excluded) healths[static_cast<size_t>(priority)] = 0;
    if (TotalOf(healths) == 0) {
      retry = NaiveRetry();
      healths = Healths();
    }
    const int total = TotalOf(healths);
    if (total == 0) return Loads();
    retry.loads.assign(healths.size(), 0);
    for (int left = 100; left > 0;) {
      for (size_t p = 0; p < healths.size(); ++p) {
        const int part = std::min(left, healths[p] * 100 / total);
        retry.loads[p] += part;
        left -= part;
      }
    }
    return retry.loads;
  }

  static int DrawPriority(const std::vector<int>& loads, RandomSource& random) {
    for (size_t p = 0; p < loads.size(); ++p) {
      if (loads[p] == 100) return static_cast<int>(p);
    }
    if (TotalOf(loads) == 0) return 0;
    auto draw = static_cast<int>(random.Next() % 100);
    int priority = 0;
    while (draw >= loads[static_cast<size_t>(priority)]) {
      draw -= loads[static_cast<size_t>(priority++)];
    }
    return priority;
  }

  const naive::Plan plan_;
  const EndpointSet& endpoints_;
  const std::string client_;
  std::map<int, Schedule> schedules_;
};

// Each call has seven attempts, from its second on with retryRemoteLocalities.
TEST(LocalityOracleTest, PicksAreThoseOfANaiveDraw) {
  for (uint64_t seed = 1; seed <= kSeeds / 10; ++seed) {
    Case one(seed);
    one.policy.load_balancer->simple = LoadBalancerSettings::Simple::kRandom;
    SeededRandom real_draws(seed + 1'000'000);
    SeededRandom naive_draws(seed + 1'000'000);
    SubsetPool pool({"reviews", 80, ""}, one.policy, one.endpoints,
                    {.random = &real_draws, .client = &one.client});
    EndpointSet& endpoints = pool.endpoints();
    NaivePool oracle(naive::PlanOf(one.setting(), one.policy.outlier_detection.has_value(),
                                   one.client, one.endpoints),
                     endpoints, one.client.locality);
    oracle.Rebuild(naive_draws);
    for (int round = 0; round < 20; ++round) {
      TriedPriorities tried;
      NaiveRetry retry;
      for (int i = 0; i < 30; ++i) {
        if (i % 7 == 0) {
          tried.Forget();
          retry = NaiveRetry();
        }
        SubsetPool::Refusal refusal;
        const Lease lease =
            pool.TryAcquire({.tried_priorities = i % 7 == 0 ? nullptr : &tried}, refusal);
        const Endpoint* const picked = lease ? &lease.endpoint() : nullptr;
        ASSERT_EQ(picked, oracle.Pick(naive_draws, retry))
            << "seed " << seed << ", round " << round << ", attempt " << i;
        if (picked == nullptr) continue;
        tried.Add(*picked);
        retry.attempted.push_back(static_cast<int>(picked->spec().priority));
      }
      if (endpoints.size() == 0) break;
      const size_t flipped = one.random().Below(endpoints.size());
      SetEjected(endpoints, flipped, !endpoints.at(flipped).ejected());
      oracle.Rebuild(naive_draws);
    }
  }
}

}  // namespace
}  // namespace meshroute
