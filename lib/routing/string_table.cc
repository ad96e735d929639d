// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/string_table.h"

#include <bit>

#include "meshroute/base/hash.h"

namespace meshroute {

StringTable::StringTable(const std::map<std::string, uint32_t>& entries) {
  if (entries.empty()) return;
  slots_.resize(std::bit_ceil(entries.size() * 2));
  for (const auto& [key, value] : entries) {
    const uint64_t hash = XxHash3(key);
    size_t position = hash & (slots_.size() - 1);
    while (slots_[position].value != kNone) position = (position + 1) & (slots_.size() - 1);
    slots_[position] = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(key.size()),
                        keys_.size(), value};
    keys_ += key;
  }
}

uint32_t StringTable::Find(std::string_view text) const {
  if (slots_.empty()) return kNone;
  const uint64_t hash = XxHash3(text);
  const auto fingerprint = static_cast<uint32_t>(hash >> 32);
  for (size_t position = hash & (slots_.size() - 1);;
       position = (position + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[position];
    if (slot.value == kNone) return kNone;
    if (slot.fingerprint != fingerprint || slot.length != text.size()) continue;
    if (std::string_view(keys_).substr(slot.offset, slot.length) == text) return slot.value;
  }
}

}  // namespace meshroute
