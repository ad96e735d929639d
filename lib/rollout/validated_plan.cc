// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/validated_plan.h"

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
    plans.push_back(ValidatedPlan(std::make_shared<const RolloutPlan>(plan),
                                  RevisionOf(plan, config.resources())));
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
