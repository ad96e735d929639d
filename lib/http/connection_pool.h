// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_CONNECTION_POOL_H_
#define MESHROUTE_LIB_HTTP_CONNECTION_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/http/connection.h"
#include "lib/http/io_limits.h"
#include "meshroute/base/mutex.h"
#include "meshroute/call/traffic_tables.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

class ConnectionPool;
struct PooledDestination;  // The connections of one destination, and who waits for one.
struct PooledLine;         // Those of one destination to one endpoint, of one kind.
struct IdleConnection;     // One that nobody uses.
struct PoolWaiter;         // One request that waits for a connection.

// The right to one connection to one endpoint, and that connection once it is
// open. Counted against tcp.maxConnections from its making until it is
// destroyed, which closes the connection, or kept for the next. Move-only.
class ConnectionSlot {
 public:
  ConnectionSlot() = default;
  ConnectionSlot(ConnectionSlot&& other) noexcept { *this = std::move(other); }
  ConnectionSlot& operator=(ConnectionSlot&& other) noexcept;
  ~ConnectionSlot();

  // nullptr: it is for the holder to make one.
  Connection* connection() const { return connection_.get(); }

  // Puts a connection in place, or closes the one there is (nullptr).
  void Set(std::unique_ptr<Connection> connection) { connection_ = std::move(connection); }

  // The connection stands: the request waits no longer, and is active until the slot
  // ends. False where http2MaxRequests forbids it.
  bool Admit();

  // Connecting failed: so do, in the same way, those who wait for this endpoint.
  void FailWaiters(Outcome::Kind kind);

  // Keeps the open connection for others until `idle_until`, if it can be kept.
  void Keep(TimePoint idle_until);

 private:
  friend class ConnectionPool;

  ConnectionPool* pool_ = nullptr;
  std::shared_ptr<PooledDestination> destination_;
  PooledLine* line_ = nullptr;
  std::unique_ptr<Connection> connection_;

  // What is to be given back, to the breaker that it was taken from.
  std::shared_ptr<CircuitBreaker> connection_unit_;  // tcp.maxConnections
  std::shared_ptr<CircuitBreaker> pending_unit_;     // http1MaxPendingRequests

  // Of the request's own generation, which outlives the slot; nullptr: no limits.
  CircuitBreaker* requests_ = nullptr;
  bool is_active_ = false;  // It holds a unit of http2MaxRequests.
};

// The connections of one client, by destination and endpoint: last used, first
// used again. It does the counting; opening connections and using them is for
// others. Thread-safe.
class ConnectionPool {
 public:
  explicit ConnectionPool(const Clock& clock) : clock_(clock) {}
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // For whom a connection is wanted.
  struct Claim {
    SubsetPool* pool = nullptr;          // nullptr: no limits.
    const Endpoint* endpoint = nullptr;  // nullptr: of `address` alone.
    std::string_view address;
    std::string_view kind;  // Tells connections apart that must not stand for each other.
  };

  // Takes an idle connection, or the right to open one; waits in line where
  // tcp.maxConnections is reached. Returns kResponse, and fills `slot`, or why
  // not: kOverflow (http1MaxPendingRequests), kTimeout (limits.deadline),
  // kCancelled (stop), or how connecting failed for the one waited for.
  Outcome::Kind Take(const Claim& claim, const IoLimits& limits, ConnectionSlot& slot);

  // Closes idle connections that are too old, dead, or to endpoints that were
  // ejected or removed. Returns when the next one will be too old.
  TimePoint CloseIdle(TimePoint now);

  // Connections to endpoints that are not in `tables` are not kept any more.
  void RetainOnly(const TrafficTables& tables);

  // Open connections, those being opened included.
  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  friend class ConnectionSlot;

  using Connections = std::vector<std::unique_ptr<Connection>>;

  void Enter(const Claim& claim, const std::string& key, ConnectionSlot& slot, Connections& closed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<PooledDestination> Find(SubsetPool* pool, Connections& closed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static bool NeedsWhatIsLookedAt(const PooledDestination& destination, const PooledLine& line);
  static bool TakeIdle(PooledLine& line, IdleConnection& idle);
  Outcome::Kind TakeNew(const Claim& claim, const IoLimits& limits, ConnectionSlot& taken,
                        ConnectionSlot& slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool TakeRoom(PooledLine& line, CircuitBreaker* breaker) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Outcome::Kind WaitInLine(const IoLimits& limits, ConnectionSlot& slot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Hand(const Claim& claim, ConnectionSlot& taken, ConnectionSlot& slot);
  static void PutBack(PooledDestination& destination, PooledLine& line, size_t place,
                      IdleConnection idle);
  std::vector<std::pair<std::shared_ptr<PooledDestination>, PooledLine*>> Lines();
  TimePoint CloseIdle(PooledDestination& destination, PooledLine& line, TimePoint now);
  void EndLook(PooledLine& line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CloseOne(PooledDestination& destination, PooledLine& line, CircuitBreaker* unit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ServeWaiters(PooledDestination& destination) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void EndPending(ConnectionSlot& slot);
  static void EndRequest(ConnectionSlot& slot);

  bool Admit(ConnectionSlot& slot);
  void FailWaiters(ConnectionSlot& slot, Outcome::Kind kind);
  void Keep(ConnectionSlot& slot, TimePoint idle_until);
  void Close(ConnectionSlot& slot);

  const Clock& clock_;
  std::atomic<size_t> size_{0};
  Mutex look_mutex_;  // Taken before mutex_.
  Mutex mutex_;
  ConditionVariable looked_;  // CloseIdle is done with one connection.
  std::map<std::string, std::shared_ptr<PooledDestination>, std::less<>> destinations_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_CONNECTION_POOL_H_
