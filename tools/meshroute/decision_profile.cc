// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/decision_profile.h"

#include <algorithm>

#include "meshroute/config/duration.h"
#include "meshroute/config/json.h"
#include "meshroute/config/writer.h"
#include "tools/meshroute/check_file.h"
#include "tools/meshroute/regex_sample.h"
#include "tools/meshroute/requests.h"
#include "tools/meshroute/route_text.h"

namespace meshroute::tool {
namespace {

using Kind = Examination::Kind;

constexpr uint64_t kMillion = 1'000'000;
constexpr std::string_view kMarker = "removal would show";

std::string LimitText(Duration duration) {
  return duration == Duration::zero() ? "no limit" : FormatDuration(duration);
}

std::string RetriesText(const RetryPolicy& retry) {
  if (retry.attempts == 0) return "none";
  std::string text = "up to " + std::to_string(retry.attempts) + " on " + retry.RetryOn();
  if (retry.per_try_timeout > Duration::zero()) {
    text += ", " + FormatDuration(retry.per_try_timeout) + " per try";
  }
  return text + ", back-off from " + FormatDuration(retry.backoff_base);
}

std::string FaultText(const FaultPolicy& fault) {
  std::string text;
  if (fault.delay_millionths > 0) {
    text =
        ShareText(fault.delay_millionths, kMillion) + " delayed by " + FormatDuration(fault.delay);
  }
  if (fault.abort_millionths > 0) {
    text += (text.empty() ? "" : ", ") + ShareText(fault.abort_millionths, kMillion) +
            " aborted with " +
            (fault.abort_grpc_status >= 0 ? "grpc " + std::to_string(fault.abort_grpc_status)
                                          : std::to_string(fault.abort_http_status));
  }
  return text.empty() ? "none" : text;
}

std::string MirrorsText(const Examination& examination) {
  const RouteTable& table = *examination.tables().routes;
  std::vector<std::string> mirrors;
  for (const Route::Mirror& mirror : examination.route()->mirrors) {
    mirrors.push_back(ShareText(mirror.millionths, kMillion) + " " +
                      table.destinations()[mirror.destination].key.ToString());
  }
  return mirrors.empty() ? "none" : JoinSorted(std::move(mirrors));
}

// "90% a, 10% b": shares of one cluster added up.
std::string DestinationsText(const Examination& examination) {
  std::map<std::string, uint64_t> shares;
  const Route& route = *examination.route();
  for (size_t i = 0; i < route.destinations.size(); ++i) {
    const std::string error = examination.ErrorOf(i);
    const std::string note = error.empty() ? "" : " (503 " + error + ")";
    shares[examination.ClusterOf(i) + note] += route.destinations[i].weight;
  }
  std::string text;
  for (const auto& [cluster, weight] : shares) {
    text += (text.empty() ? "" : ", ") +
            ShareText(weight, std::max<uint64_t>(route.total_weight, 1)) + " " + cluster;
  }
  return text;
}

std::string EditsBetween(const Headers& before, const Headers& after) {
  std::vector<std::string> edits;
  const auto text = [](const Header& header) { return header.name + ": " + header.value; };
  for (const Header& header : after) {
    const bool is_new = std::find(before.begin(), before.end(), header) == before.end();
    if (is_new) edits.push_back("+" + text(header));
  }
  for (const Header& header : before) {
    const bool is_gone = std::find(after.begin(), after.end(), header) == after.end();
    if (is_gone) edits.push_back("-" + header.name);
  }
  return edits.empty() ? "as they are" : JoinSorted(std::move(edits));
}

std::string EditList(const std::vector<std::string>& edits) {
  std::string text;
  for (const std::string& edit : edits) text += (text.empty() ? "" : ", ") + edit;
  return text.empty() ? "as they are" : text;
}

Headers MarkedHeaders(const std::set<std::string>& names) {
  Headers headers;
  for (const std::string& name : names) headers.push_back({name, std::string(kMarker)});
  return headers;
}

// "x" where all shares agree, else "v1: x, v2: y".
template <typename Describe>
std::string PerShare(const Examination& examination, Describe describe) {
  std::string first = describe(0);
  std::string all;
  bool same = true;
  for (size_t i = 0; i < examination.route()->destinations.size(); ++i) {
    const std::string text = describe(i);
    same = same && text == first;
    all += (i == 0 ? "" : "; ") + examination.ClusterOf(i) + ": " + text;
  }
  return same ? first : all;
}

}  // namespace

Profiler::Profiler(const Router& router, ProfileHints hints)
    : tables_(router.tables()), hints_(std::move(hints)) {}

std::string Profiler::RequestEdits(const Examination& examination, size_t position) const {
  // Beside the request's own headers, those that some rule removes.
  RequestHead head = examination.OriginalHead();
  for (Header& header : MarkedHeaders(hints_.removed_headers))
    head.headers.push_back(std::move(header));
  const Headers before = head.headers;
  examination.route()->EditRequest(position, head);
  return EditsBetween(before, head.headers);
}

// What the rule's corsPolicy says to each origin: to its preflight, and in answers.
std::string Profiler::CorsAnswers(const Examination& examination, const RequestHead& head) const {
  const Route& route = *examination.route();
  if (!route.has_cors_policy) return "none";
  std::string text;
  for (const std::string& origin : hints_.origins) {
    RequestHead preflight = head;
    preflight.method = "OPTIONS";
    preflight.headers.push_back({"origin", origin});
    preflight.headers.push_back({"access-control-request-method", head.method});
    const OwnedRequest request(std::move(preflight));
    const std::optional<LocalReply> reply = route.AnswerPreflight(request.view());
    Headers added;
    route.AddCorsHeaders(request.view(), added);
    text +=
        (text.empty() ? "" : "; ") + origin + ": preflight " +
        (reply.has_value() ? std::to_string(reply->status) + " " + EditsBetween({}, reply->headers)
                           : std::string("forwarded")) +
        ", answers " + EditsBetween({}, added);
  }
  return text;
}

const Aspects& Profiler::PolicyOf(const SubsetPool& pool) {
  const auto [found, is_new] = policies_.try_emplace(&pool);
  if (!is_new) return found->second;
  const EffectivePolicy& effective = pool.policy();
  TrafficPolicy policy;
  policy.load_balancer = effective.load_balancer;
  policy.connection_pool = effective.connection_pool;
  policy.outlier_detection = effective.outlier_detection;
  policy.tls = effective.tls;
  policy.tunnel = effective.tunnel;
  policy.proxy_protocol = effective.proxy_protocol;
  policy.retry_budget = effective.retry_budget;
  const DocumentNode document = ToDocument(policy);
  for (const DocumentNode::Member& block : document.members()) {
    found->second.emplace_back(block.key, WriteCompactJson(block.value));
  }
  const std::vector<std::string> endpoints = EligibleEndpoints(pool);
  found->second.emplace_back("endpoints", endpoints.empty() ? "none" : JoinSorted(endpoints));
  return found->second;
}

void Profiler::DescribeForward(const Examination& examination, const RequestHead& head,
                               DecisionProfile& profile) {
  Aspects& aspects = profile.aspects;
  const Route& route = *examination.route();
  const RequestHead sent = examination.SentHead(0);
  aspects.emplace_back("destinations", DestinationsText(examination));
  aspects.emplace_back("path", sent.path);
  aspects.emplace_back("authority", sent.authority);
  aspects.emplace_back("request headers", PerShare(examination, [&](size_t position) {
                         return RequestEdits(examination, position);
                       }));
  aspects.emplace_back("response headers", PerShare(examination, [&](size_t position) {
                         return EditList(route.DescribeResponseEdits(position));
                       }));
  aspects.emplace_back("cors", CorsAnswers(examination, head));
  aspects.emplace_back("timeout", LimitText(route.timeout));
  aspects.emplace_back("retries", RetriesText(route.retry));
  aspects.emplace_back("mirrors", MirrorsText(examination));
  for (size_t i = 0; i < route.destinations.size(); ++i) {
    const SubsetPool* const pool = examination.PoolOf(i);
    if (pool != nullptr) profile.pools[examination.ClusterOf(i)] = &PolicyOf(*pool);
  }
}

DecisionProfile Profiler::Examine(const RequestHead& head) {
  const OwnedRequest request(head);
  const Examination examination(*tables_, request.view());
  DecisionProfile profile;
  profile.host = examination.VirtualHost();
  if (examination.route() != nullptr) {
    profile.origin = OriginOf(*examination.route());
    if (!examination.route()->name.empty()) profile.origin += " " + examination.route()->name;
    profile.aspects.emplace_back("fault", FaultText(examination.route()->fault));
  }
  switch (examination.kind()) {
    case Kind::kLetThrough:
      profile.aspects.emplace_back("goes", "where it is dialled: nobody knows the host");
      break;
    case Kind::kRefused:
      profile.aspects.emplace_back("goes", "nowhere: 502, nobody knows the host");
      break;
    case Kind::kNoRoute:
      profile.aspects.emplace_back("goes", "nowhere: 404 NR, no rule matches");
      break;
    case Kind::kForward:
      profile.aspects.emplace_back("goes", "to a destination");
      DescribeForward(examination, head, profile);
      break;
    case Kind::kRedirect:
    case Kind::kDirectResponse: {
      const LocalReply reply = examination.Reply();
      profile.aspects.emplace_back("goes", "nowhere: answered here");
      profile.aspects.emplace_back("status", std::to_string(reply.status));
      if (!reply.headers.empty()) {
        profile.aspects.emplace_back("answer headers", EditsBetween({}, reply.headers));
      }
      if (!reply.body.empty()) profile.aspects.emplace_back("answer body", reply.body);
      break;
    }
  }
  return profile;
}

void ProfileHints::Add(const Resources& resources) {
  const auto add = [this](const std::optional<HeaderEdits>& edits) {
    if (!edits.has_value() || !edits->request.has_value()) return;
    removed_headers.insert(edits->request->remove.begin(), edits->request->remove.end());
  };
  origins.insert("https://probe.example");
  for (const VirtualService& service : resources.virtual_services) {
    for (const HttpRoute& rule : service.http) {
      add(rule.headers);
      for (const HttpRouteDestination& share : rule.route) add(share.headers);
      if (!rule.cors_policy.has_value()) continue;
      origins.insert(rule.cors_policy->allow_origin.begin(), rule.cors_policy->allow_origin.end());
      for (const StringMatch& origin : rule.cors_policy->allow_origins) {
        const bool is_regex = origin.kind == StringMatch::Kind::kRegex;
        origins.insert(is_regex ? SampleOf(origin.value).value_or("") : origin.value);
      }
    }
  }
}

}  // namespace meshroute::tool
