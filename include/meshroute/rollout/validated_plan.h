// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_VALIDATED_PLAN_H_
#define MESHROUTE_ROLLOUT_VALIDATED_PLAN_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/config/rollout_plan.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {

// A RolloutPlan that has passed Validate, and the revision that it is about.
// Immutable; copies share.
class ValidatedPlan {
 public:
  // NotFound where `config` has no Rollout of this name ("prod/reviews").
  static absl::StatusOr<ValidatedPlan> Find(const ValidatedConfig& config, std::string_view name);

  // All Rollouts of `config`, in its order.
  static std::vector<ValidatedPlan> AllOf(const ValidatedConfig& config);

  // As Find for a plan built in code: InvalidArgument with every problem.
  static absl::StatusOr<ValidatedPlan> Create(RolloutPlan plan);

  // As it was written, but that `maturity` is no longer than an attempt of the rule may take.
  const RolloutPlan& plan() const { return *plan_; }
  std::shared_ptr<const RolloutPlan> shared() const { return plan_; }
  std::string name() const;  // "prod/reviews"

  // The plan's, or a hash of the canary's host, subset and the labels that select it.
  const std::string& revision() const { return revision_; }

 private:
  ValidatedPlan(std::shared_ptr<const RolloutPlan> plan, std::string revision)
      : plan_(std::move(plan)), revision_(std::move(revision)) {}

  std::shared_ptr<const RolloutPlan> plan_;
  std::string revision_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_VALIDATED_PLAN_H_
