// SPDX-License-Identifier: Apache-2.0
#include "lib/http/connection_pool.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <list>

#include "meshroute/config/destination_rules.h"
#include "meshroute/upstream/circuit_breaker.h"

namespace meshroute {
namespace {

using Resource = CircuitBreaker::Resource;

constexpr Duration kStopLookInterval = std::chrono::milliseconds(50);

struct IdleConnection {
  std::unique_ptr<Connection> connection;
  std::shared_ptr<CircuitBreaker> unit;  // Where it is counted.
  TimePoint until;
};

}  // namespace

struct PooledLine {
  std::string address;
  std::vector<IdleConnection> idle;      // Last used last.
  size_t open = 0;                       // Idle, in use and being opened.
  std::shared_ptr<EndpointState> state;  // nullptr: no declared endpoint.
  bool removed = false;                  // The endpoint is not declared any more.

  // To an endpoint that is out: only while it is on trial.
  bool KeepsIdle() const {
    return !removed && (state == nullptr || !state->ejected.load(std::memory_order_relaxed) ||
                        state->on_trial.load(std::memory_order_relaxed));
  }
};

// What bounds the connections of a destination.
struct PoolLimits {
  int32_t max_connections = 0;
  int32_t max_pending = 0;

  bool operator==(const PoolLimits&) const = default;
};

struct PooledDestination {
  // A breaker of our own over the destination's counts, since what is taken must
  // be given back to the same one, also when the SubsetPool is long gone. Another
  // one takes its place when the limits change. nullptr: no limits.
  std::shared_ptr<CircuitBreaker> breaker;
  PoolLimits limits;
  std::shared_ptr<CircuitBreakerCounts> counts;

  std::map<std::string, PooledLine, std::less<>> lines;  // By address and kind.
  std::list<PoolWaiter*> waiters;                        // First come, first served.
};

struct PoolWaiter {
  PooledLine* line = nullptr;
  CircuitBreaker* breaker = nullptr;
  ConditionVariable changed;
  bool served = false;
  Outcome::Kind result = Outcome::Kind::kResponse;

  // Of a connection that was handed on; else one is to be opened.
  std::unique_ptr<Connection> connection;
  std::shared_ptr<CircuitBreaker> unit;
};

namespace {

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

std::shared_ptr<PooledDestination> ConnectionPool::Find(SubsetPool* pool) {
  static const std::string kNone;
  std::shared_ptr<PooledDestination>& found = destinations_[pool == nullptr ? kNone : pool->name()];
  std::shared_ptr<CircuitBreakerCounts> counts;
  if (pool != nullptr) counts = pool->breaker().counts();
  if (found != nullptr && found->counts != counts) {
    // A destination that was gone for a while counts anew: the old one ends with
    // its last connection in use.
    for (auto& [key, line] : found->lines) {
      line.removed = true;
      CloseIdle(*found, line, clock_.Now());
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

bool ConnectionPool::TakeIdle(ConnectionSlot& slot) {
  const TimePoint now = clock_.Now();
  std::vector<IdleConnection>& idle = slot.line_->idle;
  while (!idle.empty()) {
    IdleConnection last = std::move(idle.back());
    idle.pop_back();
    if (now < last.until && last.connection->IsQuiet()) {
      slot.connection_ = std::move(last.connection);
      slot.connection_unit_ = std::move(last.unit);
      return true;
    }
    CloseOne(*slot.destination_, *slot.line_, last.unit.get());
  }
  return false;
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

Outcome::Kind ConnectionPool::Take(const Claim& claim, const IoLimits& limits,
                                   ConnectionSlot& slot) {
  const MutexLock lock(mutex_);
  ConnectionSlot taken;
  taken.destination_ = Find(claim.pool);
  taken.line_ = &taken.destination_->lines[KeyOf(claim)];
  taken.line_->address = claim.address;
  taken.line_->removed = false;
  if (claim.endpoint != nullptr) taken.line_->state = claim.endpoint->shared_state();

  if (!TakeIdle(taken)) {
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
  }
  if (claim.pool != nullptr) taken.requests_ = &claim.pool->breaker();
  taken.pool_ = this;
  slot = std::move(taken);
  return Outcome::Kind::kResponse;
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
  std::list<PoolWaiter*>& waiters = slot.destination_->waiters;
  const auto waiting = std::find_if(waiters.begin(), waiters.end(), [&](const PoolWaiter* waiter) {
    return waiter->line == &line;
  });
  if (waiting == waiters.end()) {
    line.idle.push_back(
        {std::move(slot.connection_), std::move(slot.connection_unit_), idle_until});
  } else {
    PoolWaiter& waiter = **waiting;
    waiters.erase(waiting);
    waiter.connection = std::move(slot.connection_);
    waiter.unit = std::move(slot.connection_unit_);
    waiter.served = true;
    waiter.changed.NotifyOne();
  }
  slot.pool_ = nullptr;
}

void ConnectionPool::Close(ConnectionSlot& slot) {
  slot.connection_.reset();
  EndRequest(slot);
  EndPending(slot);
  const MutexLock lock(mutex_);
  CloseOne(*slot.destination_, *slot.line_, slot.connection_unit_.get());
}

void ConnectionPool::CloseIdle(PooledDestination& destination, PooledLine& line, TimePoint now) {
  const bool keeps = line.KeepsIdle();
  const auto kept_end = std::stable_partition(
      line.idle.begin(), line.idle.end(), [&](const IdleConnection& candidate) {
        return keeps && now < candidate.until && candidate.connection->IsQuiet();
      });
  std::vector<IdleConnection> closed(std::make_move_iterator(kept_end),
                                     std::make_move_iterator(line.idle.end()));
  line.idle.erase(kept_end, line.idle.end());
  for (IdleConnection& idle : closed) {
    idle.connection.reset();
    CloseOne(destination, line, idle.unit.get());
  }
}

TimePoint ConnectionPool::CloseIdle(TimePoint now) {
  TimePoint next = kNever;
  const MutexLock lock(mutex_);
  for (auto it = destinations_.begin(); it != destinations_.end();) {
    PooledDestination& destination = *it->second;
    for (auto line = destination.lines.begin(); line != destination.lines.end();) {
      CloseIdle(destination, line->second, now);
      for (const IdleConnection& kept : line->second.idle) next = std::min(next, kept.until);
      // Whoever holds or waits for a connection is counted as open.
      line = line->second.open == 0 ? destination.lines.erase(line) : std::next(line);
    }
    it = destination.lines.empty() ? destinations_.erase(it) : std::next(it);
  }
  return next;
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
