// SPDX-License-Identifier: Apache-2.0
// Any bytes as random rules and requests: the index finds the rule that a scan from
// the first rule on finds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "lib/routing/rule_index.h"
#include "meshroute/base/random_source.h"
#include "tests/oracle/route_generator.h"

namespace meshroute {
namespace {

// Draws from the input, a byte each; 0 once it has ended.
class Bytes final : public RandomSource {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint64_t Next() override { return used_ < size_ ? data_[used_++] : 0; }
  bool ended() const { return used_ >= size_; }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t used_ = 0;
};

uint32_t Scan(const std::vector<RuleConditions>& rules, const RequestView& request) {
  for (uint32_t rule = 0; rule < rules.size(); ++rule) {
    const bool path_fits = rules[rule].path.Matches(PathWithoutQuery(request.path));
    if (path_fits && rules[rule].others.Hold(request)) return rule;
  }
  return RuleIndex::kNone;
}

void Compare(Bytes& bytes) {
  Generator generator(bytes);
  std::vector<RuleConditions> rules;
  for (uint64_t count = generator.Below(64); count > 0; --count) {
    const HttpMatchRequest block =
        generator.Chance(50) ? generator.KeyedBlock() : generator.Block();
    rules.push_back({PathCondition(block), RequestConditions(block)});
  }
  const RuleIndex index(std::move(rules));
  do {
    Asked asked(generator, "k");
    asked.AddKeys(generator);
    if (index.FindFirst(asked.view) != Scan(index.rules(), asked.view)) std::abort();
  } while (!bytes.ended());
}

}  // namespace
}  // namespace meshroute

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  meshroute::Bytes bytes(data, size);
  meshroute::Compare(bytes);
  return 0;
}
