// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_HEADER_EDITS_H_
#define MESHROUTE_LIB_ROUTING_HEADER_EDITS_H_

#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/http_actions.h"
#include "meshroute/message/headers.h"

namespace meshroute {

// One level of header edits: first every removal, then the sets, then the adds.
// Values stand as written, but "%%" is a percent sign (Validate refuses other
// operators); an empty value edits nothing, as in Envoy. Immutable once built.
class HeaderEditLevel {
 public:
  // Adds operations to the level, each to its own stage: what a later call sets
  // wins over what an earlier one set. "host" and ":authority" are left out
  // (AuthorityOf reads them).
  void Append(const HeaderOperations& operations);

  bool empty() const { return removals_.empty() && sets_.empty() && adds_.empty(); }
  void Apply(Headers& headers) const;

 private:
  std::vector<std::string> removals_;
  std::vector<Header> sets_;
  std::vector<Header> adds_;
};

// The authority that request edits ask for by "host" or ":authority"; `set` wins
// over `add`. Empty: none.
std::string AuthorityOf(const HeaderOperations& operations);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_HEADER_EDITS_H_
