// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_OUTLIER_DETECTOR_H_
#define MESHROUTE_UPSTREAM_OUTLIER_DETECTOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/policy_extensions.h"
#include "meshroute/config/traffic_policy.h"
#include "meshroute/message/outcome.h"
#include "meshroute/telemetry/observer.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/endpoint_set.h"

namespace meshroute {

// What the generations of one destination share.
class EjectionLedger;
struct DetectionRules;
struct OutlierEvents;

// How a request that tried an endpoint on trial went.
enum class TrialResult : uint8_t { kSuccess, kFailure };

// What someone asks of a detector who knows more of an endpoint than answers tell.
struct EjectionAsk {
  std::string_view reason = "asked";  // Of EjectionEvent; a literal.

  // At most one in so many of the destination's endpoints may be out afterwards, besides
  // what maxEjectionPercent allows: 3 is a third. 1: no limit of its own.
  uint32_t one_in = 1;
};

// What happened to the endpoints of one destination so far, all generations together.
struct OutlierCounters {
  uint64_t ejections = 0;
  uint64_t shadow_ejections = 0;  // In shadow mode: those that were not to be.
  uint64_t refused_by_cap = 0;
  uint64_t not_enforced = 0;
  uint64_t suppressed = 0;  // Sweeps in which slow endpoints were left alone.
  uint64_t readmissions = 0;
  uint64_t failed_trials = 0;  // Counted as ejections too.
  size_t out = 0;              // Now; in shadow mode: would be.
};

// Sets aside endpoints whose answers keep failing and readmits them in time: the
// passive health check of one destination (trafficPolicy.outlierDetection).
//
//   OutlierDetector detector({.consecutive_5xx_errors = 3}, endpoints);
//   detector.Record(endpoint, Outcome::Status(503), now);  // third in a row: ejected
//   detector.Sweep(now);                                   // readmits what is due
//
// An endpoint is ejected at once when a run of failures reaches its threshold, but
// only while no more than maxEjectionPercent of the endpoints are out; where that
// forbids it the run starts anew. It stays out for its n-th ejection n times
// baseEjectionTime, at most 300 s (or baseEjectionTime, where that is longer), and
// then until the next sweep. Every sweep in service takes one off its n.
//
// An OutlierDetectionExtension adds judgements at every sweep (success rate, failure
// percentage, latency), which eject the worst first; a return by trial; and shadow
// mode, in which everything is counted and told and nobody is ejected.
//
// Starts no thread: the owner calls Sweep or RunDue, once per `interval`. Record is
// lock-free until a threshold is reached, but for an endpoint on trial. Thread-safe.
class OutlierDetector {
 public:
  // What a detector takes from outside, besides its endpoints. All outlive it.
  struct Environment {
    Observer* observer = nullptr;            // May be null.
    RandomSource* random = &ThreadRandom();  // Of jitter and of shares to be enforced.
    std::string destination{};               // Names the events.

    // Of an earlier generation of the same destination, to go on from: the cap counts
    // the newer generation's endpoints, the newer settings decide, and the sweeps
    // keep their time. Both may be used until they are destroyed.
    const OutlierDetector* previous = nullptr;
  };

  // `settings` and `extension` have passed Validate. `endpoints` must outlive the
  // detector. Without settings nobody is ejected: not by attempts of generations before
  // either, and who is out by those is readmitted. Calls no observer (TellObserver).
  OutlierDetector(OutlierDetection settings, EndpointSet& endpoints);
  OutlierDetector(std::optional<OutlierDetection> settings, OutlierDetectionExtension extension,
                  EndpointSet& endpoints, Environment environment);
  ~OutlierDetector();
  OutlierDetector(const OutlierDetector&) = delete;
  OutlierDetector& operator=(const OutlierDetector&) = delete;

  // Counts the end of one attempt against `endpoint`; may eject it. A success
  // ends the run of failures, and leaves an ejection under way as it is, unless it
  // is the last that an endpoint on trial needs. A trial is decided by attempts that began
  // in it: `trial` is what endpoint.trial() was when the attempt began; without it, every
  // attempt counts as one of the trial that it ends in.
  void Record(const Endpoint& endpoint, const Outcome& outcome, TimePoint now);
  void Record(const Endpoint& endpoint, const Outcome& outcome, TimePoint now, TrialId trial);

  // Sets `endpoint` aside because someone asks for it: within the limits, for as long and
  // with the same way back as where the detector itself finds it wanting. Returns how
  // long it stays out at least. FailedPrecondition: nobody is ejected here (for want of
  // settings, or in shadow mode, where it is counted and told); NotFound: the endpoint is
  // gone; AlreadyExists: it is out; ResourceExhausted: a limit, which is told too.
  absl::StatusOr<Duration> Eject(const Endpoint& endpoint, const EjectionAsk& ask, TimePoint now);

  // Readmits every endpoint whose ejection has run out, or begins to try it, and
  // judges the others by what they did since the sweep before.
  void Sweep(TimePoint now);

  // Sweeps if `interval` has passed since the last sweep (at the beginning: since
  // the first call). Returns when the next one is due.
  TimePoint RunDue(TimePoint now);

  // Readmits every endpoint, and forgets how often each was out.
  void ReadmitAll(TimePoint now);

  // Tells the observer what detectors did when they were made: one may be made under
  // locks, and no observer is called there. So do RunDue and Sweep, and whoever tells
  // of something later.
  void TellObserver();

  // Why `endpoint` is out, or in shadow mode would be: "consecutive_5xx", as in
  // EjectionEvent; empty: it is in service. Takes the lock of the destination's ejections.
  std::string_view ReasonOf(const Endpoint& endpoint) const;

  OutlierCounters counters() const;
  const OutlierDetection& settings() const;
  const OutlierDetectionExtension& extension() const;

 private:
  // A kind of failures in a row.
  struct Run;

  void CountTrial(const Endpoint& endpoint, TrialId trial, const OutlierEvents& events,
                  TimePoint now);
  void CountForSweep(EndpointStatistics& statistics, const Outcome& outcome,
                     const OutlierEvents& events) const;
  void CountStatus(const Endpoint& endpoint, int status, TimePoint now);
  void CountLocalFailure(const Endpoint& endpoint, TimePoint now);
  void CountFailure(const Endpoint& endpoint, const Run& run, TimePoint now);

  const std::unique_ptr<const DetectionRules> rules_;  // Stays where it is.
  const Environment environment_;
  const std::shared_ptr<EjectionLedger> ledger_;
};

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_OUTLIER_DETECTOR_H_
