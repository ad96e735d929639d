// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYZE_DELEGATES_H_
#define MESHROUTE_LIB_CONFIG_ANALYZE_DELEGATES_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lib/config/analysis_facts.h"
#include "meshroute/config/errors.h"

namespace meshroute {

// Finds rules that disappear when delegates take their roots' places, and
// delegates that nobody asks for.
class DelegateChecks {
 public:
  explicit DelegateChecks(const AnalysisFacts& facts);

  // Within the scope of the resource.
  void Check(const VirtualService& service, ConfigErrors& errors) const;

 private:
  using Identity = std::pair<std::string, std::string>;

  void CheckRule(const VirtualService& root, size_t index, ConfigErrors& errors) const;

  const AnalysisFacts& facts_;
  std::map<Identity, const VirtualService*> by_name_;
  std::set<Identity> wanted_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYZE_DELEGATES_H_
