// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYZE_DESTINATION_RULE_H_
#define MESHROUTE_LIB_CONFIG_ANALYZE_DESTINATION_RULE_H_

#include <cstddef>
#include <cstdint>

#include "lib/config/analysis_facts.h"
#include "meshroute/config/errors.h"

namespace meshroute {

// Finds what one DestinationRule says in vain of its service: subsets without
// endpoints, settings of ports that are not there, ejections that cannot come,
// TLS without a certificate authority. Within the scope of its resource.
class DestinationRuleCheck {
 public:
  DestinationRuleCheck(const AnalysisFacts& facts, const DestinationRule& rule,
                       ConfigErrors& errors);

  void Run();

 private:
  // `endpoints`: how many the policy is for; 0: not known.
  void CheckPolicy(const TrafficPolicy& policy, size_t endpoints);
  template <typename Policy>
  void CheckBlocks(const Policy& policy, size_t endpoints, ProblemCode tls_without_ca);
  void CheckEjection(const OutlierDetection& settings, size_t endpoints);
  void CheckTls(const ClientTlsSettings& settings, ProblemCode code);
  void CheckPolicyPort(uint32_t port);
  void CheckSubset(const Subset& subset);

  const DestinationRule& rule_;
  ConfigErrors& errors_;
  const Service* service_;  // That of a literal host, where it is declared.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYZE_DESTINATION_RULE_H_
