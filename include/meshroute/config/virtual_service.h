// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_VIRTUAL_SERVICE_H_
#define MESHROUTE_CONFIG_VIRTUAL_SERVICE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/config/http_route.h"
#include "meshroute/config/metadata.h"
#include "meshroute/config/sticky_split.h"

namespace meshroute {

// tls[].route[] and tcp[].route[].
struct RouteDestination {
  std::optional<Destination> destination;
  int32_t weight = 0;

  bool operator==(const RouteDestination&) const = default;
};

struct TlsMatchAttributes {
  std::vector<std::string> sni_hosts;
  std::vector<std::string> destination_subnets;
  uint32_t port = 0;
  Labels source_labels;
  std::vector<std::string> gateways;
  std::string source_namespace;

  bool operator==(const TlsMatchAttributes&) const = default;
};

struct TlsRoute {
  std::vector<TlsMatchAttributes> match;
  std::vector<RouteDestination> route;

  bool operator==(const TlsRoute&) const = default;
};

struct L4MatchAttributes {
  std::vector<std::string> destination_subnets;
  uint32_t port = 0;
  std::string source_subnet;  // Istio reads it and ignores it.
  Labels source_labels;
  std::vector<std::string> gateways;
  std::string source_namespace;

  bool operator==(const L4MatchAttributes&) const = default;
};

struct TcpRoute {
  std::vector<L4MatchAttributes> match;
  std::vector<RouteDestination> route;

  bool operator==(const TcpRoute&) const = default;
};

// Istio's VirtualService: how requests to `hosts` are routed. Plain data;
// only Validate (validate.h) says whether it makes sense.
struct VirtualService {
  Metadata metadata;

  // Names, wildcards ("*.example.com") or addresses that callers use. Empty:
  // this object only lends its rules to others (a delegate).
  std::vector<std::string> hosts;

  // Applies to clients where it is empty or has "mesh".
  std::vector<std::string> gateways;

  std::vector<HttpRoute> http;
  std::vector<TlsRoute> tls;
  std::vector<TcpRoute> tcp;

  // Namespaces that see it; "." its own, "*" or empty all.
  std::vector<std::string> export_to;

  // Of the annotation meshroute.io/sticky-split, which is not in metadata.annotations
  // then: the rules of `http` with several destinations stick to a key, those of a
  // delegate by its own annotation. An empty salt is this object's "namespace/name".
  std::optional<StickySplit> sticky_split{};

  bool operator==(const VirtualService&) const = default;
};

// Whether `service` governs in-process calls: no gateways, or "mesh" among them.
bool AppliesToMesh(const VirtualService& service);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_VIRTUAL_SERVICE_H_
