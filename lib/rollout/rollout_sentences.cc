// SPDX-License-Identifier: Apache-2.0
// What happened, in words that someone can act on.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/rollout/rollout_state.h"
#include "meshroute/rollout/anytime_bounds.h"

namespace meshroute {
namespace {

std::string Number(double value) {
  if (std::isinf(value)) return "beyond counting";
  return value < 100 ? absl::StrFormat("%.3g", value) : absl::StrFormat("%.0f", value);
}

double RateOf(const Tally::Pair& pair) {
  const double trials = static_cast<double>(pair.bad + pair.good);
  return trials > 0 ? static_cast<double>(pair.bad) / trials : 0;
}

}  // namespace

// "5 %", "0.1 %", "6.8 %": two digits that say something.
std::string Rollout::State::InPercent(double rate) {
  const double percent = rate * 100;
  return absl::StrFormat("%.*g %%", percent >= 10 ? 3 : 2, percent);
}

std::string Rollout::State::CanaryName() const {
  const Destination& canary = *plan().canary;
  return absl::StrCat(plan().metadata.name, " ",
                      canary.subset.empty() ? canary.host : canary.subset);
}

// "5 %"; of an abTest, which has a share of its match alone, "50 % of its match".
std::string Rollout::State::ShareInWords(double weight) const {
  const bool is_ab_test = plan().strategy == RolloutPlan::Strategy::kAbTest;
  if (!is_ab_test || weight > 0 || !HasCanaryTraffic()) return InPercent(weight);
  return absl::StrCat(InPercent(MatchShareOf(plan())), " of its match");
}

// The metric whose bets have won most; its counts of this step, or of the attempt where
// the step has no bad ones.
Rollout::State::Grounds Rollout::State::GroundsOf() const {
  Grounds grounds;
  double most = -1;
  for (size_t i = 0; i < board_->metrics(); ++i) {
    const double won = board_->share(i) * board_->MetricValue(i);
    if (won <= most) continue;
    most = won;
    grounds.metric = i;
  }
  if (judge_->signals().empty()) return grounds;
  const StepEvidence* const evidence = evidence_.FindStep(progress_.tag);
  const bool is_compared = evidence == nullptr ||
                           evidence->facts().mode == StepFacts::Mode::kCompared ||
                           evidence->facts().mode == StepFacts::Mode::kPaired;
  const size_t signal =
      is_compared
          ? judge_->RelativeSignal(grounds.metric)
          : judge_->AbsoluteSignal(grounds.metric).value_or(judge_->RelativeSignal(grounds.metric));
  const Tally::Step& step = sums_.At(progress_.tag);
  grounds.pairs = step.Pairs(signal);
  grounds.canary = step.CanarySum(signal);
  grounds.baseline = step.BaselineSum(signal);
  if (grounds.canary.bad > 0) return grounds;
  grounds.canary = sums_.CanarySum(signal);
  grounds.baseline = sums_.BaselineSum(signal);
  return grounds;
}

// "6 of 88 canary requests failed (6.8 %) against 2 of 1504 (0.13 %)".
std::string Rollout::State::Counts(const Grounds& grounds) const {
  const bool is_latency =
      !analysis().metrics.empty() && analysis().metrics[grounds.metric].name == kRequestDuration;
  std::string text = absl::StrCat(
      grounds.canary.bad, " of ", grounds.canary.bad + grounds.canary.good, " canary requests ",
      is_latency ? "were too slow" : "failed", " (", InPercent(RateOf(grounds.canary)), ")");
  if (grounds.baseline.bad + grounds.baseline.good > 0) {
    absl::StrAppend(&text, " against ", grounds.baseline.bad, " of ",
                    grounds.baseline.bad + grounds.baseline.good, " (",
                    InPercent(RateOf(grounds.baseline)), ")");
  }
  return text;
}

void Rollout::State::Tell(EventKind kind, std::string_view subject, std::string_view by) {
  RolloutEvent event{.kind = kind,
                     .rollout = plan_.name(),
                     .revision = plan_.revision(),
                     .generation = progress_.generation,
                     .attempt = progress_.attempt,
                     .at = clock_.Wall(),
                     .step = progress_.step,
                     .weight = progress_.weight,
                     .subject = std::string(subject),
                     .by = std::string(by),
                     .score = board_->Value(),
                     .score_limit = Limit(),
                     .score_without = 0,
                     .sentence = ""};
  if (kind == EventKind::kEndpointSuspected) {
    event.score_without = board_->ValueWithout(evidence_.table().names->IndexOf(progress_.suspect));
  }
  event.sentence = SentenceOf(event);
  constexpr size_t kKept = 50;
  ++events_[static_cast<size_t>(kind)];
  history_.push_back(event);
  if (history_.size() > kKept) history_.pop_front();
  observer_.OnRolloutEvent(event);
}

std::string Rollout::State::SentenceOf(const RolloutEvent& event) const {
  const std::string name = CanaryName();
  switch (event.kind) {
    case EventKind::kRolloutStarted:
      return absl::StrCat(name, " begins, attempt ", event.attempt, " of revision ",
                          event.revision);
    case EventKind::kRolledBack:
      return absl::StrCat("all requests are back on the baseline of ", name);
    case EventKind::kSucceeded:
      return absl::StrCat(name, " has succeeded");
    case EventKind::kFailed:
      return absl::StrCat(name, " has failed (", event.subject,
                          "); retry it, or roll out another revision");
    case EventKind::kEvidenceLost:
      return absl::StrCat("the evidence on ", name, " is lost: ", event.subject);
    case EventKind::kLeaderChanged:
      return absl::StrCat(event.subject, " decides on ", name, " from now on");
    case EventKind::kEndpointEjected:
    case EventKind::kEndpointKept:
      return SentenceOfEjection(event);
    case EventKind::kGateWaiting:
    case EventKind::kGateApproved:
    case EventKind::kPaused:
    case EventKind::kResumed:
    case EventKind::kPromoted:
    case EventKind::kSuperseded:
    case EventKind::kRestored:
    case EventKind::kStepStarted:
      return SentenceOfStep(event);
    default:
      return SentenceOfVerdict(event);
  }
}

std::string Rollout::State::SentenceOfStep(const RolloutEvent& event) const {
  const std::string name = CanaryName();
  const std::string at = ShareInWords(event.weight);
  const std::string by = event.by.empty() ? "" : absl::StrCat(" by ", event.by);
  switch (event.kind) {
    case EventKind::kStepStarted:
      return absl::StrCat(name, " gets ", at, at.back() == '%' ? " of the requests" : "", ", step ",
                          event.step + 1, " of ", steps_.size());
    case EventKind::kGateWaiting:
      return absl::StrCat(name, " waits at ", at, " for the approval of ", event.subject);
    case EventKind::kGateApproved:
      return absl::StrCat(name, ": ", event.subject, " is approved", by);
    case EventKind::kPaused:
      return absl::StrCat(name, " is paused at ", at, by, " (", event.subject,
                          "); resume it, or abort it");
    case EventKind::kResumed:
      return absl::StrCat(name, " goes on at ", at, by);
    case EventKind::kPromoted:
      return absl::StrCat(name, plan().dry_run ? " would have been" : " is", " promoted to 100 %",
                          by);
    case EventKind::kSuperseded:
      return absl::StrCat(name, " is given up at ", at, ": revision ", event.subject,
                          " takes its place");
    default:
      return absl::StrCat(name, " goes on at ", at, " from a snapshot ", event.subject, " old");
  }
}

std::string Rollout::State::SentenceOfEjection(const RolloutEvent& event) const {
  const absl::StatusOr<Duration>& outcome = health_.ejection->outcome;
  const std::string which = absl::StrCat("endpoint ", event.subject, " of ", CanaryName(),
                                         ", which alone looks bad, is ");
  if (outcome.ok()) {
    const double seconds = std::chrono::duration<double>(*outcome).count();
    return absl::StrFormat("%sset aside for %.4g s at least", which, seconds);
  }
  if (event.kind == EventKind::kEndpointEjected) return which + "set aside already";
  return absl::StrCat(which, "not set aside: ", std::string(outcome.status().message()));
}

std::string Rollout::State::SentenceOfVerdict(const RolloutEvent& event) const {
  const std::string name = CanaryName();
  const std::string at =
      ComparesPairs() ? "before its first step" : absl::StrCat("at ", ShareInWords(event.weight));
  const std::string score =
      absl::StrCat("score ", Number(event.score), ", limit ", Number(event.score_limit));
  switch (event.kind) {
    case EventKind::kHolding:
      return absl::StrCat(name, " is held ", at, ": ", InWords(GroundsOf()), "; ", score);
    case EventKind::kHoldCleared:
      return absl::StrCat(name, " is no longer held ", at, "; ", score);
    case EventKind::kEndpointSuspected:
      return absl::StrCat(name, " is held ", at, ": endpoint ", event.subject, " alone looks bad; ",
                          score, ", without it ", Number(event.score_without));
    case EventKind::kStepTimedOut:
      if (ComparesPairs()) return absl::StrCat(SentenceOfMissingPairs(), "; ", score);
      return absl::StrCat(name, " did not pass the step ", at, " in time: ", StepRequests(),
                          " canary requests of the ", *RunningStep().min_requests, " wanted; ",
                          score);
    case EventKind::kBaselineWorse:
      return absl::StrCat("the baseline of ", name,
                          " is worse than the canary: ", InWords(GroundsOf()));
    default: {
      const std::string by = event.by.empty() ? "" : absl::StrCat(" by ", event.by);
      const std::string why =
          event.subject == "evidence" ? "" : absl::StrCat(event.subject, by, ", ");
      return absl::StrFormat("%s%s rolled back %s: %s%s; %s; %.1f s after %s", name,
                             plan().dry_run ? " would have been" : "", at, why,
                             InWords(GroundsOf()), score,
                             std::chrono::duration<double>(StakedTime()).count(),
                             ComparesPairs() ? "baselining began" : "step start");
    }
  }
}

}  // namespace meshroute
