// SPDX-License-Identifier: Apache-2.0
#include "lib/http/connection_pool.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <list>
#include <utility>

#include "lib/http/pooled_destination.h"
#include "meshroute/config/destination_rules.h"

namespace meshroute {
namespace {

using Resource = CircuitBreaker::Resource;

constexpr Duration kStopLookInterval = std::chrono::milliseconds(50);

std::string KeyOf(const ConnectionPool::Claim& claim) {
  std::string key(claim.address);
  key += '\n';
  key += claim.kind;
  return key;
}

PoolLimits LimitsOf(const EffectivePolicy& policy) {
  PoolLimits limits;
  if (!policy.connection_pool.has_value()) return limits;
  const ConnectionPoolSettings& settings = *policy.connection_pool;
  if (settings.tcp.has_value()) limits.max_connections = settings.tcp->max_connections;
  if (settings.http.has_value()) limits.max_pending = settings.http->http1_max_pending_requests;
  return limits;
}

}  // namespace

ConnectionSlot& ConnectionSlot::operator=(ConnectionSlot&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(destination_, other.destination_);
  std::swap(line_, other.line_);
  std::swap(connection_, other.connection_);
  std::swap(connection_unit_, other.connection_unit_);
  std::swap(pending_unit_, other.pending_unit_);
  std::swap(requests_, other.requests_);
  std::swap(is_active_, other.is_active_);
  return *this;
}

ConnectionSlot::~ConnectionSlot() {
  if (pool_ != nullptr) pool_->Close(*this);
}

bool ConnectionSlot::Admit() { return pool_->Admit(*this); }

void ConnectionSlot::FailWaiters(Outcome::Kind kind) { pool_->FailWaiters(*this, kind); }

void ConnectionSlot::Keep(TimePoint idle_until) { pool_->Keep(*this, idle_until); }

ConnectionPool::~ConnectionPool() {
  // The counts are the destinations' own and go on without this pool.
  CloseIdle(kNever);
}

// `closed` gets connections that are to end once the lock is not held any more.
std::shared_ptr<PooledDestination> ConnectionPool::Find(SubsetPool* pool, Connections& closed) {
  static const std::string kNone;
  std::shared_ptr<PooledDestination>& found = destinations_[pool == nullptr ? kNone : pool->name()];
  std::shared_ptr<CircuitBreakerCounts> counts;
  if (pool != nullptr) counts = pool->breaker().counts();
  if (found != nullptr && found->counts != counts) {
    // A destination that was gone for a while counts anew: the old one ends with
    // its last connection in use.
    for (auto& [key, line] : found->lines) {
      line.removed = true;
      for (IdleConnection& idle : std::exchange(line.idle, {})) {
        CloseOne(*found, line, idle.unit.get());
        closed.push_back(std::move(idle.connection));
      }
    }
    found.reset();
  }
  if (found == nullptr) {
    found = std::make_shared<PooledDestination>();
    found->counts = counts;
  }
  if (pool == nullptr) return found;
  const PoolLimits limits = LimitsOf(pool->policy());
  if (found->breaker == nullptr || found->limits != limits) {
    EffectivePolicy policy;
    policy.connection_pool = pool->policy().connection_pool;
    found->breaker = std::make_shared<CircuitBreaker>(policy, counts);
    found->limits = limits;
  }
  return found;
}

bool ConnectionPool::TakeRoom(PooledLine& line, CircuitBreaker* breaker) {
  if (breaker != nullptr) {
    if (line.open == 0) {
      breaker->Acquire(Resource::kConnections);
    } else if (!breaker->TryAcquire(Resource::kConnections)) {
      return false;
    }
  }
  ++line.open;
  size_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

// A connection is looked at and closed without the lock: the system and OpenSSL are asked.
Outcome::Kind ConnectionPool::Take(const Claim& claim, const IoLimits& limits,
                                   ConnectionSlot& slot) {
  const std::string key = KeyOf(claim);
  ConnectionSlot taken;
  Connections closed;  // Outlives the lock.
  IdleConnection idle;
  {
    const MutexLock lock(mutex_);
    Enter(claim, key, taken, closed);
    while (NeedsWhatIsLookedAt(*taken.destination_, *taken.line_)) {
      looked_.Wait(mutex_);
      Enter(claim, key, taken, closed);  // The line may have ended with that connection.
    }
    if (!TakeIdle(*taken.line_, idle)) return TakeNew(claim, limits, taken, slot);
  }
  while (clock_.Now() >= idle.until || !idle.connection->IsQuiet()) {
    idle.connection.reset();
    const MutexLock lock(mutex_);
    CloseOne(*taken.destination_, *taken.line_, idle.unit.get());
    if (!TakeIdle(*taken.line_, idle)) return TakeNew(claim, limits, taken, slot);
  }
  taken.connection_ = std::move(idle.connection);
  taken.connection_unit_ = std::move(idle.unit);
  Hand(claim, taken, slot);
  return Outcome::Kind::kResponse;
}

void ConnectionPool::Enter(const Claim& claim, const std::string& key, ConnectionSlot& slot,
                           Connections& closed) {
  slot.destination_ = Find(claim.pool, closed);
  slot.line_ = &slot.destination_->lines[key];
  slot.line_->address = claim.address;
  slot.line_->removed = false;
  if (claim.endpoint != nullptr) slot.line_->state = claim.endpoint->shared_state();
}

// Whether the only idle connection is in the hands of CloseIdle, and who does without it
// would have to wait longer than for that look, or be refused.
bool ConnectionPool::NeedsWhatIsLookedAt(const PooledDestination& destination,
                                         const PooledLine& line) {
  const CircuitBreaker* const breaker = destination.breaker.get();
  if (breaker == nullptr || !line.idle.empty() || !line.is_looked_at) return false;
  return breaker->open(Resource::kConnections) || breaker->open(Resource::kPending);
}

bool ConnectionPool::TakeIdle(PooledLine& line, IdleConnection& idle) {
  if (line.idle.empty()) return false;
  idle = std::move(line.idle.back());
  line.idle.pop_back();
  return true;
}

// The right to open a connection, or one that somebody else has done with.
Outcome::Kind ConnectionPool::TakeNew(const Claim& claim, const IoLimits& limits,
                                      ConnectionSlot& taken, ConnectionSlot& slot) {
  const std::shared_ptr<CircuitBreaker> breaker = taken.destination_->breaker;
  if (breaker != nullptr && !breaker->TryAcquire(Resource::kPending)) {
    return Outcome::Kind::kOverflow;
  }
  taken.pending_unit_ = taken.connection_unit_ = breaker;
  if (!TakeRoom(*taken.line_, breaker.get())) {
    const Outcome::Kind result = WaitInLine(limits, taken);
    if (result != Outcome::Kind::kResponse) {
      EndPending(taken);
      return result;
    }
  }
  Hand(claim, taken, slot);
  return Outcome::Kind::kResponse;
}

void ConnectionPool::Hand(const Claim& claim, ConnectionSlot& taken, ConnectionSlot& slot) {
  if (claim.pool != nullptr) taken.requests_ = &claim.pool->breaker();
  taken.pool_ = this;
  slot = std::move(taken);
}

Outcome::Kind ConnectionPool::WaitInLine(const IoLimits& limits, ConnectionSlot& slot) {
  PoolWaiter waiter;
  waiter.line = slot.line_;
  waiter.breaker = slot.connection_unit_.get();
  std::list<PoolWaiter*>& waiters = slot.destination_->waiters;
  waiters.push_back(&waiter);
  while (!waiter.served) {
    const TimePoint now = limits.clock->Now();
    if (limits.stop != nullptr && limits.stop->stopped()) {
      waiter.result = Outcome::Kind::kCancelled;
      break;
    }
    if (now >= limits.deadline) {
      waiter.result = Outcome::Kind::kTimeout;
      break;
    }
    // A stop does not notify: it is looked for now and then.
    const TimePoint look = limits.stop == nullptr ? kNever : AddSaturated(now, kStopLookInterval);
    const TimePoint until = std::min(limits.deadline, look);
    if (until == kNever) {
      waiter.changed.Wait(mutex_);
    } else {
      waiter.changed.WaitUntil(mutex_, until);
    }
  }
  if (!waiter.served) waiters.remove(&waiter);
  if (waiter.connection != nullptr) {
    slot.connection_ = std::move(waiter.connection);
    slot.connection_unit_ = std::move(waiter.unit);
  }
  return waiter.result;
}

void ConnectionPool::CloseOne(PooledDestination& destination, PooledLine& line,
                              CircuitBreaker* unit) {
  --line.open;
  size_.fetch_sub(1, std::memory_order_relaxed);
  if (unit != nullptr) unit->Release(Resource::kConnections);
  ServeWaiters(destination);
}

// Room has come free: those who wait longest may open connections.
void ConnectionPool::ServeWaiters(PooledDestination& destination) {
  std::list<PoolWaiter*>& waiters = destination.waiters;
  for (auto it = waiters.begin(); it != waiters.end();) {
    PoolWaiter& waiter = **it;
    const bool may_ask =
        waiter.line->open == 0 || waiter.breaker->active(Resource::kConnections) <
                                      waiter.breaker->limit(Resource::kConnections);
    if (!may_ask || !TakeRoom(*waiter.line, waiter.breaker)) {
      ++it;
      continue;
    }
    it = waiters.erase(it);
    waiter.served = true;
    waiter.changed.NotifyOne();
  }
}

void ConnectionPool::EndPending(ConnectionSlot& slot) {
  if (slot.pending_unit_ == nullptr) return;
  slot.pending_unit_->Release(Resource::kPending);
  slot.pending_unit_.reset();
}

// A request that is sent again on a fresh connection, in place of one that was stale,
// has been active since.
bool ConnectionPool::Admit(ConnectionSlot& slot) {
  if (slot.requests_ != nullptr && !slot.is_active_) {
    slot.is_active_ = slot.requests_->TryAcquire(Resource::kRequests);
    if (slot.is_active_) slot.requests_->NoteRequest(clock_.Now());
  }
  EndPending(slot);
  return slot.is_active_ || slot.requests_ == nullptr;
}

void ConnectionPool::EndRequest(ConnectionSlot& slot) {
  if (std::exchange(slot.is_active_, false)) slot.requests_->Release(Resource::kRequests);
}

void ConnectionPool::FailWaiters(ConnectionSlot& slot, Outcome::Kind kind) {
  const MutexLock lock(mutex_);
  slot.destination_->waiters.remove_if([&](PoolWaiter* waiter) {
    if (waiter->line != slot.line_) return false;
    waiter->served = true;
    waiter->result = kind;
    waiter->changed.NotifyOne();
    return true;
  });
}

// The request is over before the connection goes on to who waits: its unit is theirs.
void ConnectionPool::Keep(ConnectionSlot& slot, TimePoint idle_until) {
  EndRequest(slot);
  const MutexLock lock(mutex_);
  PooledLine& line = *slot.line_;
  const bool keep = slot.connection_ != nullptr && slot.connection_->reusable() &&
                    line.KeepsIdle() && clock_.Now() < idle_until;
  if (!keep) return;  // The slot's end closes it.
  PutBack(*slot.destination_, line, line.idle.size(),
          {std::move(slot.connection_), std::move(slot.connection_unit_), idle_until});
  slot.pool_ = nullptr;
}

// Gives the connection to whoever waits for one of its line, else to those that lie idle.
void ConnectionPool::PutBack(PooledDestination& destination, PooledLine& line, size_t place,
                             IdleConnection idle) {
  std::list<PoolWaiter*>& waiters = destination.waiters;
  const auto waiting = std::find_if(waiters.begin(), waiters.end(), [&](const PoolWaiter* waiter) {
    return waiter->line == &line;
  });
  if (waiting == waiters.end()) {
    place = std::min(place, line.idle.size());
    line.idle.insert(line.idle.begin() + static_cast<ptrdiff_t>(place), std::move(idle));
    return;
  }
  PoolWaiter& waiter = **waiting;
  waiters.erase(waiting);
  waiter.connection = std::move(idle.connection);
  waiter.unit = std::move(idle.unit);
  waiter.served = true;
  waiter.changed.NotifyOne();
}

void ConnectionPool::Close(ConnectionSlot& slot) {
  slot.connection_.reset();
  EndRequest(slot);
  EndPending(slot);
  const MutexLock lock(mutex_);
  CloseOne(*slot.destination_, *slot.line_, slot.connection_unit_.get());
}

// One connection after the other, out of its line while it is looked at, which waits for
// nobody; who wants one meanwhile takes another, or opens one, or waits for the look to end.
TimePoint ConnectionPool::CloseIdle(PooledDestination& destination, PooledLine& line,
                                    TimePoint now) {
  TimePoint next = kNever;
  size_t place = 0;
  for (;;) {
    IdleConnection idle;
    {
      const MutexLock lock(mutex_);
      if (place >= line.idle.size()) return next;
      idle = std::move(line.idle[place]);
      line.idle.erase(line.idle.begin() + static_cast<ptrdiff_t>(place));
      line.is_looked_at = true;
    }
    if (now < idle.until && idle.connection->IsQuiet()) {
      const MutexLock lock(mutex_);
      if (line.KeepsIdle()) {
        next = std::min(next, idle.until);
        PutBack(destination, line, place++, std::move(idle));
        EndLook(line);
        continue;
      }
    }
    idle.connection.reset();
    const MutexLock lock(mutex_);
    CloseOne(destination, line, idle.unit.get());
    EndLook(line);
  }
}

void ConnectionPool::EndLook(PooledLine& line) {
  line.is_looked_at = false;
  looked_.NotifyAll();
}

TimePoint ConnectionPool::CloseIdle(TimePoint now) {
  // Lines end here alone: whoever looks at one has it until then.
  const MutexLock one_at_a_time(look_mutex_);
  TimePoint next = kNever;
  for (const auto& [destination, line] : Lines()) {
    next = std::min(next, CloseIdle(*destination, *line, now));
  }
  const MutexLock lock(mutex_);
  for (auto it = destinations_.begin(); it != destinations_.end();) {
    std::map<std::string, PooledLine, std::less<>>& lines = it->second->lines;
    // Whoever holds or waits for a connection is counted as open.
    std::erase_if(lines, [](const auto& line) { return line.second.open == 0; });
    it = lines.empty() ? destinations_.erase(it) : std::next(it);
  }
  return next;
}

std::vector<std::pair<std::shared_ptr<PooledDestination>, PooledLine*>> ConnectionPool::Lines() {
  std::vector<std::pair<std::shared_ptr<PooledDestination>, PooledLine*>> all;
  const MutexLock lock(mutex_);
  for (const auto& [name, destination] : destinations_) {
    for (auto& [key, line] : destination->lines) all.emplace_back(destination, &line);
  }
  return all;
}

void ConnectionPool::RetainOnly(const TrafficTables& tables) {
  std::map<std::string_view, const SubsetPool*> pools;
  for (const std::shared_ptr<SubsetPool>& pool : tables.pools) {
    if (pool != nullptr) pools.emplace(pool->name(), pool.get());
  }
  const MutexLock lock(mutex_);
  for (auto& [name, destination] : destinations_) {
    const auto found = pools.find(name);
    for (auto& [key, line] : destination->lines) {
      if (line.state == nullptr) continue;
      line.removed =
          found == pools.end() || found->second->endpoints().Find(line.address) == nullptr;
    }
  }
}

}  // namespace meshroute
