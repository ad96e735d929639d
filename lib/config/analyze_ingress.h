// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYZE_INGRESS_H_
#define MESHROUTE_LIB_CONFIG_ANALYZE_INGRESS_H_

#include <map>
#include <string>

#include "lib/config/analysis_facts.h"
#include "meshroute/config/errors.h"

namespace meshroute {

// Finds VirtualServices of gateways that send requests to a whole host which the rules
// for the mesh split into subsets: a gateway knows nothing of those rules.
class IngressChecks {
 public:
  explicit IngressChecks(const AnalysisFacts& facts);

  // Within the scope of the resource.
  void Check(const VirtualService& service, ConfigErrors& errors) const;

 private:
  const AnalysisFacts& facts_;
  std::map<std::string, const VirtualService*> split_;  // By complete host.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYZE_INGRESS_H_
