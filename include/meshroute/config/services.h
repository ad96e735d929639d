// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_SERVICES_H_
#define MESHROUTE_CONFIG_SERVICES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/mesh_options.h"
#include "meshroute/config/service_entry.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {

// One service that the client may call, as declared by ServiceEntries.
struct Service {
  std::string host;  // Lower-case; may be a wildcard "*.example.com".
  std::string namespace_name;
  std::vector<std::string> addresses;  // Virtual IPs: further names of the service.
  std::vector<ServicePort> ports;
  ServiceEntry::Resolution resolution = ServiceEntry::Resolution::kNone;

  // Inline ones, and those that a selector picks, in order of their names. None
  // where the resolution is NONE or DYNAMIC_DNS. With DNS an empty list means
  // that `host` itself is resolved, unless there was a selector.
  std::vector<WorkloadEntry> endpoints;
  bool has_workload_selector = false;

  std::vector<std::string> subject_alt_names;

  // The port with `number`, or nullptr.
  const ServicePort* FindPort(uint32_t number) const;

  // The port that `endpoint` listens on for the service port `port`: what the
  // endpoint says under the port's name, else `targetPort`, else the number. 0
  // for an endpoint on a unix socket.
  static uint32_t TargetPort(const WorkloadEntry& endpoint, const ServicePort& port);
};

// Whether the HTTP rules of a VirtualService govern a port of this protocol
// (in any letter case). Empty is HTTP here.
bool IsHttpProtocol(std::string_view protocol);

// Oldest first, then by namespace and name: of one host the first decides.
std::vector<const ServiceEntry*> EntriesByAge(const Resources& resources);

// The services that one client can see, by host.
//
// Where several ServiceEntries declare one host, the oldest decides (then the
// first by namespace and name), and the endpoints of the others in the same
// namespace are added to its own, as Istio does. Endpoints come with everything
// that is known of their place: `locality` and `network` are filled from labels
// where unset, and the topology labels from them. A WorkloadEntry that a
// selector picks carries the labels of its metadata and of its spec, the
// metadata's first. Immutable.
class Services {
 public:
  Services(const ValidatedConfig& config, const ClientIdentity& client, const MeshOptions& mesh);

  // All services, whoever sees them.
  explicit Services(const ValidatedConfig& config);

  // The service of exactly this host, or nullptr. Hosts are lower-case.
  const Service* Find(std::string_view host) const;

  // As Find, but falls back to the most specific wildcard service.
  const Service* FindCovering(std::string_view host) const;

  const std::map<std::string, Service, std::less<>>& all() const { return services_; }

 private:
  void Add(const Resources& resources, const std::vector<const ServiceEntry*>& entries,
           const std::string& cluster);

  std::map<std::string, Service, std::less<>> services_;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_SERVICES_H_
