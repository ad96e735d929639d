// SPDX-License-Identifier: Apache-2.0
#include "lib/config/validate_destination_rule.h"

#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

constexpr size_t kMaximumPortLevels = 4096;
constexpr size_t kMaximumSelectorValue = 63;

void ValidateSubsets(const DestinationRule& rule, ConfigErrors& errors) {
  std::set<std::string_view, std::less<>> names;
  for (size_t i = 0; i < rule.subsets.size(); ++i) {
    const ConfigErrors::Scope element(errors, "subsets", i);
    const Subset& subset = rule.subsets[i];
    CheckDnsLabel(errors, "name", subset.name);
    if (!names.insert(subset.name).second) {
      AddAt(errors, "name", absl::StrCat("is used by an earlier subset: ", Quoted(subset.name)));
    }
    CheckLabels(errors, "labels", subset.labels);
    if (!subset.traffic_policy) continue;
    ValidateTrafficPolicy(*subset.traffic_policy, rule.metadata.namespace_name, errors);
  }
}

void ValidateSelector(const DestinationRule& rule, ConfigErrors& errors) {
  if (!rule.workload_selector) return;
  {
    const ConfigErrors::Scope selector(errors, "workloadSelector");
    CheckSelectorLabels(errors, "matchLabels", rule.workload_selector->labels);
    const ConfigErrors::Scope labels(errors, "matchLabels");
    for (const auto& [key, value] : rule.workload_selector->labels) {
      if (value.size() <= kMaximumSelectorValue) continue;
      AddAt(errors, key,
            absl::StrCat("must be at most ", kMaximumSelectorValue, " characters, got ",
                         value.size()));
    }
  }
  const std::vector<std::string>& export_to = rule.export_to;
  const bool is_private =
      export_to.empty() || (export_to.size() == 1 &&
                            (export_to[0] == "." || export_to[0] == rule.metadata.namespace_name));
  if (!is_private) {
    AddAt(errors, "exportTo", "must be \".\" alone, or absent, beside a workloadSelector");
  }
}

void ValidateTunnel(const TunnelSettings& tunnel, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "tunnel");
  if (!tunnel.protocol.empty() && tunnel.protocol != "CONNECT" && tunnel.protocol != "POST") {
    AddAt(errors, "protocol",
          absl::StrCat("must be CONNECT or POST, got ", Quoted(tunnel.protocol)));
  }
  if (!IsDomain(tunnel.target_host) && !IsIpLiteral(tunnel.target_host)) {
    AddAt(errors, "targetHost",
          absl::StrCat("must be a host name or an address, got ", Quoted(tunnel.target_host)));
  }
  CheckPort(errors, "targetPort", tunnel.target_port);
}

void ValidateRetryBudget(const RetryBudget& budget, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "retryBudget");
  if (budget.percent) CheckPercent(errors, "percent", *budget.percent);
}

// The blocks that a policy and each of its ports can have.
template <typename Policy>
void ValidateBlocks(const Policy& policy, std::string_view namespace_name, ConfigErrors& errors) {
  const auto outlier =
      policy.outlier_detection ? WithOutlierDetection::kYes : WithOutlierDetection::kNo;
  if (policy.load_balancer) ValidateLoadBalancer(*policy.load_balancer, outlier, errors);
  if (policy.connection_pool) ValidateConnectionPool(*policy.connection_pool, errors);
  if (policy.outlier_detection) ValidateOutlierDetection(*policy.outlier_detection, errors);
  if (policy.tls) ValidateTls(*policy.tls, namespace_name, errors);
}

template <typename Policy>
bool HasBlock(const Policy& policy) {
  return policy.load_balancer || policy.connection_pool || policy.outlier_detection || policy.tls;
}

void ValidatePortLevels(const TrafficPolicy& policy, std::string_view namespace_name,
                        ConfigErrors& errors) {
  if (policy.port_level_settings.size() > kMaximumPortLevels) {
    AddAt(errors, "portLevelSettings",
          absl::StrCat("must have at most ", kMaximumPortLevels, " entries, got ",
                       policy.port_level_settings.size()));
  }
  for (size_t i = 0; i < policy.port_level_settings.size(); ++i) {
    const ConfigErrors::Scope element(errors, "portLevelSettings", i);
    const PortTrafficPolicy& level = policy.port_level_settings[i];
    if (!level.port) AddAt(errors, "port", "is missing: it names the service port");
    if (!HasBlock(level)) {
      errors.Add("must set one of loadBalancer, connectionPool, outlierDetection and tls");
    }
    ValidateBlocks(level, namespace_name, errors);
  }
}

}  // namespace

void ValidateTrafficPolicy(const TrafficPolicy& policy, std::string_view namespace_name,
                           ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "trafficPolicy");
  if (!HasBlock(policy) && policy.port_level_settings.empty() && !policy.tunnel &&
      !policy.proxy_protocol && !policy.retry_budget) {
    errors.Add("must set something, or be left out");
  }
  if (policy.tunnel && policy.proxy_protocol) {
    AddAt(errors, "proxyProtocol", "must not stand beside tunnel");
  }
  ValidateBlocks(policy, namespace_name, errors);
  ValidatePortLevels(policy, namespace_name, errors);
  if (policy.tunnel) ValidateTunnel(*policy.tunnel, errors);
  if (policy.retry_budget) ValidateRetryBudget(*policy.retry_budget, errors);
}

void ValidateDestinationRule(const DestinationRule& rule, ConfigErrors& errors) {
  ValidateExtensions(rule, errors);
  const ConfigErrors::Scope spec(errors, "spec");
  CheckWildcardDomain(errors, "host", rule.host);
  if (rule.traffic_policy) {
    ValidateTrafficPolicy(*rule.traffic_policy, rule.metadata.namespace_name, errors);
  }
  ValidateSubsets(rule, errors);
  CheckExportTo(errors, rule.export_to, rule.metadata.namespace_name, ExportToNobody::kRefused);
  ValidateSelector(rule, errors);
}

}  // namespace meshroute
