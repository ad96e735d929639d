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
// starts, a quarter over the other steps, a half over the first 120 intervals within
// steps. A late fault meets stakes that no good stretch has worn down.
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

// Pairs of a mirrored request, of which only those count where one of the two was
// bad: the canary may be the bad one with odds of `ratio` to 1. Plain value.
class PairScore {
 public:
  static constexpr size_t kGrid = 8;

  // `ratio` at least 1.
  explicit PairScore(double ratio);

  void Invest(double amount);
  void Add(int64_t canary_alone_bad, int64_t baseline_alone_bad);
  double Sum() const;

 private:
  // Only chances above the one allowed make a bet.
  std::array<double, kGrid> canary_bad_{};
  std::array<double, kGrid> baseline_bad_{};
  std::array<double, kGrid> logs_{};
  size_t first_ = 0;  // The first bet of the grid that is one.
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_SCORE_H_
