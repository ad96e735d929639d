// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_SCORE_H_
#define MESHROUTE_ROLLOUT_SCORE_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace meshroute {

// The arithmetic of a rollout's evidence: a bet that the canary is worse than it may
// be. The bet starts with a capital of 1 and is fair or worse as long as the canary
// is within its margin, so the capital ever reaches 1/alpha with a chance of alpha at
// most, however often one looks (Ville). Pure; nothing here knows time or requests.
//
//   Score score;                                   // of one metric
//   score.Invest(0.25);
//   score.Multiply(RelativeFactors(0.05, {1.5, 0.001}), {.canary_bad = 1, .good = 20});
//   score.Sum();                                   // what the stake has become

// How much worse than the baseline is allowed: rate <= ratio * baseline's + slack.
struct ScoreMargin {
  double ratio = 1.5;    // r, at least 1
  double slack = 0.001;  // d, [0,1)
};

// How many bets of different boldness share a stake: small ones find small faults in
// time, bold ones an outage at once.
inline constexpr size_t kScoreGrid = 6;
inline constexpr std::array<double, kScoreGrid> kRelativeGrid{.02, .06, .15, .35, .65, .95};

// The logarithms of what one trial multiplies each bet by.
struct ScoreFactors {
  std::array<double, kScoreGrid> canary_bad{};
  std::array<double, kScoreGrid> baseline_bad{};
  std::array<double, kScoreGrid> good{};  // Of either arm.
};

// Of a trial that chance gave to the canary with probability `weight`, (0,1): neutral
// on average where the canary is exactly at the margin.
ScoreFactors RelativeFactors(double weight, ScoreMargin margin);

// Of a trial of the canary where nothing is compared: neutral on average at a rate of
// `allowed_rate`, (0,1), of bad ones. `baseline_bad` is not used.
ScoreFactors AbsoluteFactors(double allowed_rate);

// How many trials of one kind of arm and step came in. Signed, so that what is known
// twice can be taken back.
struct TrialCounts {
  int64_t canary_bad = 0;
  int64_t baseline_bad = 0;
  int64_t good = 0;  // Of both arms; of an absolute test of the canary alone.

  bool operator==(const TrialCounts&) const = default;
};

// What the bets of one metric have become, kept as logarithms. A function of counts
// per factor table and of the stakes between them: neither the order of trials nor
// which process saw them matters. Plain value.
class Score {
 public:
  // Nothing is staked yet.
  Score();

  // Divides `amount` of the capital over the bets.
  void Invest(double amount);

  // Trials with the same factors. No floor and no cap: either would break the bound.
  void Multiply(const ScoreFactors& factors, const TrialCounts& counts);

  // The sum of the bets; HUGE_VAL where a double cannot hold it.
  double Sum() const;

  // ln of each bet; -HUGE_VAL of one without a stake. For snapshots.
  const std::array<double, kScoreGrid>& logs() const { return logs_; }
  static Score FromLogs(const std::array<double, kScoreGrid>& logs);

 private:
  std::array<double, kScoreGrid> logs_;
};

// The stakes of one rollout attempt, fixed in advance: a quarter when the first step
// starts (where copies are compared before it, that comparison is the first step), a
// quarter over the other steps, a half over the first 120 intervals within steps. A late fault
// meets stakes that no good stretch has worn down.
class StakeSchedule {
 public:
  static constexpr uint32_t kPeriodicStakes = 120;

  // `steps`: how many starts there will be, at least 1.
  explicit StakeSchedule(size_t steps) : steps_(steps) {}

  // What the start of a step stakes.
  enum class Start : uint8_t { kFirst, kLater };
  double StepStake(Start start) const;

  // What an interval stakes; 0 where all of them are used.
  double PeriodicStake() const;

  // Takes a stake out of the cash.
  void UseStepStake(Start start) { cash_ -= StepStake(start); }
  void UsePeriodicStake();

  double cash() const { return cash_; }  // What is not staked yet.
  uint32_t periodic_used() const { return periodic_; }
  void Restore(double cash, uint32_t periodic_used);

 private:
  size_t steps_;
  double cash_ = 1;
  uint32_t periodic_ = 0;
};

// How many pairs of one kind came in: the two outcomes of one request, of which a copy
// went to the canary.
struct PairCounts {
  int64_t canary_alone = 0;    // The canary failed where the baseline did not,
  int64_t baseline_alone = 0;  // and the other way round.
  int64_t both_bad = 0;
  int64_t both_good = 0;

  bool operator==(const PairCounts&) const = default;
};

// The bet of one metric on pairs, under the same margin as on trials: of each pair the
// chance of a bad canary is at most ratio * that of a bad baseline + slack. Then
// Z = bad canary - ratio * bad baseline - slack is 0 on average at most, and so each bet
// of the grid, multiplied by 1 + lambda * Z, is fair or worse. Without slack, lambda is
// such that a request that fails on the canary alone gives q/q0, one that fails on the
// baseline alone (1-q)/(1-q0), with q0 = ratio/(1+ratio) and q from .65 to .99: the sign
// test of mirrored pairs, which agreeing pairs say nothing to. Slack is paid for by a
// little of each pair, and what fails on both sides counts as the margin says.
//
// A stake in pairs is part of the same capital as those in trials (Scoreboard): what it
// has become is staked on the trials of the first step when pairs are over. The capital
// starts with 1 and is never added to, so 1/alpha bounds pairs and trials together.
// Plain value.
class PairScore {
 public:
  static constexpr size_t kGrid = 8;

  // A ratio that leaves no bet of the grid lets stakes rest.
  explicit PairScore(ScoreMargin margin);

  // Divides `amount` of the capital over the bets.
  void Invest(double amount);

  void Add(const PairCounts& counts);

  // The sum of the bets.
  double Sum() const;

  // Whether anything is staked.
  bool is_staked() const;

  // Takes all out.
  void Clear();

  // ln of each bet; -HUGE_VAL of one without a stake. For snapshots.
  const std::array<double, kGrid>& logs() const { return logs_; }
  void Restore(const std::array<double, kGrid>& logs) { logs_ = logs; }

 private:
  // What a pair adds to the logarithm of each bet.
  std::array<double, kGrid> canary_alone_{};
  std::array<double, kGrid> baseline_alone_{};
  std::array<double, kGrid> both_bad_{};
  std::array<double, kGrid> both_good_{};
  std::array<double, kGrid> logs_{};
  size_t first_ = 0;  // The first bet of the grid that is one.
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_SCORE_H_
