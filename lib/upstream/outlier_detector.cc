// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/outlier_detector.h"

#include <utility>

#include "lib/upstream/ejection_ledger.h"
#include "lib/upstream/outlier_events.h"

namespace meshroute {
namespace {

constexpr uint32_t kDefaultLocalOriginFailures = 5;

// Ends a run of failures. A run of none is left alone: most answers are good, and
// a store would take the cache line from the other threads each time.
void Reset(std::atomic<uint32_t>& run) {
  if (run.load(std::memory_order_relaxed) != 0) run.store(0, std::memory_order_relaxed);
}

}  // namespace

struct OutlierDetector::Run {
  std::atomic<uint32_t>& length;
  uint32_t threshold;  // 0: not looked at.
  std::string_view name;
};

OutlierDetector::OutlierDetector(OutlierDetection settings, EndpointSet& endpoints,
                                 Observer* observer, std::string destination)
    : settings_(std::move(settings)),
      endpoints_(endpoints),
      observer_(observer),
      destination_(std::move(destination)),
      ledger_(std::make_shared<EjectionLedger>()) {
  ledger_->Join(endpoints_, settings_);
}

OutlierDetector::OutlierDetector(OutlierDetection settings, EndpointSet& endpoints,
                                 Observer* observer, const OutlierDetector& previous)
    : settings_(std::move(settings)),
      endpoints_(endpoints),
      observer_(observer),
      destination_(previous.destination_),
      ledger_(previous.ledger_) {
  ledger_->Join(endpoints_, settings_);
}

OutlierDetector::~OutlierDetector() { ledger_->Leave(endpoints_); }

void OutlierDetector::Record(const Endpoint& endpoint, const Outcome& outcome, TimePoint now) {
  using LocalOrigin = OutlierEvents::LocalOrigin;
  const OutlierEvents events = ReadOutcome(outcome, settings_);
  if (events.local_origin == LocalOrigin::kSuccess ||
      events.local_origin == LocalOrigin::kSuccessThenFailure) {
    Reset(endpoint.state().consecutive_local_origin);
  }
  if (events.first_status != 0) CountStatus(endpoint, events.first_status, now);
  if (events.second_status != 0) CountStatus(endpoint, events.second_status, now);
  if (events.local_origin == LocalOrigin::kFailure ||
      events.local_origin == LocalOrigin::kSuccessThenFailure) {
    CountLocalFailure(endpoint, now);
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
    CountFailure(endpoint,
                 {state.consecutive_gateway, settings_.consecutive_gateway_errors,
                  "consecutive_gateway_failure"},
                 now);
  } else {
    Reset(state.consecutive_gateway);
  }
  CountFailure(endpoint,
               {state.consecutive_5xx, settings_.consecutive_5xx_errors, "consecutive_5xx"}, now);
}

void OutlierDetector::CountLocalFailure(const Endpoint& endpoint, TimePoint now) {
  const uint32_t threshold =
      settings_.consecutive_local_origin_failures.value_or(kDefaultLocalOriginFailures);
  CountFailure(
      endpoint,
      {endpoint.state().consecutive_local_origin, threshold, "consecutive_local_origin_failure"},
      now);
}

// Equality, not more: beyond the threshold a run says nothing new until it ends.
void OutlierDetector::CountFailure(const Endpoint& endpoint, const Run& run, TimePoint now) {
  const uint32_t length = run.length.fetch_add(1, std::memory_order_relaxed) + 1;
  if (length == run.threshold) Eject(endpoint, run, now);
}

void OutlierDetector::Eject(const Endpoint& endpoint, const Run& run, TimePoint now) {
  const EjectionLedger::Decision decision = ledger_->Eject(endpoint, now);
  if (decision.verdict == EjectionLedger::Verdict::kNotConcerned) return;
  run.length.store(0, std::memory_order_relaxed);
  if (observer_ == nullptr) return;
  EjectionEvent event;
  event.destination = destination_;
  event.endpoint = endpoint.address();
  event.reason = run.name;
  event.change = decision.verdict == EjectionLedger::Verdict::kEjected
                     ? EjectionEvent::Change::kEjected
                     : EjectionEvent::Change::kRefusedByCap;
  event.ejection_time = decision.ejection_time;
  observer_->OnEjection(event);
}

void OutlierDetector::Sweep(TimePoint now) { TellReadmitted(ledger_->Sweep(now)); }

TimePoint OutlierDetector::RunDue(TimePoint now) {
  if (ledger_->SweepDue(now)) Sweep(now);
  return ledger_->NextSweep();
}

void OutlierDetector::ReadmitAll(TimePoint now) { TellReadmitted(ledger_->ReadmitAll(now)); }

void OutlierDetector::TellReadmitted(const std::vector<std::string>& addresses) const {
  if (observer_ == nullptr) return;
  for (const std::string& address : addresses) {
    EjectionEvent event;
    event.destination = destination_;
    event.endpoint = address;
    event.change = EjectionEvent::Change::kReadmitted;
    observer_->OnEjection(event);
  }
}

}  // namespace meshroute
