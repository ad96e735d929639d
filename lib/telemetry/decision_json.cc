// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/telemetry/utf8.h"
#include "meshroute/config/document.h"
#include "meshroute/config/duration.h"
#include "meshroute/config/json.h"
#include "meshroute/telemetry/decision.h"

namespace meshroute {
namespace {

using Members = std::vector<DocumentNode::Member>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

DocumentNode Text(std::string_view text) { return DocumentNode::String(ToUtf8(text)); }
DocumentNode Number(uint64_t number) { return DocumentNode::Number(std::to_string(number)); }
DocumentNode Fraction(double value) { return DocumentNode::Number(absl::StrCat(value)); }
DocumentNode Time(Duration duration) { return DocumentNode::String(FormatDuration(duration)); }

DocumentNode Map(Members members) { return DocumentNode::Map(std::move(members)); }

template <typename T, typename ToNode>
DocumentNode List(const std::vector<T>& values, ToNode to_node) {
  std::vector<DocumentNode> nodes;
  nodes.reserve(values.size());
  for (const T& value : values) nodes.push_back(to_node(value));
  return DocumentNode::List(std::move(nodes));
}

DocumentNode Texts(const std::vector<std::string>& texts) { return List(texts, Text); }

DocumentNode ToNode(const Header& header) {
  return Map({{"name", {}, Text(header.name)}, {"value", {}, Text(header.value)}});
}

DocumentNode ToNode(const Headers& headers) {
  return List(headers, [](const Header& header) { return ToNode(header); });
}

// Labels: keys differ.
DocumentNode ToNode(const Pairs& labels) {
  Members members;
  for (const auto& [key, value] : labels) members.push_back({ToUtf8(key), {}, Text(value)});
  return Map(std::move(members));
}

DocumentNode ToNode(const Decision::Head& head) {
  return Map({{"method", {}, Text(head.method)},
              {"scheme", {}, Text(head.scheme)},
              {"authority", {}, Text(head.authority)},
              {"path", {}, Text(head.path)},
              {"headers", {}, ToNode(head.headers)}});
}

DocumentNode ToNode(const Decision::Candidate& candidate) {
  return Map({{"virtualService", {}, Text(candidate.virtual_service)},
              {"host", {}, Text(candidate.host)},
              {"governs", {}, DocumentNode::Bool(candidate.governs)},
              {"verdict", {}, Text(candidate.verdict)}});
}

DocumentNode ToNode(const Decision::Host& host) {
  return Map({{"known", {}, DocumentNode::Bool(host.known)},
              {"name", {}, Text(host.name)},
              {"matchedName", {}, Text(host.matched_name)},
              {"reason", {}, Text(host.reason)},
              {"port", {}, Number(host.port)},
              {"portReason", {}, Text(host.port_reason)},
              {"service", {}, Text(host.service)},
              {"candidates", {}, List(host.candidates, [](const Decision::Candidate& candidate) {
                 return ToNode(candidate);
               })}});
}

DocumentNode ToNode(const Decision::Rule& rule) {
  return Map({{"origin", {}, Text(rule.origin)},
              {"name", {}, Text(rule.name)},
              {"matched", {}, DocumentNode::Bool(rule.matched)},
              {"failed", {}, Text(rule.failed)}});
}

DocumentNode ToNode(const std::optional<Decision::Draw>& draw) {
  if (!draw) return DocumentNode();
  return Map({{"number", {}, Number(draw->number)},
              {"below", {}, Number(draw->below)},
              {"outOf", {}, Number(draw->out_of)},
              {"happens", {}, DocumentNode::Bool(draw->happens)}});
}

DocumentNode ToNode(const std::optional<uint64_t>& number) {
  return number ? Number(*number) : DocumentNode();
}

DocumentNode ToNode(const Decision::Fault& fault) {
  return Map(
      {{"delayDraw", {}, ToNode(fault.delay_draw)},
       {"delay", {}, Time(fault.delay)},
       {"abortDraw", {}, ToNode(fault.abort_draw)},
       {"abortHttpStatus", {}, DocumentNode::Number(std::to_string(fault.abort_http_status))},
       {"abortGrpcStatus", {}, DocumentNode::Number(std::to_string(fault.abort_grpc_status))}});
}

DocumentNode ToNode(const std::vector<Decision::Share>& shares) {
  return List(shares, [](const Decision::Share& share) {
    return Map({{"cluster", {}, Text(share.cluster)},
                {"weight", {}, Number(share.weight)},
                {"chosen", {}, DocumentNode::Bool(share.chosen)}});
  });
}

std::string_view NameOf(Assignment::Basis basis) {
  switch (basis) {
    case Assignment::Basis::kStickyKey:
      return "stickyKey";
    case Assignment::Basis::kMatch:
      return "match";
    case Assignment::Basis::kDraw:
      break;
  }
  return "draw";
}

DocumentNode ToNode(const std::optional<Decision::Assigned>& assigned) {
  if (!assigned) return DocumentNode();
  return Map({{"rollout", {}, Text(assigned->rollout)},
              {"generation", {}, Number(assigned->generation)},
              {"step", {}, Number(assigned->step)},
              {"arm", {}, Text(ArmName(assigned->arm))},
              {"basis", {}, Text(NameOf(assigned->basis))},
              {"weight", {}, Fraction(assigned->weight)},
              {"freshWeight", {}, Fraction(assigned->fresh_weight)},
              {"position", {}, Fraction(assigned->position)},
              {"match", {}, DocumentNode::Bool(assigned->is_match)},
              {"retriesOnBaseline", {}, DocumentNode::Bool(assigned->retries_on_baseline)}});
}

DocumentNode ToNode(const Decision::Split& split) {
  return Map({{"shares", {}, ToNode(split.shares)},
              {"totalWeight", {}, Number(split.total_weight)},
              {"draw", {}, ToNode(split.draw)},
              {"key", {}, Text(split.key)},
              {"unit", {}, ToNode(split.unit)},
              {"assignment", {}, ToNode(split.assignment)}});
}

DocumentNode ToNode(const std::optional<Decision::Copy>& copy) {
  if (!copy) return DocumentNode();
  return Map({{"cluster", {}, Text(copy->cluster)},
              {"share", {}, Fraction(copy->share)},
              {"position", {}, copy->position ? Fraction(*copy->position) : DocumentNode()}});
}

DocumentNode ToNode(const Decision::Retries& retries) {
  return Map({{"attempts", {}, Number(retries.attempts)},
              {"retryOn", {}, Text(retries.retry_on)},
              {"perTryTimeout", {}, Time(retries.per_try_timeout)},
              {"backoffBase", {}, Time(retries.backoff_base)},
              {"backoffMaximum", {}, Time(retries.backoff_maximum)},
              {"avoidPreviousEndpoints", {}, DocumentNode::Bool(retries.avoid_previous_endpoints)},
              {"leaveTriedPriorities", {}, DocumentNode::Bool(retries.leave_tried_priorities)}});
}

// With one digit behind the point, as many as it is worth.
DocumentNode PercentNode(double percent) {
  const auto tenths = static_cast<uint64_t>(percent * 10 + 0.5);
  return DocumentNode::Number(std::to_string(tenths / 10) + "." + std::to_string(tenths % 10));
}

DocumentNode ToNode(const std::optional<Decision::Warmup>& warmup) {
  if (!warmup) return DocumentNode();
  return Map({{"age", {}, Time(warmup->age)}, {"percent", {}, PercentNode(warmup->percent)}});
}

DocumentNode ToNode(const Decision::EndpointInfo& endpoint) {
  return Map({{"address", {}, Text(endpoint.address)},
              {"health", {}, Text(endpoint.health)},
              {"ejectionReason", {}, Text(endpoint.ejection_reason)},
              {"eligible", {}, DocumentNode::Bool(endpoint.eligible)},
              {"chosen", {}, DocumentNode::Bool(endpoint.chosen)},
              {"weight", {}, Number(endpoint.weight)},
              {"priority", {}, Number(endpoint.priority)},
              {"activeRequests", {}, Number(endpoint.active_requests)},
              {"locality", {}, Text(endpoint.locality)},
              {"labels", {}, ToNode(endpoint.labels)},
              {"warmup", {}, ToNode(endpoint.warmup)}});
}

DocumentNode ToNode(const Decision::PriorityShare::Locality& locality) {
  return Map({{"name", {}, Text(locality.name)},
              {"weight", {}, Number(locality.weight)},
              {"percent", {}, PercentNode(locality.percent)},
              {"endpointCount", {}, Number(locality.endpoint_count)},
              {"eligibleCount", {}, Number(locality.eligible_count)}});
}

DocumentNode ToNode(const Decision::PriorityShare& share) {
  return Map({{"priority", {}, Number(share.priority)},
              {"percent", {}, Number(share.percent)},
              {"degradedPercent", {}, Number(share.degraded_percent)},
              {"panic", {}, DocumentNode::Bool(share.panic)},
              {"localities",
               {},
               List(share.localities, [](const Decision::PriorityShare::Locality& locality) {
                 return ToNode(locality);
               })}});
}

DocumentNode ToNode(const Decision::Pool& pool) {
  return Map(
      {{"cluster", {}, Text(pool.cluster)},
       {"missing", {}, Text(pool.missing)},
       {"destinationRule", {}, Text(pool.destination_rule)},
       {"subsetLabels", {}, ToNode(pool.subset_labels)},
       {"loadBalancer", {}, Text(pool.load_balancer)},
       {"limits", {}, Texts(pool.limits)},
       {"policies", {}, Texts(pool.policies)},
       {"localityReason", {}, Text(pool.locality_reason)},
       {"clientLocality", {}, Text(pool.client_locality)},
       {"leftOutCount", {}, Number(pool.left_out_count)},
       {"priorities",
        {},
        List(pool.priorities, [](const Decision::PriorityShare& share) { return ToNode(share); })},
       {"endpointCount", {}, Number(pool.endpoint_count)},
       {"eligibleCount", {}, Number(pool.eligible_count)},
       {"endpoints", {}, List(pool.endpoints, [](const Decision::EndpointInfo& endpoint) {
          return ToNode(endpoint);
        })}});
}

std::string_view NameOf(Decision::Result result) {
  switch (result) {
    case Decision::Result::kSend:
      return "send";
    case Decision::Result::kPassThrough:
      return "passThrough";
    case Decision::Result::kReply:
      break;
  }
  return "reply";
}

void AddResult(const Decision& decision, Members& members) {
  members.push_back({"result", {}, Text(NameOf(decision.result))});
  members.push_back({"flags", {}, Text(decision.flags.ToString())});
  members.push_back({"status", {}, Number(static_cast<uint64_t>(decision.status))});
  members.push_back({"details", {}, Text(decision.details)});
  members.push_back({"replyHeaders", {}, ToNode(decision.reply_headers)});
  members.push_back({"replyBody", {}, Text(decision.reply_body)});
  members.push_back({"address", {}, Text(decision.address)});
  members.push_back({"sent", {}, decision.sent ? ToNode(*decision.sent) : DocumentNode()});
  members.push_back({"responseEdits", {}, Texts(decision.response_edits)});
}

}  // namespace

std::string Decision::ToJson() const {
  Members members;
  members.push_back({"request", {}, ToNode(request)});
  members.push_back({"normalizedPath", {}, Text(normalized_path)});
  members.push_back({"host", {}, ToNode(host)});
  members.push_back({"rules", {}, List(rules, [](const Rule& rule) { return ToNode(rule); })});
  members.push_back({"rulesNotTried", {}, Number(rules_not_tried)});
  members.push_back({"routeName", {}, Text(route_name)});
  members.push_back({"routeOrigin", {}, Text(route_origin)});
  members.push_back({"fault", {}, ToNode(fault)});
  members.push_back({"split", {}, ToNode(split)});
  members.push_back({"hash", {}, ToNode(hash)});
  members.push_back({"timeout", {}, Time(timeout)});
  members.push_back({"retries", {}, ToNode(retries)});
  members.push_back({"mirrorDraw", {}, ToNode(mirror_draw)});
  members.push_back({"mirrors", {}, ToNode(mirrors)});
  members.push_back({"copy", {}, ToNode(copy)});
  members.push_back({"pool", {}, pool ? ToNode(*pool) : DocumentNode()});
  AddResult(*this, members);
  return WriteJson(DocumentNode::Map(std::move(members)));
}

}  // namespace meshroute
