// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_CONFIG_FILES_H_
#define MESHROUTE_TOOLS_MESHROUTE_CONFIG_FILES_H_

#include <istream>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/config/loader.h"

namespace meshroute::tool {

// What stands for the standard input in a list of paths, and its name in messages.
inline constexpr std::string_view kStandardInput = "-";
inline constexpr std::string_view kStandardInputName = "<stdin>";

// Whether folders below a folder count.
enum class Folders { kTopOnly, kRecursive };

// Reads what `paths` stand for, in their order, each file once: a folder for its
// .yaml, .yml and .json files but hidden ones, by name; "-" for `in`. Of each text
// one byte more than `maximum_bytes` at most. InvalidArgument that names every path
// that cannot be read, a line each.
absl::StatusOr<std::vector<SourceText>> ReadConfigFiles(std::span<const std::string> paths,
                                                        Folders folders, std::istream& in,
                                                        size_t maximum_bytes);

// The whole of `in`, or one byte more than `maximum_bytes`.
std::string ReadAll(std::istream& in, size_t maximum_bytes);

// Adds `texts` to `loader`: those named .json as JSON, and those that are JSON from
// their first byte on; all others as YAML.
void AddTexts(const std::vector<SourceText>& texts, ResourceLoader& loader);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_CONFIG_FILES_H_
