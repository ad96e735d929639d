// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_STEP_H_
#define MESHROUTE_CALL_STEP_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/snapshot.h"
#include "meshroute/call/traffic_tables.h"
#include "meshroute/message/assignment.h"
#include "meshroute/message/outcome.h"
#include "meshroute/message/response_flags.h"
#include "meshroute/routing/route.h"
#include "meshroute/telemetry/observer.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// Names one attempt of one call: 1 is the first send.
using AttemptId = uint32_t;

// Nothing to do before `until`, or before an attempt in flight is reported,
// whichever is first.
struct Wait {
  TimePoint until = kNever;
};

// What a copy that is compared with its original (TrafficSplit::mirror) has besides.
struct MirrorPair {
  Observer* observer = nullptr;  // Is told of the end; may be null. Outlives the copy.
  Assignment assignment{};       // Its views are of the tables.
  uint64_t call = 0;             // TrialStartEvent::call of the original.
  TimePoint sent_at{};           // When the original was sent,
  Duration per_try_timeout{0};   // with this limit.
};

// A copy of a request for a mirror destination: fire and forget. Holds all that
// it needs, so it may outlive its call. Dropped without Finish: cancelled.
// Move-only. Thread-compatible.
class MirrorSend {
 public:
  MirrorSend(SnapshotPin<TrafficTables> tables, SubsetPool& pool, Lease lease, TimePoint deadline)
      : tables_(std::move(tables)), pool_(&pool), lease_(std::move(lease)), deadline_(deadline) {}
  MirrorSend(SnapshotPin<TrafficTables> tables, SubsetPool& pool, Lease lease, TimePoint deadline,
             const MirrorPair& pair)
      : MirrorSend(std::move(tables), pool, std::move(lease), deadline) {
    pair_ = pair;
  }

  // Where to send; nullptr: to the dialled authority.
  const Endpoint* endpoint() const { return lease_.has_endpoint() ? &lease_.endpoint() : nullptr; }
  SubsetPool& pool() const { return *pool_; }
  TimePoint deadline() const { return deadline_; }

  // How much time a copy that is compared has where nothing limits its original (Envoy's
  // usual timeout of a route), or the original's per-try timeout if that is longer: one that
  // hangs would never be held against anybody.
  static constexpr Duration kTimeOfCompared = std::chrono::seconds(15);

  // When a copy must be over that is sent at `now`: the deadline; of one that is compared,
  // as long from now as its original had, so that no queue counts against it. `usual`: what
  // the transport allows a call that nothing limits, and so its copies; 0: no limit, but for
  // kTimeOfCompared.
  TimePoint DeadlineFrom(TimePoint now, Duration usual = Duration(0)) const;

  // The limit of the attempt, from the moment its connection is ready; 0: none, as always
  // where nothing is compared.
  Duration per_try_timeout() const { return pair_ ? pair_->per_try_timeout : Duration(0); }

  // Tells the mirror destination's breaker and detector how it ended; once. Of one that is
  // compared also the observer.
  void Finish(const Outcome& outcome, TimePoint now);

 private:
  SnapshotPin<TrafficTables> tables_;  // Released last: keeps the pool.
  SubsetPool* pool_;
  Lease lease_;
  TimePoint deadline_;
  std::optional<MirrorPair> pair_;
};

// Send the request to `endpoint` now and report how it ended. Pointers live as
// long as the call.
struct Send {
  AttemptId attempt = 1;

  // nullptr: there is none to choose; connect to the authority that was dialled.
  const Endpoint* endpoint = nullptr;

  // The destination's limits and settings (connectionPool, tls); nullptr of an
  // unknown host that is let through.
  SubsetPool* pool = nullptr;

  // The whole call must be over by then (kNever: no limit) ...
  TimePoint deadline = kNever;

  // ... and this attempt that long after its connection is ready; 0: no limit
  // of its own. The transport keeps both and reports kTimeout.
  Duration per_try_timeout{0};

  // Copies to send besides, once, with the same request after its edits.
  std::vector<MirrorSend> mirrors;
};

// Stop the attempt and forget it; what it reports later is not looked at.
struct Cancel {
  AttemptId attempt = 0;
};

// The call is over.
struct Done {
  // The answer is the upstream's, as given by this attempt; 0: `reply`.
  AttemptId attempt = 0;

  // The answer that was made here, where `attempt` is 0.
  LocalReply reply;

  int status = 0;
  ResponseFlags flags;
  std::string_view details;  // "via_upstream", "route_not_found", ...
};

// What a Call asks its driver to do next.
using Step = std::variant<Wait, Send, Cancel, Done>;

}  // namespace meshroute

#endif  // MESHROUTE_CALL_STEP_H_
