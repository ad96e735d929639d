// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTING_SCRIPTED_RANDOM_H_
#define MESHROUTE_TESTING_SCRIPTED_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "meshroute/base/random_source.h"

namespace meshroute {

// Gives the numbers of a script, one per draw, then `afterwards` for ever. With
// it a test states each draw and checks the outcome exactly.
//
//   ScriptedRandom random({999'999, 0});  // delay not drawn, abort drawn
//
// Thread-compatible.
class ScriptedRandom final : public RandomSource {
 public:
  ScriptedRandom(std::initializer_list<uint64_t> script = {}, uint64_t afterwards = 0)
      : script_(script), afterwards_(afterwards) {}

  uint64_t Next() override {
    ++draws_;
    return next_ < script_.size() ? script_[next_++] : afterwards_;
  }

  // Adds numbers to the end of the script.
  void Append(std::initializer_list<uint64_t> numbers) {
    script_.insert(script_.end(), numbers.begin(), numbers.end());
  }

  // Draws so far.
  size_t draws() const { return draws_; }

 private:
  std::vector<uint64_t> script_;
  size_t next_ = 0;
  size_t draws_ = 0;
  uint64_t afterwards_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTING_SCRIPTED_RANDOM_H_
