// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/request_field.h"

namespace meshroute {

RequestField::RequestField(std::string_view name) : source_(SourceOf(name)), name_(name) {}

RequestField::Source RequestField::SourceOf(std::string_view name) {
  if (EqualsIgnoreCase(name, ":authority") || EqualsIgnoreCase(name, "host")) {
    return Source::kAuthority;
  }
  if (EqualsIgnoreCase(name, ":method")) return Source::kMethod;
  if (EqualsIgnoreCase(name, ":scheme")) return Source::kScheme;
  if (EqualsIgnoreCase(name, ":path")) return Source::kPath;
  if (name.starts_with(':')) return Source::kAbsent;  // A request has no ":status".
  return Source::kHeader;
}

}  // namespace meshroute
