// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_EJECTION_LEDGER_H_
#define MESHROUTE_LIB_UPSTREAM_EJECTION_LEDGER_H_

#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/config/traffic_policy.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/endpoint_set.h"

namespace meshroute {

// Who of one destination is set aside, over all its generations: decides on
// ejections, keeps their times, readmits. The newest generation's endpoints and
// settings decide; every living generation's list of available endpoints follows.
// Thread-safe.
class EjectionLedger {
 public:
  enum class Verdict {
    kEjected,
    kRefusedByCap,
    kNotConcerned,  // Ejected already, or gone from the newest generation.
  };
  struct Decision {
    Verdict verdict = Verdict::kNotConcerned;
    Duration ejection_time{0};  // Of kEjected.
  };

  // A generation begins, and is the newest; it must Leave before its parts end.
  void Join(EndpointSet& endpoints, const OutlierDetection& settings);
  void Leave(const EndpointSet& endpoints);

  // Ejects `endpoint` if the cap allows it.
  Decision Eject(const Endpoint& endpoint, TimePoint now);

  // Readmits those whose ejection has run out and lets the multipliers of those in
  // service shrink. Returns the addresses that were readmitted.
  std::vector<std::string> Sweep(TimePoint now);

  // Readmits all and forgets how often they were ejected.
  std::vector<std::string> ReadmitAll(TimePoint now);

  // Whether a sweep is due: `interval` after the last one, or after the first call.
  bool SweepDue(TimePoint now);
  TimePoint NextSweep() const;

 private:
  struct Generation {
    EndpointSet* endpoints;
    const OutlierDetection* settings;
  };

  bool CapAllowsOneMore() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RefreshAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::vector<Generation> generations_ ABSL_GUARDED_BY(mutex_);  // The newest last.
  std::optional<TimePoint> last_sweep_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_EJECTION_LEDGER_H_
