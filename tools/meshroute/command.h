// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_COMMAND_H_
#define MESHROUTE_TOOLS_MESHROUTE_COMMAND_H_

#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "tools/meshroute/console.h"

namespace meshroute::tool {

class Arguments;  // arguments.h

// How a program ends.
enum class ExitCode : int {
  kOk = 0,
  kFindings = 1,  // Problems, mismatches or differences at or over the threshold.
  kTrouble = 2,   // Wrong usage, or input that cannot be read.
};

// What a shell can offer where a value is to be typed.
enum class Completion { kNothing, kFiles, kFolders };

// One option of a command.
struct Option {
  char letter = 0;         // -o; 0: it has no short form.
  std::string_view name;   // --output
  std::string_view value;  // What help calls its value: "FILE". Empty: a switch.
  std::string_view help;   // One line, without a full stop.

  // The values there are, separated by '|': "text|json". Empty: any text.
  std::string_view choices{};
  Completion completion = Completion::kNothing;

  // May stand several times; otherwise the second time is an error.
  enum class Times { kOnce, kMany };
  Times times = Times::kOnce;
};

// Options under a title of their own in the help.
struct OptionGroup {
  std::string_view title;
  std::span<const Option> options;
};

// An argument that is no option.
struct Positional {
  std::string_view name;  // "PATH"
  std::string_view help;
  enum class Count { kOne, kMaybeOne, kOneOrMore, kAny };
  Count count = Count::kOne;
  std::string_view choices{};
  Completion completion = Completion::kNothing;
};

// One command of the tool, as data: parsing, help and the completion scripts all
// walk these tables, so that none of them can lag behind.
struct Command {
  std::string_view name;
  std::string_view summary;      // One line, without a full stop.
  std::string_view description;  // Paragraphs for --help.
  std::span<const Positional> positionals{};
  std::span<const OptionGroup> options{};
  std::string_view examples{};  // Lines for --help.

  // Does the work. A Status of any kind is printed and ends in kTrouble; what
  // stands behind a line "hint: " in its message is set apart.
  absl::StatusOr<ExitCode> (*run)(const Arguments& arguments, Console& console) = nullptr;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_COMMAND_H_
