// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_SOURCE_BOOK_H_
#define MESHROUTE_TOOLS_MESHROUTE_SOURCE_BOOK_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/errors.h"
#include "meshroute/config/loader.h"
#include "tools/meshroute/console.h"

namespace meshroute::tool {

// The texts that were read, by name, so that a message can show the line that it
// is about.
//
//   SourceBook book(texts);
//   book.Excerpt({"reviews.yaml", 18, 7}, style)
//
//     18 |       weight: -10
//        |       ^
//
// Tabs are shown as the spaces they take, a long line as the part around the
// column, control characters as '?'. A position's column counts bytes; the caret
// stands under the character as a terminal shows it. Holds views of the texts,
// which must outlive it. Thread-compatible.
class SourceBook {
 public:
  explicit SourceBook(const std::vector<SourceText>& texts);

  // Empty where the text or the line is not known.
  std::string Excerpt(const SourcePosition& position, const Style& style);

  // The line's number in `texts`' order, for sorting; texts that are not known last.
  size_t OrderOf(std::string_view file) const;

 private:
  struct Text {
    std::string_view text;
    size_t order = 0;
    std::vector<size_t> line_starts;  // Filled when first asked for.
  };

  static std::string_view LineOf(Text& text, size_t line);

  std::map<std::string, Text, std::less<>> texts_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_SOURCE_BOOK_H_
