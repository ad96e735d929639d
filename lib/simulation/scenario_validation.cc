// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/simulation/behaviour_validation.h"
#include "meshroute/config/duration.h"
#include "meshroute/simulation/scenario_reader.h"

namespace meshroute {
namespace {

using Scope = ConfigErrors::Scope;
using Measure = ScenarioExpectation::Measure;

constexpr double kMaximumRate = 10'000'000;
constexpr uint32_t kMaximumProcesses = 1000;
constexpr int64_t kMaximumIntervals = 100'000;

void CheckRate(double rate, ConfigErrors& errors) {
  if (rate >= 0 && rate <= kMaximumRate) return;
  const Scope field(errors, "rate");
  errors.Add(absl::StrCat("must be from 0 to ", kMaximumRate, " calls a second, got ", rate));
}

void CheckArrivals(const Arrivals& arrivals, ConfigErrors& errors) {
  const Scope scope(errors, "arrivals");
  CheckRate(arrivals.rate, errors);
  Duration end{0};
  for (size_t i = 0; i < arrivals.changes.size(); ++i) {
    const Scope change(errors, "changes", i);
    const RateChange& at = arrivals.changes[i];
    CheckRate(at.rate, errors);
    CheckNotNegative("over", at.over, errors);
    if (at.at < end) {
      const Scope field(errors, "at");
      errors.Add(absl::StrCat("must not be before the change before it is over, at ",
                              FormatDuration(end)));
    }
    end = at.at + at.over;
  }
  for (size_t i = 0; i < arrivals.bursts.size(); ++i) {
    const Scope burst(errors, "bursts", i);
    CheckRate(arrivals.bursts[i].rate, errors);
    CheckNotNegative("at", arrivals.bursts[i].at, errors);
    CheckPositive("lasts", arrivals.bursts[i].lasts, errors);
  }
}

void CheckRequests(const Scenario& scenario, ConfigErrors& errors) {
  if (scenario.requests.empty()) {
    const Scope field(errors, "requests");
    errors.Add("must have at least one kind of request");
  }
  for (size_t i = 0; i < scenario.requests.size(); ++i) {
    const Scope scope(errors, "requests", i);
    const SimulatedRequest& request = scenario.requests[i];
    CheckNotNegative("deadline", request.deadline, errors);
    if (request.authority.empty()) {
      const Scope field(errors, "authority");
      errors.Add("must name the host that is called, such as reviews:9080");
    }
    if (!(request.weight > 0)) {
      const Scope field(errors, "weight");
      errors.Add(absl::StrCat("must be more than 0, got ", request.weight));
    }
    if (request.users.has_value() && request.users->count == 0) {
      const Scope field(errors, "users");
      const Scope count(errors, "count");
      errors.Add("must be 1 or more");
    }
  }
}

void CheckChanges(const Scenario& scenario, ConfigErrors& errors) {
  Duration last{0};
  for (size_t i = 0; i < scenario.changes.size(); ++i) {
    const Scope scope(errors, "changes", i);
    const ScenarioChange& change = scenario.changes[i];
    if (change.at < last) {
      const Scope field(errors, "at");
      errors.Add("must not be before the change before it");
    }
    last = std::max(last, change.at);
    if (change.rules.empty() && change.resources == nullptr && !change.endpoints &&
        !change.rollout) {
      errors.Add("changes nothing: it has no rules, resources, endpoints or rollout");
    }
    if (change.endpoints.has_value() && change.endpoints->host.empty()) {
      const Scope endpoints(errors, "endpoints");
      const Scope host(errors, "host");
      errors.Add("must name the host whose endpoints change");
    }
  }
}

bool IsWhole(Duration moment, Duration interval) { return moment % interval == Duration::zero(); }

void CheckExpectation(const ScenarioExpectation& expectation, Duration interval,
                      ConfigErrors& errors) {
  const bool is_text = expectation.measure == Measure::kRolloutPhase;
  if (is_text != expectation.is.has_value()) {
    errors.Add(is_text ? "must say what the phase `is`" : "`is` is for rolloutPhase alone");
  }
  if (!is_text && !expectation.at_least && !expectation.at_most) {
    errors.Add("must say `atLeast` or `atMost`");
  }
  const Duration until = expectation.until.value_or(expectation.from + interval);
  if (expectation.from < Duration::zero() || until <= expectation.from) {
    errors.Add("`until` must be after `from`, and `from` not negative");
  } else if (!IsWhole(expectation.from, interval) || !IsWhole(until, interval)) {
    errors.Add(absl::StrCat("`from` and `until` must be multiples of the interval of ",
                            FormatDuration(interval)));
  }
}

void CheckTimes(const Scenario& scenario, ConfigErrors& errors) {
  CheckPositive("duration", scenario.duration, errors);
  CheckNotNegative("interval", scenario.interval, errors);
  if (scenario.interval <= Duration::zero()) return;
  if (scenario.duration / scenario.interval <= kMaximumIntervals) return;
  const Scope field(errors, "interval");
  errors.Add(absl::StrCat("makes more than ", kMaximumIntervals, " rows"));
}

void CheckProcesses(const SimulatedProcesses& processes, ConfigErrors& errors) {
  const Scope scope(errors, "processes");
  CheckNotNegative("mergeLag", processes.merge_lag, errors);
  if (processes.count >= 1 && processes.count <= kMaximumProcesses) return;
  const Scope field(errors, "count");
  errors.Add(absl::StrCat("must be from 1 to ", kMaximumProcesses, ", got ", processes.count));
}

}  // namespace

Duration IntervalOf(const Scenario& scenario) {
  using std::chrono::seconds;
  if (scenario.interval > Duration::zero()) return scenario.interval;
  return std::max<Duration>(std::chrono::ceil<seconds>(scenario.duration / 60), seconds(1));
}

void ValidateScenario(const Scenario& scenario, ConfigErrors& errors) {
  CheckTimes(scenario, errors);
  CheckProcesses(scenario.processes, errors);
  CheckArrivals(scenario.arrivals, errors);
  CheckRequests(scenario, errors);
  for (size_t i = 0; i < scenario.behaviours.size(); ++i) {
    const Scope scope(errors, "behaviours", i);
    CheckBehaviour(scenario.behaviours[i], errors);
  }
  for (size_t i = 0; i < scenario.incidents.size(); ++i) {
    const Scope scope(errors, "incidents", i);
    CheckIncident(scenario.incidents[i], errors);
  }
  CheckChanges(scenario, errors);
  for (size_t i = 0; i < scenario.expect.size(); ++i) {
    const Scope scope(errors, "expect", i);
    CheckExpectation(scenario.expect[i], IntervalOf(scenario), errors);
  }
}

}  // namespace meshroute
