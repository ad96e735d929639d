// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_DESTINATION_RULES_H_
#define MESHROUTE_CONFIG_DESTINATION_RULES_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/destination_rule.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/part_origins.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {

class FieldMergedRules;

// What applies to one destination after inheritance over the levels of a rule: the
// port of the subset, the subset, the port, the top. The extensions are those of the
// rule, whatever the subset and the port.
struct EffectivePolicy {
  std::optional<LoadBalancerSettings> load_balancer;
  std::optional<ConnectionPoolSettings> connection_pool;
  std::optional<OutlierDetection> outlier_detection;
  std::optional<ClientTlsSettings> tls;
  std::optional<TunnelSettings> tunnel;
  std::optional<ProxyProtocol> proxy_protocol;
  std::optional<RetryBudget> retry_budget;
  std::optional<OutlierDetectionExtension> outlier_detection_extension{};
  std::optional<LoadBalancerExtension> load_balancer_extension{};

  // Mesh-wide: in force where load_balancer has neither of the two.
  std::optional<ZoneAwareLbSetting> mesh_zone_aware_lb_setting{};
  std::optional<LocalityLbSetting> mesh_locality_lb_setting{LocalityLbSetting::Enabled()};

  bool operator==(const EffectivePolicy&) const = default;
};

// The policy of (rule, service port, subset). `rule` may be null: mesh defaults.
// `subset` may be null: the host without a subset. `levels`, if not null, is told which
// level each part is from: "tls" is from "subsets[v1].trafficPolicy", or from "MeshConfig
// defaultTrafficPolicy".
//
// Each block is taken from one level whole. A portLevelSettings entry for the port
// hides its whole level: a block that it lacks is not looked up further, and at the top
// level the tunnel, the PROXY protocol and the retry budget go with it. Merged by field
// (MeshOptions::DestinationRuleMerging) each member is taken from the first of the
// levels that sets it, and nothing is hidden.
EffectivePolicy ResolvePolicy(const DestinationRule* rule, uint32_t port, const Subset* subset,
                              const MeshOptions& mesh, PartOrigins* levels = nullptr);

// The consistentHash that gives a route's hash key: the first of subset port level, subset,
// port level, top. That is another order than the balancer's, and Istio looks at port
// levels only where the route names the port: `port` is unset otherwise. Merged by field
// the key is that of the balancer; `port` is the destination's then.
const ConsistentHash* ResolveHashKey(const DestinationRule* rule, const Subset* subset,
                                     std::optional<uint32_t> port,
                                     MeshOptions::DestinationRuleMerging merging);

// Finds the DestinationRule of a service for one client. Three steps, the first
// that has a rule for the host decides, and nothing is merged across steps:
//
//  1. the client's namespace, private rules included (a client in the root
//     namespace sees only that namespace's private rules here);
//  2. the service's namespace, exported rules;
//  3. the root namespace, exported rules.
//
// Inside a step the most specific host wins, whoever may see it; rules of one
// host in one namespace are merged as Istio merges them: subsets add up, the
// first traffic policy stands, so does the first of each extension; rules that
// differ in exportTo or in their workloadSelector stay apart.
//
// Merged by field all rules that the steps come by are put together, the first first; in
// a step the more specific host, of one host a rule with a workloadSelector, then the
// older first. Immutable; thread-safe.
class DestinationRules {
 public:
  DestinationRules(const ValidatedConfig& config, const ClientIdentity& client,
                   const MeshOptions& mesh);
  ~DestinationRules();
  DestinationRules(const DestinationRules&) = delete;
  DestinationRules& operator=(const DestinationRules&) = delete;

  // The rule for `service_host` (complete, lower-case), or nullptr. Its `host`
  // is completed and lower-case too. An empty `service_namespace` (a host that
  // nothing declares) skips the service's step. Lives as long as this object.
  const DestinationRule* Find(std::string_view service_host,
                              std::string_view service_namespace) const;

  // As Find for a client of another namespace and the same labels.
  const DestinationRule* FindFrom(std::string_view client_namespace, std::string_view service_host,
                                  std::string_view service_namespace) const;

  // Whose the parts of `rule`, which Find gave, are: "subsets[v1]" is of "DestinationRule
  // prod/reviews". For people: it is searched for. nullptr for a rule from elsewhere.
  const PartOrigins* OriginsOf(const DestinationRule& rule) const;

  // The rules that Find, merging by field, has put together to `rule`, most specific first.
  // Empty otherwise.
  std::vector<const DestinationRule*> PartsOf(const DestinationRule& rule) const;

  // The subset of `rule` with this name, or nullptr.
  static const Subset* FindSubset(const DestinationRule* rule, std::string_view name);

 private:
  using ExportSet = std::set<std::string, std::less<>>;

  struct Entry {
    DestinationRule rule;
    ExportSet export_to;                 // As written; {"."} with a selector.
    std::set<std::string> subset_names;  // Of the rule.
    PartOrigins origins;                 // Of the rule's parts.
  };

  // Entries by the last of the namespaces that they are exported to; "": none
  // is written. A rule can only be merged into such as end in one of its own.
  struct Mergeable {
    std::vector<size_t> for_everyone;
    std::map<Labels, size_t> by_selector;
  };

  // The rules of one host in one namespace.
  struct HostRules {
    std::vector<Entry> entries;
    std::map<std::string, Mergeable, std::less<>> mergeable;
  };
  using RulesByHost = std::map<std::string, HostRules, std::less<>>;
  using RulesByNamespace = std::map<std::string, RulesByHost, std::less<>>;

  void Add(const DestinationRule& rule, const MeshOptions& mesh);
  void Merge(const DestinationRule& rule, const ExportSet& export_to, RulesByHost& rules) const;
  void Absorb(const DestinationRule& source, Entry& target) const;
  static std::set<size_t> FindMergeable(const DestinationRule& rule, const ExportSet& export_to,
                                        const HostRules& rules);
  const DestinationRule* FindExported(std::string_view client_namespace,
                                      std::string_view namespace_name, std::string_view host) const;
  const DestinationRule* Choose(std::string_view client_namespace,
                                const std::vector<const Entry*>& entries) const;

  static const Entry* FindEntry(const RulesByHost& rules, const DestinationRule& rule);

  std::string client_namespace_;
  Labels client_labels_;
  std::string root_namespace_;
  RulesByNamespace local_;     // What a namespace's own clients see.
  RulesByNamespace exported_;  // What clients elsewhere may see.
  RulesByHost root_private_;   // Rules of the root namespace for itself alone.
  std::unique_ptr<const FieldMergedRules> by_field_;  // Instead of these three.
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_DESTINATION_RULES_H_
