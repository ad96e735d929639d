// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/sticky_stream.h"

#include <chrono>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/simulation/latency_sampler.h"
#include "lib/simulation/simulation_clock.h"
#include "lib/simulation/stream_observer.h"
#include "meshroute/base/hash.h"
#include "meshroute/base/random_source.h"

namespace meshroute {
namespace {

// One request at `now`, drawn for by its user.
Trial DrawTrial(const StickyUsers& users, const RouteWeights& weights, uint64_t salt,
                RandomSource& random) {
  const double broken_share = static_cast<double>(users.broken) * users.broken_rate / users.rate;
  const bool is_broken = DrawUnit(random) < broken_share;
  const uint64_t user =
      is_broken ? users.users + random.Below(users.broken) : random.Below(users.users);
  Trial trial;
  trial.assignment.rollout = weights.rollout;
  trial.assignment.generation = weights.generation;
  trial.assignment.step = weights.step;
  trial.assignment.basis = Assignment::Basis::kStickyKey;
  trial.assignment.weight = weights.weight;
  trial.assignment.unit = XxHash64(absl::StrCat("user-", user), salt);
  const bool is_canary = PositionOf(*trial.assignment.unit) < weights.weight;
  trial.assignment.arm = is_canary ? Arm::kCanary : Arm::kBaseline;
  const double bad_share = is_canary ? users.canary_bad : users.baseline_bad;
  const bool is_bad = is_broken || DrawUnit(random) < bad_share;
  trial.outcome = Outcome::Status(is_bad ? 500 : 200, std::chrono::milliseconds(5));
  return trial;
}

}  // namespace

StreamOutcome RunOnUsers(const ValidatedPlan& plan, const StickyUsers& users, uint64_t seed,
                         Duration limit) {
  SimulationClock clock;
  StreamObserver observer(clock);
  SeededRandom random(seed);
  SeededRandom salts(~seed);
  RolloutOptions options;
  options.random = &salts;
  const absl::StatusOr<std::unique_ptr<Rollout>> rollout =
      Rollout::Create(plan, clock, observer, options);
  if (!rollout.ok()) return {};
  const auto gap = Duration(static_cast<int64_t>(1e9 / users.rate));
  RouteWeights weights = (*rollout)->Advance();
  while (!observer.over() && clock.elapsed() < limit) {
    clock.Set(clock.elapsed() + gap);
    Trial trial = DrawTrial(users, weights, seed, random);
    trial.picked_at = clock.Now();
    if (trial.assignment.arm == Arm::kCanary) {
      ++observer.outcome.canary_requests;
      observer.outcome.canary_failures += trial.outcome.status >= 500 ? 1 : 0;
    }
    const Urgency urgency = (*rollout)->Record(trial);
    if (urgency == Urgency::kAdvanceNow || clock.Now() >= weights.advance_at) {
      weights = (*rollout)->Advance();
    }
  }
  observer.outcome.phase = (*rollout)->status().phase;
  return observer.outcome;
}

}  // namespace meshroute
