// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CONSOLE_TEXT_H_
#define EXAMPLES_CONSOLE_TEXT_H_

#include <string>

namespace console {

// printf to a string; the compiler checks `format` against its arguments.
[[gnu::format(printf, 1, 2)]] std::string Text(const char* format, ...);

}  // namespace console

#endif  // EXAMPLES_CONSOLE_TEXT_H_
