// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VISIBLE_TEXT_H_
#define MESHROUTE_LIB_CONFIG_VISIBLE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace meshroute {

// `text` fit for one line of a message: control characters become '?', and what
// is longer than `maximum_length` bytes is cut between two characters and ends
// in "...".
inline std::string VisibleText(std::string_view text, size_t maximum_length = 100) {
  const bool cut = text.size() > maximum_length;
  if (cut) {
    size_t length = maximum_length;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
    text = text.substr(0, length);
  }
  std::string visible(text);
  for (char& c : visible) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  if (cut) visible += "...";
  return visible;
}

// "VirtualService prod/reviews" for messages; longer names than Kubernetes has are cut.
inline std::string ResourceText(std::string_view kind, std::string_view namespace_name,
                                std::string_view name) {
  constexpr size_t kLongestName = 253;
  return VisibleText(kind) + " " + VisibleText(namespace_name, kLongestName) + "/" +
         VisibleText(name, kLongestName);
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VISIBLE_TEXT_H_
