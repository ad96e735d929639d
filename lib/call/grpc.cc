// SPDX-License-Identifier: Apache-2.0
#include "lib/call/grpc.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "meshroute/message/outcome.h"

namespace meshroute {
namespace {

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

void MakeGrpcReply(Done& done) {
  const int grpc_status = GrpcStatusOfHttp(done.status);
  done.status = done.reply.status = 200;
  SetHeader(done.reply.headers, "content-type", "application/grpc");
  SetHeader(done.reply.headers, "grpc-status", std::to_string(grpc_status));
  SetHeader(done.reply.headers, "grpc-message", std::exchange(done.reply.body, {}));
}

}  // namespace meshroute
