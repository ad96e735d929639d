// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SCENARIO_FIELDS_H_
#define MESHROUTE_LIB_SIMULATION_SCENARIO_FIELDS_H_

#include <array>
#include <memory>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "lib/simulation/behaviour_fields.h"
#include "lib/simulation/expectation_fields.h"
#include "meshroute/simulation/scenario.h"

namespace meshroute {

// A list of resources, kept as it stands.
struct InlineResourcesCodec : ScalarCodec {
  static void Read(const DocumentNode& node, InlineResources& value, ReadContext& context) {
    if (!node.is_list()) return context.AddWrongType("a list of resources", node);
    value = std::make_shared<const DocumentNode>(node);
  }
};

template <>
struct EnumTable<Arrivals::Process> {
  static constexpr std::array kValues{
      EnumValue<Arrivals::Process>{"poisson", Arrivals::Process::kPoisson},
      EnumValue<Arrivals::Process>{"constant", Arrivals::Process::kConstant},
  };
};

template <>
struct FieldTable<Burst> {
  static constexpr std::tuple kFields{
      MakeField("at", &Burst::at),
      MakeField("lasts", &Burst::lasts),
      MakeField("rate", &Burst::rate),
  };
};

template <>
struct FieldTable<RateChange> {
  static constexpr std::tuple kFields{
      MakeField("at", &RateChange::at),
      MakeField("rate", &RateChange::rate),
      MakeField("over", &RateChange::over),
  };
};

template <>
struct FieldTable<Arrivals> {
  static constexpr std::tuple kFields{
      MakeField("process", &Arrivals::process),
      MakeField("rate", &Arrivals::rate),
      MakeField("changes", &Arrivals::changes),
      MakeField("bursts", &Arrivals::bursts),
  };
};

template <>
struct FieldTable<SimulatedUsers> {
  static constexpr std::tuple kFields{
      MakeField("count", &SimulatedUsers::count),
      MakeField("header", &SimulatedUsers::header),
  };
};

template <>
struct FieldTable<SimulatedRequest> {
  static constexpr std::tuple kFields{
      MakeField("weight", &SimulatedRequest::weight),
      MakeField("method", &SimulatedRequest::method),
      MakeField("scheme", &SimulatedRequest::scheme),
      MakeField("authority", &SimulatedRequest::authority),
      MakeField("path", &SimulatedRequest::path),
      MakeField("headers", &SimulatedRequest::headers),
      MakeField("users", &SimulatedRequest::users),
      MakeField("deadline", &SimulatedRequest::deadline),
  };
};

template <>
struct FieldTable<SimulatedClient> {
  static constexpr std::tuple kFields{
      MakeField("namespace", &SimulatedClient::namespace_name),
      MakeField("labels", &SimulatedClient::labels),
      MakeField("locality", &SimulatedClient::locality),
  };
};

template <>
struct FieldTable<SimulatedProcesses> {
  static constexpr std::tuple kFields{
      MakeField("count", &SimulatedProcesses::count),
      MakeField("mergeLag", &SimulatedProcesses::merge_lag),
  };
};

template <>
struct FieldTable<SimulatedEndpoint> {
  static constexpr std::tuple kFields{
      MakeField("address", &SimulatedEndpoint::address),
      MakeField("labels", &SimulatedEndpoint::labels),
      MakeField("locality", &SimulatedEndpoint::locality),
      MakeField("weight", &SimulatedEndpoint::weight),
  };
};

template <>
struct FieldTable<EndpointsChange> {
  static constexpr std::tuple kFields{
      MakeField("host", &EndpointsChange::host),
      MakeField("endpoints", &EndpointsChange::endpoints),
  };
};

template <>
struct EnumTable<RolloutChange::Command> {
  using Command = RolloutChange::Command;
  static constexpr std::array kValues{
      EnumValue<Command>{"pause", Command::kPause},
      EnumValue<Command>{"resume", Command::kResume},
      EnumValue<Command>{"abort", Command::kAbort},
      EnumValue<Command>{"approve", Command::kApprove},
      EnumValue<Command>{"skipStep", Command::kSkipStep},
      EnumValue<Command>{"promoteNow", Command::kPromoteNow},
      EnumValue<Command>{"retry", Command::kRetry},
  };
};

template <>
struct FieldTable<RolloutChange> {
  static constexpr std::tuple kFields{
      MakeField("name", &RolloutChange::name),
      MakeField("command", &RolloutChange::command),
  };
};

template <>
struct FieldTable<ScenarioChange> {
  static constexpr std::tuple kFields{
      MakeField("at", &ScenarioChange::at),
      MakeField("rules", &ScenarioChange::rules),
      MakeFieldAs<InlineResourcesCodec>("resources", &ScenarioChange::resources),
      MakeField("endpoints", &ScenarioChange::endpoints),
      MakeField("rollout", &ScenarioChange::rollout),
  };
};

template <>
struct FieldTable<Scenario> {
  static constexpr std::tuple kFields{
      MakeField("name", &Scenario::name),
      MakeField("duration", &Scenario::duration),
      MakeField("seed", &Scenario::seed),
      MakeField("interval", &Scenario::interval),
      MakeField("rules", &Scenario::rules),
      MakeFieldAs<InlineResourcesCodec>("resources", &Scenario::resources),
      MakeField("client", &Scenario::client),
      MakeField("processes", &Scenario::processes),
      MakeField("arrivals", &Scenario::arrivals),
      MakeField("requests", &Scenario::requests),
      MakeField("behaviours", &Scenario::behaviours),
      MakeField("incidents", &Scenario::incidents),
      MakeField("changes", &Scenario::changes),
      MakeField("expect", &Scenario::expect),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SCENARIO_FIELDS_H_
