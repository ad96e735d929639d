// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/rollout_stream.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/simulation/poisson.h"
#include "lib/simulation/simulation_clock.h"
#include "lib/simulation/stream_observer.h"
#include "meshroute/base/random_source.h"
#include "meshroute/rollout/rollout.h"

namespace meshroute {
namespace {

using Group = EvidenceShard::Group;

constexpr Duration kTick = std::chrono::seconds(1);
constexpr int kMostAtOnce = 8;

// One rollout and the process whose counts it is fed with.
class StreamRun {
 public:
  StreamRun(const ValidatedPlan& plan, const RolloutStream& stream, uint64_t seed)
      : stream_(stream), observer_(clock_), random_(seed), salts_(~seed) {
    RolloutOptions options;
    options.random = &salts_;
    absl::StatusOr<std::unique_ptr<Rollout>> rollout =
        Rollout::Create(plan, clock_, observer_, options);
    if (rollout.ok()) rollout_ = *std::move(rollout);
    shard_.instance = "stream";
  }

  StreamOutcome Run(Duration limit) {
    if (rollout_ == nullptr) return observer_.outcome;
    weights_ = rollout_->Advance();
    while (!observer_.over() && clock_.elapsed() < limit) {
      CountSecond();
      clock_.Set(clock_.elapsed() + kTick);
      Feed();
    }
    observer_.outcome.phase = rollout_->status().phase;
    return observer_.outcome;
  }

 private:
  // The parts of all requests that say something.
  struct Shares {
    double canary = 0;
    double compared = 0;  // Of the baseline, or of the fresh one.
  };

  Shares SharesOf(const StreamMoment& moment) const {
    const bool is_ab_test = weights_.plan->strategy == RolloutPlan::Strategy::kAbTest;
    if (is_ab_test && weights_.obeys_match && weights_.weight < 1) {
      return {.canary = moment.matched * weights_.match_weight,
              .compared = moment.matched * (1 - weights_.match_weight)};
    }
    const double fresh = weights_.fresh_weight;
    return {.canary = weights_.weight, .compared = fresh > 0 ? fresh : 1 - weights_.weight};
  }

  // Draws what comes in within the next second at the present weights.
  void CountSecond() {
    const StreamMoment moment =
        stream_({clock_.elapsed(), observer_.since_first_step().value_or(-kTick)});
    if (weights_.generation != shard_.generation || weights_.step != step_) {
      shard_.counters.clear();  // What was told of steps before is known.
      shard_.generation = weights_.generation;
      step_ = weights_.step;
    }
    const Shares shares = SharesOf(moment);
    Count(Group::kBaseline, "", moment.rate * shares.compared,
          weights_.fresh_weight > 0 ? moment.fresh_bad : moment.baseline_bad);
    const double each = moment.rate * shares.canary /
                        static_cast<double>(std::max<size_t>(1, moment.canary_bad.size()));
    for (size_t i = 0; i < moment.canary_bad.size(); ++i) {
      const uint64_t bad =
          Count(Group::kCanary, absl::StrCat("canary-", i), each, moment.canary_bad[i]);
      observer_.outcome.canary_failures += bad;
    }
    if (weights_.mirror > 0) CountPairs(moment);
  }

  // Of requests and their copies, which do not hang on each other.
  void CountPairs(const StreamMoment& moment) {
    const double mean = moment.rate * (1 - weights_.weight) * weights_.mirror /
                        static_cast<double>(std::max<size_t>(1, moment.canary_bad.size()));
    for (size_t i = 0; i < moment.canary_bad.size(); ++i) {
      const double on_canary = moment.canary_bad[i];
      const double on_baseline = moment.baseline_bad;
      const std::string endpoint = absl::StrCat("canary-", i);
      const auto count = [&](Group group, double bad, double good) {
        EvidenceShard::Counter& counter = CounterOf(group, endpoint);
        counter.bad += DrawPoisson(mean * bad, random_);
        counter.good += DrawPoisson(mean * good, random_);
      };
      count(Group::kPairsApart, on_canary * (1 - on_baseline), on_baseline * (1 - on_canary));
      count(Group::kPairsTogether, on_canary * on_baseline, (1 - on_canary) * (1 - on_baseline));
    }
  }

  uint64_t Count(Group group, const std::string& endpoint, double mean, double bad_share) {
    const uint64_t bad = DrawPoisson(mean * bad_share, random_);
    const uint64_t good = DrawPoisson(mean * (1 - bad_share), random_);
    if (group == Group::kCanary) observer_.outcome.canary_requests += bad + good;
    if (bad + good == 0) return 0;
    EvidenceShard::Counter& counter = CounterOf(group, endpoint);
    counter.bad += bad;
    counter.good += good;
    return bad;
  }

  EvidenceShard::Counter& CounterOf(Group group, const std::string& endpoint) {
    for (EvidenceShard::Counter& counter : shard_.counters) {
      if (counter.group == group && counter.endpoint == endpoint) return counter;
    }
    EvidenceShard::Counter& counter = shard_.counters.emplace_back();
    counter.step = weights_.step;
    counter.group = group;
    counter.endpoint = endpoint;
    return counter;
  }

  void Feed() {
    ++shard_.sequence;
    // Refused where a new attempt has begun meanwhile, as it should be.
    (void)rollout_->Merge(shard_);
    // A phase that is to be left at once, the promotion, must not last a second.
    for (int i = 0; i < kMostAtOnce; ++i) {
      weights_ = rollout_->Advance();
      if (weights_.advance_at > clock_.Now()) return;
    }
  }

  const RolloutStream& stream_;
  SimulationClock clock_;
  StreamObserver observer_;
  SeededRandom random_;
  SeededRandom salts_;
  std::unique_ptr<Rollout> rollout_;
  RouteWeights weights_;
  EvidenceShard shard_;
  uint32_t step_ = 0;
};

}  // namespace

StreamOutcome RunOnStream(const ValidatedPlan& plan, const RolloutStream& stream, uint64_t seed,
                          Duration limit) {
  return StreamRun(plan, stream, seed).Run(limit);
}

}  // namespace meshroute
