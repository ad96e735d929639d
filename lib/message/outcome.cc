// SPDX-License-Identifier: Apache-2.0
#include "meshroute/message/outcome.h"

#include <array>
#include <charconv>

namespace meshroute {
namespace {

// An unreadable grpc-status counts as an unknown error, like Envoy's 500.
constexpr int kUnreadableGrpcStatus = 1 << 10;

int ReadGrpcStatus(std::string_view text) {
  if (text.data() == nullptr) return Outcome::kNoGrpcStatus;
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool readable = error == std::errc() && end == text.data() + text.size() && status >= 0;
  return readable ? status : kUnreadableGrpcStatus;
}

template <typename AnyHeaders>
Outcome Read(int status, const AnyHeaders& headers, Duration elapsed) {
  Outcome outcome = Outcome::Status(status, elapsed);
  outcome.grpc_status = ReadGrpcStatus(FindHeader(headers, "grpc-status"));
  outcome.rate_limited = FindHeader(headers, "x-envoy-ratelimited").data() != nullptr;
  return outcome;
}

}  // namespace

Outcome Outcome::FromResponse(int status, HeaderSpan headers, Duration elapsed) {
  return Read(status, headers, elapsed);
}

Outcome Outcome::FromResponse(int status, const Headers& headers, Duration elapsed) {
  return Read(status, headers, elapsed);
}

std::string_view OutcomeName(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::kResponse:
      return "response";
    case Outcome::Kind::kConnectFailed:
      return "connect failure";
    case Outcome::Kind::kConnectTimeout:
      return "connect timeout";
    case Outcome::Kind::kResetBeforeHeaders:
      return "reset before headers";
    case Outcome::Kind::kResetAfterHeaders:
      return "reset after headers";
    case Outcome::Kind::kTimeout:
      return "timeout";
    case Outcome::Kind::kRefusedStream:
      return "refused stream";
    case Outcome::Kind::kProtocolError:
      return "protocol error";
    case Outcome::Kind::kOverflow:
      return "overflow";
    case Outcome::Kind::kNotReady:
      return "not ready";
    case Outcome::Kind::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

int HttpStatusOfGrpc(int grpc_status) {
  static constexpr std::array<int, 17> kStatuses = {200, 499, 500, 400, 504, 404, 409, 403, 429,
                                                    400, 409, 400, 501, 500, 503, 500, 401};
  if (grpc_status < 0 || grpc_status >= static_cast<int>(kStatuses.size())) return 500;
  return kStatuses[static_cast<size_t>(grpc_status)];
}

int GrpcStatusOfHttp(int status) {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

}  // namespace meshroute
