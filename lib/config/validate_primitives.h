// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VALIDATE_PRIMITIVES_H_
#define MESHROUTE_LIB_CONFIG_VALIDATE_PRIMITIVES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/metadata.h"

namespace meshroute {

// The rules that many fields share. A Check function adds what is wrong with a
// value to `errors`, under `field` where it takes one, else where the scopes
// stand.

// `value` as messages show it: quoted, on one line, cut where it is long.
std::string Quoted(std::string_view value);

void AddAt(ConfigErrors& errors, std::string_view field, std::string_view message);
void ReportAt(ConfigErrors& errors, std::string_view field, ProblemCode code,
              std::string_view message, std::string_view hint = {});

// A DNS label: at most 63 letters, digits and '-', alphanumeric at both ends.
bool IsDnsLabel(std::string_view text);

// A name of DNS labels, the last of which is not a number; it may end in a dot.
bool IsDomain(std::string_view text);

// A domain whose first label may be "*", "*label" or "*-label".
bool IsWildcardDomain(std::string_view text);

void CheckDnsLabel(ConfigErrors& errors, std::string_view field, std::string_view value);
void CheckWildcardDomain(ConfigErrors& errors, std::string_view field, std::string_view value);

// An IP address or a range of them: "10.0.0.0/8", "2001:db8::/32", "10.1.2.3".
void CheckSubnets(ConfigErrors& errors, std::string_view field,
                  const std::vector<std::string>& values);

void CheckPort(ConfigErrors& errors, std::string_view field, uint32_t value);

// At least 1ms and in whole milliseconds; unset passes.
void CheckDuration(ConfigErrors& errors, std::string_view field,
                   const std::optional<Duration>& value);

void CheckNotNegative(ConfigErrors& errors, std::string_view field, int64_t value);

// 0..100, as a share of a hundred.
void CheckPercent(ConfigErrors& errors, std::string_view field, double value);

// Label keys and values as Kubernetes writes them.
void CheckLabels(ConfigErrors& errors, std::string_view field, const Labels& labels);

// A selector's labels: no wildcards, and a warning where there are none.
void CheckSelectorLabels(ConfigErrors& errors, std::string_view field, const Labels& labels);

// Whether "~" (nobody) may stand in an exportTo.
enum class ExportToNobody : uint8_t { kRefused, kAllowed };

void CheckExportTo(ConfigErrors& errors, const std::vector<std::string>& export_to,
                   std::string_view own_namespace, ExportToNobody nobody);

// `gateways`. As in Istio the first entry without a slash ("mesh") is the last looked at.
void CheckGateways(ConfigErrors& errors, const std::vector<std::string>& gateways);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VALIDATE_PRIMITIVES_H_
