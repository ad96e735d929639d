// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/route_split.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/routing/cookie.h"
#include "lib/routing/query_string.h"
#include "meshroute/base/hash.h"

namespace meshroute {

StickyHash::StickyHash(const StickySplit& split)
    : key_(KeyOf(split.key)), seed_(XxHash64(split.salt)) {}

StickyHash::Key StickyHash::KeyOf(const StickyKey& key) {
  if (key.http_header_name) return RequestField(*key.http_header_name);
  if (key.http_cookie_name) return Cookie{*key.http_cookie_name};
  if (key.http_query_parameter_name) return Parameter{*key.http_query_parameter_name};
  return std::monostate();
}

std::optional<uint64_t> StickyHash::Of(const RequestView& request, std::string_view given) const {
  if (given.empty()) {
    given = std::visit([&request](const auto& kind) { return Find(kind, request); }, key_);
  }
  if (given.empty()) return std::nullopt;
  return XxHash64(given, seed_);
}

std::string_view StickyHash::Find(const std::monostate& /*nothing*/,
                                  const RequestView& /*request*/) {
  return {};
}

std::string_view StickyHash::Find(const RequestField& field, const RequestView& request) {
  std::string_view first;
  field.VisitValues(request, [&first](std::string_view value) {
    first = value;
    return true;
  });
  return first;
}

std::string_view StickyHash::Find(const Cookie& cookie, const RequestView& request) {
  return FindCookie(request, cookie.name);
}

std::string_view StickyHash::Find(const Parameter& parameter, const RequestView& request) {
  return FindQueryParameter(request.path, parameter.name).value_or(std::string_view());
}

std::string StickyHash::NameOfKey(std::string_view given) const {
  if (!given.empty()) return NameOf(std::monostate());
  return std::visit([](const auto& kind) { return NameOf(kind); }, key_);
}

std::string StickyHash::NameOf(const std::monostate& /*nothing*/) { return "the caller's key"; }

std::string StickyHash::NameOf(const RequestField& field) {
  return absl::StrCat("header ", field.name());
}

std::string StickyHash::NameOf(const Cookie& cookie) {
  return absl::StrCat("cookie ", cookie.name);
}

std::string StickyHash::NameOf(const Parameter& parameter) {
  return absl::StrCat("query parameter ", parameter.name);
}

RouteSplit::RouteSplit(uint32_t managed_by, std::unique_ptr<const Parts> parts)
    : managed_by_(managed_by), parts_(std::move(parts)) {}

RouteSplit::~RouteSplit() = default;

std::optional<uint64_t> RouteSplit::UnitOf(const RequestView& request,
                                           std::string_view given) const {
  return parts_->sticky ? parts_->sticky->Of(request, given) : std::nullopt;
}

std::string RouteSplit::NameOfKey(std::string_view given) const {
  return parts_->sticky ? parts_->sticky->NameOfKey(given) : std::string();
}

bool RouteSplit::Matches(const RequestView& request) const {
  const auto holds = [&request](const RuleConditions& block) {
    return block.path.Matches(PathWithoutQuery(request.path)) && block.others.Hold(request);
  };
  return std::any_of(parts_->match.begin(), parts_->match.end(), holds);
}

}  // namespace meshroute
