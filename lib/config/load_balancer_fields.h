// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_LOAD_BALANCER_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_LOAD_BALANCER_FIELDS_H_

#include <array>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "meshroute/config/load_balancer_settings.h"

namespace meshroute {

template <>
struct FieldTable<HttpCookie::Attribute> {
  static constexpr std::tuple kFields{
      MakeField("name", &HttpCookie::Attribute::name),
      MakeField("value", &HttpCookie::Attribute::value),
  };
};

template <>
struct FieldTable<HttpCookie> {
  static constexpr std::tuple kFields{
      MakeField("name", &HttpCookie::name),
      MakeField("path", &HttpCookie::path),
      MakeField("ttl", &HttpCookie::ttl),
      MakeField("attributes", &HttpCookie::attributes),
  };
};

template <>
struct FieldTable<RingHash> {
  static constexpr std::tuple kFields{
      MakeField("minimumRingSize", &RingHash::minimum_ring_size),
  };
};

template <>
struct FieldTable<Maglev> {
  static constexpr std::tuple kFields{
      MakeField("tableSize", &Maglev::table_size),
  };
};

template <>
struct FieldTable<ConsistentHash> {
  static constexpr std::tuple kFields{
      MakeField("httpHeaderName", &ConsistentHash::http_header_name).OneOf("hash key"),
      MakeField("httpCookie", &ConsistentHash::http_cookie).OneOf("hash key"),
      MakeField("useSourceIp", &ConsistentHash::use_source_ip).OneOf("hash key"),
      MakeField("httpQueryParameterName", &ConsistentHash::http_query_parameter_name)
          .OneOf("hash key"),
      MakeField("ringHash", &ConsistentHash::ring_hash).OneOf("hash algorithm"),
      MakeField("maglev", &ConsistentHash::maglev).OneOf("hash algorithm"),
      MakeField("minimumRingSize", &ConsistentHash::minimum_ring_size),
  };
};

template <>
struct FieldTable<LocalityLbSetting::Distribute> {
  static constexpr std::tuple kFields{
      MakeField("from", &LocalityLbSetting::Distribute::from),
      MakeField("to", &LocalityLbSetting::Distribute::to),
  };
};

template <>
struct FieldTable<LocalityLbSetting::Failover> {
  static constexpr std::tuple kFields{
      MakeField("from", &LocalityLbSetting::Failover::from),
      MakeField("to", &LocalityLbSetting::Failover::to),
  };
};

template <>
struct FieldTable<LocalityLbSetting> {
  static constexpr std::tuple kFields{
      MakeField("distribute", &LocalityLbSetting::distribute),
      MakeField("failover", &LocalityLbSetting::failover),
      MakeField("failoverPriority", &LocalityLbSetting::failover_priority),
      MakeField("enabled", &LocalityLbSetting::enabled),
  };
};

template <>
struct FieldTable<ZoneAwareLbSetting> {
  static constexpr std::tuple kFields{
      MakeField("enabled", &ZoneAwareLbSetting::enabled),
      MakeField("failover", &ZoneAwareLbSetting::failover),
      MakeField("failoverPriority", &ZoneAwareLbSetting::failover_priority),
      MakeField("minClusterSize", &ZoneAwareLbSetting::min_cluster_size),
  };
};

template <>
struct FieldTable<Warmup> {
  static constexpr std::tuple kFields{
      MakeField("duration", &Warmup::duration),
      MakeField("minimumPercent", &Warmup::minimum_percent),
      MakeField("aggression", &Warmup::aggression),
  };
};

template <>
struct EnumTable<LoadBalancerSettings::Simple> {
  static constexpr std::array kValues{
      EnumValue<LoadBalancerSettings::Simple>{"UNSPECIFIED",
                                              LoadBalancerSettings::Simple::kUnspecified},
      EnumValue<LoadBalancerSettings::Simple>{"LEAST_CONN",
                                              LoadBalancerSettings::Simple::kLeastConn},
      EnumValue<LoadBalancerSettings::Simple>{"RANDOM", LoadBalancerSettings::Simple::kRandom},
      EnumValue<LoadBalancerSettings::Simple>{"PASSTHROUGH",
                                              LoadBalancerSettings::Simple::kPassthrough},
      EnumValue<LoadBalancerSettings::Simple>{"ROUND_ROBIN",
                                              LoadBalancerSettings::Simple::kRoundRobin},
      EnumValue<LoadBalancerSettings::Simple>{"LEAST_REQUEST",
                                              LoadBalancerSettings::Simple::kLeastRequest},
  };
};

template <>
struct FieldTable<LoadBalancerSettings> {
  static constexpr std::tuple kFields{
      MakeField("simple", &LoadBalancerSettings::simple).OneOf("policy"),
      MakeField("consistentHash", &LoadBalancerSettings::consistent_hash).OneOf("policy"),
      MakeField("localityLbSetting", &LoadBalancerSettings::locality_lb_setting),
      MakeField("zoneAwareLbSetting", &LoadBalancerSettings::zone_aware_lb_setting),
      MakeField("warmupDurationSecs", &LoadBalancerSettings::warmup_duration_secs),
      MakeField("warmup", &LoadBalancerSettings::warmup),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_LOAD_BALANCER_FIELDS_H_
