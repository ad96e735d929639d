// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYZE_SERVICE_ENTRY_H_
#define MESHROUTE_LIB_CONFIG_ANALYZE_SERVICE_ENTRY_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "lib/config/analysis_facts.h"
#include "meshroute/config/errors.h"

namespace meshroute {

// Finds ServiceEntries that contradict each other, and ports that no client can
// be routed to.
class ServiceEntryChecks {
 public:
  explicit ServiceEntryChecks(const AnalysisFacts& facts);

  // Within the scope of the resource.
  void Check(const ServiceEntry& entry, ConfigErrors& errors) const;

 private:
  void CheckHosts(const ServiceEntry& entry, ConfigErrors& errors) const;
  void CheckPorts(const ServiceEntry& entry, ConfigErrors& errors) const;

  std::map<std::string, const ServiceEntry*> by_host_;  // The one that decides.
  std::map<std::pair<std::string, uint32_t>, const ServiceEntry*> by_port_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYZE_SERVICE_ENTRY_H_
