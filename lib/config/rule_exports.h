// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_RULE_EXPORTS_H_
#define MESHROUTE_LIB_CONFIG_RULE_EXPORTS_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "meshroute/config/destination_rule.h"
#include "meshroute/config/mesh_options.h"

namespace meshroute {

// Which namespaces may use a DestinationRule: its `exportTo` as written, and {"."} for one
// with a workloadSelector, whatever it says. The functions below ask of a set of a rule in
// the namespace `own`.
using ExportSet = std::set<std::string, std::less<>>;

ExportSet ExportSetOf(const DestinationRule& rule);

// Whether only clients in the rule's own namespace may use it. Of the mesh's
// default Istio looks at "." alone.
bool IsPrivate(const ExportSet& export_to, std::string_view own, const MeshOptions& mesh);

// Whether clients in the rule's own namespace may use it.
bool IsSeenAtHome(const ExportSet& export_to, std::string_view own);

// Whether clients of another namespace may use a rule that is not private.
bool IsSeenFrom(const ExportSet& export_to, std::string_view client_namespace);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_RULE_EXPORTS_H_
