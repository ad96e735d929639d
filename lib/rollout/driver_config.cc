// SPDX-License-Identifier: Apache-2.0
// Rollouts that come and go with the configuration.
#include <algorithm>
#include <utility>

#include "lib/rollout/driver_state.h"

namespace meshroute {

// Begins what is new in the configuration, and drops what is gone from it. Stores are
// opened and files read before mutex_ is taken, and given back after that.
void RolloutDriver::State::FollowConfig() {
  const ValidatedConfig config = router_.load()->tables()->config;
  if (&config.resources() == &followed_.resources()) return;
  followed_ = config;
  const std::vector<ValidatedPlan> plans = ValidatedPlan::AllOf(config);
  const std::shared_ptr<const Rules> before = rules_.Get();
  std::map<std::string, absl::Status> unusable;
  const auto rules = std::make_shared<Rules>();
  for (const ValidatedPlan& plan : plans) {
    if (FindRule(*before, plan.name()) != nullptr) continue;
    absl::StatusOr<std::unique_ptr<SteeredRule>> rule =
        SteeredRule::Create(plan, *router_.load()->options().clock, options_);
    if (rule.ok()) {
      rules->push_back(*std::move(rule));
    } else {
      unusable[plan.name()] = rule.status();
    }
  }
  {
    const Owner owner(*this);
    unusable_ = std::move(unusable);
    KeepKnown(plans, *before, *rules);
    rules_.Publish(rules);
    DropSplitsWithoutRollout();
  }
  for (const Rule& rule : *before) {
    if (FindRule(*rules, rule->name()) == nullptr) rule->Leave();
  }
}

// Adds those of `before` that have a plan still to `rules`.
void RolloutDriver::State::KeepKnown(const std::vector<ValidatedPlan>& plans, const Rules& before,
                                     Rules& rules) {
  for (const Rule& rule : before) {
    const auto plan = std::find_if(plans.begin(), plans.end(), [&rule](const ValidatedPlan& one) {
      return one.name() == rule->name();
    });
    if (plan == plans.end()) continue;
    if (absl::Status status = rule->Update(*plan); !status.ok()) unusable_[rule->name()] = status;
    rule->needs_publishing |= !rule->refusal.ok();  // The router may have its rule by now.
    rules.push_back(rule);
  }
  std::sort(rules.begin(), rules.end(),
            [](const Rule& a, const Rule& b) { return a->name() < b->name(); });
}

void RolloutDriver::State::DropSplitsWithoutRollout() {
  Router& router = *router_.load();
  std::vector<TrafficSplit> splits = router.tables()->splits;
  const std::shared_ptr<const Rules> rules = rules_.Get();
  const size_t dropped = std::erase_if(splits, [&rules](const TrafficSplit& split) {
    return std::none_of(rules->begin(), rules->end(),
                        [&split](const Rule& rule) { return rule->name() == split.rollout; });
  });
  if (dropped == 0) return;
  const Publishing publishing(*this);
  (void)router.SetSplits(std::move(splits));  // Fewer are never refused.
}

}  // namespace meshroute
