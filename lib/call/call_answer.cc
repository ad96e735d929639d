// SPDX-License-Identifier: Apache-2.0
// How a call ends: the upstream's answer, or one made here in the words that
// operators know from a sidecar.
#include <atomic>
#include <string>
#include <utility>

#include "lib/call/grpc.h"
#include "meshroute/call/call.h"

namespace meshroute {
namespace {

// What a sidecar answers where an attempt brought no response.
struct FailureAnswer {
  int status;
  Flag flag;
  std::string_view details;
  std::string_view reason;  // In the body.
};

FailureAnswer AnswerOfFailure(Outcome::Kind kind) {
  using Kind = Outcome::Kind;
  switch (kind) {
    case Kind::kConnectFailed:
      return {503, Flag::kUpstreamConnectionFailure,
              "upstream_reset_before_response_started{remote connection failure}",
              "remote connection failure"};
    case Kind::kConnectTimeout:
      return {503, Flag::kUpstreamConnectionFailure,
              "upstream_reset_before_response_started{connection timeout}", "connection timeout"};
    case Kind::kResetAfterHeaders:
      return {503, Flag::kUpstreamConnectionTermination,
              "upstream_reset_after_response_started{connection termination}",
              "connection termination"};
    case Kind::kRefusedStream:
      return {503, Flag::kUpstreamRemoteReset,
              "upstream_reset_before_response_started{remote refused stream reset}",
              "remote refused stream reset"};
    case Kind::kProtocolError:
      return {502, Flag::kUpstreamProtocolError,
              "upstream_reset_before_response_started{protocol error}", "protocol error"};
    case Kind::kOverflow:
      return {503, Flag::kUpstreamOverflow, "upstream_reset_before_response_started{overflow}",
              "overflow"};
    case Kind::kNotReady:
      return {503, Flag::kUpstreamConnectionFailure,
              "upstream_reset_before_response_started{local connection failure}",
              "local connection failure"};
    case Kind::kCancelled:
      return {0, Flag::kDownstreamTermination, "downstream_remote_disconnect", "local reset"};
    case Kind::kResetBeforeHeaders:
    default:
      return {503, Flag::kUpstreamConnectionTermination,
              "upstream_reset_before_response_started{connection termination}",
              "connection termination"};
  }
}

// Of calls that a rollout watches; nothing is decided by it.
uint64_t NextTrial() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

Done Call::LocalAnswer(int status, ResponseFlags flags, std::string_view details,
                       std::string body) const {
  Done done;
  done.status = done.reply.status = status;
  done.flags = flags_;
  done.flags.Add(flags);
  done.details = details;
  if (!body.empty()) {
    done.reply.headers.push_back({"content-type", "text/plain"});
    done.reply.body = std::move(body);
  }
  if (IsGrpcRequest(request_.headers)) MakeGrpcReply(done);
  if (tells_origin_) match_.route->AddCorsHeaders(request_, done.reply.headers);
  return done;
}

Done Call::AnswerOf(AttemptId attempt, const Outcome& outcome, TimePoint now) const {
  if (outcome.kind == Outcome::Kind::kResponse) {
    Done done;
    done.attempt = attempt;
    done.status = outcome.status;
    done.flags = flags_;
    done.details = "via_upstream";
    return done;
  }
  if (outcome.kind == Outcome::Kind::kTimeout) {
    return LocalAnswer(504, Flag::kUpstreamRequestTimeout,
                       now >= deadline_ ? "response_timeout" : "upstream_per_try_timeout",
                       "upstream request timeout");
  }
  const FailureAnswer failure = AnswerOfFailure(outcome.kind);
  std::string body = "upstream connect error or disconnect/reset before headers. ";
  if (attempts_ > 1) body += "retried and the latest ";
  body += "reset reason: ";
  body += failure.reason;
  Done done = LocalAnswer(failure.status, failure.flag, failure.details, std::move(body));
  if (outcome.kind == Outcome::Kind::kOverflow) {
    done.reply.headers.push_back({"x-envoy-overloaded", "true"});
  }
  return done;
}

// The whole call's time is up: in a delay, in a back-off or with an attempt in
// flight, which is then charged to its endpoint and cancelled first.
Step Call::DeadlinePassed(TimePoint now) {
  Done done = LocalAnswer(504, Flag::kUpstreamRequestTimeout, "response_timeout",
                          "upstream request timeout");
  if (stage_ != Stage::kInFlight) return Finish(std::move(done), now);
  const Outcome timeout = Outcome::Failure(Outcome::Kind::kTimeout, now - sent_at_);
  if (lease_) lease_.Finish(timeout, now);
  ReportAttempt(timeout);
  answer_ = std::move(done);
  stage_ = Stage::kAnswered;
  return Cancel{attempts_};
}

Step Call::Finish(Done&& done, TimePoint now) {
  ReleaseRetrySlot();
  stage_ = Stage::kOver;
  ReportCall(done.status, done.flags, now);
  return Step(std::move(done));
}

void Call::ReportTrialStart(TimePoint now) {
  if (environment_.observer == nullptr) return;
  trial_ = NextTrial();
  environment_.observer->OnTrialStart(
      {.call = trial_, .endpoint = AddressOfLast(), .at = now, .assignment = assignment()});
}

void Call::ReportAttempt(const Outcome& outcome) const {
  if (environment_.observer == nullptr) return;
  environment_.observer->OnAttemptEnd({.destination = destination(),
                                       .endpoint = AddressOfLast(),
                                       .attempt = attempts_,
                                       .outcome = outcome,
                                       .assignment = assignment(),
                                       .call = trial_});
}

void Call::ReportCall(int status, ResponseFlags flags, TimePoint now) const {
  if (environment_.observer == nullptr) return;
  environment_.observer->OnCallEnd(
      {.virtual_host = match_.virtual_host,
       .route = match_.route == nullptr ? std::string_view() : match_.route->name,
       .stat_prefix = match_.route == nullptr ? std::string_view() : match_.route->stat_prefix,
       .destination = destination(),
       .status = status,
       .flags = flags,
       .attempts = attempts_,
       .elapsed = now - started_at_,
       .assignment = assignment(),
       .call = trial_});
}

}  // namespace meshroute
