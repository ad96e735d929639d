// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/simulation/report_numbers.h"
#include "meshroute/simulation/report.h"

namespace meshroute {
namespace {

using Members = std::vector<DocumentNode::Member>;

void Set(Members& members, std::string_view key, DocumentNode value) {
  members.push_back({std::string(key), {}, std::move(value)});
}

void Set(Members& members, std::string_view key, const std::string& text) {
  Set(members, key, DocumentNode::String(text));
}

void Set(Members& members, std::string_view key, uint64_t count) {
  Set(members, key, DocumentNode::Number(absl::StrCat(count)));
}

void Set(Members& members, std::string_view key, double number) {
  Set(members, key, DocumentNode::Number(absl::StrFormat("%.9g", number)));
}

void SetCounts(Members& members, const CallCounts& counts) {
  Set(members, "calls", counts.calls);
  Set(members, "failed", counts.failed);
  Set(members, "attempts", counts.attempts);
  Set(members, "retries", counts.retries);
  Set(members, "overflows", counts.overflows);
  Set(members, "p50", MillisecondsOf(counts.latency.Percentile(50)));
  Set(members, "p99", MillisecondsOf(counts.latency.Percentile(99)));
}

DocumentNode VersionsOf(const SimulatedInterval& interval, const SimulationResult& result) {
  Members versions;
  for (size_t i = 0; i < interval.versions.size(); ++i) {
    Members counts;
    SetCounts(counts, interval.versions[i]);
    Set(versions, result.versions[i].name, DocumentNode::Map(std::move(counts)));
  }
  return DocumentNode::Map(std::move(versions));
}

DocumentNode PointsOf(const SimulatedInterval& interval, const SimulationResult& result) {
  Members rollouts;
  for (size_t i = 0; i < interval.rollouts.size(); ++i) {
    const RolloutPoint& point = interval.rollouts[i];
    Members members;
    Set(members, "phase", point.phase);
    Set(members, "weight", point.weight);
    Set(members, "score", point.score);
    Set(members, "holding", DocumentNode::Bool(point.holding != 0));
    Set(rollouts, result.rollouts[i].name, DocumentNode::Map(std::move(members)));
  }
  return DocumentNode::Map(std::move(rollouts));
}

DocumentNode IntervalNode(const SimulatedInterval& interval, const SimulationResult& result) {
  Members members;
  Set(members, "from", SecondsOf(interval.from));
  Set(members, "until", SecondsOf(interval.until));
  Set(members, "started", interval.started);
  SetCounts(members, interval.all);
  Members statuses;
  for (const auto& [status, count] : interval.statuses) Set(statuses, absl::StrCat(status), count);
  Set(members, "statuses", DocumentNode::Map(std::move(statuses)));
  Set(members, "ejections", interval.ejections);
  Set(members, "ejectedEndpoints", interval.ejected);
  Set(members, "inFlight", interval.in_flight);
  Set(members, "versions", VersionsOf(interval, result));
  if (!interval.rollouts.empty()) Set(members, "rollouts", PointsOf(interval, result));
  return DocumentNode::Map(std::move(members));
}

DocumentNode EventsOf(const SimulationResult& result) {
  std::vector<DocumentNode> events;
  for (const TimelineEvent& event : result.events) {
    Members members;
    Set(members, "at", SecondsOf(event.at));
    Set(members, "kind", event.kind);
    Set(members, "text", event.text);
    events.push_back(DocumentNode::Map(std::move(members)));
  }
  return DocumentNode::List(std::move(events));
}

DocumentNode RolloutsOf(const SimulationResult& result) {
  std::vector<DocumentNode> rollouts;
  for (const RolloutOutcome& rollout : result.rollouts) {
    Members members;
    Set(members, "name", rollout.name);
    Set(members, "phase", rollout.phase);
    Set(members, "weight", rollout.weight);
    Set(members, "peakScore", rollout.peak_score);
    Set(members, "scoreLimit", rollout.score_limit);
    if (rollout.rollback_at) Set(members, "rollbackAt", SecondsOf(*rollout.rollback_at));
    if (rollout.promoted_at) Set(members, "promotedAt", SecondsOf(*rollout.promoted_at));
    Set(members, "usersHurt", rollout.users_hurt);
    rollouts.push_back(DocumentNode::Map(std::move(members)));
  }
  return DocumentNode::List(std::move(rollouts));
}

DocumentNode ExpectationsOf(const SimulationReport& report) {
  std::vector<DocumentNode> expectations;
  for (const ExpectationResult& result : report.expectations) {
    Members members;
    Set(members, "met", DocumentNode::Bool(result.met));
    Set(members, "expected", result.expected);
    Set(members, "actual", result.actual);
    expectations.push_back(DocumentNode::Map(std::move(members)));
  }
  return DocumentNode::List(std::move(expectations));
}

}  // namespace

DocumentNode ToDocument(const SimulationReport& report) {
  const SimulationResult& result = report.result;
  Members members;
  Set(members, "name", result.name);
  Set(members, "seed", result.seed);
  Set(members, "duration", SecondsOf(result.duration));
  Set(members, "total", IntervalNode(result.total, result));
  Set(members, "rollouts", RolloutsOf(result));
  Set(members, "expectations", ExpectationsOf(report));
  Set(members, "eventCount", result.event_count);
  Set(members, "events", EventsOf(result));
  std::vector<DocumentNode> timeline;
  for (const SimulatedInterval& interval : result.timeline) {
    timeline.push_back(IntervalNode(interval, result));
  }
  Set(members, "timeline", DocumentNode::List(std::move(timeline)));
  return DocumentNode::Map(std::move(members));
}

}  // namespace meshroute
