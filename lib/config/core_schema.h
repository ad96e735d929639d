// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_CORE_SCHEMA_H_
#define MESHROUTE_LIB_CONFIG_CORE_SCHEMA_H_

#include <string_view>

#include "meshroute/config/document.h"

namespace meshroute {

// What a plain (unquoted) scalar of YAML means by the core schema of YAML 1.2:
// null, a boolean, a number or else a text. `on`, `yes`, `1_000` and `1:30` are
// texts, `010` is ten. Numbers in hexadecimal or octal come back in decimal.
DocumentNode ResolvePlainScalar(std::string_view text, TextPosition position = {});

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_CORE_SCHEMA_H_
