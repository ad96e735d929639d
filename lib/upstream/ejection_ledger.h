// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_EJECTION_LEDGER_H_
#define MESHROUTE_LIB_UPSTREAM_EJECTION_LEDGER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "lib/upstream/ejection_accounts.h"
#include "lib/upstream/latency_judgement.h"
#include "lib/upstream/outlier.h"
#include "lib/upstream/sweep_samples.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/base/random_source.h"
#include "meshroute/telemetry/observer.h"
#include "meshroute/upstream/endpoint_set.h"
#include "meshroute/upstream/outlier_detector.h"

namespace meshroute {

// Something that happened to one endpoint, to be told when no lock is held.
struct EjectionChange {
  EjectionEvent::Change change = EjectionEvent::Change::kEjected;
  std::string endpoint;
  Finding finding{};
  Duration ejection_time{0};
  bool shadow = false;
};

// What became of an EjectionAsk: OK with the change of the ejection, or why there is none.
struct EjectionAnswer {
  absl::Status status;
  std::optional<EjectionChange> change{};
};

// Who of one destination is set aside, over all its generations: decides on
// ejections, keeps their times, judges at sweeps, readmits. The newest generation's
// endpoints and rules decide; every living generation's list of available endpoints
// follows. Thread-safe.
class EjectionLedger {
 public:
  using Changes = std::vector<EjectionChange>;

  // What a generation brings. All must outlive it.
  struct Generation {
    EndpointSet* endpoints;
    const DetectionRules* rules;
    RandomSource* random;
  };

  // A generation begins, and is the newest; it must Leave before its parts end. Whom
  // its rules do not keep out is readmitted.
  void Join(const Generation& generation);

  // The changes that generations made by joining and nobody has been told of yet.
  Changes TakeUntold();

  void Leave(const DetectionRules& rules);

  // Ejects `endpoint` if the rules allow it. nullopt: it does not concern us, being
  // out already or gone from the newest generation, or that one does not detect.
  std::optional<EjectionChange> Eject(const Endpoint& endpoint, const Finding& finding,
                                      TimePoint now);

  // As Eject, because someone asks for it.
  EjectionAnswer EjectAsked(const Endpoint& endpoint, const EjectionAsk& ask, TimePoint now);

  // Counts an attempt that an endpoint was tried with; nothing, where that trial is over.
  std::optional<EjectionChange> CountTrial(const Endpoint& endpoint, TrialId trial,
                                           TrialResult result, TimePoint now);

  // Readmits those whose ejection has run out, judges those in service by what they
  // did since the sweep before, and lets their multipliers shrink.
  Changes Sweep(TimePoint now);

  // Readmits all and forgets how often they were ejected.
  Changes ReadmitAll(TimePoint now);

  // Whether a sweep is due: `interval` after the last one, or after the first call.
  // Of several that ask at one time, one is told so.
  bool ClaimSweep(TimePoint now);
  TimePoint NextSweep() const;

  // Why `endpoint` is out, or in shadow mode would be; empty: it is not.
  std::string_view ReasonOf(const Endpoint& endpoint) const;

  OutlierCounters counters() const;

 private:
  const Endpoint* MemberLike(const Endpoint& endpoint) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  EjectionChange EjectMember(const Endpoint& member, const Finding& finding, TimePoint now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  EjectionChange SetAside(const Endpoint& member, const Finding& finding, TimePoint now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  EjectionChange PutBack(const Endpoint& member, TimePoint now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  EjectionChange BeginTrial(const Endpoint& member) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReturnDue(TimePoint now, Changes& changes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Judge(TimePoint now, Changes& changes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void JudgeLatency(const SweepSamples& samples, TimePoint now, Changes& changes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EjectAll(const std::vector<Outlier>& outliers, TimePoint now, Changes& changes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forgive(TimePoint now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Draw(uint32_t percent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RefreshAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::vector<Generation> generations_ ABSL_GUARDED_BY(mutex_);       // The newest last.
  std::optional<EjectionAccounts> accounts_ ABSL_GUARDED_BY(mutex_);  // Of the newest.
  LatencyJudgement latency_ ABSL_GUARDED_BY(mutex_);
  std::optional<TimePoint> last_sweep_ ABSL_GUARDED_BY(mutex_);
  Changes untold_ ABSL_GUARDED_BY(mutex_);
  OutlierCounters counters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_EJECTION_LEDGER_H_
