// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analyze_destination_rule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

// What an unset maxEjectionPercent means.
constexpr int32_t kDefaultEjectionPercent = 10;

const Service* ServiceOf(const AnalysisFacts& facts, const DestinationRule& rule) {
  const std::string host = facts.Complete(rule.host, rule.metadata);
  return IsWildcardHost(host) ? nullptr : facts.services().FindCovering(host);
}

bool IsResolvedByName(const Service& service) {
  return service.resolution == ServiceEntry::Resolution::kDns ||
         service.resolution == ServiceEntry::Resolution::kDnsRoundRobin;
}

// How many of the endpoints that the config itself tells of carry `labels`. A
// name to resolve stands for any number.
size_t CountEndpoints(const Service& service, const Labels& labels) {
  return static_cast<size_t>(std::count_if(
      service.endpoints.begin(), service.endpoints.end(),
      [&labels](const WorkloadEntry& endpoint) { return LabelsCover(endpoint.labels, labels); }));
}

size_t KnownEndpoints(const Service* service, const Labels& labels) {
  if (service == nullptr || service->resolution != ServiceEntry::Resolution::kStatic) return 0;
  return CountEndpoints(*service, labels);
}

}  // namespace

DestinationRuleCheck::DestinationRuleCheck(const AnalysisFacts& facts, const DestinationRule& rule,
                                           ConfigErrors& errors)
    : rule_(rule), errors_(errors), service_(ServiceOf(facts, rule)) {}

void DestinationRuleCheck::Run() {
  const ConfigErrors::Scope spec(errors_, "spec");
  if (rule_.traffic_policy) CheckPolicy(*rule_.traffic_policy, KnownEndpoints(service_, {}));
  for (size_t i = 0; i < rule_.subsets.size(); ++i) {
    const ConfigErrors::Scope subset(errors_, "subsets", i);
    CheckSubset(rule_.subsets[i]);
    if (!rule_.subsets[i].traffic_policy) continue;
    CheckPolicy(*rule_.subsets[i].traffic_policy,
                KnownEndpoints(service_, rule_.subsets[i].labels));
  }
}

void DestinationRuleCheck::CheckPolicy(const TrafficPolicy& policy, size_t endpoints) {
  const ConfigErrors::Scope scope(errors_, "trafficPolicy");
  CheckBlocks(policy, endpoints, ProblemCode::kTlsWithoutCa);
  for (size_t i = 0; i < policy.port_level_settings.size(); ++i) {
    const PortTrafficPolicy& of_port = policy.port_level_settings[i];
    const ConfigErrors::Scope port(errors_, "portLevelSettings", i);
    if (of_port.port) CheckPolicyPort(of_port.port->number);
    CheckBlocks(of_port, endpoints, ProblemCode::kPortTlsWithoutCa);
  }
}

template <typename Policy>
void DestinationRuleCheck::CheckBlocks(const Policy& policy, size_t endpoints,
                                       ProblemCode tls_without_ca) {
  if (policy.outlier_detection) CheckEjection(*policy.outlier_detection, endpoints);
  if (policy.tls) CheckTls(*policy.tls, tls_without_ca);
}

void DestinationRuleCheck::CheckEjection(const OutlierDetection& settings, size_t endpoints) {
  const auto& extension = rule_.outlier_detection_extension;
  if (extension && extension->always_eject_one_endpoint) return;
  const int32_t written = settings.max_ejection_percent;
  const int32_t percent = written == 0 ? kDefaultEjectionPercent : written;
  if (endpoints == 0 || endpoints * static_cast<size_t>(percent) >= 100) return;
  const ConfigErrors::Scope scope(errors_, "outlierDetection");
  ReportAt(errors_, "maxEjectionPercent", ProblemCode::kNeverEjects,
           absl::StrCat("allows no ejection at all: ", percent, "% of ", endpoints,
                        " endpoints is less than one"),
           absl::StrCat("from ", (100 + endpoints - 1) / endpoints, " on one can be ejected"));
}

void DestinationRuleCheck::CheckTls(const ClientTlsSettings& settings, ProblemCode code) {
  using Mode = ClientTlsSettings::Mode;
  if (settings.mode != Mode::kSimple && settings.mode != Mode::kMutual) return;
  if (!settings.ca_certificates.empty() || !settings.credential_name.empty() ||
      settings.insecure_skip_verify.value_or(false)) {
    return;
  }
  ReportAt(errors_, "tls", code,
           "names no certificate authority: any that the system trusts may sign for the server",
           "set caCertificates");
}

void DestinationRuleCheck::CheckPolicyPort(uint32_t port) {
  if (service_ == nullptr || service_->ports.empty() || service_->FindPort(port) != nullptr) return;
  ReportAt(errors_, "port", ProblemCode::kUnknownPolicyPort,
           absl::StrCat("is no port of ", Quoted(service_->host), ": ", port,
                        "; these settings never apply"),
           "settings go by the port of the service, not by that of its endpoints");
}

void DestinationRuleCheck::CheckSubset(const Subset& subset) {
  if (service_ == nullptr || subset.labels.empty()) return;
  if (service_->endpoints.empty()) {
    if (!IsResolvedByName(*service_) || service_->has_workload_selector) return;
    ReportAt(errors_, "labels", ProblemCode::kEmptySubset,
             absl::StrCat("select no endpoint: the addresses of ", Quoted(service_->host),
                          " come from DNS and carry no labels"),
             "list endpoints with labels in the ServiceEntry");
  } else if (CountEndpoints(*service_, subset.labels) == 0) {
    ReportAt(errors_, "labels", ProblemCode::kEmptySubset,
             absl::StrCat("select none of the ", service_->endpoints.size(), " endpoints of ",
                          Quoted(service_->host), ": requests to this subset fail"));
  }
}

}  // namespace meshroute
