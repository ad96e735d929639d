// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/expectation.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/simulation/expectation_fields.h"
#include "meshroute/config/duration.h"
#include "meshroute/simulation/result.h"
#include "meshroute/simulation/scenario.h"

namespace meshroute {
namespace {

using Measure = ScenarioExpectation::Measure;

// What a measure looks at: the intervals of its span, added up.
struct Window {
  CallCounts of{};    // Of the version that is asked for, or of all.
  CallCounts host{};  // Of all versions of that version's host.
  uint64_t ejections = 0;
  uint64_t ejected = 0;
};

bool IsVersion(const SimulatedVersion& version, const std::string& of) {
  return version.name == of || (!of.empty() && version.subset == of);
}

Window WindowOf(const ScenarioExpectation& expectation, const SimulationResult& result) {
  Window window;
  const Duration until = expectation.until.value_or(result.duration);
  for (const SimulatedInterval& interval : result.timeline) {
    if (interval.from < expectation.from || interval.until > until) continue;
    window.ejections += interval.ejections;
    window.ejected = std::max(window.ejected, interval.ejected);
    if (expectation.of.empty()) window.of.Add(interval.all);
    for (size_t i = 0; i < interval.versions.size(); ++i) {
      if (!IsVersion(result.versions[i], expectation.of)) continue;
      window.of.Add(interval.versions[i]);
      for (size_t j = 0; j < interval.versions.size(); ++j) {
        if (result.versions[j].host == result.versions[i].host) {
          window.host.Add(interval.versions[j]);
        }
      }
    }
  }
  return window;
}

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::optional<double> MeasureCalls(Measure measure, const Window& window) {
  const CallCounts& of = window.of;
  switch (measure) {
    case Measure::kCalls:
      return static_cast<double>(of.calls);
    case Measure::kFailedCalls:
      return static_cast<double>(of.failed);
    case Measure::kFailedPercent:
      return 100 * Share(of.failed, of.calls);
    case Measure::kSharePercent:
      return 100 * Share(of.calls, window.host.calls);
    case Measure::kAttempts:
      return static_cast<double>(of.attempts);
    case Measure::kAttemptsPerCall:
      return Share(of.attempts, of.calls);
    case Measure::kRetries:
      return static_cast<double>(of.retries);
    case Measure::kOverflows:
      return static_cast<double>(of.overflows);
    case Measure::kP50Milliseconds:
      return Milliseconds(of.latency.Percentile(50));
    case Measure::kP99Milliseconds:
      return Milliseconds(of.latency.Percentile(99));
    case Measure::kEjections:
      return static_cast<double>(window.ejections);
    case Measure::kEjectedEndpoints:
      return static_cast<double>(window.ejected);
    default:
      return std::nullopt;
  }
}

std::optional<double> Seconds(std::optional<Duration> moment) {
  if (!moment.has_value()) return std::nullopt;
  return std::chrono::duration<double>(*moment).count();
}

std::optional<double> MeasureRollout(Measure measure, const RolloutOutcome& rollout) {
  switch (measure) {
    case Measure::kUsersHurt:
      return static_cast<double>(rollout.users_hurt);
    case Measure::kRollbackSeconds:
      return Seconds(rollout.rollback_at);
    case Measure::kPromotedSeconds:
      return Seconds(rollout.promoted_at);
    case Measure::kWeightPercent:
      return rollout.weight;
    case Measure::kPeakScore:
      return rollout.peak_score;
    default:
      return std::nullopt;
  }
}

const RolloutOutcome* FindRollout(const std::string& of, const SimulationResult& result) {
  for (const RolloutOutcome& rollout : result.rollouts) {
    const size_t slash = rollout.name.find('/');
    if (of.empty() || rollout.name == of || rollout.name.substr(slash + 1) == of) return &rollout;
  }
  return nullptr;
}

std::string TextOf(double value) { return absl::StrFormat("%.6g", value); }

std::string Describe(const ScenarioExpectation& expectation) {
  std::string text(EnumTable<Measure>::kValues[static_cast<size_t>(expectation.measure)].name);
  if (!expectation.of.empty()) absl::StrAppend(&text, " of ", expectation.of);
  if (expectation.from > Duration::zero()) {
    absl::StrAppend(&text, " from ", FormatDuration(expectation.from));
  }
  if (expectation.until) absl::StrAppend(&text, " until ", FormatDuration(*expectation.until));
  if (expectation.at_least) absl::StrAppend(&text, " at least ", TextOf(*expectation.at_least));
  if (expectation.at_least && expectation.at_most) absl::StrAppend(&text, " and");
  if (expectation.at_most) absl::StrAppend(&text, " at most ", TextOf(*expectation.at_most));
  if (expectation.is) absl::StrAppend(&text, " is ", *expectation.is);
  return text;
}

bool IsOfCalls(Measure measure) { return measure < Measure::kUsersHurt; }

ExpectationResult Judge(const ScenarioExpectation& expectation, const SimulationResult& result) {
  ExpectationResult judged;
  judged.expected = Describe(expectation);
  std::optional<double> value;
  if (IsOfCalls(expectation.measure)) {
    value = MeasureCalls(expectation.measure, WindowOf(expectation, result));
  } else {
    const RolloutOutcome* const rollout = FindRollout(expectation.of, result);
    if (rollout == nullptr) {
      judged.actual = "there is no such rollout";
      return judged;
    }
    if (expectation.measure == Measure::kRolloutPhase) {
      judged.actual = rollout->phase;
      judged.met = expectation.is == rollout->phase;
      return judged;
    }
    value = MeasureRollout(expectation.measure, *rollout);
  }
  judged.actual = value.has_value() ? TextOf(*value) : "it did not happen";
  judged.met = value.has_value() && (!expectation.at_least || *value >= *expectation.at_least) &&
               (!expectation.at_most || *value <= *expectation.at_most);
  return judged;
}

}  // namespace

std::vector<ExpectationResult> CheckExpectations(const Scenario& scenario,
                                                 const SimulationResult& result) {
  std::vector<ExpectationResult> results;
  for (const ScenarioExpectation& expectation : scenario.expect) {
    results.push_back(Judge(expectation, result));
  }
  return results;
}

}  // namespace meshroute
