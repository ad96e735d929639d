// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYSIS_FACTS_H_
#define MESHROUTE_LIB_CONFIG_ANALYSIS_FACTS_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/config/visibility.h"

namespace meshroute {

// "ServiceEntry prod/reviews".
std::string NameOf(std::string_view kind, const Metadata& metadata);

// What a config says of hosts, as one client sees it; without a client as each
// namespace would. Views the config; immutable.
class AnalysisFacts {
 public:
  AnalysisFacts(const ValidatedConfig& config, const std::optional<ClientIdentity>& client,
                const MeshOptions& mesh);
  AnalysisFacts(const AnalysisFacts&) = delete;
  AnalysisFacts& operator=(const AnalysisFacts&) = delete;

  const Resources& resources() const { return resources_; }
  const MeshOptions& mesh() const { return mesh_; }
  const std::optional<ClientIdentity>& client() const { return client_; }
  const Services& services() const { return services_; }

  // The namespace from which an object is looked at.
  const std::string& ViewOf(const Metadata& metadata) const {
    return client_ ? client_->namespace_name : metadata.namespace_name;
  }

  // Whether the client sees it; a delegate is looked at whoever sees it.
  bool IsSeen(const VirtualService& service) const;

  std::string Complete(std::string_view host, const Metadata& metadata) const;

  // Whether `gateway`, as a VirtualService names it, is not among the Gateways of
  // the load. Never where that has none: they are known elsewhere.
  bool IsMissingGateway(std::string_view gateway, const Metadata& metadata) const;

  // The service that `host` (complete) means to clients in the namespace `view`;
  // nullptr where none is declared, or none that they see.
  const Service* FindService(std::string_view host, std::string_view view) const;

  // Why FindService may have found nothing, and what to do; may be empty.
  std::string HintFor(std::string_view host) const;

  // The first service, in order of their hosts read from the end, that a
  // wildcard covers or a literal host names; nullptr: none.
  const Service* FirstCovered(std::string_view host) const;

  // The DestinationRule that decides for `host` where clients in `view` call it.
  const DestinationRule* FindRule(std::string_view host, std::string_view view) const;

  // The same with all the rules that it was put together from, where the mesh merges them
  // by field: the objects that apply.
  std::vector<const DestinationRule*> FindRules(std::string_view host, std::string_view view) const;

 private:
  const Resources& resources_;
  const ResourceSources* const sources_;
  const std::optional<ClientIdentity>& client_;
  const MeshOptions& mesh_;
  const Services services_;
  const DestinationRules rules_;
  std::map<std::string, std::vector<Visibility>, std::less<>> seen_by_;  // By a service's host.
  std::map<std::string, const Service*, std::less<>> by_reversed_host_;
  std::map<std::string, const Service*, std::less<>> by_first_label_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYSIS_FACTS_H_
