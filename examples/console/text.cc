// SPDX-License-Identifier: Apache-2.0
#include "console/text.h"

#include <cstdarg>
#include <cstdio>

namespace console {

std::string Text(const char* format, ...) {
  char text[256] = "";
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

}  // namespace console
