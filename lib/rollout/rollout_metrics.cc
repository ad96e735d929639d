// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_metrics.h"

#include <cmath>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace meshroute {
namespace {

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string Number(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return absl::StrCat(value);
}

// `name="value"`, with what the format escapes.
std::string Label(const char* name, const std::string& value) {
  return absl::StrCat(name, "=\"",
                      absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                      "\"");
}

// One family at a time: its type, then the samples of every rollout.
class Exposition {
 public:
  explicit Exposition(std::span<const RolloutStatus> rollouts) : rollouts_(rollouts) {}

  using Visit = std::function<void(const RolloutStatus&)>;
  void Family(const char* name, const char* type, const Visit& visit) {
    name_ = absl::StrCat("meshroute_rollout_", name);
    absl::StrAppend(&text_, "# TYPE ", name_, " ", type, "\n");
    for (const RolloutStatus& status : rollouts_) {
      rollout_ = Label("rollout", status.rollout);
      visit(status);
    }
  }

  // One value of each rollout.
  void Gauge(const char* name, const std::function<double(const RolloutStatus&)>& value) {
    Family(name, "gauge", [&](const RolloutStatus& status) { Sample("", value(status)); });
  }

  void Sample(const std::string& labels, double value, const char* suffix = "") {
    absl::StrAppend(&text_, name_, suffix, "{", rollout_, labels.empty() ? "" : ",", labels, "} ",
                    Number(value), "\n");
  }

  const std::string& text() const { return text_; }

 private:
  const std::span<const RolloutStatus> rollouts_;
  std::string text_;
  std::string name_;
  std::string rollout_;
};

void AddState(Exposition& out) {
  out.Family("phase", "gauge", [&](const RolloutStatus& status) {
    for (size_t i = 0; i < kRolloutPhases; ++i) {
      const auto phase = static_cast<RolloutPhase>(i);
      out.Sample(Label("phase", PhaseName(phase)), status.phase == phase ? 1 : 0);
    }
  });
  out.Family("weight", "gauge", [&](const RolloutStatus& status) {
    out.Sample(Label("arm", "baseline"), 1 - status.weight - status.fresh_weight);
    out.Sample(Label("arm", "canary"), status.weight);
    if (status.fresh_weight > 0) out.Sample(Label("arm", "fresh-baseline"), status.fresh_weight);
  });
  out.Gauge("step", [](const RolloutStatus& status) { return status.step; });
  out.Family("score", "gauge", [&](const RolloutStatus& status) {
    out.Sample(Label("test", "all"), std::log(status.score));
    for (const MetricStatus& metric : status.metrics) {
      out.Sample(Label("test", metric.name), std::log(metric.score));
    }
  });
  out.Gauge("score_limit", [](const RolloutStatus& s) { return std::log(s.score_limit); });
  out.Gauge("holding", [](const RolloutStatus& status) { return status.holding ? 1 : 0; });
  out.Gauge("suspect_endpoints",
            [](const RolloutStatus& s) { return static_cast<double>(s.suspects.size()); });
}

void AddCounts(Exposition& out) {
  const auto each_arm = [&](const char* name, const char* type, const auto& visit) {
    out.Family(name, type, [&](const RolloutStatus& status) {
      for (const MetricStatus& metric : status.metrics) {
        for (const auto& [arm, counts] :
             {std::pair("baseline", &metric.baseline), std::pair("canary", &metric.canary)}) {
          visit(absl::StrCat(Label("arm", arm), ",", Label("metric", metric.name)), *counts);
        }
      }
    });
  };
  each_arm("trials_total", "counter", [&](const std::string& labels, const ArmStatus& arm) {
    out.Sample(absl::StrCat(labels, ",", Label("result", "bad")), static_cast<double>(arm.bad));
    out.Sample(absl::StrCat(labels, ",", Label("result", "good")),
               static_cast<double>(arm.trials - arm.bad));
  });
  each_arm("bad_ratio", "gauge", [&](const std::string& labels, const ArmStatus& arm) {
    if (arm.trials > 0) {
      out.Sample(labels, static_cast<double>(arm.bad) / static_cast<double>(arm.trials));
    }
  });
  each_arm("bad_ratio_bound", "gauge", [&](const std::string& labels, const ArmStatus& arm) {
    out.Sample(absl::StrCat(labels, ",", Label("side", "low")), arm.low);
    out.Sample(absl::StrCat(labels, ",", Label("side", "high")), arm.high);
  });
  out.Family("latency_limit_seconds", "gauge", [&](const RolloutStatus& status) {
    for (const MetricStatus& metric : status.metrics) {
      if (metric.latency_limit > Duration(0)) {
        out.Sample(Label("metric", metric.name), Seconds(metric.latency_limit));
      }
    }
  });
}

void AddPairs(Exposition& out) {
  out.Family("pairs_total", "counter", [&](const RolloutStatus& status) {
    for (const MetricStatus& metric : status.metrics) {
      if (metric.pairs == PairCounts()) continue;
      const PairCounts& pairs = metric.pairs;
      for (const auto& [result, count] :
           {std::pair("canary_alone_bad", pairs.canary_alone),
            std::pair("baseline_alone_bad", pairs.baseline_alone),
            std::pair("both_bad", pairs.both_bad), std::pair("both_good", pairs.both_good)}) {
        out.Sample(absl::StrCat(Label("metric", metric.name), ",", Label("result", result)),
                   static_cast<double>(count));
      }
    }
  });
}

void AddHistory(Exposition& out) {
  out.Family("rollbacks_total", "counter", [&](const RolloutStatus& status) {
    for (const auto& [reason, count] : status.rollbacks) {
      out.Sample(Label("reason", reason), static_cast<double>(count));
    }
  });
  out.Family("promotions_total", "counter", [&](const RolloutStatus& status) {
    constexpr auto kPromoted = static_cast<size_t>(RolloutEvent::Kind::kPromoted);
    out.Sample("", static_cast<double>(status.events[kPromoted]));
  });
  out.Family("step_seconds", "histogram", [&](const RolloutStatus& status) {
    uint64_t below = 0;
    for (size_t i = 0; i < status.step_times.counts.size(); ++i) {
      below += status.step_times.counts[i];
      const bool is_last = i == StepTimes::kBounds.size();
      const double bound = is_last ? INFINITY : StepTimes::kBounds[i];
      out.Sample(Label("le", Number(bound)), static_cast<double>(below), "_bucket");
    }
    out.Sample("", status.step_times.sum, "_sum");
    out.Sample("", static_cast<double>(below), "_count");
  });
  out.Family("duration_seconds", "gauge", [&](const RolloutStatus& status) {
    if (status.phase == RolloutPhase::kSucceeded || status.phase == RolloutPhase::kFailed) {
      out.Sample(Label("result", PhaseName(status.phase)), Seconds(status.running));
    }
  });
  out.Family("paused_seconds_total", "counter",
             [&](const RolloutStatus& status) { out.Sample("", Seconds(status.paused)); });
  out.Gauge("shards", [](const RolloutStatus& status) { return status.shards; });
  out.Gauge("shard_age_seconds", [](const RolloutStatus& s) { return Seconds(s.oldest_shard); });
  out.Gauge("decision_latency_seconds",
            [](const RolloutStatus& status) { return Seconds(status.last_decision); });
}

}  // namespace

std::string RolloutMetricsText(std::span<const RolloutStatus> rollouts) {
  Exposition out(rollouts);
  AddState(out);
  AddCounts(out);
  AddPairs(out);
  AddHistory(out);
  return out.text();
}

}  // namespace meshroute
