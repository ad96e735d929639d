// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/services.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "meshroute/config/host_name.h"
#include "meshroute/config/visibility.h"

namespace meshroute {
namespace {

WorkloadEntry WithItsPlace(WorkloadEntry endpoint, const std::string& cluster) {
  if (endpoint.locality.empty()) endpoint.locality = LocalityOfLabels(endpoint.labels);
  if (endpoint.network.empty()) {
    const auto label = endpoint.labels.find(kNetworkLabel);
    if (label != endpoint.labels.end()) endpoint.network = label->second;
  }
  endpoint.labels =
      WithTopologyLabels(std::move(endpoint.labels), endpoint.locality, endpoint.network, cluster);
  return endpoint;
}

// WorkloadEntry objects with the labels of their metadata added, by namespace,
// each namespace in order of names.
class Workloads {
 public:
  Workloads(const std::vector<WorkloadEntry>& objects, const std::string& cluster) {
    for (const WorkloadEntry& object : objects) {
      WorkloadEntry entry = object;
      entry.labels = object.metadata.labels;
      entry.labels.insert(object.labels.begin(), object.labels.end());
      by_namespace_[object.metadata.namespace_name].Add(WithItsPlace(std::move(entry), cluster));
    }
    for (auto& [namespace_name, workloads] : by_namespace_) workloads.Index();
  }

  std::vector<WorkloadEntry> Select(const std::string& namespace_name,
                                    const Labels& selector) const {
    const auto found = by_namespace_.find(namespace_name);
    return found == by_namespace_.end() ? std::vector<WorkloadEntry>()
                                        : found->second.Select(selector);
  }

 private:
  // Those of one namespace.
  class OfNamespace {
   public:
    void Add(WorkloadEntry entry) { entries_.push_back(std::move(entry)); }

    // To be called once, after the last Add.
    void Index() {
      std::stable_sort(entries_.begin(), entries_.end(),
                       [](const WorkloadEntry& a, const WorkloadEntry& b) {
                         return a.metadata.name < b.metadata.name;
                       });
      for (size_t i = 0; i < entries_.size(); ++i) {
        for (const auto& label : entries_[i].labels) by_label_[label].push_back(i);
      }
    }

    // Looks only at those that have the rarest of the labels.
    std::vector<WorkloadEntry> Select(const Labels& selector) const {
      if (selector.empty()) return entries_;
      const std::vector<size_t>* fewest = nullptr;
      for (const auto& label : selector) {
        const auto found = by_label_.find(label);
        if (found == by_label_.end()) return {};
        if (fewest == nullptr || found->second.size() < fewest->size()) fewest = &found->second;
      }
      std::vector<WorkloadEntry> selected;
      for (const size_t index : *fewest) {
        if (LabelsCover(entries_[index].labels, selector)) selected.push_back(entries_[index]);
      }
      return selected;
    }

   private:
    std::vector<WorkloadEntry> entries_;
    std::map<std::pair<std::string, std::string>, std::vector<size_t>> by_label_;
  };

  std::map<std::string, OfNamespace> by_namespace_;
};

std::vector<WorkloadEntry> EndpointsOf(const ServiceEntry& entry, const Workloads& workloads,
                                       const std::string& cluster) {
  using Resolution = ServiceEntry::Resolution;
  if (entry.resolution == Resolution::kNone || entry.resolution == Resolution::kDynamicDns) {
    return {};
  }
  if (entry.workload_selector) {
    return workloads.Select(entry.metadata.namespace_name, entry.workload_selector->labels);
  }
  std::vector<WorkloadEntry> endpoints;
  for (const WorkloadEntry& endpoint : entry.endpoints) {
    endpoints.push_back(WithItsPlace(endpoint, cluster));
  }
  return endpoints;
}

Service MakeService(const ServiceEntry& entry, std::string host) {
  Service service;
  service.host = std::move(host);
  service.namespace_name = entry.metadata.namespace_name;
  service.addresses = entry.addresses;
  service.ports = entry.ports;
  service.resolution = entry.resolution;
  service.has_workload_selector = entry.workload_selector.has_value();
  service.subject_alt_names = entry.subject_alt_names;
  return service;
}

}  // namespace

std::vector<const ServiceEntry*> EntriesByAge(const Resources& resources) {
  struct Ranked {
    std::optional<std::chrono::sys_seconds> created;
    const ServiceEntry* entry;
  };
  std::vector<Ranked> ranked;
  for (const ServiceEntry& entry : resources.service_entries) {
    ranked.push_back({ParseTimestamp(entry.metadata.creation_timestamp), &entry});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    const auto rank = [](const Ranked& one) {
      return std::tie(one.created, one.entry->metadata.namespace_name, one.entry->metadata.name);
    };
    return rank(a) < rank(b);
  });
  std::vector<const ServiceEntry*> entries;
  for (const Ranked& one : ranked) entries.push_back(one.entry);
  return entries;
}

const ServicePort* Service::FindPort(uint32_t number) const {
  const auto found = std::find_if(ports.begin(), ports.end(), [number](const ServicePort& port) {
    return port.number == number;
  });
  return found == ports.end() ? nullptr : &*found;
}

uint32_t Service::TargetPort(const WorkloadEntry& endpoint, const ServicePort& port) {
  if (endpoint.address.starts_with("unix:")) return 0;
  if (const auto own = endpoint.ports.find(port.name); own != endpoint.ports.end()) {
    return own->second;
  }
  return port.target_port != 0 ? port.target_port : port.number;
}

bool IsHttpProtocol(std::string_view protocol) {
  static constexpr std::array<std::string_view, 6> kHttp{"",     "http",     "http2",
                                                         "grpc", "grpc-web", "http_proxy"};
  const std::string lower = absl::AsciiStrToLower(std::string(protocol));
  return std::find(kHttp.begin(), kHttp.end(), lower) != kHttp.end();
}

Services::Services(const ValidatedConfig& config, const ClientIdentity& client,
                   const MeshOptions& mesh) {
  std::vector<const ServiceEntry*> visible;
  for (const ServiceEntry* entry : EntriesByAge(config.resources())) {
    const Visibility seen(entry->export_to, entry->metadata.namespace_name,
                          mesh.default_service_export_to);
    if (seen.Includes(client.namespace_name)) visible.push_back(entry);
  }
  Add(config.resources(), visible, client.cluster);
}

Services::Services(const ValidatedConfig& config) {
  Add(config.resources(), EntriesByAge(config.resources()), "");
}

void Services::Add(const Resources& resources, const std::vector<const ServiceEntry*>& entries,
                   const std::string& cluster) {
  const Workloads workloads(resources.workload_entries, cluster);
  for (const ServiceEntry* entry : entries) {
    const std::vector<WorkloadEntry> endpoints = EndpointsOf(*entry, workloads, cluster);
    for (const std::string& host : entry->hosts) {
      const std::string lower = LowerHost(host);
      const auto [found, is_new] = services_.try_emplace(lower);
      Service& service = found->second;
      if (is_new) service = MakeService(*entry, lower);
      if (service.namespace_name != entry->metadata.namespace_name) continue;
      service.endpoints.insert(service.endpoints.end(), endpoints.begin(), endpoints.end());
    }
  }
}

const Service* Services::Find(std::string_view host) const {
  const auto found = services_.find(host);
  return found == services_.end() ? nullptr : &found->second;
}

const Service* Services::FindCovering(std::string_view host) const {
  return FindHost(services_, host);
}

}  // namespace meshroute
