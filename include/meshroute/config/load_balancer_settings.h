// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_LOAD_BALANCER_SETTINGS_H_
#define MESHROUTE_CONFIG_LOAD_BALANCER_SETTINGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"

namespace meshroute {

struct HttpCookie {
  struct Attribute {
    std::string name;
    std::string value;

    bool operator==(const Attribute&) const = default;
  };

  std::string name;
  std::string path;

  // Unset: a missing cookie is never made up. 0s: a session cookie.
  std::optional<Duration> ttl;
  std::vector<Attribute> attributes;

  bool operator==(const HttpCookie&) const = default;
};

struct RingHash {
  uint64_t minimum_ring_size = 0;  // 0: 1024.

  bool operator==(const RingHash&) const = default;
};

struct Maglev {
  uint64_t table_size = 0;  // A prime up to 5000011; 0 is refused if written.

  bool operator==(const Maglev&) const = default;
};

// loadBalancer.consistentHash: equal keys go to the same endpoint. At most one
// key; without any the endpoint is drawn. Ring hash unless `maglev` is set.
struct ConsistentHash {
  std::optional<std::string> http_header_name;
  std::optional<HttpCookie> http_cookie;
  std::optional<bool> use_source_ip;
  std::optional<std::string> http_query_parameter_name;

  std::optional<RingHash> ring_hash;
  std::optional<Maglev> maglev;
  uint64_t minimum_ring_size = 0;  // Deprecated spelling of ringHash.

  bool operator==(const ConsistentHash&) const = default;
};

// loadBalancer.localityLbSetting: which localities a client's requests go to. What is
// made of it: meshroute/upstream/locality_plan.h.
struct LocalityLbSetting {
  // Of the requests of clients in `from`, so many in a hundred to each locality.
  struct Distribute {
    std::string from;                    // "region/zone/*"
    std::map<std::string, uint32_t> to;  // Sums up to 100.

    bool operator==(const Distribute&) const = default;
  };
  // Where the requests of a region's clients go first when that region fails.
  struct Failover {
    std::string from;
    std::string to;

    bool operator==(const Failover&) const = default;
  };

  std::vector<Distribute> distribute;
  std::vector<Failover> failover;
  std::vector<std::string> failover_priority;  // Labels, "key" or "key=value".
  std::optional<bool> enabled;                 // Unset: true.

  // `{enabled: true}`: Istio's mesh-wide default.
  static LocalityLbSetting Enabled() {
    LocalityLbSetting setting;
    setting.enabled = true;
    return setting;
  }

  bool operator==(const LocalityLbSetting&) const = default;
};

// loadBalancer.zoneAwareLbSetting: the client's own zone is preferred as far as its
// endpoints reach.
struct ZoneAwareLbSetting {
  std::optional<bool> enabled;
  std::vector<LocalityLbSetting::Failover> failover;
  std::vector<std::string> failover_priority;
  std::optional<uint64_t> min_cluster_size;  // Unset: 6.

  bool operator==(const ZoneAwareLbSetting&) const = default;
};

// Slow start: a young endpoint gets less than its weight. ROUND_ROBIN and
// LEAST_REQUEST only.
struct Warmup {
  std::optional<Duration> duration;       // Required.
  std::optional<double> minimum_percent;  // Unset: 10.
  std::optional<double> aggression;       // Unset: 1.0.

  bool operator==(const Warmup&) const = default;
};

// DestinationRule trafficPolicy.loadBalancer: which endpoint takes a request.
struct LoadBalancerSettings {
  enum class Simple : uint8_t {
    kUnspecified,  // LEAST_REQUEST
    kLeastConn,    // Deprecated: LEAST_REQUEST
    kRandom,
    kPassthrough,
    kRoundRobin,
    kLeastRequest,
  };

  std::optional<Simple> simple;
  std::optional<ConsistentHash> consistent_hash;
  std::optional<LocalityLbSetting> locality_lb_setting;
  std::optional<ZoneAwareLbSetting> zone_aware_lb_setting;
  std::optional<Warmup> warmup;
  std::optional<Duration> warmup_duration_secs;  // Deprecated spelling of warmup.

  bool operator==(const LoadBalancerSettings&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_LOAD_BALANCER_SETTINGS_H_
