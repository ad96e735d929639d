// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/latency_aware_balancer.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace meshroute {
namespace {

// What an endpoint of weight 1 that takes a nanosecond would weigh. The fastest is
// taken for a microsecond, so that all weights, of 2^32 together, stay below 2^62.
constexpr double kScale = 549'755'813'888.0;  // 2^39
constexpr float kFastestNanoseconds = 1000;
constexpr float kUnknownNanoseconds = 1e6F;  // Where nobody has answered: 1 ms.

constexpr uint64_t kFloorDivisor = 64;      // Of an even share.
constexpr uint64_t kToleranceDivisor = 16;  // Of a weight that is not renewed yet.

// The latency of endpoints that have not answered, as `settings` has it.
float InitialLatency(const LatencyAwareSettings& settings, const EndpointList& endpoints) {
  if (settings.initial_latency.has_value()) {
    return static_cast<float>(settings.initial_latency->count());
  }
  double sum = 0;
  size_t known = 0;
  for (const Endpoint* member : endpoints.members()) {
    const auto estimate =
        LatencyEstimate::FromWord(member->state().latency.load(std::memory_order_relaxed));
    if (!estimate.known()) continue;
    sum += estimate.nanoseconds;
    ++known;
  }
  return known == 0 ? kUnknownNanoseconds : static_cast<float>(sum / static_cast<double>(known));
}

}  // namespace

struct LatencyAwareBalancer::Numbers {
  explicit Numbers(const std::vector<const Endpoint*>& members) {
    by_state.reserve(members.size());
    for (size_t i = 0; i < members.size(); ++i) by_state.emplace(&members[i]->state(), i);
  }

  absl::flat_hash_map<const EndpointState*, size_t> by_state;
};

LatencyAwareBalancer::LatencyAwareBalancer(const EndpointList& endpoints,
                                           const LatencyAwareSettings& settings,
                                           RandomSource& random)
    : endpoints_(endpoints),
      random_(random),
      initial_nanoseconds_(InitialLatency(settings, endpoints)),
      numbers_(std::make_unique<const Numbers>(endpoints.members())),
      tree_(endpoints.members().size()) {
  HearEnds();
  OnAvailabilityChange();
}

LatencyAwareBalancer::~LatencyAwareBalancer() = default;

const Endpoint* LatencyAwareBalancer::Pick(const PickContext&) {
  const size_t size = endpoints_.size();
  if (size <= 1) return size == 0 ? nullptr : endpoints_.at(0);
  const uint64_t total = tree_.total();
  if (total == 0) return endpoints_.at(random_.Below(size));  // In the midst of a change.
  const std::vector<const Endpoint*>& members = endpoints_.members();
  const Endpoint* const first = members[tree_.Find(random_.Below(total))];
  const Endpoint* const second = members[tree_.Find(random_.Below(total))];
  if (first == second) return first;
  const uint64_t first_load = uint64_t{first->active_requests()} + 1;
  const uint64_t second_load = uint64_t{second->active_requests()} + 1;
  return random_.Below(first_load + second_load) < second_load ? first : second;
}

void LatencyAwareBalancer::OnAvailabilityChange() {
  const std::vector<const Endpoint*>& members = endpoints_.members();
  std::vector<uint64_t> weights(members.size(), 0);
  uint64_t sum = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    if (endpoints_.IsEligible(*members[i])) weights[i] = WeightOf(*members[i]);
    sum += weights[i];
  }
  const uint64_t floor = FloorOf(sum);
  for (size_t i = 0; i < members.size(); ++i) {
    tree_.Set(i, weights[i] == 0 ? 0 : std::max(weights[i], floor));
  }
}

void LatencyAwareBalancer::OnEnd(const Endpoint& endpoint, const Outcome&, TimePoint) {
  const auto found = numbers_->by_state.find(&endpoint.state());
  if (found != numbers_->by_state.end()) Renew(found->second);
}

double LatencyAwareBalancer::ShareOf(size_t member) const {
  return static_cast<double>(tree_.at(member)) / static_cast<double>(tree_.total());
}

uint64_t LatencyAwareBalancer::FloorOf(uint64_t total) const {
  return total / std::max<size_t>(1, endpoints_.size()) / kFloorDivisor;
}

uint64_t LatencyAwareBalancer::WeightOf(const Endpoint& member) const {
  const auto estimate =
      LatencyEstimate::FromWord(member.state().latency.load(std::memory_order_relaxed));
  const float latency = estimate.known() ? estimate.nanoseconds : initial_nanoseconds_;
  const double weight = kScale * member.weight() / std::max(latency, kFastestNanoseconds);
  return std::max(uint64_t{1}, static_cast<uint64_t>(weight));
}

// Who has been ejected meanwhile must not be given a weight, and who has come back must
// have one: whoever changes it last has looked at the eligibility after that.
void LatencyAwareBalancer::Renew(size_t number) {
  const Endpoint& member = *endpoints_.members()[number];
  const uint64_t before = tree_.at(number);
  if (before == 0) return;  // Not eligible.
  const uint64_t weight = std::max(WeightOf(member), FloorOf(tree_.total()));
  const uint64_t difference = weight > before ? weight - before : before - weight;
  if (difference <= before / kToleranceDivisor) return;
  for (;;) {
    const bool eligible = endpoints_.IsEligible(member);
    tree_.Set(number, eligible ? weight : 0);
    if (endpoints_.IsEligible(member) == eligible) return;
  }
}

}  // namespace meshroute
