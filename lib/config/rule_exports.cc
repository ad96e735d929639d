// SPDX-License-Identifier: Apache-2.0
#include "lib/config/rule_exports.h"

#include <algorithm>
#include <vector>

namespace meshroute {

ExportSet ExportSetOf(const DestinationRule& rule) {
  if (rule.workload_selector) return {"."};
  return {rule.export_to.begin(), rule.export_to.end()};
}

bool IsPrivate(const ExportSet& export_to, std::string_view own, const MeshOptions& mesh) {
  if (export_to.empty()) {
    const std::vector<std::string>& defaults = mesh.default_destination_rule_export_to;
    return std::find(defaults.begin(), defaults.end(), ".") != defaults.end();
  }
  return export_to.size() == 1 && (export_to.contains(".") || export_to.contains(own));
}

bool IsSeenAtHome(const ExportSet& export_to, std::string_view own) {
  return export_to.empty() || export_to.contains("*") || export_to.contains(".") ||
         export_to.contains(own);
}

bool IsSeenFrom(const ExportSet& export_to, std::string_view client_namespace) {
  return export_to.empty() || export_to.contains("*") || export_to.contains(client_namespace);
}

}  // namespace meshroute
