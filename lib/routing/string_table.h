// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_STRING_TABLE_H_
#define MESHROUTE_LIB_ROUTING_STRING_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace meshroute {

// Numbers by text, built once: a look-up hashes the text and mostly touches one
// slot and the bytes of one key. Immutable.
class StringTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  StringTable() = default;  // Empty.
  explicit StringTable(const std::map<std::string, uint32_t>& entries);

  // The number of `text`, or kNone.
  uint32_t Find(std::string_view text) const;

 private:
  struct Slot {
    uint32_t fingerprint = 0;  // Upper half of the hash.
    uint32_t length = 0;
    size_t offset = 0;  // In keys_.
    uint32_t value = kNone;
  };

  std::vector<Slot> slots_;  // A power of two, at most half full; or empty.
  std::string keys_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_STRING_TABLE_H_
