// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_ORACLE_UPSTREAM_NAIVE_H_
#define MESHROUTE_TESTS_ORACLE_UPSTREAM_NAIVE_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "meshroute/base/hash.h"

// The algorithms as their descriptions tell them, step by step and slow, for the
// real ones to be compared with. Nothing here is shared with them but the hash.
namespace meshroute::naive {

// Earliest deadline first, by looking at every entry for every pick.
class Edf {
 public:
  using WeightOf = std::function<double(size_t)>;

  Edf(size_t entries, uint64_t picks, const WeightOf& weight_of) : entries_(entries) {
    picks = static_cast<uint32_t>(picks) % 429496729;
    double sum = 0;
    for (size_t i = 0; i < entries; ++i) sum += weight_of(i) + 1e-13;
    uint64_t made = 0;
    for (size_t i = 0; i < entries; ++i) {
      const double weight = weight_of(i) + 1e-13;
      double whole = std::floor(weight * static_cast<double>(picks) / sum);
      if (whole > 0 && whole / weight >= static_cast<double>(picks) / sum) whole -= 1;
      entries_[i] = {(whole + 1) / weight, order_++};
      time_ = std::max(time_, whole / weight);
      made += static_cast<uint64_t>(whole);
    }
    for (; made < picks; ++made) Pick(weight_of);
  }

  size_t Pick(const WeightOf& weight_of) {
    const auto earliest = std::min_element(entries_.begin(), entries_.end());
    const auto picked = static_cast<size_t>(earliest - entries_.begin());
    time_ = earliest->first;
    *earliest = {time_ + 1 / weight_of(picked), order_++};
    return picked;
  }

 private:
  std::vector<std::pair<double, uint64_t>> entries_;  // Deadline, order of insertion.
  double time_ = 0;
  uint64_t order_ = 0;
};

struct Weighted {
  std::string address;
  uint32_t weight;
};

inline double SumOfWeights(const std::vector<Weighted>& endpoints) {
  double sum = 0;
  for (const Weighted& endpoint : endpoints) sum += endpoint.weight;
  return sum;
}

// A ring as a sorted map from point to address.
class Ring {
 public:
  Ring(const std::vector<Weighted>& endpoints, uint64_t minimum_size) {
    double least_share = 1;
    for (const Weighted& endpoint : endpoints) {
      least_share = std::min(least_share, endpoint.weight / SumOfWeights(endpoints));
    }
    const double scale = std::min(
        std::ceil(least_share * static_cast<double>(minimum_size)) / least_share, 8388608.0);
    double current = 0;
    double target = 0;
    for (const Weighted& endpoint : endpoints) {
      target += scale * (endpoint.weight / SumOfWeights(endpoints));
      for (int i = 0; current < target; ++i, current += 1) {
        points_.emplace(XxHash64(endpoint.address + "_" + std::to_string(i)), endpoint.address);
      }
    }
  }

  std::string Find(uint64_t hash, uint32_t repick) const {
    if (points_.empty()) return "";
    auto point = points_.lower_bound(hash);
    if (point == points_.end()) point = points_.begin();
    for (uint32_t i = 0; i < repick; ++i) {
      if (++point == points_.end()) point = points_.begin();
    }
    return point->second;
  }

 private:
  std::multimap<uint64_t, std::string> points_;
};

// A Maglev table, filled by asking every endpoint in every round.
inline std::vector<std::string> MaglevTable(std::vector<Weighted> endpoints, uint64_t size) {
  std::vector<std::string> table(size);
  if (endpoints.empty()) return table;
  const double sum = SumOfWeights(endpoints);
  std::sort(endpoints.begin(), endpoints.end(),
            [](const Weighted& a, const Weighted& b) { return a.address < b.address; });
  double largest = 0;
  for (const Weighted& endpoint : endpoints) largest = std::max(largest, endpoint.weight / sum);
  std::vector<double> targets(endpoints.size());
  std::vector<uint64_t> next(endpoints.size());
  uint64_t filled = 0;
  for (uint64_t round = 1; filled < size; ++round) {
    for (size_t i = 0; i < endpoints.size() && filled < size; ++i) {
      if (static_cast<double>(round) * (endpoints[i].weight / sum) < targets[i]) continue;
      targets[i] += largest;
      const uint64_t offset = XxHash64(endpoints[i].address, 0) % size;
      const uint64_t skip = XxHash64(endpoints[i].address, 1) % (size - 1) + 1;
      while (!table[(offset + skip * next[i]) % size].empty()) ++next[i];
      table[(offset + skip * next[i]++) % size] = endpoints[i].address;
      ++filled;
    }
  }
  return table;
}

// MT19937 as its definition tells it.
class MersenneTwister {
 public:
  explicit MersenneTwister(uint32_t seed) {
    state_[0] = seed;
    for (uint32_t i = 1; i < 624; ++i) {
      state_[i] = 1812433253U * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
    }
  }

  uint32_t Next() {
    const uint32_t joined = (state_[at_] & 0x80000000U) | (state_[(at_ + 1) % 624] & 0x7fffffffU);
    state_[at_] = state_[(at_ + 397) % 624] ^ (joined >> 1) ^ (joined % 2 == 1 ? 0x9908b0dfU : 0U);
    uint32_t y = state_[at_];
    at_ = (at_ + 1) % 624;
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    return y ^ (y >> 18);
  }

 private:
  uint32_t state_[624];
  uint32_t at_ = 0;
};

struct Loaded {
  uint32_t weight;
  uint32_t active;
};

// Bounded load: the number of the endpoint that a key gets whose table gives `owner`.
inline size_t BoundedLoad(const std::vector<Loaded>& endpoints, size_t owner, uint64_t hash,
                          uint64_t factor, uint64_t all_active) {
  double sum = 0;
  for (const Loaded& endpoint : endpoints) sum += endpoint.weight;
  const auto slots = static_cast<double>(((all_active + 1) * factor + 99) / 100);
  const auto load = [&](size_t i) {
    const double own = std::max(1.0, std::ceil(slots * (endpoints[i].weight / sum)));
    return endpoints[i].active / own;
  };
  if (load(owner) <= 1) return owner;
  std::vector<size_t> order(endpoints.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  MersenneTwister random(static_cast<uint32_t>(hash % (uint64_t{1} << 32)));
  size_t least = owner;
  for (size_t i = 0; i < order.size(); ++i) {
    const uint64_t left = order.size() - i;
    uint64_t drawn = left;
    while (drawn >= left) drawn = random.Next() / ((uint64_t{1} << 32) / left);
    std::swap(order[i], order[i + drawn]);
    if (order[i] == owner) continue;
    if (load(order[i]) <= 1) return order[i];
    if (load(order[i]) < load(least)) least = order[i];
  }
  return least;
}

// Peak EWMA, in doubles and seconds.
class PeakEwma {
 public:
  explicit PeakEwma(double half_life) : half_life_(half_life) {}

  void Answer(double latency, double now) {
    const double kept = std::exp2(-(now - moment_) / half_life_);
    const bool peak = latency_ == 0 || latency >= latency_;
    latency_ = peak ? latency : latency_ * kept + latency * (1 - kept);
    moment_ = now;
  }

  double Cost(uint32_t active, uint32_t weight, double now) const {
    return latency_ * std::exp2(-(now - moment_) / half_life_) * (active + 1) / weight;
  }

 private:
  double half_life_;
  double latency_ = 0;
  double moment_ = 0;
};

}  // namespace meshroute::naive

#endif  // MESHROUTE_TESTS_ORACLE_UPSTREAM_NAIVE_H_
