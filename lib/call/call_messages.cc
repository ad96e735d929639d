// SPDX-License-Identifier: Apache-2.0
// What a call's rule makes of the request and of the answer.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lib/call/grpc.h"
#include "meshroute/call/call.h"

namespace meshroute {

RequestHead Call::MakeHead(AttemptId attempt) const {
  RequestHead head{std::string(request_.method),
                   std::string(request_.scheme),
                   std::string(request_.authority),
                   std::string(request_.path),
                   {}};
  head.headers.reserve(request_.headers.size() + 1);
  for (const HeaderView& header : request_.headers) {
    head.headers.push_back({std::string(header.name), std::string(header.value)});
  }
  // Before the edits, so that a rule can see or remove them.
  if (SetsGrpcTimeout()) {
    Duration left = deadline_ - sent_at_;
    if (per_try_timeout_ > Duration::zero()) left = std::min(left, per_try_timeout_);
    SetHeader(head.headers, "grpc-timeout", FormatGrpcTimeout(left));
  }
  SetHeader(head.headers, "x-envoy-attempt-count", std::to_string(attempt));
  if (match_.route != nullptr) match_.route->EditRequest(position_, head, ContextOfEdits());
  return head;
}

// What is left of the call's time is the upstream's.
bool Call::SetsGrpcTimeout() const {
  return deadline_ != kNever && match_.route != nullptr && IsGrpcRequest(request_.headers);
}

bool Call::has_request_edits() const {
  return normal_path_ != nullptr || SetsGrpcTimeout() ||
         (match_.route != nullptr && match_.route->has_request_edits);
}

EditContext Call::ContextOfEdits() const {
  EditContext context;
  if (match_.route == nullptr || !match_.route->edits_read_context) return context;
  const Clock& clock = *environment_.clock;
  context.start_time = clock.Wall() - (clock.Now() - started_at_);
  context.hostname = tables_->client.hostname;
  context.destination = destination();
  return context;
}

void Call::EditResponse(Headers& headers) const {
  if (match_.route != nullptr) EditByRule(headers);
  if (tells_origin_) match_.route->AddCorsHeaders(request_, headers);
  for (const std::string& cookie : set_cookies_) AddHeader(headers, "set-cookie", cookie);
}

void Call::EditByRule(Headers& headers) const {
  const Route& route = *match_.route;
  if (!route.edits_read_context) return route.EditResponse(position_, headers);
  EditContext context = ContextOfEdits();
  context.upstream_host = AddressOfLast();
  context.response_code = last_status_;
  context.response_flags = flags_;
  const RequestHead head = MakeHead(attempts_);
  const std::vector<HeaderView> lines = ViewsOf(head.headers);
  const RequestView sent{head.method, head.scheme, head.authority, head.path, lines};
  context.request = &sent;
  route.EditResponse(position_, headers, context);
}

std::string_view Call::AddressOfLast() const {
  return last_endpoint_ == nullptr ? request_.authority : last_endpoint_->address();
}

std::string_view Call::destination() const {
  return pool_ == nullptr ? std::string_view() : std::string_view(pool_->name());
}

}  // namespace meshroute
