// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_BLOCK_STYLE_H_
#define MESHROUTE_LIB_CONFIG_BLOCK_STYLE_H_

#include <string>
#include <string_view>

namespace meshroute {

// `text` as a scalar of YAML that reads back as the same string: plain where
// that is safe, else 'quoted', else "quoted" with escapes.
std::string YamlScalar(std::string_view text);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_BLOCK_STYLE_H_
