// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_SERVICE_ENTRY_H_
#define MESHROUTE_CONFIG_SERVICE_ENTRY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/config/destination_rule.h"
#include "meshroute/config/metadata.h"

namespace meshroute {

// One endpoint: inline in a ServiceEntry (`endpoints[]`) or the spec of a
// WorkloadEntry object.
struct WorkloadEntry {
  Metadata metadata;  // Empty for an inline endpoint.

  // IP, a name to resolve, "unix:///path" or "unix://@abstract".
  std::string address;

  // Service port *name* -> port to connect to.
  std::map<std::string, uint32_t> ports;
  Labels labels;
  std::string network;

  // "region/zone/subzone"; empty: the label topology.istio.io/locality.
  std::string locality;
  uint32_t weight = 0;  // 0: 1.
  std::string service_account;

  bool operator==(const WorkloadEntry&) const = default;
};

struct ServicePort {
  uint32_t number = 0;
  std::string name;
  std::string protocol;      // Case-insensitive; empty: detect, which is HTTP here.
  uint32_t target_port = 0;  // 0: `number`.

  bool operator==(const ServicePort&) const = default;
};

// Istio's ServiceEntry: a service and, mostly, its endpoints.
struct ServiceEntry {
  enum class Location : uint8_t { kMeshExternal, kMeshInternal };
  enum class Resolution : uint8_t { kNone, kStatic, kDns, kDnsRoundRobin, kDynamicDns };

  Metadata metadata;
  std::vector<std::string> hosts;
  std::vector<std::string> addresses;
  std::vector<ServicePort> ports;
  Location location = Location::kMeshExternal;
  Resolution resolution = Resolution::kNone;
  std::vector<WorkloadEntry> endpoints;
  std::optional<WorkloadSelector> workload_selector;
  std::vector<std::string> export_to;
  std::vector<std::string> subject_alt_names;

  bool operator==(const ServiceEntry&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_SERVICE_ENTRY_H_
