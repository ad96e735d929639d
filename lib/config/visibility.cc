// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/visibility.h"

namespace meshroute {

Visibility::Visibility(const std::vector<std::string>& export_to, std::string_view own_namespace,
                       const std::vector<std::string>& defaults) {
  for (const std::string& entry : export_to.empty() ? defaults : export_to) {
    if (entry == "*") {
      public_ = true;
    } else if (entry == ".") {
      namespaces_.emplace(own_namespace);
    } else if (entry != "~") {
      namespaces_.insert(entry);
    }
  }
  private_ = !public_ && namespaces_.size() == 1 && *namespaces_.begin() == own_namespace;
}

bool Visibility::Includes(std::string_view namespace_name) const {
  return public_ || namespaces_.contains(namespace_name);
}

}  // namespace meshroute
