// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_MANAGED_RULES_H_
#define MESHROUTE_LIB_ROUTING_MANAGED_RULES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshroute/config/mesh_options.h"
#include "meshroute/config/resources.h"
#include "meshroute/routing/traffic_split.h"

namespace meshroute {

// The HTTP rules that TrafficSplits manage, each with the destinations of its split
// in place of its own.
class ManagedRules {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // A rule as it counts, and the number of the split that manages it, or kNone.
  struct Rule {
    const HttpRoute* route = nullptr;
    uint32_t split = kNone;
  };

  // All must outlive it, and `splits` have passed ValidateSplits.
  ManagedRules(const Resources& resources, const MeshOptions& mesh,
               std::span<const TrafficSplit> splits);

  // service.http[index]. Notes that the rule applies to the client.
  Rule Take(const VirtualService& service, size_t index);

  // Of each split, why it manages no rule of this client; empty: it does.
  std::vector<std::string> Problems() const;

 private:
  struct Binding {
    HttpRoute route;
    uint32_t split = kNone;
  };

  // Finds the rule of a split; the reason where there is none.
  std::string Bind(const Resources& resources, uint32_t number);
  std::string Manage(const VirtualService& service, size_t index, uint32_t number);

  const MeshOptions& mesh_;
  const std::span<const TrafficSplit> splits_;
  std::deque<Binding> bindings_;
  std::map<std::pair<const VirtualService*, size_t>, const Binding*> by_rule_;  // Looked up only.
  std::vector<std::string> problems_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_MANAGED_RULES_H_
