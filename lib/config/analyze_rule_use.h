// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYZE_RULE_USE_H_
#define MESHROUTE_LIB_CONFIG_ANALYZE_RULE_USE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lib/config/analysis_facts.h"
#include "meshroute/config/errors.h"

namespace meshroute {

// Finds DestinationRules, and parts of them, that apply to nothing: by their
// host, by their namespace, or because another rule stands in their way.
class RuleUse {
 public:
  explicit RuleUse(const AnalysisFacts& facts);

  // Within the scope of the resource.
  void Check(const DestinationRule& rule, ConfigErrors& errors) const;

 private:
  // Rules that are merged, and who of them came first with what.
  struct Group {
    const DestinationRule* policy_owner = nullptr;
    std::map<std::string, const DestinationRule*> subset_owners;
    std::map<size_t, const DestinationRule*> extension_owners;  // By place in their table.
  };

  std::string GroupOf(const DestinationRule& rule) const;
  void CheckMerge(const DestinationRule& rule, ConfigErrors& errors) const;
  void CheckExtensions(const DestinationRule& rule, ConfigErrors& errors) const;
  void CheckSubsets(const DestinationRule& rule, const std::string& host,
                    ConfigErrors& errors) const;
  void CheckExport(const DestinationRule& rule, const Service& service, ConfigErrors& errors) const;
  void CheckForClient(const DestinationRule& rule, const std::string& host, const Service& service,
                      ConfigErrors& errors) const;
  std::pair<std::string, std::string> WhyUnused(const DestinationRule& rule,
                                                const Service& service) const;

  const AnalysisFacts& facts_;
  std::map<std::string, Group> groups_;
  std::set<std::pair<std::string, std::string>> wanted_subsets_;  // Host and name.

  // Namespace and host of the rules that the client uses.
  std::set<std::pair<std::string, std::string>> used_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYZE_RULE_USE_H_
