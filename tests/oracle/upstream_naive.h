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
    picks %= 429496729;
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

}  // namespace meshroute::naive

#endif  // MESHROUTE_TESTS_ORACLE_UPSTREAM_NAIVE_H_
