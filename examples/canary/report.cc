// SPDX-License-Identifier: Apache-2.0
#include "canary/report.h"

#include <algorithm>

#include "canary/curves.h"
#include "console/text.h"

namespace canary {
namespace {

constexpr size_t kWindow = 10;  // Samples that the shares of failed calls are taken over.

constexpr char kHead[] = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>meshroute: two rollouts</title><style>
:root { color-scheme: light dark; --a: #2166ac; --b: #c4532b; --grid: #8884; --bad: #b3261e;
  --good: #2f7d4f; }
body { margin: 2rem auto; max-width: 52rem; padding: 0 1rem; font: 15px/1.45 system-ui, sans-serif; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; opacity: .7; }
figure { margin: 1.2rem 0; } .name { margin-left: 1em; font-weight: 600; }
path { fill: none; stroke-width: 2; } .grid { stroke: var(--grid); }
path.line-0 { stroke: var(--a); } path.line-1 { stroke: var(--b); }
span.line-0 { color: var(--a); } span.line-1 { color: var(--b); }
.limit { stroke: var(--bad); stroke-dasharray: 6 4; }
.ok { color: var(--good); } .bad { color: var(--bad); }
td { padding: .1rem .8rem .1rem 0; vertical-align: top; }
</style></head><body><h1>Two rollouts, decided inside the calling process</h1>
)";

// Percent of failed calls among those since `kWindow` samples ago.
double RecentFailures(const std::vector<Sample>& samples, size_t index, Calls Sample::*version) {
  const Calls& now = samples[index].*version;
  const Calls before = index < kWindow ? Calls() : samples[index - kWindow].*version;
  const uint64_t calls = now.all - before.all;
  if (calls == 0) return 0;
  return 100.0 * static_cast<double>(now.failed - before.failed) / static_cast<double>(calls);
}

std::string FiguresOf(const Tale& tale) {
  Curves weight{
      .title = "Weight of v2", .unit = "%", .seconds = {}, .curves = {{"v2", {}}}, .limit = {}};
  Curves errors{.title = "Failed calls in the last second",
                .unit = "%",
                .seconds = {},
                .curves = {{"v1", {}}, {"v2", {}}},
                .limit = {}};
  Curves score{.title = "Score against v2, and where it is rolled back",
               .unit = "",
               .seconds = {},
               .curves = {{"score", {}}},
               .limit = tale.score_limit,
               .scale = Curves::Scale::kLogarithmic};
  for (size_t i = 0; i < tale.samples.size(); ++i) {
    const Sample& sample = tale.samples[i];
    for (Curves* const curves : {&weight, &errors, &score}) {
      curves->seconds.push_back(sample.seconds);
    }
    weight.curves[0].values.push_back(100 * sample.weight);
    errors.curves[0].values.push_back(RecentFailures(tale.samples, i, &Sample::v1));
    errors.curves[1].values.push_back(RecentFailures(tale.samples, i, &Sample::v2));
    score.curves[0].values.push_back(sample.score);
  }
  return ToFigure(weight) + ToFigure(errors) + ToFigure(score);
}

std::string SectionOf(const Tale& tale) {
  std::string html = "<h2>" + Escaped(tale.title) + "</h2><p class=\"" + (tale.ok ? "ok" : "bad") +
                     "\">" + Escaped(tale.verdict) + "</p>\n";
  html += FiguresOf(tale) + "<table>";
  for (const Happening& happening : tale.happenings) {
    html += console::Text("<tr><td>%.1f&nbsp;s</td><td>", happening.seconds) +
            Escaped(happening.sentence) + "</td></tr>\n";
  }
  return html + "</table>\n";
}

}  // namespace

std::string ReportOf(const std::vector<Tale>& tales) {
  std::string html = kHead;
  for (const Tale& tale : tales) html += SectionOf(tale);
  return html + "</body></html>\n";
}

}  // namespace canary
