// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/virtual_services.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/delegates.h"
#include "meshroute/config/host_name.h"
#include "meshroute/config/visibility.h"

namespace meshroute {
namespace {

// In the order of precedence.
enum class Group { kPrivate, kExportedByName, kPublic };

struct Visible {
  const VirtualService* service;
  Group group;
};

Visibility VisibilityOf(const VirtualService& service, const MeshOptions& mesh) {
  return Visibility(service.export_to, service.metadata.namespace_name,
                    mesh.default_virtual_service_export_to);
}

// Those that the client sees, in order of precedence.
std::vector<Visible> VisibleServices(const Resources& resources, const ClientIdentity& client,
                                     const MeshOptions& mesh) {
  std::vector<Visible> visible;
  for (const VirtualService& service : resources.virtual_services) {
    if (Judge(service, client, mesh) != ServiceVerdict::kApplies) continue;
    const Visibility seen = VisibilityOf(service, mesh);
    const bool is_own = service.metadata.namespace_name == client.namespace_name;
    const Group group = seen.is_public() ? Group::kPublic
                        : is_own         ? Group::kPrivate
                                         : Group::kExportedByName;
    visible.push_back({&service, group});
  }
  std::stable_sort(visible.begin(), visible.end(), [](const Visible& a, const Visible& b) {
    if (a.group != b.group) return a.group < b.group;
    return CreatedBefore(a.service->metadata, b.service->metadata);
  });
  return visible;
}

std::string OriginOf(const VirtualService& service, size_t rule) {
  return absl::StrCat("VirtualService ", service.metadata.namespace_name, "/",
                      service.metadata.name, " http[", rule, "]");
}

}  // namespace

ServiceVerdict Judge(const VirtualService& service, const ClientIdentity& client,
                     const MeshOptions& mesh) {
  if (!AppliesToMesh(service)) return ServiceVerdict::kOtherGateways;
  const bool is_seen = VisibilityOf(service, mesh).Includes(client.namespace_name);
  return is_seen ? ServiceVerdict::kApplies : ServiceVerdict::kNotExported;
}

VirtualServices::VirtualServices(const ValidatedConfig& config, const ClientIdentity& client,
                                 const MeshOptions& mesh, std::span<const TrafficSplit> splits)
    : mesh_(mesh), managed_(config.resources(), mesh, splits) {
  for (const VirtualService& service : config.resources().virtual_services) {
    if (!service.hosts.empty()) continue;
    delegates_[{service.metadata.namespace_name, service.metadata.name}] = &service;
  }
  for (const Visible& visible : VisibleServices(config.resources(), client, mesh)) {
    const VirtualService& service = *visible.service;
    services_.push_back(Resolve(service));
    for (const std::string& host : service.hosts) {
      by_host_[CompleteHost(host, service.metadata.namespace_name, mesh.cluster_domain)].push_back(
          &services_.back());
    }
  }
}

std::vector<const ApplicableVirtualService*> VirtualServices::Candidates(
    std::string_view host) const {
  const auto* found = FindHost(by_host_, host);
  if (found == nullptr) return {};
  if (!IsWildcardHost(host) && by_host_.contains(host)) return *found;
  if (mesh_.virtual_service_merging == MeshOptions::VirtualServiceMerging::kConcatenate) {
    return *found;
  }
  return {found->front()};
}

ApplicableVirtualService VirtualServices::Resolve(const VirtualService& service) {
  ApplicableVirtualService resolved;
  resolved.source = &service;
  for (size_t i = 0; i < service.http.size(); ++i) {
    if (service.http[i].delegate) {
      AddDelegate(service, i, resolved);
    } else {
      const ManagedRules::Rule rule = managed_.Take(service, i);
      resolved.rules.push_back({rule.route, service.metadata.namespace_name, OriginOf(service, i),
                                rule.split, &service});
    }
  }
  return resolved;
}

void VirtualServices::AddDelegate(const VirtualService& root, size_t index,
                                  ApplicableVirtualService& target) {
  const VirtualService* const delegate = FindDelegate(*root.http[index].delegate, root);
  if (delegate == nullptr) return;
  HttpRoute root_rule = root.http[index];
  CompleteDestinations(root_rule, root.metadata.namespace_name, mesh_.cluster_domain);
  for (size_t i = 0; i < delegate->http.size(); ++i) {
    const ManagedRules::Rule managed = managed_.Take(*delegate, i);
    HttpRoute rule = *managed.route;
    CompleteDestinations(rule, delegate->metadata.namespace_name, mesh_.cluster_domain);
    std::optional<HttpRoute> merged = MergeDelegate(root_rule, rule);
    if (!merged) continue;
    merged_rules_.push_back(*std::move(merged));
    target.rules.push_back({&merged_rules_.back(), "",
                            absl::StrCat(OriginOf(root, index), " -> ", OriginOf(*delegate, i)),
                            managed.split, delegate});
  }
}

const VirtualService* VirtualServices::FindDelegate(const Delegate& delegate,
                                                    const VirtualService& root) const {
  const std::string& namespace_name =
      delegate.namespace_name.empty() ? root.metadata.namespace_name : delegate.namespace_name;
  const auto found = delegates_.find({namespace_name, delegate.name});
  if (found == delegates_.end()) return nullptr;
  const Visibility seen = VisibilityOf(*found->second, mesh_);
  return seen.Includes(root.metadata.namespace_name) ? found->second : nullptr;
}

}  // namespace meshroute
