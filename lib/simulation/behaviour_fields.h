// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_BEHAVIOUR_FIELDS_H_
#define MESHROUTE_LIB_SIMULATION_BEHAVIOUR_FIELDS_H_

#include <array>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "meshroute/simulation/behaviour.h"

namespace meshroute {

template <>
struct FieldTable<UniformLatency> {
  static constexpr std::tuple kFields{
      MakeField("minimum", &UniformLatency::minimum),
      MakeField("maximum", &UniformLatency::maximum),
  };
};

template <>
struct FieldTable<LogNormalLatency> {
  static constexpr std::tuple kFields{
      MakeField("median", &LogNormalLatency::median),
      MakeField("sigma", &LogNormalLatency::sigma),
  };
};

template <>
struct FieldTable<ExponentialLatency> {
  static constexpr std::tuple kFields{
      MakeField("mean", &ExponentialLatency::mean),
      MakeField("floor", &ExponentialLatency::floor),
  };
};

template <>
struct FieldTable<LatencyModel> {
  static constexpr std::tuple kFields{
      MakeField("constant", &LatencyModel::constant).OneOf("model"),
      MakeField("uniform", &LatencyModel::uniform).OneOf("model"),
      MakeField("logNormal", &LatencyModel::log_normal).OneOf("model"),
      MakeField("exponential", &LatencyModel::exponential).OneOf("model"),
      MakeField("percentiles", &LatencyModel::percentiles).OneOf("model"),
  };
};

template <>
struct EnumTable<FailureModel::Kind> {
  using Kind = FailureModel::Kind;
  static constexpr std::array kValues{
      EnumValue<Kind>{"status", Kind::kStatus},
      EnumValue<Kind>{"connectFailure", Kind::kConnectFailure},
      EnumValue<Kind>{"reset", Kind::kReset},
      EnumValue<Kind>{"resetInResponse", Kind::kResetInResponse},
      EnumValue<Kind>{"hang", Kind::kHang},
      EnumValue<Kind>{"refusedStream", Kind::kRefusedStream},
      EnumValue<Kind>{"protocolError", Kind::kProtocolError},
  };
};

template <>
struct FieldTable<FailureModel> {
  static constexpr std::tuple kFields{
      MakeField("percent", &FailureModel::percent),
      MakeField("kind", &FailureModel::kind),
      MakeField("status", &FailureModel::status),
      MakeField("after", &FailureModel::after),
  };
};

template <>
struct FieldTable<CapacityModel> {
  static constexpr std::tuple kFields{
      MakeField("concurrency", &CapacityModel::concurrency),
      MakeField("queue", &CapacityModel::queue),
  };
};

template <>
struct FieldTable<ColdStart> {
  static constexpr std::tuple kFields{
      MakeField("factor", &ColdStart::factor),
      MakeField("lasts", &ColdStart::lasts),
  };
};

template <>
struct FieldTable<EndpointSelector> {
  static constexpr std::tuple kFields{
      MakeField("labels", &EndpointSelector::labels),
      MakeField("addresses", &EndpointSelector::addresses),
  };
};

template <>
struct FieldTable<EndpointBehaviour> {
  static constexpr std::tuple kFields{
      MakeField("select", &EndpointBehaviour::select),
      MakeField("from", &EndpointBehaviour::from),
      MakeField("until", &EndpointBehaviour::until),
      MakeField("latency", &EndpointBehaviour::latency),
      MakeField("failures", &EndpointBehaviour::failures),
      MakeField("capacity", &EndpointBehaviour::capacity),
      MakeField("coldStart", &EndpointBehaviour::cold_start),
  };
};

template <>
struct FieldTable<Incident> {
  static constexpr std::tuple kFields{
      MakeField("name", &Incident::name),         MakeField("select", &Incident::select),
      MakeField("from", &Incident::from),         MakeField("until", &Incident::until),
      MakeField("failures", &Incident::failures), MakeField("slowdown", &Incident::slowdown),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_BEHAVIOUR_FIELDS_H_
