// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/header_value.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_text.h"

namespace meshroute {
namespace {

using Kind = HeaderValuePart::Kind;
using Direction = HeaderValueParts::Direction;

// What may stand in the brackets of an operator.
enum class Arguments : uint8_t { kNone, kHeader, kTimeFormat };

struct Operator {
  std::string_view name;
  Kind kind;
  Arguments arguments = Arguments::kNone;
  bool needs_response = false;
};

constexpr std::array<Operator, 10> kOperators{{
    {"REQ", Kind::kRequestHeader, Arguments::kHeader},
    {"RESP", Kind::kResponseHeader, Arguments::kHeader, true},
    {"PROTOCOL", Kind::kProtocol},
    {"HOSTNAME", Kind::kHostname},
    {"START_TIME", Kind::kStartTime, Arguments::kTimeFormat},
    {"ROUTE_NAME", Kind::kRouteName},
    {"UPSTREAM_CLUSTER", Kind::kUpstreamCluster},
    {"UPSTREAM_HOST", Kind::kUpstreamHost, Arguments::kNone, true},
    {"RESPONSE_CODE", Kind::kResponseCode, Arguments::kNone, true},
    {"RESPONSE_FLAGS", Kind::kResponseFlags, Arguments::kNone, true},
}};

void SkipSpaces(std::string_view& text) {
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
}

bool Skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Takes a quoted string with backslash escapes off `text`.
bool SkipString(std::string_view& text) {
  if (!Skip(text, '"')) return false;
  while (!text.empty() && text.front() != '"') {
    text.remove_prefix(text.front() == '\\' ? std::min<size_t>(2, text.size()) : 1);
  }
  return Skip(text, '"');
}

// Takes `["a", "b"]` or any text up to ')' off `text`, and the ')' itself.
bool SkipArguments(std::string_view& text) {
  SkipSpaces(text);
  if (!Skip(text, '[')) {
    text.remove_prefix(std::min(text.find(')'), text.size()));
    return Skip(text, ')');
  }
  do {
    SkipSpaces(text);
    if (!SkipString(text)) return false;
    SkipSpaces(text);
  } while (Skip(text, ','));
  if (!Skip(text, ']')) return false;
  SkipSpaces(text);
  return Skip(text, ')');
}

// An operator as it is written.
struct Written {
  std::string_view whole;      // "%REQ(x)%"
  std::string_view name;       // "REQ"
  std::string_view arguments;  // "x"; null: no brackets.
};

// Takes `%NAME%` or `%NAME(arguments)%` off `text`; nullopt where it has no end.
std::optional<Written> TakeOperator(std::string_view& text) {
  const std::string_view start = text;
  if (!Skip(text, '%')) return std::nullopt;
  Written written;
  written.name = text.substr(0, text.find_first_of("%("));
  text.remove_prefix(written.name.size());
  if (Skip(text, '(')) {
    const std::string_view arguments = text;
    if (!SkipArguments(text)) return std::nullopt;
    written.arguments = arguments.substr(0, arguments.size() - text.size() - 1);
    SkipSpaces(text);
  }
  if (!Skip(text, '%')) return std::nullopt;
  written.whole = start.substr(0, start.size() - text.size());
  return written;
}

// Splits "name?other".
bool ReadHeaderNames(std::string_view arguments, HeaderValuePart& part) {
  const size_t mark = arguments.find('?');
  part.text = arguments.substr(0, mark);
  if (mark != std::string_view::npos) part.alternative = arguments.substr(mark + 1);
  const auto is_name = [](std::string_view name) {
    return IsHttpToken(name.substr(name.starts_with(':') ? 1 : 0));
  };
  return is_name(part.text) && (mark == std::string_view::npos || is_name(part.alternative));
}

// Whether a time in this format would have a line break, which no header may.
bool HasLineBreak(std::string_view time_format) {
  for (size_t i = 0; i + 1 < time_format.size(); ++i) {
    if (time_format[i] != '%') continue;
    if (time_format[++i] == 'n') return true;
  }
  return false;
}

class Parser {
 public:
  Parser(Direction direction, HeaderValueParts& result) : direction_(direction), result_(result) {}

  void Parse(std::string_view value) {
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view text = rest.substr(0, rest.find('%'));
      AddText(text);
      rest.remove_prefix(text.size());
      if (rest.empty()) return;
      const std::optional<Written> written = TakeOperator(rest);
      if (!written) {
        Complain(absl::StrCat("must write a percent sign as %%, got an unfinished operator in ",
                              Quoted(value)));
        return;
      }
      if (written->whole == "%%") {
        AddText("%");
      } else {
        AddOperator(*written);
      }
    }
  }

 private:
  void Complain(std::string problem) { result_.problems.push_back(std::move(problem)); }

  void AddText(std::string_view text) {
    if (text.empty()) return;
    if (result_.parts.empty() || result_.parts.back().kind != Kind::kText) {
      result_.parts.emplace_back();
    }
    result_.parts.back().text += text;
  }

  void AddOperator(const Written& written) {
    const auto known = std::find_if(
        kOperators.begin(), kOperators.end(),
        [&written](const Operator& candidate) { return candidate.name == written.name; });
    if (known == kOperators.end()) {
      Complain(absl::StrCat("uses the command operator ", Quoted(written.whole),
                            ", which is not supported in-process; %% is a percent sign"));
      return;
    }
    if (known->needs_response && direction_ == Direction::kRequest) {
      Complain(absl::StrCat("uses ", Quoted(written.whole),
                            ", which is not known before the request is sent: it may stand in "
                            "edits of responses"));
    }
    HeaderValuePart part;
    part.kind = known->kind;
    if (!ReadArguments(*known, written.arguments, part)) {
      Complain(absl::StrCat("must give ", std::string(known->name), ArgumentsOf(*known), ", got ",
                            Quoted(written.whole)));
    }
    result_.parts.push_back(std::move(part));
  }

  static bool ReadArguments(const Operator& known, std::string_view arguments,
                            HeaderValuePart& part) {
    switch (known.arguments) {
      case Arguments::kNone:
        return arguments.data() == nullptr;
      case Arguments::kHeader:
        return ReadHeaderNames(arguments, part);
      case Arguments::kTimeFormat:
        part.text = arguments;
        return !HasLineBreak(arguments);
    }
    return false;
  }

  static const char* ArgumentsOf(const Operator& known) {
    switch (known.arguments) {
      case Arguments::kNone:
        break;
      case Arguments::kHeader:
        return " the name of a header in brackets, as in %REQ(x-id)% or %REQ(x-id?x-other)%";
      case Arguments::kTimeFormat:
        return " a format without line breaks";
    }
    return " without brackets";
  }

  const Direction direction_;
  HeaderValueParts& result_;
};

}  // namespace

HeaderValueParts HeaderValueParts::Parse(std::string_view value, Direction direction) {
  HeaderValueParts result;
  Parser(direction, result).Parse(value);
  return result;
}

}  // namespace meshroute
