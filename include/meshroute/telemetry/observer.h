// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TELEMETRY_OBSERVER_H_
#define MESHROUTE_TELEMETRY_OBSERVER_H_

#include <cstdint>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/message/assignment.h"
#include "meshroute/message/outcome.h"
#include "meshroute/message/response_flags.h"

namespace meshroute {

// The first attempt of a call for which a version was drawn (Assignment) is sent.
// There is none of other calls.
struct TrialStartEvent {
  uint64_t call = 0;          // Differs from that of every other call; never 0.
  std::string_view endpoint;  // "10.0.0.7:9080"; may be empty.
  TimePoint at{};

  // What was drawn; never nullptr.
  const Assignment* assignment = nullptr;
};

// One attempt is over. Views live for the call of the observer only.
struct AttemptEvent {
  std::string_view destination;  // "outbound|9080|v1|reviews.default.svc.cluster.local"
  std::string_view endpoint;     // "10.0.0.7:9080"
  uint32_t attempt = 1;          // 1 is the first send of the call.
  Outcome outcome;

  // What was drawn for the call; nullptr where no rollout manages its route.
  const Assignment* assignment = nullptr;

  uint64_t call = 0;  // That of the TrialStartEvent; 0: the call has none.
};

// The copy of a request is over that a TrafficSplit sent to the canary (its `mirror`):
// the other half of the call's first attempt, which may end before or after it. Nothing is
// told of a copy that was dropped unsent, nor of a rule's own mirrors. Views live for the
// call of the observer only.
struct MirrorEvent {
  std::string_view destination;
  std::string_view endpoint;
  Outcome outcome;

  // That of the call, with the canary as arm; never nullptr.
  const Assignment* assignment = nullptr;

  uint64_t call = 0;  // As in AttemptEvent.
};

// A whole call is over, with all its attempts.
struct CallEvent {
  std::string_view virtual_host;  // Empty where no VirtualService knew the host.
  std::string_view route;         // The rule's name, may be empty.
  std::string_view stat_prefix;   // `statPrefix` of the match block; mostly empty.
  std::string_view destination;   // Empty for a local reply without a destination.
  int status = 0;
  ResponseFlags flags;
  uint32_t attempts = 0;
  Duration elapsed{0};

  // As in AttemptEvent. With `attempts` 0 the call ended after the draw and before
  // any attempt (no endpoint, over a limit), of which there is no AttemptEvent.
  const Assignment* assignment = nullptr;

  uint64_t call = 0;  // As in AttemptEvent.
};

// An endpoint was set aside, or came back.
struct EjectionEvent {
  enum class Change : uint8_t {
    kEjected,
    kReadmitted,
    kRefusedByCap,  // Found wanting, and kept: too many are out, or too few left.
    kNotEnforced,   // Found wanting, and kept: the share to be ejected is less than all.
    kSuppressed,    // Found slow, and kept: all have slowed down, or too many are slow.
    kOnTrial,       // Its time is over, and a share of the requests tries it.
  };

  std::string_view destination;
  std::string_view endpoint;

  // "consecutive_5xx", "consecutive_gateway_failure", "consecutive_local_origin_failure",
  // "success_rate", "failure_percentage", "local_origin_success_rate",
  // "local_origin_failure_percentage", "latency", "failed_trial"; "asked" or what else an
  // EjectionAsk says ("rollout_suspect"); empty on the way back.
  std::string_view reason;
  Change change = Change::kEjected;
  Duration ejection_time{0};  // How long it is to last at least; of kEjected.

  // What was compared: failures in a row, percent of the answers, or milliseconds. Of
  // `peers` the mean success rate or the median latency of all, else 0.
  double value = 0;
  double threshold = 0;
  double peers = 0;

  // It only would have been (OutlierDetectionExtension::shadow): the endpoint serves on.
  bool shadow = false;
};

// An update of configuration, endpoints or splits was applied, or refused.
struct ConfigEvent {
  bool applied = false;
  uint64_t version = 0;  // Of the snapshot in force afterwards.
  // Why it was refused. Of one that was applied: which splits have no rule in it, a
  // line each; mostly empty.
  std::string_view message;
};

// Certificates, keys or revocation lists of TLS connections were read, read anew
// after a change, or could not be: then those before stay in use, and where there
// are none the destinations that need them are answered 503 UF.
struct TlsEvent {
  bool applied = false;
  std::string_view source;   // "/etc/certs/ca.pem, /etc/certs/key.pem", "credential edge"
  std::string_view message;  // What is wrong; empty where applied.
};

// Hears what happens. Every method may be called from any thread, must not
// block and cannot change anything. Nothing else in the library prints or
// logs. Implement what you care for; the rest does nothing.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual void OnTrialStart(const TrialStartEvent&) {}
  virtual void OnAttemptEnd(const AttemptEvent&) {}
  virtual void OnMirrorEnd(const MirrorEvent&) {}
  virtual void OnCallEnd(const CallEvent&) {}
  virtual void OnEjection(const EjectionEvent&) {}
  virtual void OnConfig(const ConfigEvent&) {}
  virtual void OnTls(const TlsEvent&) {}
};

}  // namespace meshroute

#endif  // MESHROUTE_TELEMETRY_OBSERVER_H_
