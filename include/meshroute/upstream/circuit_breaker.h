// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_CIRCUIT_BREAKER_H_
#define MESHROUTE_UPSTREAM_CIRCUIT_BREAKER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "meshroute/base/clock.h"
#include "meshroute/config/destination_rules.h"

namespace meshroute {

// The counts of one destination: they outlive its policy and its endpoints.
struct CircuitBreakerCounts;
class RequestWindow;  // Requests of the last budgetInterval.

// From which moment on a request counts as active: against http2MaxRequests, and for
// the retryBudget.
enum class Admission : uint8_t {
  // From the pick of its endpoint on; the lease holds the unit of kRequests. For callers
  // that do not queue requests, or whose queues the rules need not know.
  kAtPick,

  // Once it has a connection, as in Envoy; before, it waits, and counts as kPending alone. The
  // lease holds no unit, and it is for whoever carries the request to take one of the
  // pool's breaker() (TryAcquire; refused: kOverflow, and nothing is sent), to tell
  // NoteRequest, and to give the unit back when the answer is complete or broken off.
  kAtConnection,
};

// The limits of one destination on what is under way at one time
// (trafficPolicy.connectionPool, and retryBudget). A limit of 0 is none.
//
//   if (!breaker.TryAcquire(CircuitBreaker::Resource::kRetries)) return answer;
//   ...                                            // back-off and attempt
//   breaker.Release(CircuitBreaker::Resource::kRetries);
//
// Counts what is not limited as well, sharded by thread, so that it costs no
// contention. Several breakers may share one destination's counts, as the
// generations of a pool do: a unit is given back to the breaker it came from,
// which must outlive it, and counts for the limits of all.
//
// retryBudget: as many retries as `percent` of the active and pending requests,
// rounded down, but minRetryConcurrency in any case; it replaces maxRetries. With a
// budgetInterval the requests that NoteRequest told of within it are added to those.
//
// Thread-safe; never blocks. TryAcquire never exceeds a limit, not even for an
// instant.
class CircuitBreaker {
 public:
  enum class Resource : uint8_t {
    kConnections,  // tcp.maxConnections
    kPending,      // http.http1MaxPendingRequests: waiting for a connection
    kRequests,     // http.http2MaxRequests: active requests, HTTP/1.1 too
    kRetries,      // http.maxRetries, or retryBudget in its place
  };
  static constexpr int kResources = 4;

  // `policy` has passed Validate. Goes on with `counts` where given.
  explicit CircuitBreaker(const EffectivePolicy& policy,
                          std::shared_ptr<CircuitBreakerCounts> counts = nullptr);
  ~CircuitBreaker();
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  // Takes one unit of `resource`, to be given back by Release; false at the limit.
  // `now` matters to a retryBudget with a budgetInterval alone.
  bool TryAcquire(Resource resource, TimePoint now = TimePoint());

  // Takes one unit whatever the limit: an endpoint without any connection may
  // always have one. Such a unit counts too.
  void Acquire(Resource resource);
  void Release(Resource resource);

  // A request starts: it counts for the budget until budgetInterval is over.
  void NoteRequest(TimePoint now) {
    if (window_ != nullptr) CountInWindow(now);
  }

  // How many units are out, over all breakers that share the counts.
  uint64_t active(Resource resource) const;

  // How many units may be out; ~0 where there is no limit. Of kRetries with a
  // budget: as of `now`.
  uint64_t limit(Resource resource, TimePoint now = TimePoint()) const;

  // Whether the next TryAcquire would be refused: Envoy's gauges
  // circuit_breakers.default.{cx,rq_pending,rq,rq_retry}_open.
  bool open(Resource resource, TimePoint now = TimePoint()) const {
    return active(resource) >= limit(resource, now);
  }

  // How often TryAcquire has refused, each resource apart: Envoy's upstream_cx_overflow,
  // _rq_pending_overflow, _rq_active_overflow and _rq_retry_overflow.
  uint64_t overflows(Resource resource) const;

  const std::shared_ptr<CircuitBreakerCounts>& counts() const { return counts_; }

 private:
  bool IsUnlimited(size_t resource) const;
  void CountInWindow(TimePoint now);

  uint64_t limits_[kResources];  // By Resource.
  bool has_budget_ = false;
  double budget_percent_ = 0;
  uint64_t budget_minimum_ = 0;
  std::shared_ptr<CircuitBreakerCounts> counts_;
  std::shared_ptr<RequestWindow> window_;  // nullptr: no budgetInterval.
};

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_CIRCUIT_BREAKER_H_
