// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_STICKY_SPLIT_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_STICKY_SPLIT_FIELDS_H_

#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "meshroute/config/sticky_split.h"
#include "meshroute/config/virtual_service.h"

namespace meshroute {

template <>
struct FieldTable<StickyKey> {
  static constexpr std::tuple kFields{
      MakeField("httpHeaderName", &StickyKey::http_header_name).OneOf("sticky key"),
      MakeField("httpCookieName", &StickyKey::http_cookie_name).OneOf("sticky key"),
      MakeField("httpQueryParameterName", &StickyKey::http_query_parameter_name)
          .OneOf("sticky key"),
  };
};

template <>
struct FieldTable<StickySplit> {
  static constexpr std::tuple kFields{
      MakeField("key", &StickySplit::key),
      MakeField("salt", &StickySplit::salt),
  };
};

// The annotations of a VirtualService that are settings of ours, by their keys.
struct VirtualServiceExtensions {
  static constexpr std::tuple kFields{
      MakeField("meshroute.io/sticky-split", &VirtualService::sticky_split),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_STICKY_SPLIT_FIELDS_H_
