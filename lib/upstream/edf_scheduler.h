// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_EDF_SCHEDULER_H_
#define MESHROUTE_LIB_UPSTREAM_EDF_SCHEDULER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace meshroute {

// Earliest deadline first: picks entry i in proportion to its weight, evenly
// spread. Each entry has a deadline; a pick takes the earliest, moves the
// schedule's time there, and puts the entry back 1/weight later. Bit for bit
// Envoy's schedule: deadlines are doubles, equal ones go by time of insertion.
//
// A tree of losers instead of a heap: a pick replays one path from a leaf to the
// root without a branch to mispredict. Thread-compatible.
class EdfScheduler {
 public:
  // When an entry is due: at a time of the schedule, of equal ones the lower order first.
  struct Key {
    double deadline = 0;
    uint64_t order = 0;

    bool Before(const Key& other) const {
      return static_cast<bool>(
          static_cast<int>(deadline < other.deadline) |
          (static_cast<int>(deadline == other.deadline) & static_cast<int>(order < other.order)));
    }
  };

  EdfScheduler() = default;

  // Starts as if about `picks` picks had been made, so that not every client
  // begins with the same endpoints. `weight_of(i)` gives the present weight of
  // entry i, more than 0, for i below `entries`.
  template <typename WeightOf>
  EdfScheduler(size_t entries, uint64_t picks, WeightOf weight_of);

  // Goes on from `previous` with other entries: key_of(i) gives the key that entry i
  // had in it, or nullopt of one that is new and has its first turn by its weight.
  template <typename KeyOf, typename WeightOf>
  static EdfScheduler GoingOn(const EdfScheduler& previous, size_t entries, KeyOf key_of,
                              WeightOf weight_of);

  bool empty() const { return keys_.empty(); }

  // The present key of entry i, and the time of the schedule: the deadline of the entry
  // that was picked last.
  const Key& key(size_t entry) const { return keys_[entry]; }
  double time() const { return time_; }

  // The number of the entry that is next. `weight_of(i)` gives the weight by which
  // its next deadline is set. Not of an empty schedule.
  template <typename WeightOf>
  size_t Pick(WeightOf weight_of) {
    const uint32_t picked = winner_;
    Key& key = keys_[picked];
    time_ = key.deadline;
    key.deadline = time_ + 1.0 / weight_of(picked);
    key.order = next_order_++;
    Replay();
    return picked;
  }

 private:
  // A larger number of picks is taken modulo this, as Envoy does.
  static constexpr uint64_t kMaxPicks = 429'496'729;

  // What Envoy adds to each weight while it emulates picks.
  static constexpr double kEpsilon = 1e-13;

  // Plays every match of the tournament.
  void Build();

  // Plays the matches of the last winner again, from its leaf to the root.
  void Replay() {
    uint32_t winner = winner_;
    Key key = keys_[winner];
    for (size_t node = (keys_.size() + winner) / 2; node != 0; node /= 2) {
      const uint32_t loser = losers_[node];
      const Key loser_key = keys_[loser];
      const bool swaps = loser_key.Before(key);
      losers_[node] = swaps ? winner : loser;
      winner = swaps ? loser : winner;
      key.deadline = swaps ? loser_key.deadline : key.deadline;
      key.order = swaps ? loser_key.order : key.order;
    }
    winner_ = winner;
  }

  std::vector<Key> keys_;         // By entry.
  std::vector<uint32_t> losers_;  // Of the match at each inner node; the root is 1.
  uint32_t winner_ = 0;
  uint64_t next_order_ = 0;
  double time_ = 0;
};

template <typename WeightOf>
EdfScheduler::EdfScheduler(size_t entries, uint64_t picks, WeightOf weight_of) {
  if (entries == 0) return;
  picks %= kMaxPicks;
  const double wanted = static_cast<double>(picks);
  std::vector<double> weights(entries);
  double sum = 0;
  for (size_t i = 0; i < entries; ++i) {
    weights[i] = weight_of(i) + kEpsilon;
    sum += weights[i];
  }
  uint64_t made = 0;
  keys_.resize(entries);
  for (size_t i = 0; i < entries; ++i) {
    uint64_t share = static_cast<uint64_t>(weights[i] * wanted / sum);
    // Rounding must not put an entry beyond the time that `picks` picks take.
    if (share > 0 && static_cast<double>(share) / weights[i] >= wanted / sum) --share;
    keys_[i] = {static_cast<double>(share + 1) / weights[i], i};
    time_ = std::max(time_, static_cast<double>(share) / weights[i]);
    made += share;
  }
  next_order_ = entries;
  Build();
  for (; made < picks; ++made) Pick(weight_of);
}

template <typename KeyOf, typename WeightOf>
EdfScheduler EdfScheduler::GoingOn(const EdfScheduler& previous, size_t entries, KeyOf key_of,
                                   WeightOf weight_of) {
  EdfScheduler next;
  if (entries == 0) return next;
  next.time_ = previous.time_;
  next.next_order_ = previous.next_order_;
  next.keys_.resize(entries);
  for (size_t i = 0; i < entries; ++i) {
    const std::optional<Key> kept = key_of(i);
    next.keys_[i] =
        kept.has_value() ? *kept : Key{next.time_ + 1.0 / weight_of(i), next.next_order_++};
  }
  next.Build();
  return next;
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_EDF_SCHEDULER_H_
