// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VALIDATE_DESTINATION_RULE_H_
#define MESHROUTE_LIB_CONFIG_VALIDATE_DESTINATION_RULE_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "meshroute/config/destination_rule.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// The checks of a DestinationRule, a function per message of Istio's schema.
// The caller stands at the object that holds the message; each function opens
// its field's scope itself.

// All of `spec`, and the extensions.
void ValidateDestinationRule(const DestinationRule& rule, ConfigErrors& errors);

// The annotations of ours (policy_extensions.h).
void ValidateExtensions(const DestinationRule& rule, ConfigErrors& errors);

// The one on the load balancer, which the rule has; the caller stands at it.
void ValidateLoadBalancerExtension(const DestinationRule& rule, ConfigErrors& errors);

// Whether the balancer of the embedder's that the rule asks for is one of `known`.
void CheckCustomBalancer(const DestinationRule& rule,
                         const std::set<std::string, std::less<>>& known, ConfigErrors& errors);

// `namespace_name` is that of the rule, which may use only its own secrets.
void ValidateTrafficPolicy(const TrafficPolicy& policy, std::string_view namespace_name,
                           ConfigErrors& errors);

void ValidateConnectionPool(const ConnectionPoolSettings& settings, ConfigErrors& errors);
void ValidateOutlierDetection(const OutlierDetection& settings, ConfigErrors& errors);
void ValidateTls(const ClientTlsSettings& settings, std::string_view namespace_name,
                 ConfigErrors& errors);

// Whether the block that holds the load balancer also has outlierDetection,
// which failover does not work without.
enum class WithOutlierDetection : uint8_t { kNo, kYes };

void ValidateLoadBalancer(const LoadBalancerSettings& settings, WithOutlierDetection outlier,
                          ConfigErrors& errors);
void ValidateHttpCookie(const HttpCookie& cookie, ConfigErrors& errors);
void ValidateLocalityLb(const LocalityLbSetting& setting, WithOutlierDetection outlier,
                        ConfigErrors& errors);
void ValidateZoneAwareLb(const ZoneAwareLbSetting& setting, WithOutlierDetection outlier,
                         ConfigErrors& errors);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VALIDATE_DESTINATION_RULE_H_
