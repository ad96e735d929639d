// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/simulation/report_numbers.h"
#include "meshroute/simulation/study.h"

namespace meshroute {
namespace {

using Members = std::vector<DocumentNode::Member>;

void Set(Members& members, std::string_view key, DocumentNode value) {
  members.push_back({std::string(key), {}, std::move(value)});
}

void Set(Members& members, std::string_view key, uint64_t count) {
  Set(members, key, DocumentNode::Number(absl::StrCat(count)));
}

void SetValues(Members& members, std::string_view key, const StudyValues& values) {
  if (values.sorted.empty()) return;
  Members marks;
  for (const int percent : {5, 50, 95}) {
    Set(marks, absl::StrCat("p", percent),
        DocumentNode::Number(absl::StrFormat("%.9g", values.Percentile(percent))));
  }
  Set(members, key, DocumentNode::Map(std::move(marks)));
}

std::string Marks(const StudyValues& values, std::string_view unit) {
  return absl::StrFormat("median %.4g%s, p95 %.4g%s", values.Percentile(50), unit,
                         values.Percentile(95), unit);
}

std::string Share(uint64_t part, uint64_t runs) {
  return absl::StrFormat("%d of %d (%s)", part, runs, ShortPercent(PercentOf(part, runs)));
}

}  // namespace

std::string ToText(const StudyResult& result) {
  std::string text = absl::StrFormat("%s: %d runs, seeds from %d\n",
                                     result.name.empty() ? "scenario" : result.name, result.runs,
                                     result.first_seed);
  if (!result.failed_percent.sorted.empty()) {
    absl::StrAppend(&text, "  failed calls       ", Marks(result.failed_percent, "%"), "\n");
    absl::StrAppend(&text, "  p99                ", Marks(result.p99_milliseconds, "ms"), "\n");
    absl::StrAppend(&text, "  expectations met   ", Share(result.all_met, result.runs), "\n");
  }
  for (const StudyRollout& rollout : result.rollouts) {
    absl::StrAppend(&text, "rollout ", rollout.name, "\n  rolled back        ",
                    Share(rollout.rolled_back, result.runs), "\n");
    if (rollout.rolled_back > 0) {
      absl::StrAppend(&text, "    after            ", Marks(rollout.rollback_seconds, "s"),
                      "\n    users hurt       ", Marks(rollout.users_hurt, ""), "\n");
    }
    absl::StrAppend(&text, "  promoted           ", Share(rollout.promoted, result.runs), "\n");
    if (rollout.promoted > 0) {
      absl::StrAppend(&text, "    after            ", Marks(rollout.promotion_seconds, "s"), "\n");
    }
  }
  return text;
}

DocumentNode ToDocument(const StudyResult& result) {
  Members members;
  Set(members, "name", DocumentNode::String(result.name));
  Set(members, "runs", result.runs);
  Set(members, "firstSeed", result.first_seed);
  if (!result.failed_percent.sorted.empty()) Set(members, "allMet", result.all_met);
  SetValues(members, "failedPercent", result.failed_percent);
  SetValues(members, "p99Milliseconds", result.p99_milliseconds);
  std::vector<DocumentNode> rollouts;
  for (const StudyRollout& rollout : result.rollouts) {
    Members of;
    Set(of, "name", DocumentNode::String(rollout.name));
    Set(of, "rolledBack", rollout.rolled_back);
    Set(of, "promoted", rollout.promoted);
    SetValues(of, "rollbackSeconds", rollout.rollback_seconds);
    SetValues(of, "usersHurt", rollout.users_hurt);
    SetValues(of, "promotionSeconds", rollout.promotion_seconds);
    rollouts.push_back(DocumentNode::Map(std::move(of)));
  }
  Set(members, "rollouts", DocumentNode::List(std::move(rollouts)));
  return DocumentNode::Map(std::move(members));
}

}  // namespace meshroute
