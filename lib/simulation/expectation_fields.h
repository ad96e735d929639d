// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_EXPECTATION_FIELDS_H_
#define MESHROUTE_LIB_SIMULATION_EXPECTATION_FIELDS_H_

#include <array>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "meshroute/simulation/expectation.h"

namespace meshroute {

template <>
struct EnumTable<ScenarioExpectation::Measure> {
  using Measure = ScenarioExpectation::Measure;
  static constexpr std::array kValues{
      EnumValue<Measure>{"calls", Measure::kCalls},
      EnumValue<Measure>{"failedCalls", Measure::kFailedCalls},
      EnumValue<Measure>{"failedPercent", Measure::kFailedPercent},
      EnumValue<Measure>{"sharePercent", Measure::kSharePercent},
      EnumValue<Measure>{"attempts", Measure::kAttempts},
      EnumValue<Measure>{"attemptsPerCall", Measure::kAttemptsPerCall},
      EnumValue<Measure>{"retries", Measure::kRetries},
      EnumValue<Measure>{"overflows", Measure::kOverflows},
      EnumValue<Measure>{"p50Milliseconds", Measure::kP50Milliseconds},
      EnumValue<Measure>{"p99Milliseconds", Measure::kP99Milliseconds},
      EnumValue<Measure>{"ejections", Measure::kEjections},
      EnumValue<Measure>{"ejectedEndpoints", Measure::kEjectedEndpoints},
      EnumValue<Measure>{"usersHurt", Measure::kUsersHurt},
      EnumValue<Measure>{"rolloutPhase", Measure::kRolloutPhase},
      EnumValue<Measure>{"rollbackSeconds", Measure::kRollbackSeconds},
      EnumValue<Measure>{"promotedSeconds", Measure::kPromotedSeconds},
      EnumValue<Measure>{"weightPercent", Measure::kWeightPercent},
      EnumValue<Measure>{"peakScore", Measure::kPeakScore},
  };
};

template <>
struct FieldTable<ScenarioExpectation> {
  static constexpr std::tuple kFields{
      MakeField("measure", &ScenarioExpectation::measure),
      MakeField("of", &ScenarioExpectation::of),
      MakeField("from", &ScenarioExpectation::from),
      MakeField("until", &ScenarioExpectation::until),
      MakeField("atLeast", &ScenarioExpectation::at_least),
      MakeField("atMost", &ScenarioExpectation::at_most),
      MakeField("is", &ScenarioExpectation::is),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_EXPECTATION_FIELDS_H_
