// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analysis_facts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/config/service_names.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

Services ServicesOf(const ValidatedConfig& config, const std::optional<ClientIdentity>& client,
                    const MeshOptions& mesh) {
  return client ? Services(config, *client, mesh) : Services(config);
}

std::string Reversed(std::string_view text) { return {text.rbegin(), text.rend()}; }

std::string_view FirstLabel(std::string_view host) { return host.substr(0, host.find('.')); }

}  // namespace

std::string NameOf(std::string_view kind, const Metadata& metadata) {
  return absl::StrCat(std::string(kind), " ", metadata.namespace_name, "/", metadata.name);
}

AnalysisFacts::AnalysisFacts(const ValidatedConfig& config,
                             const std::optional<ClientIdentity>& client, const MeshOptions& mesh)
    : resources_(config.resources()),
      sources_(config.sources()),
      client_(client),
      mesh_(mesh),
      services_(ServicesOf(config, client, mesh)),
      rules_(config, client.value_or(ClientIdentity()), mesh) {
  for (const ServiceEntry& entry : resources_.service_entries) {
    const Visibility seen(entry.export_to, entry.metadata.namespace_name,
                          mesh.default_service_export_to);
    for (const std::string& host : entry.hosts) seen_by_[LowerHost(host)].push_back(seen);
  }
  for (const auto& [host, service] : services_.all()) {
    by_reversed_host_.emplace(Reversed(host), &service);
    by_first_label_.emplace(FirstLabel(host), &service);
  }
}

bool AnalysisFacts::IsSeen(const VirtualService& service) const {
  if (!client_ || service.hosts.empty()) return true;
  return Visibility(service.export_to, service.metadata.namespace_name,
                    mesh_.default_virtual_service_export_to)
      .Includes(client_->namespace_name);
}

bool AnalysisFacts::IsMissingGateway(std::string_view gateway, const Metadata& metadata) const {
  constexpr std::string_view kGateway = "Gateway";
  const size_t slash = gateway.find('/');
  const bool is_legacy = slash == std::string_view::npos && gateway.find('.') != gateway.npos;
  if (gateway == "mesh" || is_legacy || sources_ == nullptr || !sources_->Has(kGateway)) {
    return false;
  }
  const std::string_view namespace_name = slash == std::string_view::npos
                                              ? std::string_view(metadata.namespace_name)
                                              : gateway.substr(0, slash);
  return sources_->Find(kGateway, namespace_name, gateway.substr(slash + 1)).outline == nullptr;
}

std::string AnalysisFacts::Complete(std::string_view host, const Metadata& metadata) const {
  return CompleteHost(host, metadata.namespace_name, mesh_.cluster_domain);
}

const Service* AnalysisFacts::FindService(std::string_view host, std::string_view view) const {
  const Service* const service = services_.FindCovering(host);
  if (service == nullptr) return nullptr;
  const std::vector<Visibility>& seen_by = seen_by_.find(service->host)->second;
  const bool is_seen = std::any_of(seen_by.begin(), seen_by.end(),
                                   [view](const Visibility& seen) { return seen.Includes(view); });
  return is_seen ? service : nullptr;
}

std::string AnalysisFacts::HintFor(std::string_view host) const {
  if (FindHost(seen_by_, host) != nullptr) {
    return "a ServiceEntry declares it, but its exportTo hides it here";
  }
  const std::string in_cluster = absl::StrCat(std::string(host), ".svc.", mesh_.cluster_domain);
  if (services_.Find(in_cluster) != nullptr) {
    return absl::StrCat("a name with a dot is not completed; write ", Quoted(in_cluster));
  }
  const auto similar = by_first_label_.find(FirstLabel(host));
  if (similar == by_first_label_.end() || IsWildcardHost(host)) return "";
  return absl::StrCat("did you mean ", Quoted(similar->second->host), "?");
}

const Service* AnalysisFacts::FirstCovered(std::string_view host) const {
  if (!IsWildcardHost(host)) return services_.FindCovering(host);
  const std::string suffix = Reversed(host.substr(1));
  const auto found = by_reversed_host_.lower_bound(suffix);
  return found != by_reversed_host_.end() && found->first.starts_with(suffix) ? found->second
                                                                              : nullptr;
}

const DestinationRule* AnalysisFacts::FindRule(std::string_view host, std::string_view view) const {
  const Service* const service = services_.FindCovering(host);
  return rules_.FindFrom(view, host,
                         service != nullptr ? std::string_view(service->namespace_name)
                                            : NamespaceIn(host, mesh_.cluster_domain));
}

std::vector<const DestinationRule*> AnalysisFacts::FindRules(std::string_view host,
                                                             std::string_view view) const {
  const DestinationRule* const rule = FindRule(host, view);
  if (rule == nullptr) return {};
  std::vector<const DestinationRule*> parts = rules_.PartsOf(*rule);
  return parts.empty() ? std::vector<const DestinationRule*>{rule} : parts;
}

}  // namespace meshroute
