// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_VISIBILITY_H_
#define MESHROUTE_CONFIG_VISIBILITY_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace meshroute {

// Which namespaces see a VirtualService or a ServiceEntry: the meaning of its
// `exportTo`. (DestinationRules have rules of their own: destination_rules.h.)
//
//   Visibility seen(service.export_to, service.metadata.namespace_name,
//                   mesh.default_virtual_service_export_to);
//   if (!seen.Includes(client.namespace_name)) return;
//
// "*" is everybody and silences the other entries, "." the object's own
// namespace, "~" nobody. Immutable.
class Visibility {
 public:
  // An empty `export_to` means `defaults`, which are the mesh's.
  Visibility(const std::vector<std::string>& export_to, std::string_view own_namespace,
             const std::vector<std::string>& defaults);

  bool Includes(std::string_view namespace_name) const;

  // Those that are named, the object's own for ".".
  const std::set<std::string, std::less<>>& namespaces() const { return namespaces_; }

  // Every namespace sees it.
  bool is_public() const { return public_; }

  // No namespace but its own sees it.
  bool is_private() const { return private_; }

 private:
  bool public_ = false;
  bool private_ = false;
  std::set<std::string, std::less<>> namespaces_;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_VISIBILITY_H_
