// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_VIRTUAL_SERVICES_H_
#define MESHROUTE_LIB_ROUTING_VIRTUAL_SERVICES_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/routing/managed_rules.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {

// One HTTP rule as it applies to a client.
struct ApplicableRule {
  const HttpRoute* rule = nullptr;
  std::string namespace_name;             // Completes the short names of its destinations.
  std::string origin;                     // "VirtualService prod/reviews http[2]"
  uint32_t split = ManagedRules::kNone;   // Number of the TrafficSplit that manages it.
  const VirtualService* owner = nullptr;  // What holds it; a delegate, where it is one's.
};

// The HTTP rules of one VirtualService in order, with its delegates' rules in
// the place of the rules that name them.
struct ApplicableVirtualService {
  const VirtualService* source = nullptr;
  std::vector<ApplicableRule> rules;
};

// Whether a VirtualService counts for a client at all, and if not, why.
enum class ServiceVerdict : uint8_t { kApplies, kOtherGateways, kNotExported };
ServiceVerdict Judge(const VirtualService& service, const ClientIdentity& client,
                     const MeshOptions& mesh);

// The VirtualServices that a client sees and that apply to the mesh, by host, in
// Istio's order of precedence: those private to the client's namespace, then
// those that other namespaces export to it by name, then the public ones; older
// before younger in each group. Views the config; immutable.
class VirtualServices {
 public:
  using ByHost = std::map<std::string, std::vector<const ApplicableVirtualService*>, std::less<>>;

  // All must outlive it.
  VirtualServices(const ValidatedConfig& config, const ClientIdentity& client,
                  const MeshOptions& mesh, std::span<const TrafficSplit> splits = {});
  VirtualServices(const VirtualServices&) = delete;
  VirtualServices& operator=(const VirtualServices&) = delete;

  // Those to be asked for the rules of `host`, which is complete: the first that
  // has any rule for the addressed port governs, alone; or all, where the mesh merges
  // them. All that name a literal host, or else the first of the most specific
  // wildcard that covers it (where the mesh merges: all of that wildcard).
  std::vector<const ApplicableVirtualService*> Candidates(std::string_view host) const;

  // All of them, in order of precedence.
  const std::deque<ApplicableVirtualService>& in_order() const { return services_; }

  // By host as written in the VirtualServices, completed.
  const ByHost& by_host() const { return by_host_; }

  // Of each split, by number, why it manages no rule of this client; empty: it does.
  std::vector<std::string> SplitProblems() const { return managed_.Problems(); }

 private:
  ApplicableVirtualService Resolve(const VirtualService& service);
  void AddDelegate(const VirtualService& root, size_t index, ApplicableVirtualService& target);
  const VirtualService* FindDelegate(const Delegate& delegate, const VirtualService& root) const;

  const MeshOptions& mesh_;
  ManagedRules managed_;

  // Those without hosts, by namespace and name.
  std::map<std::pair<std::string_view, std::string_view>, const VirtualService*> delegates_;
  std::deque<ApplicableVirtualService> services_;
  std::deque<HttpRoute> merged_rules_;  // Of delegates; host names complete.
  ByHost by_host_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_VIRTUAL_SERVICES_H_
