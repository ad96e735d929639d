// SPDX-License-Identifier: Apache-2.0
#include "lib/call/grpc.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "meshroute/message/outcome.h"

namespace meshroute {
namespace {

constexpr int kDeadlineExceeded = 4;

// Nanoseconds of one unit, or 0 where the letter is none.
int64_t NanosecondsOfUnit(char unit) {
  switch (unit) {
    case 'H':
      return 3'600'000'000'000;
    case 'M':
      return 60'000'000'000;
    case 'S':
      return 1'000'000'000;
    case 'm':
      return 1'000'000;
    case 'u':
      return 1'000;
    case 'n':
      return 1;
    default:
      return 0;
  }
}

}  // namespace

std::optional<Duration> GrpcTimeout(HeaderSpan headers) {
  const std::string_view text = FindHeader(headers, "grpc-timeout");
  if (text.size() < 2 || text.size() > 9) return std::nullopt;
  int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + (c - '0');
  }
  const int64_t unit = NanosecondsOfUnit(text.back());
  if (unit == 0) return std::nullopt;
  // 8 digits of hours are more than a clock can count: as good as no limit.
  if (count > INT64_MAX / 2 / unit) return Duration::max();
  return std::chrono::ceil<std::chrono::milliseconds>(Duration(count * unit));
}

std::string FormatGrpcTimeout(Duration left) {
  constexpr int64_t kLongest = 99'999'999;  // Eight digits.
  const int64_t count = std::max<int64_t>(
      1, std::chrono::ceil<std::chrono::milliseconds>(std::min(left, Duration::max() / 2)).count());
  if (count <= kLongest) return std::to_string(count) + "m";
  return std::to_string(std::min(kLongest, (count + 999) / 1000)) + "S";
}

void MakeGrpcReply(Done& done) {
  // A timeout is one: UNAVAILABLE, as Envoy says of any 504, would ask the caller's own
  // retries for more.
  const bool is_timeout = done.flags.Has(Flag::kUpstreamRequestTimeout);
  const int grpc_status = is_timeout ? kDeadlineExceeded : GrpcStatusOfHttp(done.status);
  done.status = done.reply.status = 200;
  SetHeader(done.reply.headers, "content-type", "application/grpc");
  SetHeader(done.reply.headers, "grpc-status", std::to_string(grpc_status));
  SetHeader(done.reply.headers, "grpc-message", std::exchange(done.reply.body, {}));
}

}  // namespace meshroute
