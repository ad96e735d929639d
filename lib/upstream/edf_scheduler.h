// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_EDF_SCHEDULER_H_
#define MESHROUTE_LIB_UPSTREAM_EDF_SCHEDULER_H_

#include <algorithm>
#include <bit>
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
  // More cannot be scheduled: 16,777,215.
  static constexpr int kEntryBits = 24;
  static constexpr size_t kMaxEntries = (size_t{1} << kEntryBits) - 1;

  // Orders are below this. Where they run out, after 10^12 picks, entries are numbered
  // anew, which takes as long as making the schedule.
  static constexpr uint64_t kOrders = uint64_t{1} << (64 - kEntryBits);

  // When an entry is due: at a time of the schedule, of equal ones the lower order first.
  struct Key {
    double deadline = 0;
    uint64_t order = 0;
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

  bool empty() const { return size_ == 0; }

  // The present keys by entry.
  std::vector<Key> Keys() const;

  // The deadline of the entry that was picked last.
  double time() const { return time_; }

  // The number of the entry that is next. `weight_of(i)` gives the weight by which
  // its next deadline is set. Not of an empty schedule.
  template <typename WeightOf>
  size_t Pick(WeightOf weight_of) {
    return PickByPeriod([&](size_t entry) { return 1.0 / weight_of(entry); });
  }

  // As Pick; `period_of(i)` gives 1 / weight.
  template <typename PeriodOf>
  size_t PickByPeriod(PeriodOf period_of) {
    const size_t picked = winner_.entry();
    time_ = winner_.deadline();
    if (next_order_ >= kOrders) NumberAnew();
    Replay(Player(time_ + period_of(picked), next_order_++, picked));
    return picked;
  }

 private:
  // A larger number of picks is cut to 32 bits and taken modulo this, as Envoy does.
  static constexpr uint64_t kMaxPicks = 429'496'729;

  // What Envoy adds to each weight while it emulates picks.
  static constexpr double kEpsilon = 1e-13;

  // An entry with its key, as a number that compares as keys do: the bits of a double that
  // is not negative are in its order, and no two entries have the same order.
  class Player {
   public:
    Player() = default;
    Player(double deadline, uint64_t order, size_t entry)
        : bits_(Wide{std::bit_cast<uint64_t>(deadline)} << 64 | order << kEntryBits | entry) {}

    double deadline() const { return std::bit_cast<double>(static_cast<uint64_t>(bits_ >> 64)); }
    uint64_t order() const { return static_cast<uint64_t>(bits_) >> kEntryBits; }
    size_t entry() const { return static_cast<uint64_t>(bits_) & kMaxEntries; }

    // The earlier of both goes on in `player`, the other one stays in `loser`. Written so
    // that the compiler makes no branch of it, which nobody could predict.
    static void Play(Player& player, Player& loser) {
      const Wide other = loser.bits_;
      const bool swaps = other < player.bits_;
      const Wide later = swaps ? player.bits_ : other;
      player.bits_ = swaps ? other : player.bits_;
      loser.bits_ = later;
    }

   private:
    __extension__ using Wide = unsigned __int128;

    Wide bits_ = 0;
  };

  // Plays every match between `players`, which are by entry.
  void Build(const std::vector<Player>& players);

  // Plays the matches of `player`, the last winner, again, from its leaf to the root.
  void Replay(Player player) {
    for (size_t node = (size_ + player.entry()) / 2; node != 0; node /= 2) {
      Player::Play(player, losers_[node]);
    }
    winner_ = player;
  }

  // Gives the entries the lowest orders, in the order that they have: the numbers have
  // run out.
  void NumberAnew();

  std::vector<Player> Players() const;  // By entry.

  size_t size_ = 0;
  std::vector<Player> losers_;  // Of the match at each inner node; the root is 1.
  Player winner_;
  uint64_t next_order_ = 0;
  double time_ = 0;
};

template <typename WeightOf>
EdfScheduler::EdfScheduler(size_t entries, uint64_t picks, WeightOf weight_of) {
  if (entries == 0) return;
  picks = static_cast<uint32_t>(picks) % kMaxPicks;
  const double wanted = static_cast<double>(picks);
  std::vector<double> weights(entries);
  double sum = 0;
  for (size_t i = 0; i < entries; ++i) {
    weights[i] = weight_of(i) + kEpsilon;
    sum += weights[i];
  }
  uint64_t made = 0;
  std::vector<Player> players;
  players.reserve(entries);
  for (size_t i = 0; i < entries; ++i) {
    uint64_t share = static_cast<uint64_t>(weights[i] * wanted / sum);
    // Rounding must not put an entry beyond the time that `picks` picks take.
    if (share > 0 && static_cast<double>(share) / weights[i] >= wanted / sum) --share;
    players.emplace_back(static_cast<double>(share + 1) / weights[i], i, i);
    time_ = std::max(time_, static_cast<double>(share) / weights[i]);
    made += share;
  }
  next_order_ = entries;
  Build(players);
  for (; made < picks; ++made) Pick(weight_of);
}

template <typename KeyOf, typename WeightOf>
EdfScheduler EdfScheduler::GoingOn(const EdfScheduler& previous, size_t entries, KeyOf key_of,
                                   WeightOf weight_of) {
  EdfScheduler next;
  if (entries == 0) return next;
  next.time_ = previous.time_;
  next.next_order_ = previous.next_order_;
  std::vector<Player> players;
  players.reserve(entries);
  for (size_t i = 0; i < entries; ++i) {
    const std::optional<Key> kept = key_of(i);
    const Key key =
        kept.has_value() ? *kept : Key{next.time_ + 1.0 / weight_of(i), next.next_order_++};
    next.next_order_ = std::max(next.next_order_, key.order + 1);
    players.emplace_back(key.deadline, key.order, i);
  }
  next.Build(players);
  return next;
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_EDF_SCHEDULER_H_
