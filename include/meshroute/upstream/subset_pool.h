// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_SUBSET_POOL_H_
#define MESHROUTE_UPSTREAM_SUBSET_POOL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/destination_key.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/message/outcome.h"
#include "meshroute/telemetry/observer.h"
#include "meshroute/upstream/circuit_breaker.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/endpoint_set.h"
#include "meshroute/upstream/load_balancer.h"
#include "meshroute/upstream/outlier_detector.h"

namespace meshroute {

class SubsetPool;

// The right to send one attempt to one endpoint. Ends exactly once: by Finish,
// or by destruction, which counts as cancelled. Move-only; the pool must
// outlive it. Thread-compatible.
class Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        endpoint_(other.endpoint_),
        trial_(other.trial_),
        admission_(other.admission_) {}
  Lease& operator=(Lease&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(endpoint_, other.endpoint_);
    std::swap(trial_, other.trial_);
    std::swap(admission_, other.admission_);
    return *this;
  }
  ~Lease();

  explicit operator bool() const { return pool_ != nullptr; }

  // Where to send. Only of a lease that holds; not of a passthrough pool.
  const Endpoint& endpoint() const { return *endpoint_; }
  bool has_endpoint() const { return endpoint_ != nullptr; }

  // Tells how the attempt ended: gives back the permit, feeds the balancer's
  // load and the outlier detector. Of an ended or empty lease: does nothing.
  void Finish(const Outcome& outcome, TimePoint now);
  void Finish(const Outcome& outcome);  // At the pool's clock's now.

 private:
  friend class SubsetPool;
  Lease(SubsetPool* pool, const Endpoint* endpoint, TrialId trial, Admission admission)
      : pool_(pool), endpoint_(endpoint), trial_(trial), admission_(admission) {}

  SubsetPool* pool_ = nullptr;
  const Endpoint* endpoint_ = nullptr;
  TrialId trial_ = 0;  // Of its endpoint, when it began.
  Admission admission_ = Admission::kAtPick;
};

// One destination subset with all that guards it: its endpoints, balancer,
// breaker and detector. Works alone, without Router:
//
//   SubsetPool pool({.host = "reviews", .port = 9080}, policy, endpoints);
//   absl::StatusOr<Lease> lease = pool.Acquire({.hash = key, .tried = tried});
//   if (!lease.ok()) return lease.status();  // ResourceExhausted or Unavailable
//   Send(lease->endpoint().address());
//   lease->Finish(Outcome::Status(503, elapsed));
//
// An update builds a new pool from the old one: endpoints that stay (by address)
// keep load, ejections and counters, and the breaker keeps its counts. Both
// generations may serve at the same time. Thread-safe.
class SubsetPool {
 public:
  // What a pool takes from outside. Must outlive the pool.
  struct Environment {
    Clock* clock = &SteadyClock();
    RandomSource* random = &ThreadRandom();
    Observer* observer = nullptr;                // May be null.
    const CustomBalancers* balancers = nullptr;  // May be null.

    // Who calls: decides which endpoints are near. Null: nobody knows, so none is.
    const ClientIdentity* client = nullptr;
  };

  // Why TryAcquire gave no lease.
  enum class Refusal : uint8_t {
    kNone,
    kNoHealthyEndpoint,  // 503 UH
    kOverflow,           // 503 UO: http2MaxRequests
  };

  // `policy` has passed Validate. `previous` (may be null) is the pool of the
  // same key that this one follows.
  SubsetPool(DestinationKey key, EffectivePolicy policy, std::vector<EndpointSpec> endpoints,
             Environment environment, const SubsetPool* previous = nullptr);
  SubsetPool(DestinationKey key, EffectivePolicy policy, std::vector<EndpointSpec> endpoints);
  ~SubsetPool();
  SubsetPool(const SubsetPool&) = delete;
  SubsetPool& operator=(const SubsetPool&) = delete;

  // Chooses an endpoint and takes a permit to send to it, in this order: where
  // there is no endpoint that is the answer, whether or not a permit is left.
  absl::StatusOr<Lease> Acquire(const PickContext& context = {});

  // As Acquire without making a Status; no allocation. On refusal the lease is
  // empty and `refusal` says why. With kAtConnection no permit is taken, and so never
  // kOverflow the reason.
  Lease TryAcquire(const PickContext& context, Refusal& refusal,
                   Admission admission = Admission::kAtPick);

  // Sets the endpoint of this address aside because someone asks for it, see
  // OutlierDetector::Eject; errors begin with the pool's name. NotFound also: a
  // passthrough pool.
  absl::StatusOr<Duration> Eject(std::string_view address, const EjectionAsk& ask, TimePoint now);

  // Runs the outlier sweep if it is due; returns when the next one is.
  TimePoint RunDue(TimePoint now);

  // Tells the observer whom this pool's coming readmitted (where outlierDetection was
  // taken away, say): the constructor calls no observer, since its caller may hold
  // locks. To be called once the pool is in use; RunDue does it too.
  void TellObserver();

  // Why `endpoint` is out, or in shadow mode would be; empty: it is in service.
  std::string_view EjectionReasonOf(const Endpoint& endpoint) const;

  const DestinationKey& key() const;
  const std::string& name() const;  // key().ToString()
  const EffectivePolicy& policy() const;
  CircuitBreaker& breaker();
  EndpointSet& endpoints();
  const EndpointSet& endpoints() const;

  // The destination has no endpoints of its own: requests go where the caller
  // dialled (loadBalancer PASSTHROUGH, which is also how the owner of a service of
  // resolution NONE says so). Leases then have no endpoint.
  bool passthrough() const;

 private:
  friend class Lease;
  void Finish(const Lease& lease, const Outcome& outcome, TimePoint now);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_SUBSET_POOL_H_
