// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/subset_pool.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/upstream/latency_estimate.h"
#include "lib/upstream/outlier_events.h"
#include "lib/upstream/trial_picks.h"

namespace meshroute {
namespace {

// How often a retry picks again where the pick went to an endpoint that was tried
// before.
constexpr uint32_t kRepicks = 5;

bool IsPassthrough(const EffectivePolicy& policy) {
  return policy.load_balancer.has_value() && !policy.load_balancer->consistent_hash.has_value() &&
         policy.load_balancer->simple == LoadBalancerSettings::Simple::kPassthrough;
}

// The endpoints as the client sees them: in the priorities that its place gives them, and
// with the moment at which the destination had each first.
EndpointSet MakeEndpointSet(const EffectivePolicy& policy, std::vector<EndpointSpec> specs,
                            const SubsetPool::Environment& environment,
                            const EndpointSet* previous) {
  LocalityPlan plan = PlanLocalities(
      policy, environment.client == nullptr ? ClientIdentity() : *environment.client, specs);
  std::vector<std::shared_ptr<const Endpoint>> endpoints =
      MakeEndpoints(FollowPlan(plan, std::move(specs)), previous);
  const TimePoint now = environment.clock->Now();
  for (const std::shared_ptr<const Endpoint>& endpoint : endpoints) {
    TimePoint& first_seen = endpoint->state().first_seen;
    if (first_seen == EndpointState::kNotSeen) first_seen = now;
  }
  return EndpointSet(std::move(endpoints), std::move(plan));
}

bool Contains(std::span<const Endpoint* const> endpoints, const Endpoint* endpoint) {
  return std::find(endpoints.begin(), endpoints.end(), endpoint) != endpoints.end();
}

}  // namespace

struct SubsetPool::State {
  State(DestinationKey its_key, EffectivePolicy its_policy, std::vector<EndpointSpec> specs,
        const Environment& its_environment, const State* previous)
      : key(std::move(its_key)),
        name(key.ToString()),
        policy(std::move(its_policy)),
        environment(its_environment),
        passthrough(IsPassthrough(policy)),
        detects(policy.outlier_detection.has_value()),
        learner(LatencyLearnerOf(policy)),
        endpoints(
            MakeEndpointSet(policy, passthrough ? std::vector<EndpointSpec>() : std::move(specs),
                            environment, previous == nullptr ? nullptr : &previous->endpoints)),
        breaker(policy, previous == nullptr ? nullptr : previous->breaker.counts()),
        detector(MakeDetector(previous)),
        rotations(previous == nullptr ? MakeRotations() : previous->rotations) {
    // Starts the sweeps' clock.
    if (previous == nullptr) detector.RunDue(environment.clock->Now());
    MakeBalancer();
  }

  // Another generation's ejections are heard until the detector has left: not by a
  // balancer that is gone. Waits for a call under way.
  ~State() { endpoints.SetListener({}, 0); }

  OutlierDetector MakeDetector(const State* previous) {
    return OutlierDetector(policy.outlier_detection, Extension(), endpoints,
                           {.observer = environment.observer,
                            .random = environment.random,
                            .destination = name,
                            .previous = previous == nullptr ? nullptr : &previous->detector});
  }

  // It adds to outlierDetection, where that is in force.
  OutlierDetectionExtension Extension() const {
    return detects && policy.outlier_detection_extension ? *policy.outlier_detection_extension
                                                         : OutlierDetectionExtension();
  }

  // Another generation may eject or readmit somebody while the balancer is being
  // built: it must not miss that.
  void MakeBalancer() {
    const uint64_t refreshes = endpoints.refreshes();
    balancer = MakeLoadBalancer(policy, endpoints,
                                {.random = *environment.random,
                                 .rotations = rotations,
                                 .breaker = &breaker,
                                 .custom = environment.balancers,
                                 .clock = *environment.clock});
    tells_balancer = balancer->hears_ends();
    const std::optional<HalfOpenReturn>& half_open = detector.extension().half_open;
    if (half_open) {
      trials = std::make_unique<TrialPicks>(endpoints, *half_open, *environment.random);
    }
    endpoints.SetListener([this] { OnAvailabilityChange(); }, refreshes);
  }

  void OnAvailabilityChange() {
    balancer->OnAvailabilityChange();
    if (trials != nullptr) trials->Refresh();
  }

  const Endpoint* Pick(const PickContext& context) const;
  const Endpoint* PickInService(const PickContext& context) const;
  const Endpoint* Untried(const PickContext& context, const Endpoint* picked) const;

  const DestinationKey key;
  const std::string name;
  const EffectivePolicy policy;
  const Environment environment;
  const bool passthrough;
  const bool detects;
  const std::optional<LatencyLearner> learner;
  EndpointSet endpoints;
  CircuitBreaker breaker;
  OutlierDetector detector;
  const std::shared_ptr<Rotations> rotations;
  std::unique_ptr<LoadBalancer> balancer;
  std::unique_ptr<TrialPicks> trials;  // Null where nobody is ever tried.
  bool tells_balancer = false;         // It hears the ends of attempts.
};

// A first attempt may be a trial, a retry only where there is nobody else: it has to
// make good what an attempt has failed already.
const Endpoint* SubsetPool::State::Pick(const PickContext& context) const {
  if (trials == nullptr) return PickInService(context);
  const bool is_retry = context.attempt > 1 || !context.tried.empty();
  const Endpoint* const on_trial = is_retry ? nullptr : trials->Draw();
  if (on_trial != nullptr) return on_trial;
  const Endpoint* const in_service = PickInService(context);
  return in_service == nullptr ? trials->Any() : in_service;
}

const Endpoint* SubsetPool::State::PickInService(const PickContext& context) const {
  const Endpoint* endpoint = balancer->Pick(context);
  if (context.tried.empty()) return endpoint;
  PickContext again = context;
  for (uint32_t repick = 1; repick <= kRepicks; ++repick) {
    if (endpoint == nullptr || !Contains(context.tried, endpoint)) return endpoint;
    again.repick = repick;
    endpoint = balancer->Pick(again);
  }
  const bool settled = endpoint == nullptr || !Contains(context.tried, endpoint);
  // A hashed call keeps to the order of its ring or table.
  return settled || context.hash.has_value() ? endpoint : Untried(context, endpoint);
}

// An available endpoint of `picked`'s priority that was not tried, the first from
// a drawn place on, or `picked` where there is none. Envoy goes back to `picked`
// in any case, and so now and then fails a call while another endpoint could
// have answered.
const Endpoint* SubsetPool::State::Untried(const PickContext& context,
                                           const Endpoint* picked) const {
  const size_t size = endpoints.size();
  const size_t start = environment.random->Below(size);
  for (size_t i = 0; i < size; ++i) {
    const Endpoint& endpoint = endpoints.at((start + i) % size);
    const bool fits = endpoint.available() && endpoint.spec().priority == picked->spec().priority;
    if (fits && !Contains(context.tried, &endpoint)) return &endpoint;
  }
  return picked;
}

SubsetPool::SubsetPool(DestinationKey key, EffectivePolicy policy,
                       std::vector<EndpointSpec> endpoints, Environment environment,
                       const SubsetPool* previous)
    : state_(std::make_unique<State>(std::move(key), std::move(policy), std::move(endpoints),
                                     environment,
                                     previous == nullptr ? nullptr : previous->state_.get())) {}

SubsetPool::SubsetPool(DestinationKey key, EffectivePolicy policy,
                       std::vector<EndpointSpec> endpoints)
    : SubsetPool(std::move(key), std::move(policy), std::move(endpoints), Environment()) {}

SubsetPool::~SubsetPool() = default;

Lease SubsetPool::TryAcquire(const PickContext& context, Refusal& refusal, Admission admission) {
  const Endpoint* endpoint = nullptr;
  if (!state_->passthrough) {
    endpoint = state_->Pick(context);
    if (endpoint == nullptr) {
      refusal = Refusal::kNoHealthyEndpoint;
      return Lease();
    }
  }
  if (admission == Admission::kAtPick) {
    if (!state_->breaker.TryAcquire(CircuitBreaker::Resource::kRequests)) {
      refusal = Refusal::kOverflow;
      return Lease();
    }
    state_->breaker.NoteRequest(context.now);
  }
  if (endpoint != nullptr) endpoint->state().active_requests.Begin();
  refusal = Refusal::kNone;
  return Lease(this, endpoint, endpoint == nullptr ? TrialId{0} : endpoint->trial(), admission);
}

absl::StatusOr<Lease> SubsetPool::Acquire(const PickContext& context) {
  Refusal refusal = Refusal::kNone;
  PickContext timed = context;
  if (timed.now == TimePoint()) timed.now = state_->environment.clock->Now();
  Lease lease = TryAcquire(timed, refusal);
  switch (refusal) {
    case Refusal::kNone:
      break;
    case Refusal::kNoHealthyEndpoint:
      return absl::UnavailableError(absl::StrCat(
          state_->name, ": none of ", state_->endpoints.size(), " endpoints may be picked"));
    case Refusal::kOverflow:
      return absl::ResourceExhaustedError(absl::StrCat(
          state_->name, ": all of ", state_->breaker.limit(CircuitBreaker::Resource::kRequests),
          " active requests (http2MaxRequests) are taken"));
  }
  return lease;
}

void SubsetPool::Finish(const Lease& lease, const Outcome& outcome, TimePoint now) {
  const Endpoint* const endpoint = lease.endpoint_;
  if (lease.admission_ == Admission::kAtPick) {
    state_->breaker.Release(CircuitBreaker::Resource::kRequests);
  }
  if (endpoint == nullptr) return;
  EndpointState& load = endpoint->state();
  load.active_requests.End();
  if (IsFailure(outcome)) load.failed_requests.fetch_add(1, std::memory_order_relaxed);
  if (state_->learner) state_->learner->Learn(load.latency, outcome, now);
  if (state_->tells_balancer) state_->balancer->OnEnd(*endpoint, outcome, now);
  if (state_->detects) state_->detector.Record(*endpoint, outcome, now, lease.trial_);
}

absl::StatusOr<Duration> SubsetPool::Eject(std::string_view address, const EjectionAsk& ask,
                                           TimePoint now) {
  const Endpoint* const endpoint = state_->endpoints.Find(address);
  absl::StatusOr<Duration> time =
      endpoint == nullptr
          ? absl::NotFoundError(absl::StrCat("has no endpoint ", std::string(address)))
          : state_->detector.Eject(*endpoint, ask, now);
  if (time.ok()) return time;
  return absl::Status(time.status().code(),
                      absl::StrCat(state_->name, " ", std::string(time.status().message())));
}

TimePoint SubsetPool::RunDue(TimePoint now) {
  if (state_->detects) return state_->detector.RunDue(now);
  TellObserver();
  return kNever;
}

void SubsetPool::TellObserver() { state_->detector.TellObserver(); }

std::string_view SubsetPool::EjectionReasonOf(const Endpoint& endpoint) const {
  return state_->detector.ReasonOf(endpoint);
}

const DestinationKey& SubsetPool::key() const { return state_->key; }
const std::string& SubsetPool::name() const { return state_->name; }
const EffectivePolicy& SubsetPool::policy() const { return state_->policy; }
CircuitBreaker& SubsetPool::breaker() { return state_->breaker; }
EndpointSet& SubsetPool::endpoints() { return state_->endpoints; }
const EndpointSet& SubsetPool::endpoints() const { return state_->endpoints; }
bool SubsetPool::passthrough() const { return state_->passthrough; }

Lease::~Lease() { Finish(Outcome::Failure(Outcome::Kind::kCancelled), TimePoint()); }

void Lease::Finish(const Outcome& outcome, TimePoint now) {
  if (SubsetPool* pool = std::exchange(pool_, nullptr)) pool->Finish(*this, outcome, now);
}

void Lease::Finish(const Outcome& outcome) {
  if (pool_ != nullptr) Finish(outcome, pool_->state_->environment.clock->Now());
}

}  // namespace meshroute
