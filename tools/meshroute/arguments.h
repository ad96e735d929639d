// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_ARGUMENTS_H_
#define MESHROUTE_TOOLS_MESHROUTE_ARGUMENTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/meshroute/command.h"

namespace meshroute::tool {

// The words after a command's name, sorted out by the command's tables.
//
//   absl::StatusOr<Arguments> arguments = Arguments::Parse(command, {"-o", "json", "rules/"});
//   arguments->Get("output", "text")   // "json"
//   arguments->positionals()           // {"rules/"}
//
// As usual: `--name value` and `--name=value`, `-o value` and `-ovalue`, several
// switches in one word, options and other arguments in any order, `--` ends the
// options, `-` alone is no option. Immutable.
class Arguments {
 public:
  // InvalidArgument for whatever the tables do not allow, with a hint where one
  // can be given. With --help on the line nothing else is asked for.
  static absl::StatusOr<Arguments> Parse(const Command& command,
                                         std::span<const std::string> words);

  // Whether the option `name` was given.
  bool Has(std::string_view name) const;

  // The last value of `name`, or `fallback`.
  std::string_view Get(std::string_view name, std::string_view fallback = {}) const;

  // Every value of `name`, in order.
  const std::vector<std::string>& All(std::string_view name) const;

  // The value of `name` as a number; InvalidArgument where it is none.
  absl::StatusOr<std::optional<uint64_t>> Number(std::string_view name) const;

  // The value of `name` as a percentage from 0 to 100.
  absl::StatusOr<std::optional<double>> Percentage(std::string_view name) const;

  const std::vector<std::string>& positionals() const { return positionals_; }

 private:
  class Parser;

  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> positionals_;
};

// Options of every command.
std::span<const Option> GeneralOptions();

// InvalidArgument, with what to do about it.
absl::Status UsageError(std::string_view message, std::string_view hint = {});

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_ARGUMENTS_H_
