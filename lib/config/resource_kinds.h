// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_RESOURCE_KINDS_H_
#define MESHROUTE_LIB_CONFIG_RESOURCE_KINDS_H_

#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "lib/config/read_context.h"
#include "meshroute/config/document.h"
#include "meshroute/config/resources.h"

namespace meshroute {

// A group of kinds, and its versions, which are all alike; the first is the one that
// is written.
struct ApiGroup {
  std::string_view name;
  std::span<const std::string_view> versions;
};

inline constexpr std::string_view kIstioVersions[] = {"v1", "v1beta1", "v1alpha3"};
inline constexpr ApiGroup kIstioGroup{"networking.istio.io", kIstioVersions};

// Our own kinds, of which Istio has none.
inline constexpr std::string_view kOwnVersions[] = {"v1alpha1"};
inline constexpr ApiGroup kOwnGroup{"meshroute.io", kOwnVersions};

// A kind of object that is read: its name, where its objects are kept, and its group.
template <typename Resource>
struct ResourceKind {
  std::string_view name;
  std::vector<Resource> Resources::*list;
  const ApiGroup* group = &kIstioGroup;
};

inline constexpr std::tuple kResourceKinds{
    ResourceKind<VirtualService>{"VirtualService", &Resources::virtual_services},
    ResourceKind<DestinationRule>{"DestinationRule", &Resources::destination_rules},
    ResourceKind<ServiceEntry>{"ServiceEntry", &Resources::service_entries},
    ResourceKind<WorkloadEntry>{"WorkloadEntry", &Resources::workload_entries},
    ResourceKind<RolloutPlan>{"Rollout", &Resources::rollouts, &kOwnGroup},
};

// Reads `metadata` and `spec` (may be null: left as they are) of one object, whose
// extensions are expanded (extension_annotations.h).
template <typename Resource>
void ReadResource(const DocumentNode* metadata, const DocumentNode* spec, Resource& resource,
                  ReadContext& context);

// The whole object: apiVersion, kind, metadata, spec.
template <typename Resource>
DocumentNode WriteResource(const ResourceKind<Resource>& kind, const Resource& resource);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_RESOURCE_KINDS_H_
