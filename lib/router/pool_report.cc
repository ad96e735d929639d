// SPDX-License-Identifier: Apache-2.0
#include "lib/router/pool_report.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/router/balancer_report.h"
#include "lib/router/locality_report.h"
#include "meshroute/config/policy_parts.h"

namespace meshroute {
namespace {

using Resource = CircuitBreaker::Resource;

constexpr std::pair<Resource, const char*> kResourceNames[] = {
    {Resource::kConnections, "maxConnections"},
    {Resource::kPending, "http1MaxPendingRequests"},
    {Resource::kRequests, "http2MaxRequests"},
    {Resource::kRetries, "maxRetries"},
};

// Why calls to `destination` are answered 503 NC.
std::string WhyMissing(const RoutedDestination& destination) {
  const DestinationKey& key = destination.key;
  if (destination.subset_missing) {
    if (destination.rule == nullptr) {
      return absl::StrCat("no DestinationRule applies to ", key.host, ", so there is no subset \"",
                          key.subset, "\"");
    }
    return absl::StrCat("DestinationRule ", destination.rule->metadata.namespace_name, "/",
                        destination.rule->metadata.name, " defines no subset \"", key.subset, "\"");
  }
  if (destination.service == nullptr) return absl::StrCat("nothing declares host ", key.host);
  if (key.port == 0) {
    return absl::StrCat(key.host,
                        " has several ports, none of them the addressed one, and the rule "
                        "names none");
  }
  return absl::StrCat(key.host, " has no port ", key.port);
}

// The parts of the policy, each on a line with where it is from:
// `outlierDetection {"interval":"1s"} from DestinationRule prod/a spec.trafficPolicy`.
std::vector<std::string> PoliciesOf(const TrafficTables& tables,
                                    const RoutedDestination& destination) {
  std::vector<std::string> texts;
  for (const PolicyPart& part :
       ListPolicyParts(*tables.destination_rules, destination.rule, destination.key.port,
                       destination.subset, tables.mesh)) {
    texts.push_back(absl::StrCat(part.name, " ", part.value, " from ", part.origin));
  }
  return texts;
}

std::vector<std::string> LimitsOf(const CircuitBreaker& breaker, TimePoint now) {
  std::vector<std::string> texts;
  for (const auto& [resource, name] : kResourceNames) {
    const uint64_t limit = breaker.limit(resource, now);
    if (limit >= UINT32_MAX) continue;
    texts.push_back(absl::StrCat(name, " ", breaker.active(resource), " of ", limit));
  }
  return texts;
}

std::string HealthOf(const Endpoint& endpoint, std::string_view ejection_reason) {
  switch (endpoint.spec().health) {
    case EndpointSpec::Health::kDegraded:
      return "declared degraded";
    case EndpointSpec::Health::kDraining:
      return "declared draining";
    case EndpointSpec::Health::kUnhealthy:
      return "declared unhealthy";
    case EndpointSpec::Health::kHealthy:
      break;
  }
  if (endpoint.on_trial()) return "on trial after an ejection";
  if (endpoint.ejected()) return "ejected by outlier detection";
  return ejection_reason.empty() ? "healthy" : "would be ejected (shadow)";
}

std::optional<Decision::Warmup> WarmupOf(const Endpoint& endpoint, const SlowStart& slow_start,
                                         TimePoint now) {
  const double factor = slow_start.FactorOf(endpoint, now);
  if (factor >= 1) return std::nullopt;
  const Duration age = now - endpoint.state().first_seen;
  return Decision::Warmup{std::chrono::floor<std::chrono::milliseconds>(age), factor * 100};
}

Decision::EndpointInfo InfoOf(const SubsetPool& pool, const Endpoint& endpoint,
                              const SlowStart& slow_start, const ReportMoment& moment) {
  Decision::EndpointInfo info;
  info.address = endpoint.spec().address;
  info.ejection_reason = std::string(pool.EjectionReasonOf(endpoint));
  info.health = HealthOf(endpoint, info.ejection_reason);
  info.eligible = endpoint.available();
  info.chosen = &endpoint == moment.chosen;
  info.weight = endpoint.weight();
  info.priority = endpoint.spec().priority;
  // The attempt that is being explained does not count.
  info.active_requests = endpoint.active_requests() - (info.chosen ? 1U : 0U);
  info.locality = endpoint.spec().locality;
  info.labels.assign(endpoint.spec().labels.begin(), endpoint.spec().labels.end());
  info.warmup = WarmupOf(endpoint, slow_start, moment.now);
  return info;
}

}  // namespace

Decision::Pool ReportPool(const TrafficTables& tables, uint32_t number,
                          const ReportMoment& moment) {
  const RoutedDestination& destination = tables.routes->destinations()[number];
  SubsetPool* const pool = tables.pools[number].get();
  Decision::Pool report;
  report.cluster = destination.key.ToString();
  if (destination.rule != nullptr) {
    report.destination_rule =
        absl::StrCat("DestinationRule ", destination.rule->metadata.namespace_name, "/",
                     destination.rule->metadata.name);
  }
  if (destination.subset != nullptr) {
    report.subset_labels.assign(destination.subset->labels.begin(),
                                destination.subset->labels.end());
  }
  if (pool == nullptr) {
    report.missing = WhyMissing(destination);
    return report;
  }
  report.load_balancer = NameOfBalancer(pool->policy(), moment.balancers);
  report.limits = LimitsOf(pool->breaker(), moment.now);
  report.policies = PoliciesOf(tables, destination);
  ReportLocalities(*pool, report);
  const EndpointSet& endpoints = pool->endpoints();
  report.endpoint_count = endpoints.size();
  report.eligible_count = endpoints.available_size();
  const SlowStart slow_start = SlowStartOf(pool->policy(), moment.balancers, moment.clock);
  for (size_t i = 0; i < std::min(endpoints.size(), Decision::Pool::kShownEndpoints); ++i) {
    report.endpoints.push_back(InfoOf(*pool, endpoints.at(i), slow_start, moment));
  }
  return report;
}

}  // namespace meshroute
