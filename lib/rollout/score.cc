// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/score.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace meshroute {
namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();

// ln(e^a + e^b).
double LogSum(double a, double b) {
  if (a == kNothing) return b;
  if (b == kNothing) return a;
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

template <size_t kSize>
double SumOfExponents(const std::array<double, kSize>& logs) {
  // e^700 is near the end of what a double holds, and far beyond every decision.
  constexpr double kDecided = 700;
  double sum = 0;
  for (const double log : logs) {
    if (log > kDecided) return std::numeric_limits<double>::infinity();
    sum += std::exp(log);
  }
  return sum;
}

}  // namespace

ScoreFactors RelativeFactors(double weight, ScoreMargin margin) {
  ScoreFactors factors;
  const double most = 1 / (margin.ratio / (1 - weight) + margin.slack);
  for (size_t i = 0; i < kScoreGrid; ++i) {
    const double stake = kRelativeGrid[i] * most;
    factors.canary_bad[i] = std::log1p(stake * (1 / weight - margin.slack));
    factors.baseline_bad[i] = std::log1p(-kRelativeGrid[i]);
    factors.good[i] = std::log1p(-stake * margin.slack);
  }
  return factors;
}

ScoreFactors AbsoluteFactors(double allowed_rate) {
  // Boldness from the allowed rate itself to near 1, in equal ratios.
  constexpr double kBoldest = 0.95;
  ScoreFactors factors;
  for (size_t i = 0; i < kScoreGrid; ++i) {
    const double exponent = static_cast<double>(kScoreGrid - 1 - i) / (kScoreGrid - 1);
    const double stake = kBoldest * std::pow(allowed_rate / kBoldest, exponent);
    factors.canary_bad[i] = std::log1p(stake * (1 - allowed_rate) / allowed_rate);
    factors.good[i] = std::log1p(-stake);
  }
  return factors;
}

Score::Score() { logs_.fill(kNothing); }

Score Score::FromLogs(const std::array<double, kScoreGrid>& logs) {
  Score score;
  score.logs_ = logs;
  return score;
}

void Score::Invest(double amount) {
  if (amount <= 0) return;
  const double share = std::log(amount / kScoreGrid);
  for (double& log : logs_) log = LogSum(log, share);
}

void Score::Multiply(const ScoreFactors& factors, const TrialCounts& counts) {
  const auto canary_bad = static_cast<double>(counts.canary_bad);
  const auto baseline_bad = static_cast<double>(counts.baseline_bad);
  const auto good = static_cast<double>(counts.good);
  for (size_t i = 0; i < kScoreGrid; ++i) {
    logs_[i] += canary_bad * factors.canary_bad[i] + baseline_bad * factors.baseline_bad[i] +
                good * factors.good[i];
  }
}

double Score::Sum() const { return SumOfExponents(logs_); }

double StakeSchedule::StepStake(Start start) const {
  constexpr double kShare = 0.25;
  // More steps than were announced share what is left.
  if (start == Start::kFirst) return std::min(steps_ > 1 ? kShare : 2 * kShare, cash_);
  return steps_ > 1 ? std::min(kShare / static_cast<double>(steps_ - 1), std::max(cash_, 0.0)) : 0;
}

double StakeSchedule::PeriodicStake() const {
  if (periodic_ >= kPeriodicStakes) return 0;
  return std::min(0.5 / kPeriodicStakes, std::max(cash_, 0.0));
}

void StakeSchedule::UsePeriodicStake() {
  cash_ -= PeriodicStake();
  periodic_ = std::min(periodic_ + 1, kPeriodicStakes);
}

void StakeSchedule::Restore(double cash, uint32_t periodic_used) {
  cash_ = cash;
  periodic_ = periodic_used;
}

PairScore::PairScore(ScoreMargin margin) {
  static constexpr std::array<double, kGrid> kChances{.65, .7, .75, .8, .85, .9, .95, .99};
  const double allowed = margin.ratio / (1 + margin.ratio);
  while (first_ < kGrid - 1 && kChances[first_] <= allowed) ++first_;
  for (size_t i = first_; i < kGrid; ++i) {
    // How much of the bet a request costs that fails on the baseline alone.
    const double boldness = std::max((kChances[i] - allowed) / (1 - allowed), 0.0);
    const double lambda = boldness / (margin.ratio + margin.slack);
    canary_alone_[i] = std::log1p(lambda * (1 - margin.slack));
    baseline_alone_[i] = std::log1p(-boldness);
    both_bad_[i] = std::log1p(lambda * (1 - margin.ratio - margin.slack));
    both_good_[i] = std::log1p(-lambda * margin.slack);
  }
  logs_.fill(kNothing);
}

void PairScore::Invest(double amount) {
  if (amount <= 0) return;
  const double share = std::log(amount / static_cast<double>(kGrid - first_));
  for (size_t i = first_; i < kGrid; ++i) logs_[i] = LogSum(logs_[i], share);
}

void PairScore::Add(const PairCounts& counts) {
  const auto canary_alone = static_cast<double>(counts.canary_alone);
  const auto baseline_alone = static_cast<double>(counts.baseline_alone);
  const auto both_bad = static_cast<double>(counts.both_bad);
  const auto both_good = static_cast<double>(counts.both_good);
  for (size_t i = first_; i < kGrid; ++i) {
    logs_[i] += canary_alone * canary_alone_[i] + baseline_alone * baseline_alone_[i] +
                both_bad * both_bad_[i] + both_good * both_good_[i];
  }
}

double PairScore::Sum() const { return SumOfExponents(logs_); }

bool PairScore::is_staked() const { return logs_.back() != kNothing; }

void PairScore::Clear() { logs_.fill(kNothing); }

}  // namespace meshroute
