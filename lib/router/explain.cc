// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "lib/router/pool_report.h"
#include "lib/router/tls_report.h"
#include "meshroute/router.h"

namespace meshroute {
namespace {

constexpr Duration kCredentialTime = std::chrono::seconds(10);

Decision::Head HeadOf(const RequestView& request) {
  Decision::Head head{std::string(request.method),
                      std::string(request.scheme),
                      std::string(request.authority),
                      std::string(request.path),
                      {}};
  for (const HeaderView& header : request.headers) {
    head.headers.push_back({std::string(header.name), std::string(header.value)});
  }
  return head;
}

// Host and rules, by the table.
void ExplainRoute(const TrafficTables& tables, RequestView request, Decision& decision) {
  if (tables.mesh.path_normalization == MeshOptions::PathNormalization::kBase) {
    if (auto normal = NormalizePath(request.path)) {
      decision.normalized_path = *std::move(normal);
      request.path = decision.normalized_path;
    }
  }
  tables.routes->Explain(request, decision);
}

// The destination that the call chose, as far as it came.
void ExplainPool(const TrafficTables& tables, const Call& call, const ReportMoment& moment,
                 Decision& decision) {
  const std::vector<Decision::Share>& shares = decision.split.shares;
  const auto chosen = std::find_if(shares.begin(), shares.end(),
                                   [](const Decision::Share& share) { return share.chosen; });
  if (chosen == shares.end()) return;
  const auto position = static_cast<size_t>(chosen - shares.begin());
  const uint32_t number = call.route()->destinations[position].destination;
  decision.pool = ReportPool(tables, number, moment);
  decision.pool->cluster = chosen->cluster;
  decision.response_edits = call.route()->DescribeResponseEdits(position);
}

// What becomes of TLS for the request as it is sent to `pool` (may be null).
void ExplainTls(const SubsetPool* pool, const RouterOptions& options, Decision& decision) {
  if (pool == nullptr || !decision.pool.has_value()) return;
  const RequestView sent{.scheme = decision.sent->scheme, .authority = decision.sent->authority};
  const TimePoint deadline = AddSaturated(options.clock->Now(), kCredentialTime);
  if (auto line = ReportTls(*pool, sent, options.credentials, deadline)) {
    decision.pool->policies.push_back(*std::move(line));
  }
}

void ExplainSend(const Send& send, const Call& call, Decision& decision) {
  decision.result =
      send.endpoint != nullptr ? Decision::Result::kSend : Decision::Result::kPassThrough;
  RequestHead head = call.MakeHead(send.attempt);
  decision.address = send.endpoint != nullptr ? std::string(send.endpoint->address())
                                              : std::string(call.request().authority);
  decision.sent = {std::move(head.method), std::move(head.scheme), std::move(head.authority),
                   std::move(head.path), std::move(head.headers)};
}

void ExplainReply(Done done, Decision& decision) {
  decision.result = Decision::Result::kReply;
  decision.flags = done.flags;
  decision.status = done.status;
  decision.details = done.details;
  decision.reply_headers = std::move(done.reply.headers);
  decision.reply_body = std::move(done.reply.body);
}

}  // namespace

Decision Router::Explain(const RequestView& request, const ExplainOptions& options) const {
  Decision decision;
  decision.request = HeadOf(request);
  SnapshotPin<TrafficTables> tables = tables_.Pin();
  ExplainRoute(*tables, request, decision);
  Call call(tables.Clone(), request, options.call,
            {.clock = options_.clock,
             .random = options.random != nullptr ? options.random : options_.random,
             .observer = nullptr,
             .record = &decision});
  TimePoint now = options_.clock->Now();
  const SubsetPool* sent_to = nullptr;
  for (;;) {
    Step step = call.Next(now);
    if (const auto* wait = std::get_if<Wait>(&step)) {
      now = wait->until;  // An injected delay, which is over at once here.
    } else if (auto* send = std::get_if<Send>(&step)) {
      ExplainSend(*send, call, decision);
      sent_to = send->pool;
      break;
    } else if (auto* done = std::get_if<Done>(&step)) {
      ExplainReply(std::move(*done), decision);
      break;
    }
  }
  ExplainPool(*tables, call,
              {.chosen = call.endpoint(),
               .balancers = options_.balancers,
               .clock = *options_.clock,
               .now = now},
              decision);
  ExplainTls(sent_to, options_, decision);
  return decision;
}

}  // namespace meshroute
