// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/trial_judge.h"

#include "absl/strings/numbers.h"

namespace meshroute {
namespace {

constexpr size_t IndexOf(Outcome::Kind kind) { return static_cast<size_t>(kind); }

// The status that the caller is answered with where the attempt had no answer.
int StatusOf(const Outcome& outcome) {
  using Kind = Outcome::Kind;
  if (outcome.kind == Kind::kProtocolError) return 502;
  if (outcome.kind == Kind::kOverflow || outcome.kind == Kind::kNotReady) return 503;
  if (outcome.grpc_status != Outcome::kNoGrpcStatus) return HttpStatusOfGrpc(outcome.grpc_status);
  return outcome.status;
}

}  // namespace

BadOutcomes::BadOutcomes(const std::vector<std::string>& words) {
  if (words.empty()) {
    for (const char* word : {"5xx", "connect-failure", "timeout", "reset"}) Add(word);
  }
  for (const std::string& word : words) Add(word);
}

void BadOutcomes::Add(const std::string& word) {
  using Kind = Outcome::Kind;
  const auto add = [this](std::initializer_list<Kind> kinds) {
    for (const Kind kind : kinds) kinds_.set(IndexOf(kind));
  };
  if (word == "connect-failure") return add({Kind::kConnectFailed, Kind::kConnectTimeout});
  if (word == "timeout") return add({Kind::kTimeout});
  if (word == "reset") {
    return add({Kind::kResetBeforeHeaders, Kind::kResetAfterHeaders, Kind::kRefusedStream});
  }
  if (word == "refused-stream") return add({Kind::kRefusedStream});
  if (word == "protocol-error") return add({Kind::kProtocolError});
  if (word == "overflow") return add({Kind::kOverflow});
  if (word.size() == 3 && word.substr(1) == "xx") {
    const size_t first = static_cast<size_t>(word[0] - '0') * 100;
    for (size_t status = first; status < first + 100 && status < kStatuses; ++status) {
      statuses_.set(status);
    }
    return;
  }
  uint32_t status = 0;
  if (absl::SimpleAtoi(word, &status) && status < kStatuses) statuses_.set(status);
}

bool BadOutcomes::Contains(const Outcome& outcome) const {
  if (kinds_.test(IndexOf(outcome.kind))) return true;
  const int status = StatusOf(outcome);
  return status > 0 && status < static_cast<int>(kStatuses) &&
         statuses_.test(static_cast<size_t>(status));
}

TrialJudge::TrialJudge(const RolloutAnalysis& analysis) {
  for (size_t i = 0; i < analysis.metrics.size(); ++i) {
    const RolloutMetric& metric = analysis.metrics[i];
    const bool has_limit = AllowedRateOf(metric).has_value();
    bad_.emplace_back(metric.bad_status);
    increases_.push_back(MarginsOf(metric).increase);
    own_limits_.emplace_back(0);
    relative_.push_back(signals_.size());
    if (metric.name != kRequestDuration) {
      absolute_.push_back(has_limit ? std::optional(signals_.size()) : std::nullopt);
      const bool is_reported = metric.name == kReportedSuccessRate;
      signals_.push_back({is_reported ? Signal::Kind::kReported : Signal::Kind::kOutcome, i});
      continue;
    }
    compares_latency_ = true;
    signals_.push_back({Signal::Kind::kLatencyOfBaseline, i});
    absolute_.push_back(has_limit ? std::optional(signals_.size()) : std::nullopt);
    if (!has_limit) continue;
    constexpr double kNanoseconds = 1e6;  // Of a millisecond.
    own_limits_.back() =
        Duration(static_cast<int64_t>(*metric.threshold_range->max * kNanoseconds));
    signals_.push_back({Signal::Kind::kLatencyLimit, i});
  }
}

Bit TrialJudge::Judge(size_t signal, const Trial& trial, Duration limit) const {
  const Signal& what = signals_[signal];
  if (what.kind == Signal::Kind::kOutcome) return JudgeOutcome(bad_[what.metric], trial);
  if (what.kind == Signal::Kind::kReported) return JudgeReport(trial);
  if (what.kind == Signal::Kind::kLatencyLimit) limit = own_limits_[what.metric];
  return JudgeLatency(trial, limit);
}

Duration TrialJudge::CanaryLimit(size_t metric, Duration limit) const {
  return limit +
         Duration(static_cast<int64_t>(static_cast<double>(limit.count()) * increases_[metric]));
}

Bit TrialJudge::JudgeOutcome(const BadOutcomes& bad, const Trial& trial) const {
  if (!trial.has_ended() || trial.outcome.kind == Outcome::Kind::kCancelled) return Bit::kNone;
  return bad.Contains(trial.outcome) ? Bit::kBad : Bit::kGood;
}

Bit TrialJudge::JudgeReport(const Trial& trial) {
  if (trial.stage == Trial::Stage::kReportedBad) return Bit::kBad;
  return trial.stage == Trial::Stage::kReportedGood ? Bit::kGood : Bit::kNone;
}

Bit TrialJudge::JudgeLatency(const Trial& trial, Duration limit) {
  const bool is_due = trial.stage == Trial::Stage::kEnded || trial.stage == Trial::Stage::kOpen;
  if (limit == Duration(0) || !is_due) return Bit::kNone;
  if (trial.outcome.elapsed > limit) return Bit::kBad;
  if (trial.stage == Trial::Stage::kOpen) return Bit::kNone;
  return trial.outcome.kind == Outcome::Kind::kCancelled ? Bit::kNone : Bit::kGood;
}

}  // namespace meshroute
