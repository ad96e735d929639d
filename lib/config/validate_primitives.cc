// SPDX-License-Identifier: Apache-2.0
#include "lib/config/validate_primitives.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/config/visible_text.h"
#include "meshroute/config/duration.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

constexpr size_t kMaximumLabel = 63;
constexpr size_t kMaximumDomain = 255;
constexpr size_t kMaximumLabelKeyPrefix = 253;

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// Alphanumeric at both ends, with any of `inner` between.
bool IsWord(std::string_view text, std::string_view inner) {
  return !text.empty() && IsAlphanumeric(text.front()) && IsAlphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(), [inner](char c) {
           return IsAlphanumeric(c) || inner.find(c) != std::string_view::npos;
         });
}

// Labels between dots, of which the last may be empty but no number.
bool AreDnsLabels(std::string_view text) {
  const std::string_view last = text.substr(text.rfind('.') + 1);
  if (IsDigits(last)) return false;
  for (;;) {
    const size_t dot = text.find('.');
    if (dot == std::string_view::npos) return text.empty() || IsDnsLabel(text);
    if (!IsDnsLabel(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
}

bool IsWildcardLabel(std::string_view label) {
  if (label == "*") return true;
  if (label.size() > kMaximumLabel) return false;
  if (label.starts_with("*-")) {
    label.remove_prefix(2);
  } else if (label.starts_with("*")) {
    label.remove_prefix(1);
  }
  return IsDnsLabel(label);
}

bool IsSubnet(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (!IsIpLiteral(address)) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view length = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  const bool is_number = error == std::errc() && end == length.data() + length.size();
  const bool is_v6 = address.find(':') != std::string_view::npos;
  return is_number && bits <= (is_v6 ? 128U : 32U);
}

bool IsLabelKey(std::string_view key) {
  const size_t slash = key.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view prefix = key.substr(0, slash);
    if (prefix.empty() || prefix.size() > kMaximumLabelKeyPrefix || prefix.ends_with('.')) {
      return false;
    }
    for (size_t start = 0; start <= prefix.size();) {
      const size_t dot = std::min(prefix.find('.', start), prefix.size());
      if (!IsDnsLabel(prefix.substr(start, dot - start))) return false;
      start = dot + 1;
    }
    key.remove_prefix(slash + 1);
  }
  return key.size() <= kMaximumLabel && IsWord(key, "-_.");
}

void CheckGatewayPath(ConfigErrors& errors, std::string_view gateway, size_t slash) {
  for (const std::string_view part : {gateway.substr(0, slash), gateway.substr(slash + 1)}) {
    if (IsDnsLabel(part)) continue;
    errors.Add(absl::StrCat("must be \"mesh\" or \"namespace/name\" of DNS labels, got ",
                            Quoted(gateway)));
    return;
  }
}

void CheckGatewayName(ConfigErrors& errors, const std::string& gateway) {
  if (!IsDomain(gateway)) {
    errors.Add(
        absl::StrCat("must be \"mesh\", \"name\" or \"namespace/name\", got ", Quoted(gateway)));
  }
  const size_t dot = gateway.find('.');
  if (dot == std::string::npos) return;
  const size_t next = std::min(gateway.find('.', dot + 1), gateway.size());
  errors.Report(ProblemCode::kDoubtfulValue,
                absl::StrCat("the legacy spelling ", Quoted(gateway), " of a gateway: write ",
                             Quoted(absl::StrCat(gateway.substr(dot + 1, next - dot - 1), "/",
                                                 gateway.substr(0, dot)))));
}

}  // namespace

std::string Quoted(std::string_view value) { return absl::StrCat("\"", VisibleText(value), "\""); }

void AddAt(ConfigErrors& errors, std::string_view field, std::string_view message) {
  const ConfigErrors::Scope scope(errors, field);
  errors.Add(message);
}

void ReportAt(ConfigErrors& errors, std::string_view field, ProblemCode code,
              std::string_view message, std::string_view hint) {
  const ConfigErrors::Scope scope(errors, field);
  errors.Report(code, message, hint);
}

bool IsDnsLabel(std::string_view text) { return text.size() <= kMaximumLabel && IsWord(text, "-"); }

bool IsDomain(std::string_view text) {
  return !text.empty() && text.size() <= kMaximumDomain && AreDnsLabels(text);
}

bool IsWildcardDomain(std::string_view text) {
  if (text.empty() || text.size() > kMaximumDomain) return false;
  const size_t dot = text.find('.');
  if (!IsWildcardLabel(text.substr(0, dot))) return false;
  return dot == std::string_view::npos || AreDnsLabels(text.substr(dot + 1));
}

void CheckDnsLabel(ConfigErrors& errors, std::string_view field, std::string_view value) {
  if (IsDnsLabel(value)) return;
  AddAt(errors, field,
        absl::StrCat("must be a DNS label (1 to 63 letters, digits and '-', alphanumeric at both "
                     "ends), got ",
                     Quoted(value)));
}

void CheckWildcardDomain(ConfigErrors& errors, std::string_view field, std::string_view value) {
  if (IsWildcardDomain(value)) return;
  const char* const hint = IsIpLiteral(value) ? ", which is an address" : "";
  AddAt(errors, field,
        absl::StrCat("must be a host name, with at most one '*', at its beginning, got ",
                     Quoted(value), hint));
}

void CheckSubnets(ConfigErrors& errors, std::string_view field,
                  const std::vector<std::string>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (IsSubnet(values[i])) continue;
    const ConfigErrors::Scope element(errors, field, i);
    errors.Add(absl::StrCat("must be an IP address or a range such as 10.0.0.0/8, got ",
                            Quoted(values[i])));
  }
}

void CheckPort(ConfigErrors& errors, std::string_view field, uint32_t value) {
  if (value >= 1 && value <= 65535) return;
  AddAt(errors, field, absl::StrCat("must be a port from 1 to 65535, got ", value));
}

void CheckDuration(ConfigErrors& errors, std::string_view field,
                   const std::optional<Duration>& value) {
  if (!value) return;
  if (*value < std::chrono::milliseconds(1)) {
    AddAt(errors, field, absl::StrCat("must be 1ms or more, got ", FormatDuration(*value)));
  } else if (*value % std::chrono::milliseconds(1) != Duration::zero()) {
    AddAt(errors, field,
          absl::StrCat("must be a whole number of milliseconds, got ", FormatDuration(*value)));
  }
}

void CheckNotNegative(ConfigErrors& errors, std::string_view field, int64_t value) {
  if (value < 0) AddAt(errors, field, absl::StrCat("must be 0 or more, got ", value));
}

void CheckPercent(ConfigErrors& errors, std::string_view field, double value) {
  if (value >= 0 && value <= 100) return;  // False for NaN.
  AddAt(errors, field, absl::StrCat("must be a percentage from 0 to 100, got ", value));
}

void CheckLabels(ConfigErrors& errors, std::string_view field, const Labels& labels) {
  const ConfigErrors::Scope scope(errors, field);
  for (const auto& [key, value] : labels) {
    if (!IsLabelKey(key)) {
      AddAt(errors, key,
            absl::StrCat("must be a label key such as app or example.com/app, got ", Quoted(key)));
    }
    if (!value.empty() && !IsWord(value, "-_.")) {
      AddAt(errors, key,
            absl::StrCat("must be a label value (letters, digits, '-', '_' and '.', alphanumeric "
                         "at both ends), got ",
                         Quoted(value)));
    }
  }
}

void CheckSelectorLabels(ConfigErrors& errors, std::string_view field, const Labels& labels) {
  const ConfigErrors::Scope scope(errors, field);
  if (labels.empty())
    errors.Report(ProblemCode::kDoubtfulValue, "a selector without labels selects everything");
  for (const auto& [key, value] : labels) {
    if (key.empty()) errors.Add("must not have an empty key");
    if (key.find('*') != std::string::npos || value.find('*') != std::string::npos) {
      AddAt(errors, key,
            absl::StrCat("must not have a '*': selectors know no wildcards, got ", Quoted(key),
                         ": ", Quoted(value)));
    }
  }
}

void CheckExportTo(ConfigErrors& errors, const std::vector<std::string>& export_to,
                   std::string_view own_namespace, ExportToNobody nobody) {
  const bool has_all = std::find(export_to.begin(), export_to.end(), "*") != export_to.end();
  std::set<std::string_view, std::less<>> seen;
  for (size_t i = 0; i < export_to.size(); ++i) {
    const ConfigErrors::Scope element(errors, "exportTo", i);
    const std::string& entry = export_to[i];
    const bool nobody_is_allowed = nobody == ExportToNobody::kAllowed;
    if (entry == "~" ? !nobody_is_allowed : entry != "." && entry != "*" && !IsDnsLabel(entry)) {
      errors.Add(absl::StrCat("must be \".\", \"*\"", nobody_is_allowed ? ", \"~\"" : "",
                              " or a namespace, got ", Quoted(entry)));
    }
    const std::string_view meaning = entry == "." ? own_namespace : std::string_view(entry);
    if (!seen.insert(meaning).second) {
      errors.Add(absl::StrCat("names a namespace for the second time: ", Quoted(entry)));
    }
    if (has_all && entry != "*") {
      errors.Add(absl::StrCat("must not stand beside \"*\", got ", Quoted(entry)));
    }
  }
}

void CheckGateways(ConfigErrors& errors, const std::vector<std::string>& gateways) {
  for (size_t i = 0; i < gateways.size(); ++i) {
    const ConfigErrors::Scope element(errors, "gateways", i);
    const size_t slash = gateways[i].find('/');
    if (slash == std::string::npos) return CheckGatewayName(errors, gateways[i]);
    CheckGatewayPath(errors, gateways[i], slash);
  }
}

}  // namespace meshroute
