// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/source_lines.h"

#include <algorithm>

namespace meshroute {

SourceLines::SourceLines(std::string_view text) : text_(text) {
  if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
  starts_.push_back(0);
  for (size_t end = text_.find('\n'); end != std::string_view::npos;
       end = text_.find('\n', end + 1)) {
    starts_.push_back(end + 1);
  }
}

size_t SourceLines::OffsetOf(TextPosition position) const {
  if (position.line == 0 || position.column == 0 || position.line > starts_.size()) {
    return text_.size();
  }
  return std::min(starts_[position.line - 1] + position.column - 1, text_.size());
}

TextPosition SourceLines::PositionOf(size_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return {static_cast<uint32_t>(after - starts_.begin()),
          static_cast<uint32_t>(offset - *std::prev(after) + 1)};
}

}  // namespace meshroute
