// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

namespace meshroute {
namespace {

// Below 2^kLinearBits microseconds a bucket is a microsecond; each doubling above has
// half as many buckets.
constexpr int kLinearBits = 6;
constexpr uint64_t kLinear = uint64_t{1} << kLinearBits;
constexpr uint64_t kHalf = kLinear / 2;

size_t BucketOf(uint64_t microseconds) {
  if (microseconds < kLinear) return microseconds;
  const int shift = static_cast<int>(std::bit_width(microseconds)) - kLinearBits;
  return static_cast<size_t>(static_cast<uint64_t>(shift) * kHalf + (microseconds >> shift));
}

// The first value beyond the bucket.
uint64_t EndOf(size_t bucket) {
  if (bucket < kLinear) return bucket + 1;
  const uint64_t shift = bucket / kHalf - 1;
  return (bucket - shift * kHalf + 1) << shift;
}

}  // namespace

void LatencyHistogram::Add(Duration latency) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(latency).count();
  const size_t bucket = BucketOf(microseconds < 0 ? 0 : static_cast<uint64_t>(microseconds));
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
}

void LatencyHistogram::Clear() {
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = 0;
}

Duration LatencyHistogram::Percentile(double percent) const {
  if (count_ == 0) return Duration::zero();
  const double share = std::ceil(static_cast<double>(count_) * percent / 100);
  const uint64_t wanted = std::max<uint64_t>(1, static_cast<uint64_t>(share));
  uint64_t seen = 0;
  size_t bucket = 0;
  while (bucket + 1 < buckets_.size() && (seen += buckets_[bucket]) < wanted) ++bucket;
  return std::chrono::microseconds(EndOf(bucket));
}

}  // namespace meshroute
