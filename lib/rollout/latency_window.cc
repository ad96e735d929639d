// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/latency_window.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace meshroute {

void LatencyWindow::Add(size_t ring, Duration latency) {
  Ring& own = rings_[ring % kRings];
  const uint64_t index = own.written.fetch_add(1, std::memory_order_relaxed);
  own.nanoseconds[index % kSize].store(latency.count(), std::memory_order_relaxed);
}

std::optional<Duration> LatencyWindow::Quantile(double q) const {
  std::array<uint64_t, kRings> written{};
  uint64_t kept = 0;
  for (size_t i = 0; i < kRings; ++i) {
    written[i] = rings_[i].written.load(std::memory_order_acquire);
    kept += std::min<uint64_t>(written[i], kSize);
  }
  if (kept < kFewest) return std::nullopt;
  std::vector<int64_t> latest;
  latest.reserve(kSize + kRings);
  for (size_t i = 0; i < kRings; ++i) {
    const uint64_t own = std::min<uint64_t>(written[i], kSize);
    // A ring's share of the window is its share of the traffic.
    const uint64_t share = kept <= kSize ? own : (own * kSize + kept - 1) / kept;
    for (uint64_t back = 1; back <= share; ++back) {
      latest.push_back(
          rings_[i].nanoseconds[(written[i] - back) % kSize].load(std::memory_order_relaxed));
    }
  }
  const auto rank = static_cast<size_t>(std::ceil(q * static_cast<double>(latest.size())));
  const auto place = latest.begin() + static_cast<std::ptrdiff_t>(std::max<size_t>(rank, 1) - 1);
  std::nth_element(latest.begin(), place, latest.end());
  return Duration(std::max<int64_t>(*place, 1));
}

}  // namespace meshroute
