// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/simulation/report_numbers.h"
#include "meshroute/simulation/report.h"

namespace meshroute {
namespace {

using Row = std::vector<std::string>;

constexpr size_t kShownEvents = 40;

// Columns as wide as their longest cell, two spaces between.
void AppendTable(const std::vector<Row>& rows, std::string& text) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
}

std::string RolloutCell(const RolloutPoint& point) {
  return absl::StrFormat("%s %s, score %.3g%s", point.phase, ShortPercent(point.weight),
                         point.score, point.holding != 0 ? ", holding" : "");
}

// "local" has a column only where some call was answered locally.
bool IsShown(size_t version, const SimulationResult& result) {
  return version != 0 || result.total.versions[0].calls > 0;
}

Row HeadOf(const SimulationResult& result) {
  Row head = {"TIME", "CALLS/S", "FAILED", "P50", "P99", "RETRIES", "EJECTED"};
  for (size_t i = 0; i < result.versions.size(); ++i) {
    if (IsShown(i, result)) head.push_back(result.versions[i].name);
  }
  for (const RolloutOutcome& rollout : result.rollouts) head.push_back("rollout " + rollout.name);
  return head;
}

Row RowOf(const SimulatedInterval& interval, const SimulationResult& result) {
  const CallCounts& all = interval.all;
  Row row = {ShortMoment(interval.from),
             absl::StrFormat("%.4g", PerSecond(all.calls, interval)),
             ShortPercent(PercentOf(all.failed, all.calls)),
             ShortLatency(all.latency.Percentile(50)),
             ShortLatency(all.latency.Percentile(99)),
             absl::StrCat(all.retries),
             absl::StrCat(interval.ejected)};
  for (size_t i = 0; i < interval.versions.size(); ++i) {
    if (IsShown(i, result))
      row.push_back(ShortPercent(PercentOf(interval.versions[i].calls, all.calls)));
  }
  for (const RolloutPoint& point : interval.rollouts) row.push_back(RolloutCell(point));
  return row;
}

void AppendEvents(const SimulationResult& result, std::string& text) {
  if (result.events.empty()) return;
  absl::StrAppend(&text, "\nWhat happened\n");
  std::vector<Row> rows;
  for (const TimelineEvent& event : result.events) {
    if (rows.size() == kShownEvents) break;
    rows.push_back({"  " + ShortMoment(event.at), event.kind, event.text});
  }
  AppendTable(rows, text);
  if (result.event_count > rows.size()) {
    absl::StrAppend(&text, "  and ", result.event_count - rows.size(), " more\n");
  }
}

void AppendSummary(const SimulationResult& result, std::string& text) {
  const SimulatedInterval& total = result.total;
  absl::StrAppend(&text, "\nSummary\n");
  std::vector<Row> rows;
  rows.push_back(
      {"  calls", absl::StrFormat("%d ended, %d in flight at the end, %s failed", total.all.calls,
                                  total.in_flight,
                                  ShortPercent(PercentOf(total.all.failed, total.all.calls)))});
  std::string statuses;
  for (const auto& [status, count] : total.statuses) {
    absl::StrAppend(&statuses, statuses.empty() ? "" : ", ", status, ": ", count);
  }
  rows.push_back({"  statuses", statuses});
  rows.push_back({"  latency", absl::StrFormat("p50 %s, p99 %s, p99.9 %s",
                                               ShortLatency(total.all.latency.Percentile(50)),
                                               ShortLatency(total.all.latency.Percentile(99)),
                                               ShortLatency(total.all.latency.Percentile(99.9)))});
  rows.push_back(
      {"  attempts", absl::StrFormat("%d, of them %d retries; %d refused by a limit",
                                     total.all.attempts, total.all.retries, total.all.overflows)});
  rows.push_back({"  ejections", absl::StrCat(total.ejections)});
  for (const RolloutOutcome& rollout : result.rollouts) {
    std::string line =
        absl::StrFormat("%s at %s, highest score %.4g of %.4g", rollout.phase,
                        ShortPercent(rollout.weight), rollout.peak_score, rollout.score_limit);
    if (rollout.rollback_at) {
      absl::StrAppend(&line, ", rolled back after ", ShortMoment(*rollout.rollback_at), ", ",
                      rollout.users_hurt, " failed calls of the canary");
    }
    if (rollout.promoted_at) {
      absl::StrAppend(&line, ", promoted after ", ShortMoment(*rollout.promoted_at));
    }
    rows.push_back({"  rollout " + rollout.name, line});
  }
  AppendTable(rows, text);
}

void AppendExpectations(const SimulationReport& report, std::string& text) {
  if (report.expectations.empty()) return;
  absl::StrAppend(&text, "\nExpectations\n");
  std::vector<Row> rows;
  for (const ExpectationResult& result : report.expectations) {
    rows.push_back({result.met ? "  met" : "  NOT MET", result.expected, result.actual});
  }
  AppendTable(rows, text);
}

}  // namespace

bool SimulationReport::all_met() const {
  return std::all_of(expectations.begin(), expectations.end(),
                     [](const ExpectationResult& expectation) { return expectation.met; });
}

std::string ToText(const SimulationReport& report) {
  const SimulationResult& result = report.result;
  std::string text = absl::StrCat(result.name.empty() ? "scenario" : result.name, ": ",
                                  ShortMoment(result.duration), ", seed ", result.seed, "\n\n");
  std::vector<Row> rows = {HeadOf(result)};
  for (const SimulatedInterval& interval : result.timeline) rows.push_back(RowOf(interval, result));
  AppendTable(rows, text);
  AppendEvents(result, text);
  AppendSummary(result, text);
  AppendExpectations(report, text);
  return text;
}

}  // namespace meshroute
