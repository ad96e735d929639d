// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_HTTP_MATCH_H_
#define MESHROUTE_CONFIG_HTTP_MATCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/config/metadata.h"
#include "meshroute/config/string_match.h"

namespace meshroute {

// VirtualService http[].match[]: one block of conditions, all of which must
// hold. The blocks of a rule are alternatives. An empty block matches all.
struct HttpMatchRequest {
  // Joined to the route's name with a dot in logs.
  std::string name;

  // On the path without query and fragment.
  std::optional<StringMatch> uri;

  std::optional<StringMatch> scheme;

  // Case-sensitive.
  std::optional<StringMatch> method;

  // On the raw authority: port included, case-sensitive.
  std::optional<StringMatch> authority;

  // Header names compare without regard to case; `{}` means present.
  std::map<std::string, StringMatch> headers;

  // The addressed service port; 0: any. Decided at load, not per request.
  uint32_t port = 0;

  // Every pair must be among the client's own labels. Decided at load.
  Labels source_labels;

  // The client's own namespace; empty: any. Decided at load.
  std::string source_namespace;

  // Must contain "mesh" where it is not empty. Decided at load.
  std::vector<std::string> gateways;

  // First value of each parameter; names and values are not percent-decoded.
  std::map<std::string, StringMatch> query_params;

  // ASCII case folding for exact and prefix `uri`; regexes ignore it.
  bool ignore_uri_case = false;

  // Conditions that must not hold. An absent header counts as "", but for
  // `{}`, which holds only for an absent header.
  std::map<std::string, StringMatch> without_headers;

  // Extra prefix of per-route statistics.
  std::string stat_prefix;

  bool operator==(const HttpMatchRequest&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_HTTP_MATCH_H_
