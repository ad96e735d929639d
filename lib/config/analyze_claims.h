// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYZE_CLAIMS_H_
#define MESHROUTE_LIB_CONFIG_ANALYZE_CLAIMS_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "lib/config/analysis_facts.h"
#include "meshroute/config/errors.h"

namespace meshroute {

// Finds hosts that several VirtualServices of the mesh claim where one client
// sees both: the one that comes first takes all requests.
class HostClaims {
 public:
  explicit HostClaims(const AnalysisFacts& facts);

  // Within the scope of the resource.
  void Check(const VirtualService& service, ConfigErrors& errors) const;

 private:
  // Who came before at one host, and who of them each namespace sees first.
  struct Holders {
    const VirtualService* first = nullptr;
    const VirtualService* first_public = nullptr;
    std::map<std::string, const VirtualService*> by_namespace;
  };

  void Claim(const VirtualService& service, std::map<std::string, Holders>& holders);

  const AnalysisFacts& facts_;

  // Of each VirtualService that does not come first everywhere, the one that
  // does, by the index of the host; nullptr where it comes first.
  std::map<const VirtualService*, std::vector<const VirtualService*>> earlier_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYZE_CLAIMS_H_
