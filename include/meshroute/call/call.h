// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_CALL_H_
#define MESHROUTE_CALL_CALL_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/base/snapshot.h"
#include "meshroute/call/backoff.h"
#include "meshroute/call/call_options.h"
#include "meshroute/call/step.h"
#include "meshroute/call/traffic_tables.h"
#include "meshroute/message/assignment.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/outcome.h"
#include "meshroute/message/request_view.h"
#include "meshroute/telemetry/observer.h"
#include "meshroute/upstream/tried_priorities.h"

namespace meshroute {

struct Decision;  // telemetry/decision.h

// One request on its way through the rules, as a machine without I/O: it is
// asked what to do next and told what happened.
//
//   Call call = router.Start(request);
//   for (;;) {
//     Step step = call.Next();
//     if (auto* wait = std::get_if<Wait>(&step)) { clock.SleepUntil(wait->until); continue; }
//     if (auto* done = std::get_if<Done>(&step)) return *done;
//     if (auto* send = std::get_if<Send>(&step)) call.Report(send->attempt, Exchange(*send));
//   }
//
// That is the blocking driver (call/drivers.h has it, and one with callbacks).
// A driver that reports before it asks again never sees Cancel. Order of work:
// route, fault delay, fault abort, local reply, CORS, split, timeout, attempts with
// back-off. Dropped early, the call is cancelled and gives everything back.
//
// Move-only. Thread-compatible: one thread at a time.
class Call {
 public:
  // What a call takes from outside; outlives it.
  struct Environment {
    const Clock* clock = nullptr;
    RandomSource* random = nullptr;
    Observer* observer = nullptr;  // May be null.
    Decision* record = nullptr;    // May be null. Told what is drawn and chosen.
  };

  // `request`'s memory must outlive the call. Made by Router::Start.
  Call(SnapshotPin<TrafficTables> tables, const RequestView& request, const CallOptions& options,
       const Environment& environment);
  Call(Call&& other) noexcept;
  Call& operator=(Call&&) = delete;
  ~Call();

  // What to do now. Reads the clock once.
  Step Next() { return Next(environment_.clock->Now()); }
  Step Next(TimePoint now);

  // How the attempt ended. Reports of attempts that are not in flight (late,
  // cancelled, twice) are ignored.
  void Report(AttemptId attempt, const Outcome& outcome) {
    Report(attempt, outcome, environment_.clock->Now());
  }
  void Report(AttemptId attempt, const Outcome& outcome, TimePoint now);

  // The request as it is to be sent in `attempt`: edits and rewrites applied,
  // attempt count set. Copies; for transports that need memory of their own.
  RequestHead MakeHead(AttemptId attempt) const;

  // Whether MakeHead would change anything but the attempt count; if not, a
  // transport may send the caller's own request.
  bool has_request_edits() const;

  // The rule's edits of the upstream's answer.
  void EditResponse(Headers& headers) const;

  // The rule that governs the call, or nullptr before the first Next, and where
  // no rule matched.
  const Route* route() const { return match_.route; }

  // "outbound|9080|v1|reviews...", empty where none was chosen (yet).
  std::string_view destination() const;
  const Endpoint* endpoint() const { return last_endpoint_; }  // Of the last attempt.
  uint32_t attempts() const { return attempts_; }

  // What was drawn for the call; nullptr before the draw, and where no TrafficSplit
  // manages its rule.
  const Assignment* assignment() const { return assignment_ ? &*assignment_ : nullptr; }

  // TrialStartEvent::call; 0: no version was drawn, nothing was sent, or nobody observes.
  uint64_t trial() const { return trial_; }
  TimePoint started_at() const { return started_at_; }
  const RequestView& request() const { return request_; }

 private:
  enum class Stage : uint8_t { kBegin, kDelay, kInFlight, kBackoff, kAnswered, kOver };
  static constexpr size_t kRemembered = 8;  // Endpoints that a call keeps in mind.

  // The stages, in order (call.cc).
  Step Begin(TimePoint now);
  Step AfterDelay(TimePoint now);
  Step Forward(TimePoint now);
  Step StartAttempt(TimePoint now);
  Step LetThrough(TimePoint now);

  std::optional<Step> InjectDelay(TimePoint now);
  std::optional<Step> InjectAbort(TimePoint now);
  std::optional<Step> AnswerPreflight(TimePoint now);
  void ChooseDestination();
  size_t DrawByWeights();
  size_t DrawBySplit();  // call_split.cc
  size_t DrawByUnit(uint64_t unit) const;
  size_t DrawArm(const RouteSplit& split);
  bool RetriesOnBaseline() const;
  SubsetPool& PoolOfRetries() const;
  void MoveTo(SubsetPool& pool);
  HashKey HashOfRequest() const;
  void SetLimits(TimePoint now);
  Send MakeSend(TimePoint now);
  bool IsMirrored() const;
  bool SetsGrpcTimeout() const;
  void AddMirrors(Send& send, TimePoint now);
  bool MayBeSentTwice() const;  // call_split.cc
  void AddCopyForCanary(Send& send, TimePoint now);
  bool PlanRetry(const Outcome& outcome, TimePoint now);
  void Remember(const Endpoint* endpoint);
  void ReleaseRetrySlot();

  // What the rule does to messages (call_messages.cc).
  EditContext ContextOfEdits() const;
  void EditByRule(Headers& headers) const;
  std::string_view AddressOfLast() const;

  // The ends (call_answer.cc).
  Done AnswerOf(AttemptId attempt, const Outcome& outcome, TimePoint now) const;
  Done LocalAnswer(int status, ResponseFlags flags, std::string_view details,
                   std::string body) const;
  Step DeadlinePassed(TimePoint now);
  Step Finish(Done&& done, TimePoint now);
  void ReportTrialStart(TimePoint now);
  void ReportAttempt(const Outcome& outcome) const;
  void ReportCall(int status, ResponseFlags flags, TimePoint now) const;

  SnapshotPin<TrafficTables> tables_;
  RequestView request_;
  CallOptions options_;
  Environment environment_;
  std::unique_ptr<std::string> normal_path_;  // Where the path was not normal.

  Stage stage_ = Stage::kBegin;
  RouteMatch match_;
  size_t position_ = 0;  // In route()->destinations.
  std::optional<Assignment> assignment_;
  uint64_t trial_ = 0;         // TrialStartEvent::call.
  bool tells_origin_ = false;  // From here on answers get the rule's CORS headers.
  SubsetPool* pool_ = nullptr;
  std::optional<uint64_t> hash_;
  std::vector<std::string> set_cookies_;

  TimePoint started_at_{};
  TimePoint sent_at_{};    // The last attempt.
  TimePoint resume_at_{};  // Of kDelay and kBackoff.
  TimePoint deadline_ = kNever;
  Duration per_try_timeout_{0};

  Lease lease_;
  bool holds_retry_slot_ = false;
  bool ever_sent_ = false;  // Some attempt has put a byte on the wire.
  uint32_t attempts_ = 0;
  int last_status_ = 0;  // Of the last attempt that was reported.
  uint32_t retries_left_ = 0;
  Backoff backoff_;
  ResponseFlags flags_;  // Of the call as a whole: DI, URX, UO of a refused retry.
  const Endpoint* last_endpoint_ = nullptr;
  std::array<const Endpoint*, kRemembered> tried_{};
  uint32_t tried_count_ = 0;
  TriedPriorities tried_priorities_;  // With retryRemoteLocalities.
  std::optional<Done> answer_;        // Of kAnswered: what Next will say.
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_CALL_H_
