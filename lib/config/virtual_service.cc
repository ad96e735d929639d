// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/virtual_service.h"

#include <algorithm>

namespace meshroute {

bool AppliesToMesh(const VirtualService& service) {
  const std::vector<std::string>& gateways = service.gateways;
  return gateways.empty() || std::find(gateways.begin(), gateways.end(), "mesh") != gateways.end();
}

}  // namespace meshroute
