// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ROLLOUT_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_ROLLOUT_FIELDS_H_

#include <array>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "lib/config/rollout_metric_fields.h"
#include "lib/config/sticky_split_fields.h"
#include "lib/config/virtual_service_fields.h"
#include "meshroute/config/rollout_plan.h"

namespace meshroute {

template <>
struct FieldTable<RolloutPause> {
  static constexpr std::tuple kFields{MakeField("duration", &RolloutPause::duration)};
};

template <>
struct FieldTable<RolloutStep> {
  static constexpr std::tuple kFields{
      MakeField("weight", &RolloutStep::weight),
      MakeField("minDuration", &RolloutStep::min_duration),
      MakeField("minRequests", &RolloutStep::min_requests),
      MakeField("pause", &RolloutStep::pause),
      MakeField("gate", &RolloutStep::gate),
  };
};

template <>
struct EnumTable<RolloutGate::Type> {
  using Value = EnumValue<RolloutGate::Type>;
  static constexpr std::array kValues{
      Value{"confirm-rollout", RolloutGate::Type::kConfirmRollout},
      Value{"confirm-traffic-increase", RolloutGate::Type::kConfirmTrafficIncrease},
      Value{"confirm-promotion", RolloutGate::Type::kConfirmPromotion},
      Value{"rollback", RolloutGate::Type::kRollback},
  };
};

template <>
struct FieldTable<RolloutGate> {
  static constexpr std::tuple kFields{
      MakeField("name", &RolloutGate::name),
      MakeField("type", &RolloutGate::type),
  };
};

template <>
struct FieldTable<RolloutAffinity> {
  static constexpr std::tuple kFields{
      MakeField("key", &RolloutAffinity::key),
      MakeField("salt", &RolloutAffinity::salt),
  };
};

template <>
struct EnumTable<RolloutEndpoints::OnSuspect> {
  using Value = EnumValue<RolloutEndpoints::OnSuspect>;
  static constexpr std::array kValues{
      Value{"hold", RolloutEndpoints::OnSuspect::kHold},
      Value{"rollback", RolloutEndpoints::OnSuspect::kRollback},
  };
};

template <>
struct FieldTable<RolloutEndpoints> {
  static constexpr std::tuple kFields{
      MakeField("onSuspect", &RolloutEndpoints::on_suspect),
      MakeField("ejectSuspects", &RolloutEndpoints::eject_suspects),
      MakeField("suspectGrace", &RolloutEndpoints::suspect_grace),
  };
};

template <>
struct FieldTable<RolloutBaselining> {
  static constexpr std::tuple kFields{
      MakeField("minRequests", &RolloutBaselining::min_requests),
      MakeField("maxDuration", &RolloutBaselining::max_duration),
  };
};

template <>
struct EnumTable<RolloutAnalysis::Mode> {
  using Value = EnumValue<RolloutAnalysis::Mode>;
  static constexpr std::array kValues{
      Value{"sequential", RolloutAnalysis::Mode::kSequential},
      Value{"classic", RolloutAnalysis::Mode::kClassic},
      Value{"none", RolloutAnalysis::Mode::kNone},
  };
};

template <>
struct EnumTable<RolloutAnalysis::Advance> {
  using Value = EnumValue<RolloutAnalysis::Advance>;
  static constexpr std::array kValues{
      Value{"sampled", RolloutAnalysis::Advance::kSampled},
      Value{"proven", RolloutAnalysis::Advance::kProven},
  };
};

template <>
struct EnumTable<RolloutAnalysis::OnTimeout> {
  using Value = EnumValue<RolloutAnalysis::OnTimeout>;
  static constexpr std::array kValues{
      Value{"pause", RolloutAnalysis::OnTimeout::kPause},
      Value{"advance", RolloutAnalysis::OnTimeout::kAdvance},
      Value{"rollback", RolloutAnalysis::OnTimeout::kRollback},
  };
};

// A percentage, or "50/50".
struct WithinCodec : ScalarCodec {
  static void Read(const DocumentNode& node, std::optional<double>& value, ReadContext& context) {
    if (node.kind() == DocumentNode::Kind::kString && node.string() == "50/50") {
      value = 50;
    } else if (const std::optional<double> number = node.AsDouble()) {
      value = number;
    } else {
      context.AddWrongType("the canary's percentage, such as 10, or 50/50", node);
    }
  }

  static DocumentNode Write(const std::optional<double>& value) {
    return Codec<double>::Write(*value);
  }
};

template <>
struct FieldTable<RolloutAnalysis> {
  static constexpr std::tuple kFields{
      MakeField("mode", &RolloutAnalysis::mode),
      MakeField("stepWeights", &RolloutAnalysis::step_weights).OneOf("steps"),
      MakeField("steps", &RolloutAnalysis::steps).OneOf("steps"),
      MakeField("stepWeight", &RolloutAnalysis::step_weight).OneOf("steps"),
      MakeField("maxWeight", &RolloutAnalysis::max_weight),
      MakeField("interval", &RolloutAnalysis::interval),
      MakeField("threshold", &RolloutAnalysis::threshold),
      MakeField("minDuration", &RolloutAnalysis::min_duration),
      MakeField("maxDuration", &RolloutAnalysis::max_duration),
      MakeField("minRequests", &RolloutAnalysis::min_requests),
      MakeField("advance", &RolloutAnalysis::advance),
      MakeField("onTimeout", &RolloutAnalysis::on_timeout),
      MakeField("falseRollbackProbability", &RolloutAnalysis::false_rollback_probability),
      MakeField("holdback", &RolloutAnalysis::holdback),
      MakeField("warmup", &RolloutAnalysis::warmup),
      MakeField("maturity", &RolloutAnalysis::maturity),
      MakeField("maxOutcomeAge", &RolloutAnalysis::max_outcome_age),
      MakeField("fastForward", &RolloutAnalysis::fast_forward),
      MakeField("metrics", &RolloutAnalysis::metrics),
      MakeFieldAs<ListCodec<HttpMatchRequest, NullElements::kEmpty>>("match",
                                                                     &RolloutAnalysis::match),
      MakeFieldAs<WithinCodec>("within", &RolloutAnalysis::within),
      MakeField("sessionAffinity", &RolloutAnalysis::session_affinity),
      MakeField("mirror", &RolloutAnalysis::mirror),
      MakeField("mirrorWeight", &RolloutAnalysis::mirror_weight),
      MakeField("endpoints", &RolloutAnalysis::endpoints),
      MakeField("baselining", &RolloutAnalysis::baselining),
      MakeField("gates", &RolloutAnalysis::gates),
  };
};

template <>
struct FieldTable<RolloutReturn> {
  static constexpr std::tuple kFields{
      MakeField("steps", &RolloutReturn::steps),
      MakeField("minBaselineEndpoints", &RolloutReturn::min_baseline_endpoints),
      MakeField("drain", &RolloutReturn::drain),
      MakeField("keepMatch", &RolloutReturn::keep_match),
  };
};

template <>
struct FieldTable<RolloutWatch> {
  static constexpr std::tuple kFields{MakeField("watch", &RolloutWatch::watch)};
};

template <>
struct EnumTable<RolloutPlan::Strategy> {
  using Value = EnumValue<RolloutPlan::Strategy>;
  static constexpr std::array kValues{
      Value{"canary", RolloutPlan::Strategy::kCanary},
      Value{"blueGreen", RolloutPlan::Strategy::kBlueGreen},
      Value{"abTest", RolloutPlan::Strategy::kAbTest},
  };
};

template <>
struct FieldTable<RolloutPlan> {
  static constexpr std::tuple kFields{
      MakeField("virtualService", &RolloutPlan::virtual_service),
      MakeField("route", &RolloutPlan::route),
      MakeField("baseline", &RolloutPlan::baseline),
      MakeField("canary", &RolloutPlan::canary),
      MakeField("freshBaseline", &RolloutPlan::fresh_baseline),
      MakeField("revision", &RolloutPlan::revision),
      MakeField("strategy", &RolloutPlan::strategy),
      MakeField("analysis", &RolloutPlan::analysis),
      MakeField("rollback", &RolloutPlan::rollback),
      MakeField("postPromotion", &RolloutPlan::post_promotion),
      MakeField("promote", &RolloutPlan::promote),
      MakeField("retryOnBaseline", &RolloutPlan::retry_on_baseline),
      MakeField("dryRun", &RolloutPlan::dry_run),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ROLLOUT_FIELDS_H_
