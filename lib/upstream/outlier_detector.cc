// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/outlier_detector.h"

#include <utility>

#include "lib/upstream/ejection_ledger.h"
#include "lib/upstream/outlier_events.h"

namespace meshroute {
namespace {

using LocalOrigin = OutlierEvents::LocalOrigin;

constexpr uint32_t kDefaultLocalOriginFailures = 5;

// Ends a run of failures. A run of none is left alone: most answers are good, and
// a store would take the cache line from the other threads each time.
void Reset(std::atomic<uint32_t>& run) {
  if (run.load(std::memory_order_relaxed) != 0) run.store(0, std::memory_order_relaxed);
}

bool WasReached(LocalOrigin local_origin) {
  return local_origin == LocalOrigin::kSuccess || local_origin == LocalOrigin::kSuccessThenFailure;
}

bool FailedLocally(LocalOrigin local_origin) {
  return local_origin == LocalOrigin::kFailure || local_origin == LocalOrigin::kSuccessThenFailure;
}

void Add(int status, AnswerTally& answers) {
  if (status == 0) return;
  status < 500 ? answers.AddGood() : answers.AddBad();
}

void Tell(const OutlierDetector::Environment& environment, const EjectionChange& change) {
  if (environment.observer == nullptr) return;
  EjectionEvent event;
  event.destination = environment.destination;
  event.endpoint = change.endpoint;
  event.reason = change.finding.reason;
  event.change = change.change;
  event.ejection_time = change.ejection_time;
  event.value = change.finding.value;
  event.threshold = change.finding.threshold;
  event.peers = change.finding.peers;
  event.shadow = change.shadow;
  environment.observer->OnEjection(event);
}

void TellAll(const OutlierDetector::Environment& environment,
             const EjectionLedger::Changes& changes) {
  for (const EjectionChange& change : changes) Tell(environment, change);
}

// Where no settings are in force: what asks for them finds that nothing is looked at.
OutlierDetection NoDetection() {
  OutlierDetection settings;
  settings.consecutive_5xx_errors = 0;
  return settings;
}

// Of an earlier generation only the name and what is shared are taken.
OutlierDetector::Environment Following(OutlierDetector::Environment environment,
                                       const std::string* destination) {
  if (destination != nullptr && environment.destination.empty()) {
    environment.destination = *destination;
  }
  environment.previous = nullptr;
  return environment;
}

}  // namespace

struct OutlierDetector::Run {
  std::atomic<uint32_t>& length;
  uint32_t threshold;  // 0: not looked at.
  uint32_t enforcing;
  std::string_view name;
};

OutlierDetector::OutlierDetector(OutlierDetection settings, EndpointSet& endpoints)
    : OutlierDetector(std::optional<OutlierDetection>(std::move(settings)),
                      OutlierDetectionExtension(), endpoints, Environment()) {}

OutlierDetector::OutlierDetector(std::optional<OutlierDetection> settings,
                                 OutlierDetectionExtension extension, EndpointSet& endpoints,
                                 Environment environment)
    : rules_(std::make_unique<DetectionRules>(DetectionRules{
          settings.has_value(), settings.value_or(NoDetection()), std::move(extension)})),
      environment_(Following(environment, environment.previous == nullptr
                                              ? nullptr
                                              : &environment.previous->environment_.destination)),
      ledger_(environment.previous == nullptr ? std::make_shared<EjectionLedger>()
                                              : environment.previous->ledger_) {
  ledger_->Join({&endpoints, rules_.get(), environment_.random});
}

OutlierDetector::~OutlierDetector() { ledger_->Leave(*rules_); }

void OutlierDetector::Record(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) {
  Record(endpoint, outcome, now, endpoint.trial());
}

// What ends after its trial, or in the next, is an attempt like any other.
void OutlierDetector::Record(const Endpoint& endpoint, const Outcome& outcome, TimePoint now,
                             TrialId trial) {
  const OutlierEvents events = ReadOutcome(
      outcome, rules_->settings,
      rules_->extension.count_grpc_trailers ? GrpcTrailers::kCounted : GrpcTrailers::kIgnored);
  EndpointState& state = endpoint.state();
  if (trial != 0 && trial == endpoint.trial()) return CountTrial(endpoint, trial, events, now);
  if (auto* const statistics = state.statistics.load(std::memory_order_acquire)) {
    CountForSweep(*statistics, outcome, events);
  }
  if (WasReached(events.local_origin)) Reset(state.consecutive_local_origin);
  if (events.first_status != 0) CountStatus(endpoint, events.first_status, now);
  if (events.second_status != 0) CountStatus(endpoint, events.second_status, now);
  if (FailedLocally(events.local_origin)) CountLocalFailure(endpoint, now);
}

// What says nothing of the endpoint is no trial of it.
void OutlierDetector::CountTrial(const Endpoint& endpoint, TrialId trial,
                                 const OutlierEvents& events, TimePoint now) {
  if (events == OutlierEvents()) return;
  const bool failed = events.first_status >= 500 || events.second_status >= 500 ||
                      FailedLocally(events.local_origin);
  const TrialResult result = failed ? TrialResult::kFailure : TrialResult::kSuccess;
  const auto change = ledger_->CountTrial(endpoint, trial, result, now);
  if (!change) return;
  TellObserver();
  Tell(environment_, *change);
}

// A timeout took as long as it took, at least: an endpoint that never answers is slow.
// Other failures are mostly quick, and no latency.
void OutlierDetector::CountForSweep(EndpointStatistics& statistics, const Outcome& outcome,
                                    const OutlierEvents& events) const {
  const OutlierDetectionExtension& extension = rules_->extension;
  if (extension.success_rate || extension.failure_percentage) {
    Add(events.first_status, statistics.answers);
    Add(events.second_status, statistics.answers);
    if (WasReached(events.local_origin)) statistics.local_origin.AddGood();
    if (FailedLocally(events.local_origin)) statistics.local_origin.AddBad();
  }
  if (!extension.latency || outcome.elapsed <= Duration(0)) return;
  const bool answered = outcome.kind == Outcome::Kind::kResponse && events.first_status < 500;
  if (answered || outcome.kind == Outcome::Kind::kTimeout) {
    statistics.latency.Add(outcome.elapsed);
  }
}

// A gateway error lengthens both runs, and the gateway run is looked at first; any
// other 5xx ends it.
void OutlierDetector::CountStatus(const Endpoint& endpoint, int status, TimePoint now) {
  EndpointState& state = endpoint.state();
  if (status < 500) {
    Reset(state.consecutive_5xx);
    Reset(state.consecutive_gateway);
    return;
  }
  if (status >= 502 && status <= 504) {
    CountFailure(
        endpoint,
        {state.consecutive_gateway, rules_->settings.consecutive_gateway_errors,
         rules_->extension.enforcing_consecutive_gateway_errors, "consecutive_gateway_failure"},
        now);
  } else {
    Reset(state.consecutive_gateway);
  }
  CountFailure(endpoint,
               {state.consecutive_5xx, rules_->settings.consecutive_5xx_errors,
                rules_->extension.enforcing_consecutive_5xx, "consecutive_5xx"},
               now);
}

void OutlierDetector::CountLocalFailure(const Endpoint& endpoint, TimePoint now) {
  CountFailure(
      endpoint,
      {endpoint.state().consecutive_local_origin,
       rules_->settings.consecutive_local_origin_failures.value_or(kDefaultLocalOriginFailures),
       rules_->extension.enforcing_consecutive_local_origin_failures,
       "consecutive_local_origin_failure"},
      now);
}

// Equality, not more: beyond the threshold a run says nothing new until it ends.
void OutlierDetector::CountFailure(const Endpoint& endpoint, const Run& run, TimePoint now) {
  const uint32_t length = run.length.fetch_add(1, std::memory_order_relaxed) + 1;
  if (length != run.threshold) return;
  const Finding finding{run.name, run.enforcing, static_cast<double>(length),
                        static_cast<double>(run.threshold)};
  const std::optional<EjectionChange> change = ledger_->Eject(endpoint, finding, now);
  if (!change) return;
  run.length.store(0, std::memory_order_relaxed);
  TellObserver();
  Tell(environment_, *change);
}

absl::StatusOr<Duration> OutlierDetector::Eject(const Endpoint& endpoint, const EjectionAsk& ask,
                                                TimePoint now) {
  const EjectionAnswer answer = ledger_->EjectAsked(endpoint, ask, now);
  if (answer.change) {
    TellObserver();
    Tell(environment_, *answer.change);
  }
  if (!answer.status.ok()) return answer.status;
  return answer.change->ejection_time;
}

void OutlierDetector::Sweep(TimePoint now) {
  TellObserver();
  TellAll(environment_, ledger_->Sweep(now));
}

TimePoint OutlierDetector::RunDue(TimePoint now) {
  TellObserver();
  if (ledger_->ClaimSweep(now)) Sweep(now);
  return ledger_->NextSweep();
}

void OutlierDetector::ReadmitAll(TimePoint now) {
  TellObserver();
  TellAll(environment_, ledger_->ReadmitAll(now));
}

void OutlierDetector::TellObserver() { TellAll(environment_, ledger_->TakeUntold()); }

std::string_view OutlierDetector::ReasonOf(const Endpoint& endpoint) const {
  return ledger_->ReasonOf(endpoint);
}

OutlierCounters OutlierDetector::counters() const { return ledger_->counters(); }
const OutlierDetection& OutlierDetector::settings() const { return rules_->settings; }
const OutlierDetectionExtension& OutlierDetector::extension() const { return rules_->extension; }

}  // namespace meshroute
