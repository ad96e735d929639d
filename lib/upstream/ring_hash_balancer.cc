// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/ring_hash_balancer.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <string>

#include "meshroute/base/hash.h"

namespace meshroute {
namespace {

// Appends numbers to one text without building it anew: "10.0.0.7:80_0", "..._1".
class PointKey {
 public:
  explicit PointKey(std::string_view address) : text_(address) {
    text_ += '_';
    digits_ = text_.size();
    text_.resize(digits_ + 20);
  }

  uint64_t Hash(uint64_t number) {
    char* const begin = text_.data() + digits_;
    const char* const end = std::to_chars(begin, begin + 20, number).ptr;
    return XxHash64(std::string_view(text_.data(), static_cast<size_t>(end - text_.data())));
  }

 private:
  std::string text_;
  size_t digits_;
};

}  // namespace

RingHashBalancer::RingHashBalancer(const EndpointList& endpoints, uint64_t minimum_size,
                                   RandomSource& random, EndpointShares shares)
    : endpoints_(endpoints),
      minimum_size_(minimum_size == 0 ? kDefaultMinimumSize : minimum_size),
      shares_(shares),
      random_(random) {
  Rebuild();
}

const Endpoint* RingHashBalancer::Pick(const PickContext& context) {
  const uint64_t hash = context.hash.has_value() ? *context.hash : random_.Next();
  return rings_.Read([&](const Ring& ring) { return Find(ring, hash, context.repick); });
}

double RingHashBalancer::Scale(double least_share, uint64_t minimum_size) {
  return std::min(std::ceil(least_share * static_cast<double>(minimum_size)) / least_share,
                  static_cast<double>(kMaximumSize));
}

size_t RingHashBalancer::size() const {
  return rings_.Read([](const Ring& ring) { return ring.size.load(std::memory_order_acquire); });
}

const Endpoint* RingHashBalancer::Find(const Ring& ring, uint64_t hash, uint32_t repick) {
  const size_t size = ring.size.load(std::memory_order_acquire);
  if (size == 0) return nullptr;
  const uint64_t bucket = hash >> ring.shift.load(std::memory_order_acquire);
  size_t low = ring.starts[bucket].load(std::memory_order_acquire);
  size_t high = ring.starts[bucket + 1].load(std::memory_order_acquire);
  // A bucket holds one point on average; many only where hashes crowd.
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (ring.points[middle].hash.load(std::memory_order_acquire) < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  size_t index = low < size ? low : 0;
  if (repick != 0) index = (index + repick) % size;
  return ring.points[index].endpoint.load(std::memory_order_acquire);
}

std::vector<RingHashBalancer::Point> RingHashBalancer::MakePoints() const {
  const std::vector<EndpointShare> endpoints = shares_.Of(endpoints_.Eligibles());
  std::vector<Point> points;
  if (endpoints.empty()) return points;
  double least = 1;
  for (const EndpointShare& one : endpoints) least = std::min(least, one.share);
  const double scale = Scale(least, minimum_size_);
  points.reserve(static_cast<size_t>(std::ceil(scale)));
  // Doubles on purpose: which endpoint gets the odd point hangs on their rounding.
  double placed = 0;
  double target = 0;
  for (const EndpointShare& one : endpoints) {
    PointKey key(one.endpoint->address());
    target += scale * one.share;
    for (uint64_t number = 0; placed < target; ++number, ++placed) {
      points.push_back({key.Hash(number), one.endpoint});
    }
  }
  return points;
}

// Distributes the points over buckets by their first bits, then sorts each bucket:
// linear, where a sort of the whole would not be.
void RingHashBalancer::Fill(Ring& ring, const std::vector<Point>& points) {
  const size_t size = points.size();
  const size_t buckets = std::max<size_t>(2, std::bit_ceil(size));
  const auto shift = static_cast<unsigned>(64 - std::countr_zero(buckets));
  std::vector<uint32_t> starts(buckets + 1);
  for (const Point& point : points) ++starts[(point.hash >> shift) + 1];
  for (size_t i = 0; i < buckets; ++i) starts[i + 1] += starts[i];
  std::vector<Point> sorted(size);
  std::vector<uint32_t> next(starts);
  for (const Point& point : points) sorted[next[point.hash >> shift]++] = point;
  const auto by_hash = [](const Point& a, const Point& b) { return a.hash < b.hash; };
  for (size_t i = 0; i < buckets; ++i) {
    if (starts[i + 1] - starts[i] < 2) continue;
    std::stable_sort(sorted.begin() + starts[i], sorted.begin() + starts[i + 1], by_hash);
  }
  ring.points.Reserve(size);
  ring.starts.Reserve(buckets + 1);
  for (size_t i = 0; i < size; ++i) {
    ring.points[i].hash.store(sorted[i].hash, std::memory_order_release);
    ring.points[i].endpoint.store(sorted[i].endpoint, std::memory_order_release);
  }
  for (size_t i = 0; i <= buckets; ++i) {
    ring.starts[i].store(starts[i], std::memory_order_release);
  }
  ring.shift.store(shift, std::memory_order_release);
  ring.size.store(size, std::memory_order_release);
}

void RingHashBalancer::Rebuild() {
  const std::vector<Point> points = MakePoints();
  rings_.Update([&](Ring& ring) { Fill(ring, points); });
}

}  // namespace meshroute
