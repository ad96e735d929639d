// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_STEP_EVIDENCE_H_
#define MESHROUTE_LIB_ROLLOUT_STEP_EVIDENCE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/rollout/endpoint_names.h"
#include "lib/rollout/open_pairs.h"
#include "lib/rollout/trial_judge.h"
#include "lib/rollout/user_filter.h"
#include "meshroute/base/clock.h"
#include "meshroute/rollout/trial.h"

namespace meshroute {

// Whose trials a row of counters has. Rows of the canary are by endpoint.
// Of pairs, by the endpoint of the copy: `bad` failed on the canary alone and `good` on the
// baseline alone; `bad` failed on both and `good` on neither.
enum class Row : uint8_t {
  kBaseline,
  kBaselineUsers,
  kMatched,
  kCanary,
  kCanaryUsers,
  kPairsApart,
  kPairsTogether,
};

// What is fixed while a step lasts.
struct StepFacts {
  // Which trials of the step say something.
  enum class Mode : uint8_t {
    kBaselineOnly,  // Weight 0: the baseline's alone.
    kCompared,      // Both versions get requests by chance.
    kCanaryOnly,    // Weight 1.
    kMatchedOnly,   // Those of analysis.match, all of them the canary's.
    kPaired,        // Weight 0: the baseline's, and pairs with copies that the canary gets.
  };

  uint32_t tag = 0;
  Mode mode = Mode::kBaselineOnly;
  double weight = 0;
  double weight_before = 0;         // Users below it were the canary's before: not redrawn.
  TimePoint counts_latency_from{};  // The end of the warm-up.
  Duration maturity{0};
  Duration maximum_age{0};
  bool counts_users = false;  // Nobody sticks; or after a restart: who was seen is not known.
  uint32_t process_index = 0;
  uint32_t processes = 1;

  // The chance of the canary for a user who was not the canary's before. Not between 0
  // and 1 where nobody is drawn: the weight has not risen.
  double user_weight() const { return (weight - weight_before) / (1 - weight_before); }
};

// The counters of one step in this process. Threads count in blocks of their own;
// within a block the trials of each second stand apart until they are old enough to be
// compared. Count may be called from any thread, takes no lock and does not allocate;
// the rest belongs to the owner.
class StepEvidence {
 public:
  struct Pair {
    uint64_t bad = 0;
    uint64_t good = 0;
  };

  // All must outlive it. `judge` and `names` are shared by the steps of an attempt.
  StepEvidence(const StepFacts& facts, const TrialJudge& judge, EndpointNames& names);

  // Whether `trial` is the canary's and has a bad bit that Take gives at once, if it is
  // asked when the trial ends. Any other bad one it gives at NextMature.
  bool Count(const Trial& trial);

  // Limits of the latency signals from `now` on, by metric; 0: none yet.
  void SetLatencyLimit(size_t metric, Duration limit, TimePoint now);
  Duration LatencyLimit(size_t metric) const;

  // Takes what is old enough at `now` out of the counters: calls
  // `take(row, endpoint, signal, pair)`, where `endpoint` is EndpointNames::kUnknown for
  // rows without.
  template <typename Visit>
  void Take(TimePoint now, Visit&& take);

  // When Take next has something that it does not have at `now`, of the trials that have
  // ended by then; kNever: all are old enough when they end.
  TimePoint NextMature(TimePoint now) const;

  // When what Take has now, and did not have before, became old enough. Not where
  // NextMature is kNever.
  TimePoint LastMature(TimePoint now) const;

  const StepFacts& facts() const { return facts_; }

 private:
  using Counter = std::atomic<uint32_t>;
  static constexpr size_t kBlocks = 4;
  static constexpr size_t kFixedRows = 3;

  struct Limit {
    std::atomic<int64_t> nanoseconds{0};
    std::atomic<int64_t> since{0};
  };

  // Where a trial is counted; kNowhere: it says nothing here.
  static constexpr size_t kNowhere = SIZE_MAX;
  size_t RowOf(const Trial& trial);
  size_t RowOfEndpoint(size_t endpoint) const;
  bool CountTrial(const Trial& trial);
  bool CountPair(const Trial& trial);
  // Notes, and returns, the second of its pick.
  int64_t NoteSecond(size_t block, size_t slot, TimePoint picked_at);
  bool IsOwnUser(const Trial& trial);
  size_t SlotOf(const Trial& trial) const;
  Bit BitOf(size_t signal, const Trial& trial) const;
  Counter& At(size_t block, size_t slot, size_t row) {
    return counters_[((block * slots_ + slot) * rows_ + row) * signals_ * 2];
  }
  // The second of the trials in a slot; kNothing: there are none.
  static constexpr int64_t kNothing = INT64_MIN;
  std::atomic<int64_t>& SecondIn(size_t block, size_t slot) {
    return seconds_[block * slots_ + slot];
  }
  bool IsMature(int64_t second, TimePoint now) const;
  size_t UsedRows() const;
  using Blocks = std::array<bool, kBlocks>;
  template <typename Visit>
  void TakeRow(const Blocks& blocks, size_t slot, size_t row, Visit&& take);

  const StepFacts facts_;
  const TrialJudge& judge_;
  EndpointNames& names_;
  const size_t signals_;
  const size_t rows_;
  const size_t slots_;  // 0 is for trials that are old enough.
  std::unique_ptr<Counter[]> counters_;
  std::unique_ptr<std::atomic<int64_t>[]> seconds_;  // By block and slot; set after a count.
  std::array<Limit, kMaximumRolloutMetrics> limits_{};
  std::unique_ptr<UserFilter> users_;  // Null where nobody sticks.
  std::unique_ptr<OpenPairs> pairs_;   // Null but of kPaired.
};

template <typename Visit>
void StepEvidence::Take(TimePoint now, Visit&& take) {
  const size_t used = UsedRows();
  for (size_t slot = 0; slot < slots_; ++slot) {
    Blocks blocks{};
    bool any = false;
    for (size_t block = 0; block < kBlocks; ++block) {
      std::atomic<int64_t>& second = SecondIn(block, slot);
      const int64_t held = second.load();
      if (held == kNothing || (slot > 0 && !IsMature(held, now))) continue;
      second.exchange(kNothing);
      blocks[block] = any = true;
    }
    for (size_t row = 0; any && row < used; ++row) TakeRow(blocks, slot, row, take);
  }
}

template <typename Visit>
void StepEvidence::TakeRow(const Blocks& blocks, size_t slot, size_t row, Visit&& take) {
  std::array<Pair, TrialJudge::kMaximumSignals> sums{};
  bool any = false;
  for (size_t block = 0; block < kBlocks; ++block) {
    if (!blocks[block]) continue;
    Counter* const first = &At(block, slot, row);
    for (size_t i = 0; i < signals_ * 2; ++i) {
      if (first[i].load() == 0) continue;
      const uint32_t count = first[i].exchange(0);
      (i % 2 == 0 ? sums[i / 2].bad : sums[i / 2].good) += count;
      any = true;
    }
  }
  if (!any) return;
  Row kind = static_cast<Row>(row);
  size_t endpoint = EndpointNames::kUnknown;
  if (row >= kFixedRows) {
    const bool is_first = (row - kFixedRows) % 2 == 0;
    kind = facts_.mode == StepFacts::Mode::kPaired
               ? (is_first ? Row::kPairsApart : Row::kPairsTogether)
               : (is_first ? Row::kCanary : Row::kCanaryUsers);
    const size_t number = (row - kFixedRows) / 2;  // 0: not known which.
    if (number > 0) endpoint = number - 1;
  }
  for (size_t signal = 0; signal < signals_; ++signal) {
    const Pair& pair = sums[signal];
    if (pair.bad + pair.good > 0) take(kind, endpoint, signal, pair);
  }
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_STEP_EVIDENCE_H_
