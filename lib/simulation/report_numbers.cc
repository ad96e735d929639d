// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/report_numbers.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace meshroute {

double SecondsOf(Duration duration) { return std::chrono::duration<double>(duration).count(); }

double MillisecondsOf(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double PercentOf(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

double PerSecond(uint64_t count, const SimulatedInterval& interval) {
  const double seconds = SecondsOf(interval.until - interval.from);
  return seconds <= 0 ? 0 : static_cast<double>(count) / seconds;
}

std::string ShortLatency(Duration latency) {
  const double milliseconds = MillisecondsOf(latency);
  if (milliseconds < 1) return absl::StrFormat("%.3gus", milliseconds * 1000);
  if (milliseconds < 1000) return absl::StrFormat("%.3gms", milliseconds);
  return absl::StrFormat("%.4gs", milliseconds / 1000);
}

std::string ShortMoment(Duration moment) {
  const auto hundredths =
      std::chrono::duration_cast<std::chrono::duration<int64_t, std::centi>>(moment).count();
  const int64_t seconds = hundredths / 100;
  std::string text;
  if (seconds >= 3600) absl::StrAppend(&text, seconds / 3600, "h");
  if (seconds / 60 % 60 > 0) absl::StrAppend(&text, seconds / 60 % 60, "m");
  const double rest = static_cast<double>(hundredths % 6000) / 100;
  if (rest > 0 || text.empty()) absl::StrAppend(&text, absl::StrFormat("%.4gs", rest));
  return text;
}

std::string ShortPercent(double percent) { return absl::StrFormat("%.3g%%", percent); }

}  // namespace meshroute
