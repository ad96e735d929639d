// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/validated_plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "meshroute/base/hash.h"

namespace meshroute {
namespace {

std::string NameOf(const RolloutPlan& plan) {
  return absl::StrCat(plan.metadata.namespace_name, "/", plan.metadata.name);
}

// What makes the canary another one: its host, its subset, the labels that select it.
std::string RevisionOf(const RolloutPlan& plan, const Resources& resources) {
  if (!plan.revision.empty()) return plan.revision;
  std::string text = absl::StrCat(plan.canary->host, "\n", plan.canary->subset);
  for (const DestinationRule& rule : resources.destination_rules) {
    if (rule.host != plan.canary->host) continue;
    for (const Subset& subset : rule.subsets) {
      if (subset.name != plan.canary->subset) continue;
      for (const auto& [key, value] : subset.labels) absl::StrAppend(&text, "\n", key, "=", value);
    }
  }
  return absl::StrCat(absl::Hex(XxHash64(text), absl::kZeroPad16));
}

// Whether `plan` steers rules of `service`.
bool Steers(const RolloutPlan& plan, const VirtualService& service) {
  const size_t slash = plan.virtual_service.find('/');
  const bool is_elsewhere = slash != std::string::npos;
  const std::string& own = plan.metadata.namespace_name;
  return service.metadata.name ==
             (is_elsewhere ? plan.virtual_service.substr(slash + 1) : plan.virtual_service) &&
         service.metadata.namespace_name ==
             (is_elsewhere ? plan.virtual_service.substr(0, slash) : own);
}

// No trial is open for longer than its attempt may take, so none has to be older.
Duration MaturityOf(const RolloutPlan& plan, const Resources& resources) {
  Duration maturity = plan.analysis.maturity;
  for (const VirtualService& service : resources.virtual_services) {
    if (!Steers(plan, service)) continue;
    for (const HttpRoute& route : service.http) {
      if (route.name != plan.route && !plan.route.empty()) continue;
      if (route.retries && route.retries->per_try_timeout > Duration(0)) {
        maturity = std::min(maturity, *route.retries->per_try_timeout);
      }
      if (route.timeout > Duration(0)) maturity = std::min(maturity, *route.timeout);
    }
  }
  return maturity;
}

}  // namespace

absl::StatusOr<ValidatedPlan> ValidatedPlan::Find(const ValidatedConfig& config,
                                                  std::string_view name) {
  for (ValidatedPlan& plan : AllOf(config)) {
    if (plan.name() == name) return std::move(plan);
  }
  return absl::NotFoundError(absl::StrCat("there is no Rollout ", std::string(name)));
}

std::vector<ValidatedPlan> ValidatedPlan::AllOf(const ValidatedConfig& config) {
  std::vector<ValidatedPlan> plans;
  for (const RolloutPlan& plan : config.resources().rollouts) {
    auto own = std::make_shared<RolloutPlan>(plan);
    own->analysis.maturity = MaturityOf(plan, config.resources());
    plans.push_back(ValidatedPlan(std::move(own), RevisionOf(plan, config.resources())));
  }
  return plans;
}

absl::StatusOr<ValidatedPlan> ValidatedPlan::Create(RolloutPlan plan) {
  Resources resources;
  resources.rollouts.push_back(std::move(plan));
  const absl::StatusOr<ValidatedConfig> config = Validate(std::move(resources));
  if (!config.ok()) return config.status();
  return AllOf(*config).front();
}

std::string ValidatedPlan::name() const { return NameOf(*plan_); }

}  // namespace meshroute
