// SPDX-License-Identifier: Apache-2.0
#include "lib/router/balancer_report.h"

#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"

namespace meshroute {
namespace {

using Simple = LoadBalancerSettings::Simple;

// What chooses, in the order in which one goes before the other.
enum class Algorithm : uint8_t {
  kPassthrough,
  kCustom,
  kConsistentHash,
  kPeakEwma,
  kLatencyAware,
  kRandom,
  kRoundRobin,
  kLeastRequest,
};

// A policy with its defaults, and what it comes to.
struct Balancing {
  Balancing(const EffectivePolicy& policy, const CustomBalancers* balancers)
      : settings(policy.load_balancer.value_or(LoadBalancerSettings())),
        extension(policy.load_balancer_extension.value_or(LoadBalancerExtension())) {
    const bool by_latency = extension.peak_ewma || extension.latency_aware;
    if (balancers != nullptr && !by_latency) custom = balancers->for_all;
    custom = extension.custom.value_or(custom);
  }

  Algorithm algorithm() const {
    const Simple simple = settings.simple.value_or(Simple::kUnspecified);
    if (simple == Simple::kPassthrough && !settings.consistent_hash) return Algorithm::kPassthrough;
    if (!custom.empty()) return Algorithm::kCustom;
    if (settings.consistent_hash) return Algorithm::kConsistentHash;
    if (extension.peak_ewma) return Algorithm::kPeakEwma;
    if (extension.latency_aware) return Algorithm::kLatencyAware;
    if (simple == Simple::kRandom) return Algorithm::kRandom;
    return simple == Simple::kRoundRobin ? Algorithm::kRoundRobin : Algorithm::kLeastRequest;
  }

  LoadBalancerSettings settings;
  LoadBalancerExtension extension;
  std::string custom;  // Empty: none.
};

std::string NameOfHash(const ConsistentHash& settings, uint32_t balance_factor) {
  const std::string table = settings.maglev ? "consistentHash, Maglev" : "consistentHash, ring";
  if (balance_factor == 0) return table;
  return absl::StrCat(table, ", at most ", balance_factor, "% of an even load");
}

std::string NameOfLeastRequest(const std::optional<LeastRequestSettings>& settings) {
  if (!settings) return "LEAST_REQUEST";
  if (settings->active_request_bias) {
    return absl::StrCat("LEAST_REQUEST, active requests to the power of ",
                        *settings->active_request_bias);
  }
  if (settings->selection == LeastRequestSettings::Selection::kFullScan) {
    return "LEAST_REQUEST, best of all";
  }
  return absl::StrCat("LEAST_REQUEST, best of ", settings->choice_count, " drawn");
}

}  // namespace

std::string NameOfBalancer(const EffectivePolicy& policy, const CustomBalancers* balancers) {
  const Balancing balancing(policy, balancers);
  switch (balancing.algorithm()) {
    case Algorithm::kPassthrough:
      return "PASSTHROUGH";
    case Algorithm::kCustom:
      return absl::StrCat("custom, ", balancing.custom);
    case Algorithm::kConsistentHash:
      return NameOfHash(*balancing.settings.consistent_hash,
                        balancing.extension.hash_balance_factor);
    case Algorithm::kPeakEwma:
      return "peak EWMA";
    case Algorithm::kLatencyAware:
      return "latency aware";
    case Algorithm::kRandom:
      return "RANDOM";
    case Algorithm::kRoundRobin:
      return "ROUND_ROBIN";
    case Algorithm::kLeastRequest:
      break;
  }
  return NameOfLeastRequest(balancing.extension.least_request);
}

SlowStart SlowStartOf(const EffectivePolicy& policy, const CustomBalancers* balancers,
                      const Clock& clock) {
  const Balancing balancing(policy, balancers);
  const Algorithm algorithm = balancing.algorithm();
  const bool obeyed = algorithm == Algorithm::kRoundRobin || algorithm == Algorithm::kLeastRequest;
  return obeyed ? SlowStart(balancing.settings, clock) : SlowStart();
}

}  // namespace meshroute
