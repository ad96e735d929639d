// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/hash_policy.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "lib/routing/cookie.h"
#include "lib/routing/query_string.h"
#include "meshroute/base/hash.h"

namespace meshroute {
namespace {

std::string SetCookieText(const HttpCookie& cookie, std::string_view value) {
  std::string text = absl::StrCat(cookie.name, "=\"", std::string(value), "\"");
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(cookie.ttl.value_or(Duration(0))).count();
  if (seconds > 0) absl::StrAppend(&text, "; Max-Age=", seconds);
  if (!cookie.path.empty()) absl::StrAppend(&text, "; Path=", cookie.path);
  for (const HttpCookie::Attribute& attribute : cookie.attributes) {
    absl::StrAppend(&text, "; ", attribute.name);
    if (!attribute.value.empty()) absl::StrAppend(&text, "=", attribute.value);
  }
  return text + "; HttpOnly";
}

// "10.0.0.7" of "10.0.0.7:80", "::1" of "[::1]:80"; an address without a port as it is.
std::string_view WithoutPort(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const size_t colon = address.find(':');
  if (colon == std::string_view::npos || address.find(':', colon + 1) != std::string_view::npos) {
    return address;
  }
  return address.substr(0, colon);
}

// Versions of one service mostly ask for the same cookie.
void AddOnce(std::string cookie, std::vector<std::string>& cookies) {
  if (std::find(cookies.begin(), cookies.end(), cookie) != cookies.end()) return;
  cookies.push_back(std::move(cookie));
}

}  // namespace

void HashPolicies::Append(const ConsistentHash& settings) {
  Append(HashPolicySettings{settings.http_header_name, settings.http_cookie, settings.use_source_ip,
                            settings.http_query_parameter_name});
}

void HashPolicies::Append(const HashPolicySettings& settings) {
  if (settings.http_header_name) {
    policies_.push_back({ByHeader{RequestField(*settings.http_header_name)}, settings.terminal});
  } else if (settings.http_cookie) {
    policies_.push_back({*settings.http_cookie, settings.terminal});
  } else if (settings.use_source_ip.value_or(false)) {
    policies_.push_back({BySourceIp(), settings.terminal});
  } else if (settings.http_query_parameter_name) {
    policies_.push_back({ByParameter{*settings.http_query_parameter_name}, settings.terminal});
  }
}

HashKey HashPolicies::Hash(const RequestView& request, RandomSource& random,
                           std::string_view source_address) const {
  const Source source{request, source_address};
  HashKey key;
  std::string made_up;  // One cookie value serves every policy that lacks one.
  for (const Policy& policy : policies_) {
    std::optional<uint64_t> hash =
        std::visit([&source](const auto& kind) { return HashOf(kind, source); }, policy.kind);
    const auto* cookie = std::get_if<ByCookie>(&policy.kind);
    if (!hash && cookie != nullptr && cookie->ttl) {
      if (made_up.empty()) {
        made_up = absl::StrCat(absl::Hex(random.Next(), absl::kZeroPad16));
      }
      AddOnce(SetCookieText(*cookie, made_up), key.set_cookies);
      hash = XxHash64(made_up);
    }
    if (hash) key.hash = key.hash ? CombineHashPolicies(*key.hash, *hash) : *hash;
    if (policy.terminal && key.hash) break;
  }
  return key;
}

std::optional<uint64_t> HashPolicies::HashOf(const ByHeader& policy, const Source& source) {
  absl::InlinedVector<std::string_view, 8> values;
  policy.field.VisitValues(source.request, [&values](std::string_view value) {
    values.push_back(value);
    return false;
  });
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  uint64_t hash = 0;
  for (const std::string_view value : values) hash = XxHash64(value, hash);
  return hash;
}

std::optional<uint64_t> HashPolicies::HashOf(const ByParameter& policy, const Source& source) {
  const std::optional<std::string_view> value =
      FindQueryParameter(source.request.path, policy.name);
  if (!value) return std::nullopt;
  return XxHash64(*value);
}

std::optional<uint64_t> HashPolicies::HashOf(const ByCookie& policy, const Source& source) {
  const std::string_view value = FindCookie(source.request, policy.name);
  if (value.empty()) return std::nullopt;
  return XxHash64(value);
}

std::optional<uint64_t> HashPolicies::HashOf(const BySourceIp&, const Source& source) {
  const std::string_view ip = WithoutPort(source.address);
  if (ip.empty()) return std::nullopt;
  return XxHash64(ip);
}

}  // namespace meshroute
