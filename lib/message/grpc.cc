// SPDX-License-Identifier: Apache-2.0
#include "meshroute/message/grpc.h"

#include <string_view>

namespace meshroute {

bool IsGrpcRequest(HeaderSpan headers) {
  constexpr std::string_view kType = "application/grpc";
  const std::string_view type = FindHeader(headers, "content-type");
  return type.starts_with(kType) && (type.size() == kType.size() || type[kType.size()] == '+');
}

}  // namespace meshroute
