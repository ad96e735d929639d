// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_REQUEST_FIELD_H_
#define MESHROUTE_LIB_ROUTING_REQUEST_FIELD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "meshroute/message/headers.h"
#include "meshroute/message/request_view.h"

namespace meshroute {

// What a header name in a rule reads: the lines of an ordinary header, or a part
// of the request's head for ":method", ":scheme", ":path", ":authority" and
// "host". Immutable.
class RequestField {
 public:
  explicit RequestField(std::string_view name);

  const std::string& name() const { return name_; }

  // Calls `visit` with each value until it returns true; whether one did.
  template <typename Visitor>
  bool VisitValues(const RequestView& request, Visitor visit) const {
    switch (source_) {
      case Source::kMethod:
        return visit(request.method);
      case Source::kScheme:
        return visit(request.scheme);
      case Source::kPath:
        return visit(request.path);
      case Source::kAuthority:
        return visit(request.authority);
      case Source::kAbsent:
        return false;
      case Source::kHeader:
        break;
    }
    for (const HeaderView& header : request.headers) {
      if (header.name.size() != name_.size() || !EqualsIgnoreCase(header.name, name_)) continue;
      if (visit(header.value)) return true;
    }
    return false;
  }

 private:
  enum class Source : uint8_t { kHeader, kMethod, kScheme, kPath, kAuthority, kAbsent };

  static Source SourceOf(std::string_view name);

  Source source_;
  std::string name_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_REQUEST_FIELD_H_
