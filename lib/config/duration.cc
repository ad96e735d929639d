// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/duration.h"

#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"

namespace meshroute {
namespace {

constexpr uint64_t kLongest = uint64_t{1} << 63;  // Nanoseconds; only a negative one is this long.
constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes a unit off the front of `text`; 0 where there is none.
uint64_t TakeUnit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    uint64_t nanoseconds;
  };
  static constexpr Unit kUnits[] = {
      {"ns", 1},
      {"us", 1'000},
      {"\u00B5s", 1'000},  // The micro sign.
      {"\u03BCs", 1'000},  // The Greek letter.
      {"ms", 1'000'000},
      {"s", kNanosecondsPerSecond},
      {"m", 60 * kNanosecondsPerSecond},
      {"h", 3600 * kNanosecondsPerSecond},
  };
  for (const Unit& unit : kUnits) {
    if (text.substr(0, unit.name.size()) == unit.name) {
      text.remove_prefix(unit.name.size());
      return unit.nanoseconds;
    }
  }
  return 0;
}

// Takes "12.5ms" off the front of `text`; nullopt where that is not there or too long.
std::optional<uint64_t> TakePart(std::string_view& text) {
  uint64_t whole = 0;
  size_t digits = 0;
  for (; !text.empty() && IsDigit(text.front()); text.remove_prefix(1), ++digits) {
    if (whole > kLongest / 10) return std::nullopt;
    whole = whole * 10 + static_cast<uint64_t>(text.front() - '0');
  }
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    size_t length = 0;
    while (length < text.size() && IsDigit(text[length])) ++length;
    fraction = text.substr(0, length);
    text.remove_prefix(length);
  }
  if (digits + fraction.size() == 0) return std::nullopt;
  const uint64_t unit = TakeUnit(text);
  if (unit == 0 || whole > kLongest / unit) return std::nullopt;
  uint64_t sum = whole * unit;
  // Each digit is worth a tenth of the one before; what falls below 1ns is dropped at the end.
  uint64_t numerator = 0;
  uint64_t denominator = 1;
  for (const char c : fraction.substr(0, 13)) {
    numerator = numerator * 10 + static_cast<uint64_t>(c - '0');
    denominator *= 10;
  }
  __extension__ using Wide = unsigned __int128;
  sum += static_cast<uint64_t>(Wide{numerator} * unit / denominator);
  return sum;
}

}  // namespace

std::optional<Duration> ParseDuration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (negative || text.front() == '+')) text.remove_prefix(1);
  if (text == "0") return Duration::zero();
  if (text.empty()) return std::nullopt;
  uint64_t sum = 0;
  while (!text.empty()) {
    const std::optional<uint64_t> part = TakePart(text);
    if (!part || *part > kLongest || sum > kLongest - *part) return std::nullopt;
    sum += *part;
  }
  if (sum == kLongest) return negative ? std::optional(Duration::min()) : std::nullopt;
  const auto count = static_cast<int64_t>(sum);
  return Duration(negative ? -count : count);
}

std::string FormatDuration(Duration duration) {
  const int64_t count = duration.count();
  // Negated as unsigned, where the least value has a counterpart too.
  const uint64_t size =
      count < 0 ? ~static_cast<uint64_t>(count) + 1 : static_cast<uint64_t>(count);
  std::string text = absl::StrCat(count < 0 ? "-" : "", size / kNanosecondsPerSecond);
  if (const uint64_t rest = size % kNanosecondsPerSecond; rest != 0) {
    // One digit more, so that the zeros in front are kept.
    std::string fraction = absl::StrCat(rest + kNanosecondsPerSecond);
    fraction.front() = '.';
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += fraction;
  }
  return text + "s";
}

}  // namespace meshroute
