// SPDX-License-Identifier: Apache-2.0
#include "meshroute/base/random_source.h"

#include <random>

namespace meshroute {
namespace {

__extension__ using Uint128 = unsigned __int128;

// wyrand: one multiplication a draw, passes the usual statistical batteries.
uint64_t Advance(uint64_t& state) {
  state += 0xa0761d6478bd642fULL;
  const Uint128 product = static_cast<Uint128>(state) * (state ^ 0xe7037ed1a0b428dbULL);
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

uint64_t SeedFromSystem() {
  std::random_device device;
  return (static_cast<uint64_t>(device()) << 32) | device();
}

class PerThreadRandom final : public RandomSource {
 public:
  uint64_t Next() override {
    thread_local uint64_t state = SeedFromSystem();
    return Advance(state);
  }
};

}  // namespace

uint64_t SeededRandom::Next() { return Advance(state_); }

RandomSource& ThreadRandom() {
  static PerThreadRandom* const source = new PerThreadRandom();
  return *source;
}

}  // namespace meshroute
