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

PairCounts Minus(const PairCounts& a, const PairCounts& b) {
  return {.canary_alone = a.canary_alone - b.canary_alone,
          .baseline_alone = a.baseline_alone - b.baseline_alone,
          .both_bad = a.both_bad - b.both_bad,
          .both_good = a.both_good - b.both_good};
}

PairCounts Exchanged(const PairCounts& counts) {
  PairCounts exchanged = counts;
  std::swap(exchanged.canary_alone, exchanged.baseline_alone);
  return exchanged;
}

// `total` but for what endpoint `i` had.
template <typename Increase>
auto Without(const Increase& increase, size_t i) {
  return i < increase.by_endpoint.size() ? Minus(increase.total, increase.by_endpoint[i])
                                         : increase.total;
}

}  // namespace

Scoreboard::Scoreboard(const RolloutAnalysis& analysis, size_t steps) : stakes_(steps) {
  double sum = 0;
  for (const RolloutMetric& metric : analysis.metrics) {
    const RolloutMargins margins = MarginsOf(metric);
    margins_.push_back({.ratio = margins.ratio, .slack = margins.slack});
    shares_.push_back(metric.dry_run ? 0 : WeightOf(metric));
    sum += shares_.back();
    all_.trials.emplace_back();
    all_.pairs.emplace_back(margins_.back());
  }
  mirror_ = all_;
  if (sum > 0) {
    for (double& share : shares_) share /= sum;
  }
}

void Scoreboard::InvestPairs() { Stake(On::kPairs); }

void Scoreboard::InvestStep() {
  ClosePairs();
  Stake(On::kTrials);
}

void Scoreboard::Stake(On what) {
  const auto start =
      first_step_staked_ ? StakeSchedule::Start::kLater : StakeSchedule::Start::kFirst;
  Invest(stakes_.StepStake(start), what);
  stakes_.UseStepStake(start);
  first_step_staked_ = true;
}

void Scoreboard::InvestPeriod() {
  const bool has_pairs = !all_.pairs.empty() && all_.pairs.front().is_staked();
  Invest(stakes_.PeriodicStake(), has_pairs ? On::kPairs : On::kTrials);
  stakes_.UsePeriodicStake();
}

template <typename Change>
void Scoreboard::ForAll(Change&& change) {
  change(all_);
  change(mirror_);
  for (Bets& bets : without_) change(bets);
}

void Scoreboard::Invest(double amount, On what) {
  ForAll([amount, what](Bets& bets) {
    for (size_t i = 0; i < bets.trials.size(); ++i) {
      what == On::kTrials ? bets.trials[i].Invest(amount) : bets.pairs[i].Invest(amount);
    }
  });
}

// Known before any trial of the step, so it is a stake like any other.
void Scoreboard::ClosePairs() {
  ForAll([](Bets& bets) {
    for (size_t i = 0; i < bets.trials.size(); ++i) {
      bets.trials[i].Invest(bets.pairs[i].Sum());
      bets.pairs[i].Clear();
    }
  });
}

const ScoreFactors& Scoreboard::FactorsOf(size_t metric, double weight) {
  const auto [place, is_new] = factors_.try_emplace(std::pair(metric, weight));
  if (is_new) place->second = RelativeFactors(weight, margins_[metric]);
  return place->second;
}

void Scoreboard::AddCompared(size_t metric, double weight, const ScoreIncrease& increase) {
  Multiply(metric, FactorsOf(metric, weight), increase);
  const TrialCounts& total = increase.total;
  mirror_.trials[metric].Multiply(
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
  all_.trials[metric].Multiply(factors, increase.total);
  for (size_t i = 0; i < without_.size(); ++i) {
    without_[i].trials[metric].Multiply(factors, Without(increase, i));
  }
}

void Scoreboard::AddPairs(size_t metric, const PairIncrease& increase) {
  while (without_.size() < increase.by_endpoint.size()) without_.push_back(all_);
  all_.pairs[metric].Add(increase.total);
  mirror_.pairs[metric].Add(Exchanged(increase.total));
  for (size_t i = 0; i < without_.size(); ++i) {
    without_[i].pairs[metric].Add(Without(increase, i));
  }
}

double Scoreboard::ValueOf(const Bets& bets, size_t metric) {
  return bets.trials[metric].Sum() + bets.pairs[metric].Sum();
}

double Scoreboard::ValueOf(const Bets& bets) const {
  double value = stakes_.cash();
  for (size_t i = 0; i < shares_.size(); ++i) {
    if (shares_[i] > 0) value += shares_[i] * ValueOf(bets, i);
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

RolloutSnapshot::Bets Scoreboard::Saved(const Bets& bets) {
  RolloutSnapshot::Bets saved;
  for (const Score& score : bets.trials) saved.metrics.push_back(score.logs());
  const bool has_pairs = !bets.pairs.empty() && bets.pairs.front().is_staked();
  for (size_t i = 0; has_pairs && i < bets.pairs.size(); ++i) {
    saved.pairs.push_back(bets.pairs[i].logs());
  }
  return saved;
}

Scoreboard::Bets Scoreboard::Restored(const RolloutSnapshot::Bets& saved) const {
  Bets bets;
  for (const RolloutSnapshot::Logs& logs : saved.metrics) {
    bets.trials.push_back(Score::FromLogs(logs));
  }
  for (size_t i = 0; i < margins_.size(); ++i) {
    PairScore& score = bets.pairs.emplace_back(margins_[i]);
    if (!saved.pairs.empty()) score.Restore(saved.pairs[i]);
  }
  return bets;
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
    return bets.metrics.size() == metrics() &&
           (bets.pairs.empty() || bets.pairs.size() == metrics());
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
