// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_FIELD_MERGED_RULES_H_
#define MESHROUTE_LIB_CONFIG_FIELD_MERGED_RULES_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lib/config/rule_exports.h"
#include "meshroute/base/mutex.h"
#include "meshroute/config/destination_rule.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/part_origins.h"

namespace meshroute {

// DestinationRules as MeshOptions::DestinationRuleMerging::kByField applies them: for a
// host all that the client may use, merged into one, the most specific first:
//
//  1. rules of the client's namespace, then of the service's, then of the root namespace;
//  2. in one namespace the more specific host;
//  3. of one host those whose workloadSelector is for the client;
//  4. of these the older, then by name.
//
// Who may use a rule is as in Istio (destination_rules.h). What is merged is made when it
// is first asked for, and kept. Thread-safe.
class FieldMergedRules {
 public:
  // A rule, and what it was put together from.
  struct Merged {
    DestinationRule rule;  // Name, namespace and host are those of the first part.
    std::vector<const DestinationRule*> parts;
    PartOrigins origins;  // "subsets[v1].labels": "DestinationRule prod/reviews".
  };

  // `rules` have complete hosts and stand in Istio's order of precedence.
  FieldMergedRules(std::vector<DestinationRule> rules, const ClientIdentity& client,
                   const MeshOptions& mesh);

  // nullptr where no rule is for the host. Lives as long as this object.
  const Merged* Find(std::string_view client_namespace, std::string_view host,
                     std::string_view service_namespace) const;

  // What Find gave with this rule; nullptr for a rule from elsewhere.
  const Merged* Of(const DestinationRule& rule) const;

 private:
  struct Candidate {
    const DestinationRule* rule;
    ExportSet export_to;
    bool is_private;
  };
  using Candidates = std::vector<Candidate>;
  using ByHost = std::map<std::string, Candidates, std::less<>>;
  struct Parts {
    std::vector<const DestinationRule*> rules;
    std::set<const DestinationRule*> known;
  };
  using Question = std::tuple<std::string, std::string, std::string>;

  // Adds the rules of one namespace for `host` that `is_seen` is true of, the most specific
  // first, but those that are there already or select other clients.
  void Collect(std::string_view client_namespace, std::string_view namespace_name,
               std::string_view host, const std::function<bool(const Candidate&)>& is_seen,
               Parts& parts) const;
  std::vector<const DestinationRule*> PartsOf(std::string_view client_namespace,
                                              std::string_view host,
                                              std::string_view service_namespace) const;

  const std::vector<DestinationRule> rules_;
  const Labels client_labels_;
  const std::string root_namespace_;
  std::map<std::string, ByHost, std::less<>> by_namespace_;
  mutable Mutex mutex_;
  mutable std::map<Question, std::unique_ptr<const Merged>> merged_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_FIELD_MERGED_RULES_H_
