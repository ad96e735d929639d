// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_HEADER_CHECK_READER_H_
#define MESHROUTE_TOOLS_MESHROUTE_HEADER_CHECK_READER_H_

#include <string_view>
#include <vector>

#include "meshroute/config/document.h"
#include "tools/meshroute/header_check.h"
#include "tools/meshroute/map_reader.h"

namespace meshroute::tool {

// Reads a list of Envoy's HeaderMatchers: `string_match`, the older `exact_match`
// and its like, `range_match`, `present_match`, `invert_match` and
// `treat_missing_header_as_empty`. A matcher without a kind asks for presence.
void ReadHeaderChecks(const DocumentNode& node, std::string_view file, MapReader& reader,
                      std::vector<HeaderCheck>& checks);

// Reads a list of {key, value}, as the fields were before there were matchers.
void ReadOldHeaderChecks(const DocumentNode& node, std::string_view file, MapReader& reader,
                         std::vector<HeaderCheck>& checks);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_HEADER_CHECK_READER_H_
