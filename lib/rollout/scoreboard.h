// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_SCOREBOARD_H_
#define MESHROUTE_LIB_ROLLOUT_SCOREBOARD_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "meshroute/config/rollout_analysis.h"
#include "meshroute/rollout/rollout_snapshot.h"
#include "meshroute/rollout/score.h"

namespace meshroute {

// New trials of one metric that share a factor table, in all and by endpoint of the
// canary, which have numbers (EndpointNames). Trials of no known endpoint are in `total`
// alone.
struct ScoreIncrease {
  TrialCounts total;
  std::vector<TrialCounts> by_endpoint;
};

// New pairs of one metric, likewise by the endpoint that the copies went to.
struct PairIncrease {
  PairCounts total;
  std::vector<PairCounts> by_endpoint;
};

// The bets of all metrics of one attempt: E, E without each endpoint of the canary, and
// the bet with the versions exchanged. One capital of 1 for all that is ever staked, on
// pairs and on trials. Thread-compatible.
class Scoreboard {
 public:
  // `steps`: how many starts will stake something.
  Scoreboard(const RolloutAnalysis& analysis, size_t steps);

  // Stakes what the start of a step stakes: on pairs, on trials. What pairs have made of
  // their stakes goes to trials with the next step, so that it is lost if these are good.
  void InvestPairs();
  void InvestStep();

  // What an interval stakes, on pairs while they are open.
  void InvestPeriod();

  // Trials of which chance gave a share of `weight` to the canary.
  void AddCompared(size_t metric, double weight, const ScoreIncrease& increase);

  // Trials of the canary alone, of which `allowed_rate` may be bad.
  void AddAbsolute(size_t metric, double allowed_rate, const ScoreIncrease& increase);

  // Pairs. Without a stake in them they say nothing.
  void AddPairs(size_t metric, const PairIncrease& increase);

  // The capital: cash and the weighted sum of all bets. At 1/alpha the canary is out.
  double Value() const { return ValueOf(all_); }

  // The same with an endpoint's trials left out; Value() of one that is not known.
  double ValueWithout(size_t endpoint) const;

  // The endpoint without which least is left; nullopt: none is known.
  std::optional<size_t> WeakestEndpoint() const;

  // The same bet against the baseline.
  double MirrorValue() const { return ValueOf(mirror_); }

  double MetricValue(size_t metric) const { return ValueOf(all_, metric); }
  double share(size_t metric) const { return shares_[metric]; }
  size_t metrics() const { return shares_.size(); }

  // The names of endpoints in a snapshot are the owner's business: bets[i + 1] leaves out
  // number i.
  void Save(RolloutSnapshot& snapshot) const;

  // false: the snapshot is of other metrics.
  bool Restore(const RolloutSnapshot& snapshot);

 private:
  // By metric.
  struct Bets {
    std::vector<Score> trials;
    std::vector<PairScore> pairs;
  };

  enum class On : uint8_t { kTrials, kPairs };

  static double ValueOf(const Bets& bets, size_t metric);
  double ValueOf(const Bets& bets) const;
  template <typename Change>
  void ForAll(Change&& change);
  void Stake(On what);
  void Invest(double amount, On what);
  void ClosePairs();
  static RolloutSnapshot::Bets Saved(const Bets& bets);
  Bets Restored(const RolloutSnapshot::Bets& saved) const;
  void Multiply(size_t metric, const ScoreFactors& factors, const ScoreIncrease& increase);
  const ScoreFactors& FactorsOf(size_t metric, double weight);

  std::vector<double> shares_;  // By metric; 0 of a dry run.
  std::vector<ScoreMargin> margins_;
  StakeSchedule stakes_;
  bool first_step_staked_ = false;
  Bets all_;
  Bets mirror_;
  std::vector<Bets> without_;  // By endpoint.

  // Tables by metric and weight, or by metric and allowed rate below 0.
  std::map<std::pair<size_t, double>, ScoreFactors> factors_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_SCOREBOARD_H_
