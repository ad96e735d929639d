// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/locality_shares.h"

#include <algorithm>
#include <numeric>

namespace meshroute {
namespace {

constexpr double kOverprovisioning = 1.4;

}  // namespace

double EffectiveWeight(const LocalityHealth& locality) {
  if (locality.counted == 0) return 0;
  const double available =
      1.0 * static_cast<double>(locality.eligible) / static_cast<double>(locality.counted);
  return static_cast<double>(locality.weight) * std::min(1.0, kOverprovisioning * available);
}

ZoneShares DivideByZone(const std::vector<uint64_t>& eligible, uint64_t minimum) {
  ZoneShares shares;
  const uint64_t total = std::accumulate(eligible.begin(), eligible.end(), uint64_t{0});
  if (eligible.size() < 2 || eligible.front() == 0 || total < minimum) return shares;
  shares.pooled = false;
  const uint64_t fair = ZoneShares::kAll / eligible.size();
  const uint64_t own = ZoneShares::kAll * eligible.front() / total;
  shares.own =
      static_cast<uint32_t>(own >= fair ? ZoneShares::kAll : ZoneShares::kAll * own / fair);
  uint32_t sum = 0;
  for (size_t zone = 0; zone < eligible.size(); ++zone) {
    const uint64_t share = ZoneShares::kAll * eligible[zone] / total;
    if (zone != 0 && share > fair) sum += static_cast<uint32_t>(share - fair);
    shares.others.push_back(sum);
  }
  if (sum == 0) shares.own = ZoneShares::kAll;
  return shares;
}

}  // namespace meshroute
