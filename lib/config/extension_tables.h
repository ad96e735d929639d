// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_EXTENSION_TABLES_H_
#define MESHROUTE_LIB_CONFIG_EXTENSION_TABLES_H_

#include <type_traits>

#include "lib/config/policy_extension_fields.h"
#include "lib/config/sticky_split_fields.h"

namespace meshroute {

// The table of the annotations of ours on one kind of object; void: it has none, and
// whatever stands there is left alone.
template <typename Resource>
struct ExtensionTable {
  using Table = void;
};

template <>
struct ExtensionTable<DestinationRule> {
  using Table = DestinationRuleExtensions;
};

template <>
struct ExtensionTable<VirtualService> {
  using Table = VirtualServiceExtensions;
};

template <typename Resource>
using ExtensionsOf = typename ExtensionTable<Resource>::Table;

template <typename Resource>
concept Extensible = !std::is_void_v<ExtensionsOf<Resource>>;

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_EXTENSION_TABLES_H_
