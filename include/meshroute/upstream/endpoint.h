// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_ENDPOINT_H_
#define MESHROUTE_UPSTREAM_ENDPOINT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "meshroute/base/clock.h"
#include "meshroute/config/metadata.h"
#include "meshroute/upstream/endpoint_statistics.h"

namespace meshroute {

// What is declared of one endpoint, by a ServiceEntry or the embedder.
struct EndpointSpec {
  enum class Health : uint8_t { kHealthy, kDegraded, kDraining, kUnhealthy };

  // "10.0.0.7:9080", "[::1]:9080", "unix:///run/a.sock", or "name:9080", which
  // the transport resolves when it connects. The endpoint's identity: state
  // stays with the address over updates.
  std::string address{};
  Labels labels{};
  std::string locality{};  // "region/zone/subzone"
  uint32_t weight = 1;     // 0 counts as 1.

  // 0 first. What the embedder says comes before what locality makes of it
  // (locality_plan.h); an Endpoint of a pool has the priority that both give.
  uint32_t priority = 0;
  Health health = Health::kHealthy;

  bool operator==(const EndpointSpec&) const = default;
};

// The requests of an endpoint, those that are under way and all that there have been, in
// one word: an atomic addition costs more than most of what else a request needs. Under
// way are 2^28 - 1 at most, all are counted modulo 2^36. Thread-safe.
class RequestCount {
 public:
  // One begins; one ends.
  void Begin() { word_.fetch_add(kOneOfAll + 1, std::memory_order_relaxed); }
  void End() { word_.fetch_sub(1, std::memory_order_relaxed); }

  // Those under way; reads and writes like an atomic number, for tests of balancers.
  uint32_t load(std::memory_order order = std::memory_order_seq_cst) const {
    return static_cast<uint32_t>(word_.load(order) & (kOneOfAll - 1));
  }
  operator uint32_t() const { return load(); }  // NOLINT(google-explicit-constructor)
  RequestCount& operator=(uint32_t active) {
    word_.store((total() << kActiveBits) | (active & (kOneOfAll - 1)));
    return *this;
  }

  // All that have begun.
  uint64_t total() const { return word_.load(std::memory_order_relaxed) >> kActiveBits; }

 private:
  static constexpr int kActiveBits = 28;
  static constexpr uint64_t kOneOfAll = uint64_t{1} << kActiveBits;

  std::atomic<uint64_t> word_{0};
};

// Numbers the trials of one endpoint, from 1 on; 0: none.
using TrialId = uint32_t;

// What changes while an endpoint serves one destination. Shared by all
// generations of the pool, so that an update forgets nothing. What a request needs
// are relaxed atomics, together on a cache line of their own.
struct alignas(64) EndpointState {
  EndpointState() = default;
  EndpointState(const EndpointState&) = delete;
  EndpointState& operator=(const EndpointState&) = delete;
  ~EndpointState() { delete statistics.load(std::memory_order_relaxed); }

  RequestCount active_requests;
  std::atomic<bool> ejected{false};
  std::atomic<bool> on_trial{false};  // Ejected, and tried by a share of the requests.

  // Runs of failures, for OutlierDetector.
  std::atomic<uint32_t> consecutive_5xx{0};
  std::atomic<uint32_t> consecutive_gateway{0};
  std::atomic<uint32_t> consecutive_local_origin{0};

  std::atomic<uint64_t> failed_requests{0};

  // What balancers that learn know of the latency (lib/upstream/latency_estimate.h);
  // 0: nothing yet.
  std::atomic<uint64_t> latency{0};

  // Owned; null where no detector judges at sweeps. Never replaced once it is there.
  std::atomic<EndpointStatistics*> statistics{nullptr};

  std::atomic<TrialId> trial{0};  // The last that began; while on_trial, the one under way.

  // On the line behind, under the lock of the destination's ejections only.
  alignas(64) TimePoint ejected_at{};
  Duration ejection_jitter{0};       // Of this ejection.
  TimePoint readmitted_at{};         // Of one that was_readmitted.
  uint32_t ejections = 0;            // In all.
  uint32_t ejection_multiplier = 0;  // Grows with ejections, shrinks in service.
  uint32_t trial_successes = 0;
  bool out = false;  // Ejected, or in shadow mode would be.
  bool was_readmitted = false;
  std::string_view out_reason{};  // Of who is out; a literal.

  // When the destination first had the endpoint, for slow start; unset until a pool has
  // it, and not changed from then on.
  static constexpr TimePoint kNotSeen = TimePoint::min();
  TimePoint first_seen = kNotSeen;
};

// One endpoint of one destination: what is declared of it, with the state that
// outlives the declaration. An endpoint of which an update says nothing new is the
// same object afterwards; one that was declared anew takes its predecessor's state.
// Immutable but for the state. Thread-safe.
class alignas(64) Endpoint : public std::enable_shared_from_this<Endpoint> {
 public:
  // An endpoint that nobody knew before.
  explicit Endpoint(EndpointSpec spec)
      : state_(&own_state_), weight_(WeightOf(spec)), spec_(std::move(spec)) {}

  // Another declaration of `predecessor`.
  Endpoint(EndpointSpec spec, const std::shared_ptr<const Endpoint>& predecessor)
      : state_(predecessor->state_),
        weight_(WeightOf(spec)),
        spec_(std::move(spec)),
        state_owner_(predecessor->state_owner_ == nullptr ? predecessor
                                                          : predecessor->state_owner_) {}
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  const EndpointSpec& spec() const { return spec_; }
  std::string_view address() const { return spec_.address; }
  uint32_t weight() const { return weight_; }

  // Set aside by the outlier detector.
  bool ejected() const { return state_->ejected.load(std::memory_order_relaxed); }

  // Set aside, and tried by a share of the requests before it is back.
  bool on_trial() const { return state_->on_trial.load(std::memory_order_relaxed); }

  // The trial that an attempt which begins now is part of.
  TrialId trial() const { return on_trial() ? state_->trial.load(std::memory_order_relaxed) : 0; }

  // May be picked: declared healthy and not ejected.
  bool available() const { return spec_.health == EndpointSpec::Health::kHealthy && !ejected(); }

  // Leases that are out.
  uint32_t active_requests() const {
    return state_->active_requests.load(std::memory_order_relaxed);
  }

  // Leases that there have been.
  uint64_t total_requests() const { return state_->active_requests.total(); }

  EndpointState& state() const { return *state_; }

  // The state, for one that outlives all pools.
  std::shared_ptr<EndpointState> shared_state() const {
    std::shared_ptr<const Endpoint> owner =
        state_owner_ == nullptr ? weak_from_this().lock() : state_owner_;
    return std::shared_ptr<EndpointState>(std::move(owner), state_);
  }

 private:
  static uint32_t WeightOf(const EndpointSpec& spec) { return spec.weight == 0 ? 1 : spec.weight; }

  // First the state, then on the line that follows what an attempt needs besides:
  // where there are many endpoints, memory is what a pick waits for.
  EndpointState own_state_;
  EndpointState* const state_;
  const uint32_t weight_;
  const EndpointSpec spec_;
  const std::shared_ptr<const Endpoint> state_owner_;  // Null: this.
};

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_ENDPOINT_H_
