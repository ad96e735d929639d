// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_TEXT_H_
#define EXAMPLES_DEMO_TEXT_H_

#include <string>

namespace demo {

// printf to a string; the compiler checks `format` against its arguments.
[[gnu::format(printf, 1, 2)]] std::string Text(const char* format, ...);

}  // namespace demo

#endif  // EXAMPLES_DEMO_TEXT_H_
