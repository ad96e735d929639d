// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/regex_sample.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "tools/meshroute/header_check.h"

namespace meshroute::tool {
namespace {

constexpr size_t kLongestSample = 4096;
constexpr int kDeepestGroup = 50;

// Reads a pattern from left to right and writes a text that it matches.
class Sampler {
 public:
  explicit Sampler(std::string_view pattern) : rest_(pattern) {}

  std::string Run() {
    std::string text = Alternatives(0);
    return rest_.empty() ? text : std::string();
  }

 private:
  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  char Next() {
    const char c = rest_.empty() ? '\0' : rest_[0];
    rest_.remove_prefix(std::min<size_t>(rest_.size(), 1));
    return c;
  }

  // Up to the end or the group's ')'; of several alternatives the first.
  std::string Alternatives(int depth) {
    std::string first = Sequence(depth);
    while (Take("|")) Sequence(depth);
    return first;
  }

  std::string Sequence(int depth) {
    std::string text;
    while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
      const std::string atom = Atom(depth);
      for (size_t times = Times(); times > 0 && text.size() < kLongestSample; --times) text += atom;
    }
    return text;
  }

  std::string Atom(int depth) {
    const char c = Next();
    switch (c) {
      case '^':
      case '$':
        return "";
      case '.':
        return "x";
      case '[':
        return Class();
      case '(':
        return Group(depth);
      case '\\':
        return Escape();
      default:
        return std::string(1, c);
    }
  }

  std::string Group(int depth) {
    if (depth > kDeepestGroup) {
      rest_ = {};
      return "";
    }
    if (Take("?")) {
      // (?:...), (?i), (?i:...), (?P<name>...)
      const size_t end = rest_.find_first_of(":>)");
      const char last = end == std::string_view::npos ? ')' : rest_[end];
      rest_.remove_prefix(std::min(end, rest_.size()));
      if (last == ')') return Take(")"), "";
      Next();
    }
    std::string text = Alternatives(depth + 1);
    Take(")");
    return text;
  }

  // \d, \w, \s and what is only quoted.
  std::string Escape() {
    const char c = Next();
    constexpr std::array<std::pair<char, const char*>, 12> kClasses = {{{'d', "0"},
                                                                        {'D', "x"},
                                                                        {'w', "x"},
                                                                        {'W', "-"},
                                                                        {'s', " "},
                                                                        {'S', "x"},
                                                                        {'b', ""},
                                                                        {'B', ""},
                                                                        {'A', ""},
                                                                        {'z', ""},
                                                                        {'t', "\t"},
                                                                        {'n', "\n"}}};
    for (const auto& [letter, sample] : kClasses) {
      if (c == letter) return sample;
    }
    return std::string(1, c);
  }

  // Some member of [...]: the first of those it names, or one that it does not.
  std::string Class() {
    const bool negated = Take("^");
    std::string members;
    for (bool first = true; !rest_.empty() && (first || rest_[0] != ']'); first = false) {
      if (Take("[:")) {
        const bool digits = rest_.starts_with("digit") || rest_.starts_with("xdigit");
        members += digits ? "0" : "x";
        rest_.remove_prefix(std::min(rest_.find(":]") + 2, rest_.size()));
        continue;
      }
      const char c = Next();
      members += c == '\\' ? Escape() : std::string(1, c);
      const bool is_range = rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']';
      if (!is_range) continue;
      Next();
      const char last = Next();
      if (negated) {
        for (int between = c; between <= last; ++between) members += static_cast<char>(between);
      }
    }
    Take("]");
    if (!negated) return members.substr(0, 1);
    for (const char candidate : std::string_view("x0-X_~ ")) {
      if (members.find(candidate) == std::string::npos) return std::string(1, candidate);
    }
    return "";
  }

  // The fewest times of what follows an atom.
  size_t Times() {
    size_t times = 1;
    if (Take("*") || Take("?")) {
      times = 0;
    } else if (Take("+")) {
      times = 1;
    } else if (rest_.size() > 1 && rest_[0] == '{' && rest_[1] >= '0' && rest_[1] <= '9') {
      Next();
      times = 0;
      while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9' && times < kLongestSample) {
        times = times * 10 + static_cast<size_t>(Next() - '0');
      }
      rest_.remove_prefix(std::min(rest_.find('}') + 1, rest_.size()));
    }
    Take("?");  // The lazy form.
    return times;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::string> SampleOf(std::string_view pattern) {
  const absl::StatusOr<CompiledRegex> regex = CompiledRegex::Create(pattern);
  if (!regex.ok()) return std::nullopt;
  std::string sample = Sampler(pattern).Run();
  if (!regex->FullMatch(sample)) return std::nullopt;
  return sample;
}

}  // namespace meshroute::tool
