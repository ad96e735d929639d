// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_SOURCE_LINES_H_
#define MESHROUTE_CONFIG_SOURCE_LINES_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "meshroute/config/document.h"

namespace meshroute {

// A text by its lines: the place of a line and column, and the other way round. A
// byte order mark in front does not count. The text must outlive it. Immutable.
class SourceLines {
 public:
  explicit SourceLines(std::string_view text);

  std::string_view text() const { return text_; }

  // The offset in text() of a position; its size where there is no such position.
  size_t OffsetOf(TextPosition position) const;

  TextPosition PositionOf(size_t offset) const;

 private:
  std::string_view text_;
  std::vector<size_t> starts_;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_SOURCE_LINES_H_
