// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/ejection_accounts.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"

namespace meshroute {
namespace {

constexpr Duration kDefaultMaxEjectionTime = std::chrono::seconds(300);
constexpr int32_t kDefaultMaxEjectionPercent = 10;

bool IsDeclaredHealthy(const Endpoint& endpoint) {
  return endpoint.spec().health == EndpointSpec::Health::kHealthy;
}

int32_t MaxEjectionPercent(const DetectionRules& rules) {
  const int32_t setting = rules.settings.max_ejection_percent;
  return std::min(100, setting == 0 ? kDefaultMaxEjectionPercent : setting);
}

Duration MaxEjectionTime(const DetectionRules& rules) {
  return std::max(rules.extension.max_ejection_time.value_or(kDefaultMaxEjectionTime),
                  rules.settings.base_ejection_time);
}

// Whether multiplier * base < max + base, said without overflow.
bool MayGrow(const DetectionRules& rules, uint32_t multiplier) {
  if (multiplier == 0) return true;
  return (MaxEjectionTime(rules) - Duration(1)) / rules.settings.base_ejection_time >=
         multiplier - 1;
}

Duration Sum(Duration a, Duration b) { return a > Duration::max() - b ? Duration::max() : a + b; }

}  // namespace

Duration EjectionTime(const DetectionRules& rules, uint32_t multiplier) {
  // min(base * multiplier, max), without the product where it would be too large.
  const Duration max = MaxEjectionTime(rules);
  if (max / rules.settings.base_ejection_time < multiplier) return max;
  return rules.settings.base_ejection_time * multiplier;
}

EjectionAccounts::EjectionAccounts(const EndpointSet& endpoints, const DetectionRules& rules)
    : endpoints_(endpoints), rules_(rules) {
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const Endpoint& endpoint = endpoints.at(i);
    if (endpoint.state().out) {
      ++out_;
    } else if (IsDeclaredHealthy(endpoint)) {
      ++available_;
    }
  }
}

// The cap is strict: with 10 % nobody of fewer than 10 endpoints is ever ejected.
bool EjectionAccounts::AllowsOneMore(const Endpoint& endpoint, uint32_t one_in) const {
  if ((out_ + 1) * one_in > endpoints_.size()) return false;
  const size_t available_then = available_ - (IsDeclaredHealthy(endpoint) ? 1 : 0);
  if (available_then < rules_.extension.minimum_available) return false;
  if (rules_.extension.always_eject_one_endpoint && out_ == 0) return true;
  return 100.0 * static_cast<double>(out_ + 1) / static_cast<double>(endpoints_.size()) <=
         MaxEjectionPercent(rules_);
}

std::string EjectionAccounts::LimitsOf(uint32_t one_in) const {
  std::string limits =
      absl::StrCat("has ", out_, " of ", endpoints_.size(),
                   " endpoints out, and maxEjectionPercent ", MaxEjectionPercent(rules_), " %");
  if (one_in > 1) absl::StrAppend(&limits, ", or one in ", one_in, ",");
  if (const uint32_t least = rules_.extension.minimum_available; least > 0) {
    absl::StrAppend(&limits, " or minimumAvailable ", least);
  }
  return limits + " allows no more";
}

Duration EjectionAccounts::Eject(const Endpoint& endpoint, Duration jitter, TimePoint now) {
  EndpointState& state = endpoint.state();
  if (!state.out) {
    ++out_;
    if (IsDeclaredHealthy(endpoint)) --available_;
  }
  state.out = true;
  if (!rules_.extension.shadow) state.ejected.store(true, std::memory_order_relaxed);
  state.on_trial.store(false, std::memory_order_relaxed);
  state.ejected_at = now;
  state.ejection_jitter = jitter;
  ++state.ejections;
  if (MayGrow(rules_, state.ejection_multiplier)) ++state.ejection_multiplier;
  return Sum(EjectionTime(rules_, state.ejection_multiplier), jitter);
}

bool EjectionAccounts::IsDue(const Endpoint& endpoint, TimePoint now) const {
  const EndpointState& state = endpoint.state();
  return now - state.ejected_at >=
         Sum(EjectionTime(rules_, state.ejection_multiplier), state.ejection_jitter);
}

void EjectionAccounts::Readmit(const Endpoint& endpoint, TimePoint now) {
  EndpointState& state = endpoint.state();
  --out_;
  if (IsDeclaredHealthy(endpoint)) ++available_;
  state.consecutive_5xx.store(0, std::memory_order_relaxed);
  state.consecutive_gateway.store(0, std::memory_order_relaxed);
  state.consecutive_local_origin.store(0, std::memory_order_relaxed);
  state.readmitted_at = now;
  state.was_readmitted = true;
  state.out = false;
  state.on_trial.store(false, std::memory_order_relaxed);
  state.ejected.store(false, std::memory_order_relaxed);
}

}  // namespace meshroute
