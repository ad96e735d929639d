// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <set>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {
namespace {

constexpr uint64_t kMaglevTableBound = 5'000'011;

bool IsPrime(uint64_t number) {
  if (number < 2) return false;
  for (uint64_t divisor = 2; divisor * divisor <= number; ++divisor) {
    if (number % divisor == 0) return false;
  }
  return true;
}

void ValidateHashAlgorithm(const ConsistentHash& hash, ConfigErrors& errors) {
  if (hash.ring_hash && hash.maglev) AddAt(errors, "maglev", "must not stand beside ringHash");
  if (hash.maglev) {
    const ConfigErrors::Scope scope(errors, "maglev");
    const uint64_t size = hash.maglev->table_size;
    if (size >= kMaglevTableBound || !IsPrime(size)) {
      AddAt(errors, "tableSize",
            absl::StrCat("must be a prime below ", kMaglevTableBound, ", got ", size));
    }
  }
  if (hash.minimum_ring_size == 0) return;
  ReportAt(errors, "minimumRingSize", ProblemCode::kDeprecatedField,
           "is deprecated: use ringHash.minimumRingSize");
  if (hash.ring_hash || hash.maglev) {
    AddAt(errors, "minimumRingSize", "must not stand beside ringHash or maglev");
  }
}

void ValidateConsistentHash(const ConsistentHash& hash, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "consistentHash");
  const int keys = int{hash.http_header_name.has_value()} + int{hash.http_cookie.has_value()} +
                   int{hash.use_source_ip.has_value()} +
                   int{hash.http_query_parameter_name.has_value()};
  if (keys > 1) {
    errors.Add(
        absl::StrCat("must have one key of httpHeaderName, httpCookie, useSourceIp and "
                     "httpQueryParameterName, got ",
                     keys));
  }
  if (hash.http_cookie) ValidateHttpCookie(*hash.http_cookie, errors);
  ValidateHashAlgorithm(hash, errors);
}

void ValidateWarmup(const Warmup& warmup, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "warmup");
  if (!warmup.duration) AddAt(errors, "duration", "is missing");
  CheckDuration(errors, "duration", warmup.duration);
  if (warmup.minimum_percent) CheckPercent(errors, "minimumPercent", *warmup.minimum_percent);
  if (warmup.aggression && !(*warmup.aggression > 0)) {  // NaN too.
    AddAt(errors, "aggression", absl::StrCat("must be more than 0, got ", *warmup.aggression));
  }
}

}  // namespace

void ValidateHttpCookie(const HttpCookie& cookie, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "httpCookie");
  if (cookie.name.empty()) AddAt(errors, "name", "is missing");
  std::set<std::string_view, std::less<>> names;
  for (size_t i = 0; i < cookie.attributes.size(); ++i) {
    const ConfigErrors::Scope element(errors, "attributes", i);
    const std::string& name = cookie.attributes[i].name;
    if (name.empty()) AddAt(errors, "name", "is missing");
    if (!names.insert(name).second) {
      AddAt(errors, "name", absl::StrCat("is used by an earlier attribute: ", Quoted(name)));
    }
  }
}

void ValidateLoadBalancer(const LoadBalancerSettings& settings, WithOutlierDetection outlier,
                          ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "loadBalancer");
  if (settings.simple && settings.consistent_hash) {
    AddAt(errors, "consistentHash", "must not stand beside simple");
  }
  if (settings.consistent_hash) ValidateConsistentHash(*settings.consistent_hash, errors);
  if (settings.locality_lb_setting && settings.zone_aware_lb_setting) {
    AddAt(errors, "zoneAwareLbSetting", "must not stand beside localityLbSetting");
  }
  if (settings.locality_lb_setting) {
    ValidateLocalityLb(*settings.locality_lb_setting, outlier, errors);
  }
  if (settings.zone_aware_lb_setting) {
    ValidateZoneAwareLb(*settings.zone_aware_lb_setting, outlier, errors);
  }
  if (settings.warmup) ValidateWarmup(*settings.warmup, errors);
  CheckDuration(errors, "warmupDurationSecs", settings.warmup_duration_secs);
}

}  // namespace meshroute
