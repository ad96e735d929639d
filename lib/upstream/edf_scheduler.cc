// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/edf_scheduler.h"

namespace meshroute {

void EdfScheduler::Build(const std::vector<Player>& players) {
  size_ = players.size();
  losers_.assign(size_, Player());
  // Node i has children 2i and 2i+1; the leaf of entry e is node size + e.
  std::vector<Player> winners(2 * size_);
  std::copy(players.begin(), players.end(), winners.begin() + static_cast<ptrdiff_t>(size_));
  for (size_t node = size_ - 1; node > 0; --node) {
    winners[node] = winners[2 * node];
    losers_[node] = winners[2 * node + 1];
    Player::Play(winners[node], losers_[node]);
  }
  winner_ = winners[1];
}

std::vector<EdfScheduler::Player> EdfScheduler::Players() const {
  std::vector<Player> players(size_);
  if (size_ == 0) return players;
  players[winner_.entry()] = winner_;
  for (size_t node = 1; node < size_; ++node) players[losers_[node].entry()] = losers_[node];
  return players;
}

std::vector<EdfScheduler::Key> EdfScheduler::Keys() const {
  std::vector<Key> keys;
  keys.reserve(size_);
  for (const Player& player : Players()) keys.push_back({player.deadline(), player.order()});
  return keys;
}

void EdfScheduler::NumberAnew() {
  std::vector<Player> players = Players();
  std::sort(players.begin(), players.end(),
            [](const Player& a, const Player& b) { return a.order() < b.order(); });
  std::vector<Player> numbered(size_);
  for (size_t i = 0; i < size_; ++i) {
    const size_t entry = players[i].entry();
    numbered[entry] = Player(players[i].deadline(), i, entry);
  }
  next_order_ = size_;
  Build(numbered);
}

}  // namespace meshroute
