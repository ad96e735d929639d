// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYZE_ROLLOUT_H_
#define MESHROUTE_LIB_CONFIG_ANALYZE_ROLLOUT_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "lib/config/analysis_facts.h"
#include "meshroute/config/errors.h"

namespace meshroute {

// Finds the rules that Rollouts steer, and where one steers nothing, or what another
// steers too. Immutable.
class RolloutChecks {
 public:
  explicit RolloutChecks(const AnalysisFacts& facts);

  // Within the scope of its resource.
  void Check(const RolloutPlan& plan, ConfigErrors& errors) const;

 private:
  // A VirtualService by namespace and name.
  using Name = std::pair<std::string, std::string>;

  static Name NameOfService(const RolloutPlan& plan);
  void CheckRoute(const RolloutPlan& plan, const VirtualService& service,
                  ConfigErrors& errors) const;
  void CheckSubset(std::string_view field, const Destination& destination, const RolloutPlan& plan,
                   ConfigErrors& errors) const;

  const AnalysisFacts& facts_;
  std::map<Name, const VirtualService*> services_;
  std::map<std::pair<Name, std::string>, const RolloutPlan*> first_;  // That steers a rule.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYZE_ROLLOUT_H_
