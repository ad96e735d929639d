// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analyze_service_entry.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

const ServicePort& PortOf(const ServiceEntry& entry, uint32_t number) {
  for (const ServicePort& port : entry.ports) {
    if (port.number == number) return port;
  }
  return entry.ports.front();
}

bool IsTcp(const ServicePort& port) { return absl::EqualsIgnoreCase(port.protocol, "TCP"); }

}  // namespace

ServiceEntryChecks::ServiceEntryChecks(const AnalysisFacts& facts) {
  for (const ServiceEntry* entry : EntriesByAge(facts.resources())) {
    for (const std::string& host : entry->hosts) {
      by_host_.emplace(LowerHost(host), entry);
      for (const ServicePort& port : entry->ports) {
        by_port_.emplace(std::pair(LowerHost(host), port.number), entry);
      }
    }
  }
}

void ServiceEntryChecks::Check(const ServiceEntry& entry, ConfigErrors& errors) const {
  const ConfigErrors::Scope spec(errors, "spec");
  CheckHosts(entry, errors);
  CheckPorts(entry, errors);
}

void ServiceEntryChecks::CheckHosts(const ServiceEntry& entry, ConfigErrors& errors) const {
  for (size_t i = 0; i < entry.hosts.size(); ++i) {
    const ServiceEntry& first = *by_host_.find(LowerHost(entry.hosts[i]))->second;
    const bool is_merged = first.metadata.namespace_name == entry.metadata.namespace_name;
    if (&first == &entry ||
        (is_merged && first.ports == entry.ports && first.resolution == entry.resolution)) {
      continue;
    }
    const ConfigErrors::Scope host(errors, "hosts", i);
    errors.Report(ProblemCode::kServiceDeclaredTwice,
                  absl::StrCat(NameOf("ServiceEntry", first.metadata), " declares ",
                               Quoted(entry.hosts[i]), " too, and decides: ",
                               is_merged ? "of this one only the endpoints count"
                                         : "where a client sees both, this one counts for nothing"),
                  "the oldest decides, then the first by namespace and name");
  }
}

void ServiceEntryChecks::CheckPorts(const ServiceEntry& entry, ConfigErrors& errors) const {
  for (size_t i = 0; i < entry.ports.size(); ++i) {
    const ServicePort& port = entry.ports[i];
    const ConfigErrors::Scope scope(errors, "ports", i);
    for (const std::string& host : entry.hosts) {
      const ServiceEntry& first = *by_port_.find({LowerHost(host), port.number})->second;
      const std::string& other = PortOf(first, port.number).protocol;
      if (absl::EqualsIgnoreCase(other, port.protocol)) continue;
      ReportAt(errors, "protocol", ProblemCode::kConflictingProtocols,
               absl::StrCat("is ", Quoted(port.protocol), ", and ",
                            NameOf("ServiceEntry", first.metadata), " says ", Quoted(other),
                            " for port ", port.number, " of ", Quoted(host)));
      break;
    }
    if (IsTcp(port) && entry.addresses.empty()) {
      ReportAt(errors, "protocol", ProblemCode::kAddressesRequired,
               "is TCP, and the ServiceEntry has no addresses: a connection to an address cannot "
               "be told to be for it",
               "list its virtual IPs in spec.addresses");
    }
  }
}

}  // namespace meshroute
