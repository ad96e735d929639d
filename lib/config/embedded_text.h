// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_EMBEDDED_TEXT_H_
#define MESHROUTE_LIB_CONFIG_EMBEDDED_TEXT_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "meshroute/config/document.h"
#include "meshroute/config/source_lines.h"

namespace meshroute {

// A string of a YAML or JSON text that is a text itself, and where its parts stand
// in the outer one, whose quotes, escapes and indentation it lacks:
//
//   note: '{"a": 1}'      # the key "a" of the string is at column 2, here at 9
//
// Immutable.
class EmbeddedText {
 public:
  // `scalar`: where the outer text has the string, its quotes included.
  EmbeddedText(std::string_view string, const SourceLines& outer, TextPosition scalar);

  // Where the outer text has what stands at `inside` in the string. Line 0 where
  // that cannot be told, as with escaped characters other than \" and \\.
  TextPosition At(TextPosition inside) const;

 private:
  const SourceLines& outer_;
  const SourceLines lines_;
  std::vector<size_t> offsets_;  // In the outer text, of each byte; empty: not known.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_EMBEDDED_TEXT_H_
