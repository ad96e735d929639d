// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_TEXT_CHECK_H_
#define MESHROUTE_LIB_CONFIG_TEXT_CHECK_H_

#include <optional>
#include <string_view>

#include "lib/config/document_builder.h"
#include "meshroute/config/loader.h"

namespace meshroute {

// What no format allows in `text`, so that parsers need not be trusted with it:
// more than `options.maximum_bytes`, bytes that are not UTF-8, control characters
// other than tab and line ends. nullopt: nothing.
std::optional<DocumentBuilder::Error> CheckText(std::string_view text, const LoadOptions& options);

// A line and column as bytes are passed, from the front on.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) {}

  // The position of `offset`, which must not be before the one asked for last.
  TextPosition At(size_t offset);

 private:
  std::string_view text_;
  size_t passed_ = 0;
  size_t line_start_ = 0;
  uint32_t line_ = 1;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_TEXT_CHECK_H_
