// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/scoreboard.h"

#include <algorithm>
#include <utility>

namespace meshroute {
namespace {

TrialCounts Minus(const TrialCounts& a, const TrialCounts& b) {
  return {.canary_bad = a.canary_bad - b.canary_bad,
          .baseline_bad = a.baseline_bad - b.baseline_bad,
          .good = a.good - b.good};
}

RolloutSnapshot::Bets Saved(const std::vector<Score>& bets) {
  RolloutSnapshot::Bets saved;
  for (const Score& score : bets) saved.metrics.push_back(score.logs());
  return saved;
}

std::vector<Score> Restored(const RolloutSnapshot::Bets& saved) {
  std::vector<Score> bets;
  for (const RolloutSnapshot::Logs& logs : saved.metrics) bets.push_back(Score::FromLogs(logs));
  return bets;
}

}  // namespace

Scoreboard::Scoreboard(const RolloutAnalysis& analysis, size_t steps)
    : stakes_(steps), all_(analysis.metrics.size()), mirror_(analysis.metrics.size()) {
  double sum = 0;
  for (const RolloutMetric& metric : analysis.metrics) {
    const RolloutMargins margins = MarginsOf(metric);
    margins_.push_back({.ratio = margins.ratio, .slack = margins.slack});
    shares_.push_back(metric.dry_run ? 0 : WeightOf(metric));
    sum += shares_.back();
  }
  if (sum > 0) {
    for (double& share : shares_) share /= sum;
  }
}

void Scoreboard::InvestStep() {
  const auto start =
      first_step_staked_ ? StakeSchedule::Start::kLater : StakeSchedule::Start::kFirst;
  Invest(stakes_.StepStake(start));
  stakes_.UseStepStake(start);
  first_step_staked_ = true;
}

void Scoreboard::InvestPeriod() {
  Invest(stakes_.PeriodicStake());
  stakes_.UsePeriodicStake();
}

void Scoreboard::Invest(double amount) {
  const auto invest = [amount](Bets& bets) {
    for (Score& score : bets) score.Invest(amount);
  };
  invest(all_);
  invest(mirror_);
  for (Bets& bets : without_) invest(bets);
}

const ScoreFactors& Scoreboard::FactorsOf(size_t metric, double weight) {
  const auto [place, is_new] = factors_.try_emplace(std::pair(metric, weight));
  if (is_new) place->second = RelativeFactors(weight, margins_[metric]);
  return place->second;
}

void Scoreboard::AddCompared(size_t metric, double weight, const ScoreIncrease& increase) {
  Multiply(metric, FactorsOf(metric, weight), increase);
  const TrialCounts& total = increase.total;
  mirror_[metric].Multiply(
      FactorsOf(metric, 1 - weight),
      {.canary_bad = total.baseline_bad, .baseline_bad = total.canary_bad, .good = total.good});
}

void Scoreboard::AddAbsolute(size_t metric, double allowed_rate, const ScoreIncrease& increase) {
  // Weights are positive, so that a negative key is free for the other kind.
  const auto [place, is_new] = factors_.try_emplace(std::pair(metric, -allowed_rate));
  if (is_new) place->second = AbsoluteFactors(allowed_rate);
  Multiply(metric, place->second, increase);
}

void Scoreboard::Multiply(size_t metric, const ScoreFactors& factors,
                          const ScoreIncrease& increase) {
  // A new endpoint's bets begin as those of all, which have none of its trials yet.
  while (without_.size() < increase.by_endpoint.size()) without_.push_back(all_);
  all_[metric].Multiply(factors, increase.total);
  for (size_t i = 0; i < without_.size(); ++i) {
    without_[i][metric].Multiply(factors, i < increase.by_endpoint.size()
                                              ? Minus(increase.total, increase.by_endpoint[i])
                                              : increase.total);
  }
}

double Scoreboard::ValueOf(const Bets& bets) const {
  double value = stakes_.cash();
  for (size_t i = 0; i < bets.size(); ++i) {
    if (shares_[i] > 0) value += shares_[i] * bets[i].Sum();
  }
  return value;
}

double Scoreboard::ValueWithout(size_t endpoint) const {
  return endpoint < without_.size() ? ValueOf(without_[endpoint]) : Value();
}

std::optional<size_t> Scoreboard::WeakestEndpoint() const {
  std::optional<size_t> weakest;
  double least = 0;
  for (size_t i = 0; i < without_.size(); ++i) {
    const double value = ValueOf(without_[i]);
    if (weakest && value >= least) continue;
    weakest = i;
    least = value;
  }
  return weakest;
}

void Scoreboard::Save(RolloutSnapshot& snapshot) const {
  snapshot.cash = stakes_.cash();
  snapshot.periodic_stakes = stakes_.periodic_used();
  snapshot.progress.first_stake_used = first_step_staked_;
  snapshot.bets = {Saved(all_)};
  for (const Bets& bets : without_) snapshot.bets.push_back(Saved(bets));
  snapshot.mirror = Saved(mirror_);
}

bool Scoreboard::Restore(const RolloutSnapshot& snapshot) {
  const auto fits = [this](const RolloutSnapshot::Bets& bets) {
    return bets.metrics.size() == metrics();
  };
  if (snapshot.bets.empty() || !fits(snapshot.mirror)) return false;
  if (!std::all_of(snapshot.bets.begin(), snapshot.bets.end(), fits)) return false;
  stakes_.Restore(snapshot.cash, snapshot.periodic_stakes);
  first_step_staked_ = snapshot.progress.first_stake_used;
  all_ = Restored(snapshot.bets[0]);
  mirror_ = Restored(snapshot.mirror);
  without_.clear();
  for (size_t i = 1; i < snapshot.bets.size(); ++i) {
    without_.push_back(Restored(snapshot.bets[i]));
  }
  return true;
}

}  // namespace meshroute
