// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_HOST_TABLE_H_
#define MESHROUTE_LIB_ROUTING_HOST_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/routing/string_table.h"

namespace meshroute {

// Numbers of virtual hosts by the names they answer to: exact names, then
// wildcards, those with the longer suffix first. The '*' stands for one character
// or more and may span dots. Immutable.
class HostTable {
 public:
  static constexpr uint32_t kNone = StringTable::kNone;

  HostTable() = default;  // Knows no name.

  // By name in lower case: "reviews", "*.example.com".
  explicit HostTable(const std::map<std::string, uint32_t>& names);

  // The first number that `accept` takes, or kNone. `host` is lower-case.
  // `accept(number, wildcard)` is told as well which wildcard's suffix it was, the
  // '*' left out; a null view: the exact name.
  template <typename Accept>
  uint32_t Find(std::string_view host, Accept accept) const {
    const uint32_t exact = exact_.Find(host);
    if (exact != kNone && accept(exact, std::string_view())) return exact;
    for (const size_t length : suffix_lengths_) {
      if (length >= host.size()) continue;
      const std::string_view suffix = host.substr(host.size() - length);
      const uint32_t number = suffixes_.Find(suffix);
      if (number != kNone && accept(number, suffix)) return number;
    }
    return kNone;
  }

 private:
  StringTable exact_;
  StringTable suffixes_;                // Of wildcards, without the '*'.
  std::vector<size_t> suffix_lengths_;  // That occur, the longest first.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_HOST_TABLE_H_
