// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_HEADER_EDITS_H_
#define MESHROUTE_LIB_ROUTING_HEADER_EDITS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/routing/edited_value.h"
#include "meshroute/config/header_value.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/message/headers.h"

namespace meshroute {

// One level of header edits: first every removal, then the sets, then the adds.
// Operators in values read the headers as the removals have left them. A value that
// comes out empty edits nothing, as in Envoy. Immutable once built.
class HeaderEditLevel {
 public:
  // Adds operations to the level, each to its own stage: what a later call sets
  // wins over what an earlier one set. "host" and ":authority" are left out
  // (AuthorityOf reads them).
  void Append(const HeaderOperations& operations, HeaderValueParts::Direction direction);

  bool empty() const { return removals_.empty() && edits_.empty(); }

  // Some value has an operator.
  bool has_operators() const { return has_operators_; }

  void Remove(Headers& headers) const;

  // Each operation for people, in order: "set x-a: b", "remove x-c".
  std::vector<std::string> Describe() const;

  // The sets and adds, once `sources` are as Remove has left them.
  void Write(Headers& headers, const EditSources& sources) const;

 private:
  enum class Stage : uint8_t { kSet, kAdd };

  struct Edit {
    Stage stage;
    std::string name;
    EditedValue value;
  };

  void AppendEdits(Stage stage, const std::map<std::string, std::string>& operations,
                   HeaderValueParts::Direction direction);
  static void Apply(const Edit& edit, const std::string& value, Headers& headers);

  std::vector<std::string> removals_;
  std::vector<Edit> edits_;  // The sets, then the adds.
  bool has_operators_ = false;
};

// The authority that request edits ask for by "host" or ":authority"; `set` wins
// over `add`. Empty: none.
std::string AuthorityOf(const HeaderOperations& operations);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_HEADER_EDITS_H_
