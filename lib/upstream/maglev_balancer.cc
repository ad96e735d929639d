// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/maglev_balancer.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "meshroute/base/hash.h"

namespace meshroute {
namespace {

// What an endpoint has left to do while the table is filled: the order in which
// it wants the slots is offset, offset + skip, offset + 2 skip ... (modulo size).
struct Claim {
  const Endpoint* endpoint;
  uint64_t place;  // The slot it wants next.
  uint64_t skip;
  double share;
  double target = 0;  // Of its share times the round: until then it waits.
};

std::vector<Claim> MakeClaims(std::vector<EndpointShare> endpoints, uint64_t size) {
  std::sort(endpoints.begin(), endpoints.end(), [](const EndpointShare& a, const EndpointShare& b) {
    return a.endpoint->address() < b.endpoint->address();
  });
  std::vector<Claim> claims;
  claims.reserve(endpoints.size());
  for (const EndpointShare& one : endpoints) {
    claims.push_back({.endpoint = one.endpoint,
                      .place = XxHash64(one.endpoint->address(), 0) % size,
                      .skip = XxHash64(one.endpoint->address(), 1) % (size - 1) + 1,
                      .share = one.share});
  }
  return claims;
}

// The first round after `round` in which `claim` may take a slot.
uint64_t NextRound(const Claim& claim, uint64_t round) {
  const auto waits = [&](uint64_t at) {
    return static_cast<double>(at) * claim.share < claim.target;
  };
  if (!waits(round + 1)) return round + 1;
  // The quotient is right but for its rounding; the condition itself decides.
  auto next = std::max(round + 1, static_cast<uint64_t>(claim.target / claim.share));
  while (waits(next)) ++next;
  while (next > round + 1 && !waits(next - 1)) --next;
  return next;
}

// Who takes a slot next. Of equal weights each in turn; of unequal ones whoever has
// the earliest round: to ask each endpoint in each round would cost their product
// where one is heavy among many that are light.
class Turns {
 public:
  explicit Turns(std::vector<Claim>& claims) : claims_(claims) {
    for (const Claim& claim : claims) largest_ = std::max(largest_, claim.share);
    equal_ = std::all_of(claims.begin(), claims.end(),
                         [this](const Claim& claim) { return claim.share == largest_; });
    for (size_t i = 0; !equal_ && i < claims.size(); ++i) queue_.emplace(1, i);
  }

  Claim& Next() {
    if (equal_) {
      next_ = next_ == claims_.size() ? 0 : next_;
      return claims_[next_++];
    }
    const auto [round, number] = queue_.top();
    queue_.pop();
    Claim& claim = claims_[number];
    claim.target += largest_;
    queue_.emplace(NextRound(claim, round), number);
    return claim;
  }

 private:
  using Turn = std::pair<uint64_t, size_t>;  // Round, number of the claim.

  std::vector<Claim>& claims_;
  double largest_ = 0;
  bool equal_ = false;
  size_t next_ = 0;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> queue_;
};

// (place + skip) modulo size, without a division.
uint64_t Advance(uint64_t place, uint64_t skip, uint64_t size) {
  place += skip;
  return place < size ? place : place - size;
}

}  // namespace

MaglevBalancer::MaglevBalancer(const EndpointList& endpoints, uint64_t table_size,
                               RandomSource& random, EndpointShares shares)
    : endpoints_(endpoints),
      table_size_(table_size == 0 ? kDefaultTableSize : table_size),
      shares_(shares),
      random_(random) {
  Rebuild();
}

const Endpoint* MaglevBalancer::Pick(const PickContext& context) {
  uint64_t hash = context.hash.has_value() ? *context.hash : random_.Next();
  if (context.repick != 0) hash ^= ~uint64_t{context.repick} + 1;
  return tables_.Read([&](const Table& table) -> const Endpoint* {
    if (table.empty.load(std::memory_order_acquire)) return nullptr;
    return table.slots[hash % table_size_].load(std::memory_order_acquire);
  });
}

// Goes round the endpoints, each taking the next free slot of its own order, and
// sitting out the rounds that its smaller weight does not entitle it to.
std::vector<const Endpoint*> MaglevBalancer::MakeSlots() const {
  std::vector<Claim> claims = MakeClaims(shares_.Of(endpoints_.Eligibles()), table_size_);
  std::vector<const Endpoint*> slots(table_size_, nullptr);
  Turns turns(claims);
  for (uint64_t filled = 0; filled < table_size_; ++filled) {
    Claim& claim = turns.Next();
    while (slots[claim.place] != nullptr)
      claim.place = Advance(claim.place, claim.skip, table_size_);
    slots[claim.place] = claim.endpoint;
  }
  return slots;
}

void MaglevBalancer::Rebuild() {
  const bool empty = endpoints_.size() == 0;
  const std::vector<const Endpoint*> slots = empty ? std::vector<const Endpoint*>() : MakeSlots();
  tables_.Update([&](Table& table) {
    table.slots.Reserve(slots.size());
    for (size_t i = 0; i < slots.size(); ++i) {
      table.slots[i].store(slots[i], std::memory_order_release);
    }
    table.empty.store(empty, std::memory_order_release);
  });
}

}  // namespace meshroute
