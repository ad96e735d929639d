// SPDX-License-Identifier: Apache-2.0
#include "meshroute/message/response_flags.h"

#include <array>
#include <string_view>

namespace meshroute {
namespace {

// By the flags' numbers, from 1 on.
constexpr std::array<std::string_view, 16> kLetters = {
    "", "NR", "NC", "UH", "UO", "UF", "UC", "UR", "LR", "UT", "DI", "FI", "URX", "UPE", "DC", "IH"};

}  // namespace

std::string ResponseFlags::ToString() const {
  std::string text;
  for (uint64_t rest = order_; rest != 0; rest >>= 4) {
    if (!text.empty()) text += ',';
    text += kLetters[rest & 0xF];
  }
  return text.empty() ? "-" : text;
}

}  // namespace meshroute
