// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_OUTLIER_DETECTOR_H_
#define MESHROUTE_UPSTREAM_OUTLIER_DETECTOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/traffic_policy.h"
#include "meshroute/message/outcome.h"
#include "meshroute/telemetry/observer.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/endpoint_set.h"

namespace meshroute {

// What the generations of one destination share.
class EjectionLedger;

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
// Starts no thread: the owner calls Sweep or RunDue, once per `interval`. Record is
// lock-free until a threshold is reached. Thread-safe.
class OutlierDetector {
 public:
  // `settings` has passed Validate. `endpoints` must outlive the detector.
  // `observer` may be null; `destination` names the events.
  OutlierDetector(OutlierDetection settings, EndpointSet& endpoints, Observer* observer = nullptr,
                  std::string destination = {});

  // Goes on from `previous`, of an earlier generation of the same destination: the
  // cap counts the newer generation's endpoints, the newer settings decide, and the
  // sweeps keep their time. Both may be used until they are destroyed.
  OutlierDetector(OutlierDetection settings, EndpointSet& endpoints, Observer* observer,
                  const OutlierDetector& previous);
  ~OutlierDetector();
  OutlierDetector(const OutlierDetector&) = delete;
  OutlierDetector& operator=(const OutlierDetector&) = delete;

  // Counts the end of one attempt against `endpoint`; may eject it. A success
  // ends the run of failures, and leaves an ejection under way as it is.
  void Record(const Endpoint& endpoint, const Outcome& outcome, TimePoint now);

  // Readmits every endpoint whose ejection has run out.
  void Sweep(TimePoint now);

  // Sweeps if `interval` has passed since the last sweep (at the beginning: since
  // the first call). Returns when the next one is due.
  TimePoint RunDue(TimePoint now);

  // Readmits every endpoint, and forgets how often each was out: what is to be done
  // when a destination's outlierDetection is taken away.
  void ReadmitAll(TimePoint now);

  const OutlierDetection& settings() const { return settings_; }

 private:
  // A kind of failures in a row.
  struct Run;

  void CountStatus(const Endpoint& endpoint, int status, TimePoint now);
  void CountLocalFailure(const Endpoint& endpoint, TimePoint now);
  void CountFailure(const Endpoint& endpoint, const Run& run, TimePoint now);
  void Eject(const Endpoint& endpoint, const Run& run, TimePoint now);
  void TellReadmitted(const std::vector<std::string>& addresses) const;

  const OutlierDetection settings_;
  EndpointSet& endpoints_;
  Observer* const observer_;
  const std::string destination_;
  const std::shared_ptr<EjectionLedger> ledger_;
};

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_OUTLIER_DETECTOR_H_
