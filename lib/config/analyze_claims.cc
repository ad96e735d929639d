// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analyze_claims.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/virtual_service.h"

namespace meshroute {
namespace {

Visibility SeenBy(const VirtualService& service, const MeshOptions& mesh) {
  return Visibility(service.export_to, service.metadata.namespace_name,
                    mesh.default_virtual_service_export_to);
}

}  // namespace

HostClaims::HostClaims(const AnalysisFacts& facts) : facts_(facts) {
  using Merging = MeshOptions::VirtualServiceMerging;
  if (facts.mesh().virtual_service_merging != Merging::kNone) return;  // All have their say.
  std::vector<const VirtualService*> services;
  for (const VirtualService& service : facts.resources().virtual_services) {
    const std::optional<ClientIdentity>& client = facts.client();
    if (!AppliesToMesh(service)) continue;
    if (client && !SeenBy(service, facts.mesh()).Includes(client->namespace_name)) continue;
    services.push_back(&service);
  }
  std::stable_sort(services.begin(), services.end(),
                   [](const VirtualService* a, const VirtualService* b) {
                     return CreatedBefore(a->metadata, b->metadata);
                   });
  std::map<std::string, Holders> holders;
  for (const VirtualService* service : services) Claim(*service, holders);
}

void HostClaims::Claim(const VirtualService& service, std::map<std::string, Holders>& holders) {
  const Visibility seen = SeenBy(service, facts_.mesh());
  std::vector<const VirtualService*> earlier;
  for (const std::string& host : service.hosts) {
    Holders& holder = holders[facts_.Complete(host, service.metadata)];
    const VirtualService* before = seen.is_public() ? holder.first : holder.first_public;
    if (holder.first == nullptr) holder.first = &service;
    if (seen.is_public() && holder.first_public == nullptr) holder.first_public = &service;
    for (const std::string& name : seen.namespaces()) {
      const auto [known, is_new] = holder.by_namespace.emplace(name, &service);
      if (!is_new && before == nullptr) before = known->second;
    }
    earlier.push_back(before == &service ? nullptr : before);
  }
  const auto is_set = [](const VirtualService* other) { return other != nullptr; };
  if (std::any_of(earlier.begin(), earlier.end(), is_set)) {
    earlier_.emplace(&service, std::move(earlier));
  }
}

void HostClaims::Check(const VirtualService& service, ConfigErrors& errors) const {
  const auto found = earlier_.find(&service);
  if (found == earlier_.end()) return;
  const ConfigErrors::Scope spec(errors, "spec");
  bool is_hidden = true;
  const Visibility seen = SeenBy(service, facts_.mesh());
  for (size_t i = 0; i < found->second.size(); ++i) {
    const VirtualService* const other = found->second[i];
    // Whoever sees this one sees the other too.
    is_hidden &= other != nullptr && SeenBy(*other, facts_.mesh()).is_public() && seen.is_public();
    if (other == nullptr) continue;
    const ConfigErrors::Scope host(errors, "hosts", i);
    errors.Report(
        ProblemCode::kHostClaimedTwice,
        absl::StrCat(NameOf("VirtualService", other->metadata), " has the same host ",
                     Quoted(facts_.Complete(service.hosts[i], service.metadata)),
                     ": one of the two takes all of its requests, the rules are not merged"),
        "write all rules of a host in one VirtualService, or delegate; the older object, then the "
        "first by name, wins");
  }
  if (!is_hidden) return;
  ReportAt(errors, "hosts", ProblemCode::kHiddenVirtualService,
           "are all taken by VirtualServices before this one, whose rules are never asked unless "
           "those have none for a port");
}

}  // namespace meshroute
