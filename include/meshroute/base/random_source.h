// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_BASE_RANDOM_SOURCE_H_
#define MESHROUTE_BASE_RANDOM_SOURCE_H_

#include <cstdint>

namespace meshroute {

// Where the library's chance comes from: the weighted split, balancers, fault
// injection, mirrors and back-off draw here and nowhere else, so that a test
// can script each draw (meshroute/testing/scripted_random.h). Thread-safe.
class RandomSource {
 public:
  virtual ~RandomSource() = default;

  // A number drawn evenly from all 64-bit numbers.
  virtual uint64_t Next() = 0;

  // A number drawn from [0, bound) as `Next() % bound`, which is how Envoy draws.
  // `bound` must not be 0.
  uint64_t Below(uint64_t bound) { return Next() % bound; }
};

// One fast generator per thread (wyrand), each seeded from the operating
// system; not for secrets. Lives as long as the process. Thread-safe.
RandomSource& ThreadRandom();

// One seeded generator: the same seed gives the same draws on every machine.
// Thread-compatible: one thread at a time.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next() override;

 private:
  uint64_t state_;
};

}  // namespace meshroute

#endif  // MESHROUTE_BASE_RANDOM_SOURCE_H_
