// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_SERVICE_ENTRY_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_SERVICE_ENTRY_FIELDS_H_

#include <array>
#include <string_view>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/destination_rule_fields.h"
#include "lib/config/field_table.h"
#include "meshroute/config/service_entry.h"

namespace meshroute {

inline constexpr std::string_view kMutualTlsOnly = "it matters to mutual TLS only";
inline constexpr std::string_view kOneEndpointPerName =
    "a name is one endpoint, whatever number of addresses it has";

template <>
struct FieldTable<WorkloadEntry> {
  static constexpr std::tuple kFields{
      MakeField("address", &WorkloadEntry::address),
      MakeField("ports", &WorkloadEntry::ports),
      MakeField("labels", &WorkloadEntry::labels),
      MakeField("network", &WorkloadEntry::network),
      MakeField("locality", &WorkloadEntry::locality),
      MakeField("weight", &WorkloadEntry::weight),
      MakeField("serviceAccount", &WorkloadEntry::service_account).Ignored(kMutualTlsOnly),
  };
};

template <>
struct FieldTable<ServicePort> {
  static constexpr std::tuple kFields{
      MakeField("number", &ServicePort::number),
      MakeField("protocol", &ServicePort::protocol),
      MakeField("name", &ServicePort::name),
      MakeField("targetPort", &ServicePort::target_port),
  };
};

template <>
struct FieldTable<WorkloadSelector> {
  static constexpr std::tuple kFields{
      MakeField("labels", &WorkloadSelector::labels),
  };
};

template <>
struct EnumTable<ServiceEntry::Location> {
  static constexpr std::array kValues{
      EnumValue<ServiceEntry::Location>{"MESH_EXTERNAL", ServiceEntry::Location::kMeshExternal},
      EnumValue<ServiceEntry::Location>{"MESH_INTERNAL", ServiceEntry::Location::kMeshInternal},
  };
};

template <>
struct EnumTable<ServiceEntry::Resolution> {
  static constexpr std::array kValues{
      EnumValue<ServiceEntry::Resolution>{"NONE", ServiceEntry::Resolution::kNone},
      EnumValue<ServiceEntry::Resolution>{"STATIC", ServiceEntry::Resolution::kStatic},
      EnumValue<ServiceEntry::Resolution>{"DNS", ServiceEntry::Resolution::kDns, Support::kReported,
                                          kOneEndpointPerName},
      EnumValue<ServiceEntry::Resolution>{"DNS_ROUND_ROBIN",
                                          ServiceEntry::Resolution::kDnsRoundRobin},
      EnumValue<ServiceEntry::Resolution>{"DYNAMIC_DNS", ServiceEntry::Resolution::kDynamicDns},
  };
};

template <>
struct FieldTable<ServiceEntry> {
  static constexpr std::tuple kFields{
      MakeField("hosts", &ServiceEntry::hosts),
      MakeField("addresses", &ServiceEntry::addresses),
      MakeField("ports", &ServiceEntry::ports),
      MakeField("location", &ServiceEntry::location).Ignored(kMutualTlsOnly),
      MakeField("resolution", &ServiceEntry::resolution),
      MakeField("endpoints", &ServiceEntry::endpoints),
      MakeField("workloadSelector", &ServiceEntry::workload_selector),
      MakeField("exportTo", &ServiceEntry::export_to),
      MakeField("subjectAltNames", &ServiceEntry::subject_alt_names),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_SERVICE_ENTRY_FIELDS_H_
