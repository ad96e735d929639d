// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTER_FROM_FILES_TEXTS_H_
#define MESHROUTE_LIB_ROUTER_FROM_FILES_TEXTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {

// What stands in a set of files at one moment.
struct ConfigTexts {
  std::vector<SourceText> texts;          // By path, each file once.
  std::vector<ConfigProblem> unreadable;  // Paths that could not be read, and why.
};

// The files that `paths` stand for, sorted: a path that is a folder stands for the
// .yaml, .yml and .json files in it, but not in folders below, nor for hidden
// ones. A path that is neither is kept, for ReadConfigTexts to complain of.
std::vector<std::string> ExpandConfigPaths(const std::vector<std::string>& paths,
                                           std::vector<ConfigProblem>& problems);

// Reads the files that `paths` stand for; of each one byte more than
// `options.maximum_bytes` at most.
ConfigTexts ReadConfigTexts(const std::vector<std::string>& paths, const LoadOptions& options);

// Reads and validates them all: .json as JSON, anything else as YAML.
// InvalidArgument with a line per problem of all the files.
absl::StatusOr<ValidatedConfig> LoadConfigTexts(const ConfigTexts& texts,
                                                const LoadOptions& options);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTER_FROM_FILES_TEXTS_H_
