// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_RESOURCE_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_RESOURCE_FIELDS_H_

#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/destination_rule_fields.h"
#include "lib/config/field_table.h"
#include "lib/config/rollout_fields.h"
#include "lib/config/service_entry_fields.h"
#include "lib/config/virtual_service_fields.h"
#include "meshroute/config/metadata.h"

namespace meshroute {

// Kubernetes has many more fields here, which are none of our business.
template <>
struct FieldTable<Metadata> {
  static constexpr bool kOpen = true;
  static constexpr std::tuple kFields{
      MakeField("name", &Metadata::name),
      MakeField("namespace", &Metadata::namespace_name),
      MakeField("labels", &Metadata::labels),
      MakeField("annotations", &Metadata::annotations),
      MakeField("creationTimestamp", &Metadata::creation_timestamp),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_RESOURCE_FIELDS_H_
