// SPDX-License-Identifier: Apache-2.0
#include "meshroute/call/call.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/call/call_record.h"
#include "lib/call/grpc.h"
#include "meshroute/call/retry.h"

namespace meshroute {
namespace {

constexpr uint64_t kMillion = 1'000'000;

}  // namespace

Call::Call(SnapshotPin<TrafficTables> tables, const RequestView& request,
           const CallOptions& options, const Environment& environment)
    : tables_(std::move(tables)), request_(request), options_(options), environment_(environment) {}

Call::Call(Call&& other) noexcept
    : tables_(std::move(other.tables_)),
      request_(other.request_),
      options_(other.options_),
      environment_(other.environment_),
      normal_path_(std::move(other.normal_path_)),
      stage_(std::exchange(other.stage_, Stage::kOver)),
      match_(other.match_),
      position_(other.position_),
      assignment_(other.assignment_),
      trial_(other.trial_),
      tells_origin_(other.tells_origin_),
      pool_(other.pool_),
      hash_(other.hash_),
      set_cookies_(std::move(other.set_cookies_)),
      started_at_(other.started_at_),
      sent_at_(other.sent_at_),
      resume_at_(other.resume_at_),
      deadline_(other.deadline_),
      per_try_timeout_(other.per_try_timeout_),
      lease_(std::move(other.lease_)),
      holds_retry_slot_(std::exchange(other.holds_retry_slot_, false)),
      ever_sent_(other.ever_sent_),
      attempts_(other.attempts_),
      last_status_(other.last_status_),
      retries_left_(other.retries_left_),
      backoff_(other.backoff_),
      flags_(other.flags_),
      last_endpoint_(other.last_endpoint_),
      tried_(other.tried_),
      tried_count_(other.tried_count_),
      tried_priorities_(other.tried_priorities_),
      answer_(std::move(other.answer_)) {}

Call::~Call() {
  ReleaseRetrySlot();
  if (stage_ == Stage::kBegin || stage_ == Stage::kOver) return;
  ReportCall(0, Flag::kDownstreamTermination, environment_.clock->Now());
}

Step Call::Next(TimePoint now) {
  switch (stage_) {
    case Stage::kBegin:
      return Begin(now);
    case Stage::kDelay:
      if (now >= options_.deadline) return DeadlinePassed(now);
      if (now < resume_at_) return Wait{std::min(resume_at_, options_.deadline)};
      return AfterDelay(now);
    case Stage::kInFlight:
      if (now >= deadline_) return DeadlinePassed(now);
      return Wait{deadline_};
    case Stage::kBackoff:
      if (now >= deadline_) return DeadlinePassed(now);
      if (now < resume_at_) return Wait{std::min(resume_at_, deadline_)};
      return StartAttempt(now);
    case Stage::kAnswered:
      return Finish(std::move(*answer_), now);
    case Stage::kOver:
      break;
  }
  return Done{};  // Asked again after the end.
}

Step Call::Begin(TimePoint now) {
  started_at_ = now;
  if (tables_->mesh.path_normalization == MeshOptions::PathNormalization::kBase) {
    if (auto normal = NormalizePath(request_.path)) {
      normal_path_ = std::make_unique<std::string>(std::move(*normal));
      request_.path = *normal_path_;
    }
  }
  match_ = tables_->routes->Match(request_);
  if (!match_.host_known) return LetThrough(now);
  if (match_.route == nullptr) {
    return Finish(LocalAnswer(404, Flag::kNoRoute, "route_not_found", ""), now);
  }
  if (auto delay = InjectDelay(now)) return std::move(*delay);
  return AfterDelay(now);
}

Step Call::AfterDelay(TimePoint now) {
  if (auto abort = InjectAbort(now)) return std::move(*abort);
  if (match_.route->action != Route::Action::kForward) {
    Done done;
    done.reply = match_.route->MakeLocalReply(request_, match_.port, ContextOfEdits());
    done.status = done.reply.status;
    done.flags = flags_;
    done.details = "direct_response";
    if (IsGrpcRequest(request_.headers)) MakeGrpcReply(done);
    return Finish(std::move(done), now);
  }
  return Forward(now);
}

Step Call::Forward(TimePoint now) {
  if (auto preflight = AnswerPreflight(now)) return std::move(*preflight);
  ChooseDestination();
  if (pool_ == nullptr) {
    return Finish(LocalAnswer(503, Flag::kNoCluster, "cluster_not_found", ""), now);
  }
  SetLimits(now);
  return StartAttempt(now);
}

Step Call::StartAttempt(TimePoint now) {
  if (now >= deadline_) return DeadlinePassed(now);
  PickContext context;
  context.hash = hash_;
  context.attempt = attempts_ + 1;
  context.now = now;
  if (match_.route->retry.avoid_previous_endpoints) {
    context.tried = std::span(tried_.data(), std::min<size_t>(tried_count_, kRemembered));
  }
  if (attempts_ > 0 && match_.route->retry.leave_tried_priorities) {
    context.tried_priorities = &tried_priorities_;
  }
  auto refusal = SubsetPool::Refusal::kNone;
  lease_ = pool_->TryAcquire(context, refusal, options_.admission);
  if (refusal == SubsetPool::Refusal::kNoHealthyEndpoint) {
    return Finish(
        LocalAnswer(503, Flag::kNoHealthyUpstream, "no_healthy_upstream", "no healthy upstream"),
        now);
  }
  if (refusal == SubsetPool::Refusal::kOverflow) {
    return Finish(AnswerOf(0, Outcome::Failure(Outcome::Kind::kOverflow), now), now);
  }
  last_endpoint_ = lease_.has_endpoint() ? &lease_.endpoint() : nullptr;
  return MakeSend(now);
}

// An authority that no rule and no service knows.
Step Call::LetThrough(TimePoint now) {
  if (tables_->mesh.outbound_traffic_policy == MeshOptions::OutboundTrafficPolicy::kRegistryOnly) {
    return Finish(LocalAnswer(502, {}, "unknown_host", ""), now);
  }
  deadline_ = options_.deadline;
  if (now >= deadline_) return DeadlinePassed(now);
  return MakeSend(now);
}

std::optional<Step> Call::InjectDelay(TimePoint now) {
  const FaultPolicy& fault = match_.route->fault;
  if (fault.delay_millionths == 0 || fault.delay <= Duration::zero()) return std::nullopt;
  const uint64_t draw = environment_.random->Below(kMillion);
  if (environment_.record != nullptr) RecordDelay(fault, draw, *environment_.record);
  if (draw >= fault.delay_millionths) return std::nullopt;
  flags_.Add(Flag::kDelayInjected);
  stage_ = Stage::kDelay;
  resume_at_ = AddSaturated(now, fault.delay);
  return Next(now);
}

std::optional<Step> Call::InjectAbort(TimePoint now) {
  const FaultPolicy& fault = match_.route->fault;
  if (fault.abort_millionths == 0) return std::nullopt;
  const uint64_t draw = environment_.random->Below(kMillion);
  if (environment_.record != nullptr) RecordAbort(fault, draw, *environment_.record);
  if (draw >= fault.abort_millionths) return std::nullopt;
  Done done = LocalAnswer(fault.abort_grpc_status >= 0 ? 200 : fault.abort_http_status,
                          Flag::kFaultInjected, "fault_filter_abort", "fault filter abort");
  if (fault.abort_grpc_status >= 0) {
    done.status = done.reply.status = 200;
    done.reply.body.clear();
    done.reply.headers = {{"content-type", "application/grpc"},
                          {"grpc-status", std::to_string(fault.abort_grpc_status)},
                          {"grpc-message", "fault filter abort"}};
  }
  return Finish(std::move(done), now);
}

std::optional<Step> Call::AnswerPreflight(TimePoint now) {
  if (!match_.route->has_cors_policy) return std::nullopt;
  tells_origin_ = true;
  std::optional<LocalReply> reply = match_.route->AnswerPreflight(request_);
  if (!reply) return std::nullopt;
  Done done;
  done.status = reply->status;
  done.reply = std::move(*reply);
  done.flags = flags_;
  done.details = "cors_response";
  return Finish(std::move(done), now);
}

// Once per call: retries stay with the version that the first attempt drew, unless its
// split has them go to the baseline (MoveTo).
void Call::ChooseDestination() {
  const Route& route = *match_.route;
  if (route.destinations.size() > 1) {
    position_ = route.split == nullptr ? DrawByWeights() : DrawBySplit();
  }
  if (environment_.record != nullptr)
    RecordSplit(*tables_, match_, position_, *environment_.record);
  pool_ = tables_->pools[route.destinations[position_].destination].get();
  if (options_.hash_key.has_value()) {
    hash_ = options_.hash_key;
  } else if (route.has_hash_policy) {
    HashKey key = HashOfRequest();
    hash_ = key.hash;
    set_cookies_ = std::move(key.set_cookies);
  }
  if (environment_.record != nullptr) environment_.record->hash = hash_;
}

// As Istio draws: each call by itself.
size_t Call::DrawByWeights() {
  const Route& route = *match_.route;
  const uint64_t draw = environment_.random->Next();
  if (environment_.record != nullptr) RecordDraw(route, draw, *environment_.record);
  return route.PickDestination(draw);
}

// Of the request as it will be sent: a rule may set the header that is hashed.
HashKey Call::HashOfRequest() const {
  const Route& route = *match_.route;
  const std::string_view source = options_.source_address;
  if (!route.has_request_edits) return route.Hash(request_, *environment_.random, source);
  const RequestHead head = MakeHead(1);
  const std::vector<HeaderView> headers = ViewsOf(head.headers);
  const RequestView edited{head.method, head.scheme, head.authority, head.path, headers};
  return route.Hash(edited, *environment_.random, source);
}

void Call::SetLimits(TimePoint now) {
  const Route& route = *match_.route;
  Duration timeout = route.timeout;
  if (IsGrpcRequest(request_.headers)) {
    // The caller's own limit, at most the rule's.
    const Duration asked = GrpcTimeout(request_.headers).value_or(Duration::zero());
    if (asked > Duration::zero() && (timeout == Duration::zero() || asked < timeout)) {
      timeout = asked;
    }
  }
  deadline_ = options_.deadline;
  if (timeout > Duration::zero()) deadline_ = std::min(deadline_, AddSaturated(now, timeout));

  per_try_timeout_ = route.retry.per_try_timeout;
  if (timeout > Duration::zero() && per_try_timeout_ >= timeout) per_try_timeout_ = {};
  if (environment_.record != nullptr) {
    RecordLimits(route.retry, timeout, per_try_timeout_, *environment_.record);
  }
  retries_left_ = route.retry.attempts;
  if (retries_left_ > 0) {
    backoff_ = Backoff(route.retry.backoff_base, route.retry.backoff_maximum);
  }
}

Send Call::MakeSend(TimePoint now) {
  sent_at_ = now;
  stage_ = Stage::kInFlight;
  Send send;
  send.attempt = ++attempts_;
  send.endpoint = last_endpoint_;
  send.pool = pool_;
  send.deadline = deadline_;
  send.per_try_timeout = per_try_timeout_;
  if (attempts_ == 1 && assignment_) ReportTrialStart(now);
  if (attempts_ == 1 && IsMirrored()) AddMirrors(send, now);
  if (attempts_ == 1 && assignment_) AddCopyForCanary(send, now);
  return send;
}

// A tunnel has no copy.
bool Call::IsMirrored() const {
  return match_.route != nullptr && !match_.route->mirrors.empty() && request_.method != "CONNECT";
}

// All mirrors of a request share one draw, so two of 50 % copy the same half.
void Call::AddMirrors(Send& send, TimePoint now) {
  const uint64_t draw = environment_.random->Below(kMillion);
  if (environment_.record != nullptr) {
    RecordMirrors(*tables_, match_, draw, *environment_.record);
  }
  for (const Route::Mirror& mirror : match_.route->mirrors) {
    SubsetPool* const pool = tables_->pools[mirror.destination].get();
    if (draw >= mirror.millionths || pool == nullptr) continue;
    auto refusal = SubsetPool::Refusal::kNone;
    Lease lease = pool->TryAcquire({.now = now}, refusal, options_.admission);
    if (refusal != SubsetPool::Refusal::kNone) continue;
    send.mirrors.emplace_back(tables_.Clone(), *pool, std::move(lease), deadline_);
  }
}

void Call::Report(AttemptId attempt, const Outcome& reported, TimePoint now) {
  if (stage_ != Stage::kInFlight || attempt != attempts_) return;
  Outcome outcome = reported;
  if (outcome.elapsed == Duration::zero()) outcome.elapsed = now - sent_at_;
  ever_sent_ = ever_sent_ || outcome.request_sent;
  if (lease_) {
    lease_.Finish(outcome, now);
    Remember(last_endpoint_);
  }
  last_status_ = outcome.status;
  ReportAttempt(outcome);
  if (PlanRetry(outcome, now)) {
    stage_ = Stage::kBackoff;
    return;
  }
  answer_ = AnswerOf(attempt, outcome, now);
  stage_ = Stage::kAnswered;
}

bool Call::PlanRetry(const Outcome& outcome, TimePoint now) {
  ReleaseRetrySlot();
  if (match_.route == nullptr || now >= deadline_) return false;
  const RetryPolicy& policy = match_.route->retry;
  const RequestSent sent = ever_sent_ ? RequestSent::kYes : RequestSent::kNo;
  if (!AsksForRetry(policy, outcome, sent, options_.idempotency)) return false;
  if (retries_left_ == 0) {
    flags_.Add(Flag::kRetryLimitExceeded);
    return false;
  }
  --retries_left_;  // Also where the breaker refuses, as in Envoy.
  SubsetPool& pool = PoolOfRetries();
  if (!pool.breaker().TryAcquire(CircuitBreaker::Resource::kRetries, now)) {
    flags_.Add(Flag::kUpstreamOverflow);
    return false;
  }
  resume_at_ = AddSaturated(now, backoff_.Next(*environment_.random));
  // No use in waiting for a moment that the call does not live to see.
  if (resume_at_ >= deadline_) {
    pool.breaker().Release(CircuitBreaker::Resource::kRetries);
    return false;
  }
  MoveTo(pool);
  holds_retry_slot_ = true;
  return true;
}

void Call::Remember(const Endpoint* endpoint) {
  if (endpoint == nullptr) return;
  tried_[tried_count_++ % kRemembered] = endpoint;
  tried_priorities_.Add(*endpoint);
}

void Call::ReleaseRetrySlot() {
  if (!std::exchange(holds_retry_slot_, false)) return;
  pool_->breaker().Release(CircuitBreaker::Resource::kRetries);
}

}  // namespace meshroute
