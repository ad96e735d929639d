// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/behaviour_validation.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/simulation/latency_sampler.h"
#include "meshroute/config/duration.h"

namespace meshroute {
namespace {

using Scope = ConfigErrors::Scope;

void CheckSpan(Duration from, std::optional<Duration> until, ConfigErrors& errors) {
  CheckNotNegative("from", from, errors);
  if (!until.has_value() || *until > from) return;
  const Scope field(errors, "until");
  errors.Add(absl::StrCat("must be after `from`, got ", FormatDuration(*until)));
}

void CheckPercentiles(const std::map<std::string, Duration>& percentiles, ConfigErrors& errors) {
  const Scope scope(errors, "percentiles");
  double percent_before = -1;
  Duration before{0};
  for (const auto& [percent, latency] : SortedPercentiles(percentiles)) {
    if (percent <= 0 || percent > 100) {
      errors.Add("percentiles must be numbers above 0 and up to 100");
    } else if (percent == percent_before) {
      errors.Add(absl::StrCat("has ", percent, " twice"));
    } else if (latency < before) {
      errors.Add(absl::StrCat("the latency must not fall at ", percent));
    }
    percent_before = percent;
    before = latency;
  }
}

void CheckLatency(const LatencyModel& model, ConfigErrors& errors) {
  const Scope scope(errors, "latency");
  if (model == LatencyModel()) {
    errors.Add("must have one of constant, uniform, logNormal, exponential, percentiles");
  }
  if (model.constant) CheckNotNegative("constant", *model.constant, errors);
  if (model.uniform) {
    const Scope field(errors, "uniform");
    CheckNotNegative("minimum", model.uniform->minimum, errors);
    if (model.uniform->maximum < model.uniform->minimum) errors.Add("minimum is above maximum");
  }
  if (model.log_normal) {
    const Scope field(errors, "logNormal");
    CheckPositive("median", model.log_normal->median, errors);
    if (!(model.log_normal->sigma >= 0 && model.log_normal->sigma <= 5)) {
      errors.Add(absl::StrCat("sigma must be from 0 to 5, got ", model.log_normal->sigma));
    }
  }
  if (model.exponential) {
    const Scope field(errors, "exponential");
    CheckPositive("mean", model.exponential->mean, errors);
    CheckNotNegative("floor", model.exponential->floor, errors);
  }
  if (!model.percentiles.empty()) CheckPercentiles(model.percentiles, errors);
}

void CheckFailures(const std::vector<FailureModel>& failures, ConfigErrors& errors) {
  double sum = 0;
  for (size_t i = 0; i < failures.size(); ++i) {
    const Scope scope(errors, "failures", i);
    const FailureModel& failure = failures[i];
    if (!(failure.percent >= 0 && failure.percent <= 100)) {
      const Scope field(errors, "percent");
      errors.Add(absl::StrCat("must be from 0 to 100, got ", failure.percent));
    }
    if (failure.status < 100 || failure.status > 599) {
      const Scope field(errors, "status");
      errors.Add(absl::StrCat("must be from 100 to 599, got ", failure.status));
    }
    if (failure.after) CheckNotNegative("after", *failure.after, errors);
    sum += failure.percent;
  }
  if (sum <= 100.000001) return;
  const Scope scope(errors, "failures");
  errors.Add(absl::StrCat("the shares must be at most 100 percent together, they are ", sum));
}

}  // namespace

void CheckPositive(std::string_view field, Duration value, ConfigErrors& errors) {
  if (value > Duration::zero()) return;
  const Scope scope(errors, field);
  errors.Add(absl::StrCat("must be more than 0, got ", FormatDuration(value)));
}

void CheckNotNegative(std::string_view field, Duration value, ConfigErrors& errors) {
  if (value >= Duration::zero()) return;
  const Scope scope(errors, field);
  errors.Add(absl::StrCat("must be 0 or more, got ", FormatDuration(value)));
}

void CheckBehaviour(const EndpointBehaviour& behaviour, ConfigErrors& errors) {
  CheckSpan(behaviour.from, behaviour.until, errors);
  if (behaviour.latency) CheckLatency(*behaviour.latency, errors);
  if (behaviour.failures) CheckFailures(*behaviour.failures, errors);
  if (behaviour.capacity && behaviour.capacity->concurrency == 0) {
    const Scope scope(errors, "capacity");
    const Scope field(errors, "concurrency");
    errors.Add("must be 1 or more");
  }
  if (behaviour.cold_start) {
    const Scope scope(errors, "coldStart");
    CheckPositive("lasts", behaviour.cold_start->lasts, errors);
    if (!(behaviour.cold_start->factor >= 1)) {
      const Scope field(errors, "factor");
      errors.Add(absl::StrCat("must be 1 or more, got ", behaviour.cold_start->factor));
    }
  }
}

void CheckIncident(const Incident& incident, ConfigErrors& errors) {
  CheckSpan(incident.from, incident.until, errors);
  CheckFailures(incident.failures, errors);
  if (incident.slowdown > 0) return;
  const Scope field(errors, "slowdown");
  errors.Add(absl::StrCat("must be more than 0, got ", incident.slowdown));
}

}  // namespace meshroute
