// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "tools/meshroute/spelling.h"

namespace meshroute::tool {
namespace {

constexpr std::array kGeneralOptions = {
    Option{.letter = 0,
           .name = "color",
           .value = "WHEN",
           .help = "colours: auto (on a terminal, unless NO_COLOR is set), always, never",
           .choices = "auto|always|never"},
    Option{.letter = 'h', .name = "help", .value = "", .help = "print this help"},
};

// `value` in quotes, cut to what fits in a message.
std::string Quoted(std::string_view value) {
  constexpr size_t kLongest = 60;
  std::string text = "'" + Visible(value.substr(0, kLongest));
  return text + (value.size() > kLongest ? "...'" : "'");
}

}  // namespace

std::span<const Option> GeneralOptions() { return kGeneralOptions; }

absl::Status UsageError(std::string_view message, std::string_view hint) {
  std::string text(message);
  if (!hint.empty()) text.append("\nhint: ").append(hint);
  return absl::InvalidArgumentError(text);
}

// Goes over the words once, from left to right.
class Arguments::Parser {
 public:
  Parser(const Command& command, std::span<const std::string> words)
      : command_(command), words_(words) {}

  absl::StatusOr<Arguments> Run() {
    while (next_ < words_.size()) {
      const std::string_view word = words_[next_++];
      if (only_positionals_ || word.size() < 2 || word[0] != '-') {
        result_.positionals_.emplace_back(word);
        continue;
      }
      if (word == "--") {
        only_positionals_ = true;
        continue;
      }
      absl::Status status = word[1] == '-' ? TakeLong(word.substr(2)) : TakeShort(word.substr(1));
      if (!status.ok()) return status;
    }
    if (result_.Has("help")) return std::move(result_);
    if (absl::Status status = CheckPositionals(); !status.ok()) return status;
    return std::move(result_);
  }

 private:
  template <typename Matches>
  const Option* FindOption(Matches matches) const {
    for (const OptionGroup& group : command_.options) {
      for (const Option& option : group.options) {
        if (matches(option)) return &option;
      }
    }
    for (const Option& option : kGeneralOptions) {
      if (matches(option)) return &option;
    }
    return nullptr;
  }

  absl::Status TakeLong(std::string_view word) {
    const size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const Option* const option =
        FindOption([&](const Option& candidate) { return candidate.name == name; });
    if (option == nullptr) return UnknownOption(name);
    if (equals == std::string_view::npos) return Take(*option, std::nullopt);
    return Take(*option, word.substr(equals + 1));
  }

  absl::Status TakeShort(std::string_view letters) {
    while (!letters.empty()) {
      const char letter = letters[0];
      letters.remove_prefix(1);
      const Option* const option =
          FindOption([&](const Option& candidate) { return candidate.letter == letter; });
      if (option == nullptr) {
        return UsageError("unknown option -" + Visible(std::string(1, letter)), SeeHelp());
      }
      if (!option->value.empty() && !letters.empty()) {
        if (letters[0] == '=') letters.remove_prefix(1);
        return Take(*option, letters);
      }
      if (absl::Status status = Take(*option, std::nullopt); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Take(const Option& option, std::optional<std::string_view> value) {
    const std::string name = "--" + std::string(option.name);
    if (option.value.empty()) {
      if (value.has_value()) return UsageError(name + " takes no value, got " + Quoted(*value));
      result_.values_[std::string(option.name)] = {""};
      return absl::OkStatus();
    }
    if (!value.has_value()) {
      if (next_ == words_.size()) {
        return UsageError(name + " needs a value: " + name + "=" + std::string(option.value));
      }
      value = words_[next_++];
    }
    if (absl::Status status = CheckChoice(name, *value, option.choices); !status.ok()) {
      return status;
    }
    std::vector<std::string>& values = result_.values_[std::string(option.name)];
    if (!values.empty() && option.times == Option::Times::kOnce) {
      return UsageError(name + " was given twice: " + Quoted(values[0]) + " and " + Quoted(*value));
    }
    values.emplace_back(*value);
    return absl::OkStatus();
  }

  absl::Status CheckChoice(const std::string& name, std::string_view value,
                           std::string_view choices) const {
    if (choices.empty()) return absl::OkStatus();
    const std::vector<std::string_view> words = SplitChoices(choices);
    if (std::find(words.begin(), words.end(), value) != words.end()) return absl::OkStatus();
    const std::string_view near = NearestWord(value, words);
    return UsageError(name + " must be " + ListWords(words) + ", got " + Quoted(value),
                      near.empty() ? SeeHelp() : "did you mean " + std::string(near) + "?");
  }

  absl::Status UnknownOption(std::string_view name) const {
    std::vector<std::string_view> names;
    FindOption([&](const Option& option) {
      names.push_back(option.name);
      return false;
    });
    const std::string_view near = NearestWord(name, names);
    return UsageError("unknown option --" + Visible(name.substr(0, 60)),
                      near.empty() ? SeeHelp() : "did you mean --" + std::string(near) + "?");
  }

  static bool IsRequired(const Positional& positional) {
    return positional.count == Positional::Count::kOne ||
           positional.count == Positional::Count::kOneOrMore;
  }

  // One that may be missing is there if enough words are left for those behind it.
  absl::Status CheckPositionals() const {
    size_t used = 0;
    const std::vector<std::string>& given = result_.positionals_;
    for (const Positional& positional : command_.positionals) {
      const auto needed = static_cast<size_t>(std::count_if(
          &positional + 1, command_.positionals.data() + command_.positionals.size(), IsRequired));
      if (!IsRequired(positional) && given.size() - used <= needed) continue;
      if (used == given.size()) {
        return UsageError(
            std::string(positional.name) + " is missing: " + std::string(positional.help),
            SeeHelp());
      }
      const absl::Status status =
          CheckChoice(std::string(positional.name), given[used], positional.choices);
      if (!status.ok()) return status;
      const bool many = positional.count == Positional::Count::kOneOrMore ||
                        positional.count == Positional::Count::kAny;
      used = many ? given.size() : used + 1;
    }
    if (used == given.size()) return absl::OkStatus();
    const bool wants_config =
        FindOption([](const Option& option) { return option.name == "config"; }) != nullptr;
    return UsageError("one argument too many: " + Quoted(given[used]),
                      wants_config && !result_.Has("config")
                          ? "the rules are named by -c: -c " + Quoted(given[used])
                          : SeeHelp());
  }

  std::string SeeHelp() const { return "see meshroute " + std::string(command_.name) + " --help"; }

  const Command& command_;
  const std::span<const std::string> words_;
  size_t next_ = 0;
  bool only_positionals_ = false;
  Arguments result_;
};

absl::StatusOr<Arguments> Arguments::Parse(const Command& command,
                                           std::span<const std::string> words) {
  return Parser(command, words).Run();
}

bool Arguments::Has(std::string_view name) const { return values_.contains(name); }

std::string_view Arguments::Get(std::string_view name, std::string_view fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : std::string_view(found->second.back());
}

const std::vector<std::string>& Arguments::All(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

absl::StatusOr<std::optional<uint64_t>> Arguments::Number(std::string_view name) const {
  if (!Has(name)) return std::optional<uint64_t>();
  const std::string_view text = Get(name);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return UsageError("--" + std::string(name) + " must be a whole number from 0 to 2^64-1, got " +
                      Quoted(text));
  }
  return std::optional<uint64_t>(number);
}

absl::StatusOr<std::optional<double>> Arguments::Percentage(std::string_view name) const {
  if (!Has(name)) return std::optional<double>();
  std::string_view text = Get(name);
  if (text.ends_with('%')) text.remove_suffix(1);
  double number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool complete = error == std::errc() && end == text.data() + text.size();
  if (!complete || !(number >= 0 && number <= 100)) {
    return UsageError("--" + std::string(name) + " must be a percentage from 0 to 100, got " +
                      Quoted(Get(name)));
  }
  return std::optional<double>(number);
}

}  // namespace meshroute::tool
