// SPDX-License-Identifier: Apache-2.0
#include "canary/report.h"

#include <functional>
#include <limits>
#include <utility>

#include "console/text.h"
#include "meshroute/simulation/svg_plot.h"

namespace canary {
namespace {

using meshroute::EscapeHtml;
using meshroute::Plot;

using Value = std::function<double(size_t sample)>;

constexpr size_t kWindow = 10;  // Samples that the shares of failed calls are taken over.
constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

// Percent of failed calls among those since `kWindow` samples ago.
double RecentFailures(const std::vector<Sample>& samples, size_t index, Calls Sample::*version) {
  const Calls& now = samples[index].*version;
  const Calls before = index < kWindow ? Calls() : samples[index - kWindow].*version;
  const uint64_t calls = now.all - before.all;
  if (calls == 0) return kGap;
  return 100.0 * static_cast<double>(now.failed - before.failed) / static_cast<double>(calls);
}

// Without lines; what happened is marked.
Plot PlotOf(const Tale& tale, std::string title, std::string unit) {
  Plot plot{.title = std::move(title), .unit = std::move(unit), .times = {}};
  for (const Sample& sample : tale.samples) plot.times.push_back(sample.seconds);
  if (!plot.times.empty()) plot.end = plot.times.back();
  for (const Happening& happening : tale.happenings) {
    plot.marks.push_back({happening.seconds, happening.sentence});
  }
  return plot;
}

void AddLine(std::string name, const Value& value, Plot& plot) {
  meshroute::PlotLine& line = plot.lines.emplace_back();
  line.name = std::move(name);
  for (size_t i = 0; i < plot.times.size(); ++i) line.values.push_back(value(i));
}

std::string FiguresOf(const Tale& tale) {
  const std::vector<Sample>& samples = tale.samples;
  Plot weight = PlotOf(tale, "Weight of v2", "%");
  AddLine(
      "v2", [&](size_t i) { return 100 * samples[i].weight; }, weight);
  weight.lines.back().shape = meshroute::PlotLine::Shape::kSteps;

  Plot errors = PlotOf(tale, "Failed calls in the last second", "%");
  AddLine(
      "v1", [&](size_t i) { return RecentFailures(samples, i, &Sample::v1); }, errors);
  AddLine(
      "v2", [&](size_t i) { return RecentFailures(samples, i, &Sample::v2); }, errors);

  Plot score = PlotOf(tale, "Score against v2", "");
  score.scale = Plot::Scale::kLogarithmic;
  score.limit = {tale.score_limit, console::Text("rolled back at %.4g", tale.score_limit)};
  AddLine(
      "score", [&](size_t i) { return samples[i].score; }, score);
  return ToFigure(weight) + ToFigure(errors) + ToFigure(score);
}

std::string SectionOf(const Tale& tale) {
  std::string html = "<h2>" + EscapeHtml(tale.title) + "</h2><p class=\"" +
                     (tale.ok ? "good" : "bad") + "\">" + EscapeHtml(tale.verdict) + "</p>\n";
  html += FiguresOf(tale) + "<table>";
  for (const Happening& happening : tale.happenings) {
    html += console::Text("<tr><td>%.1f&nbsp;s</td><td class=\"text\">", happening.seconds) +
            EscapeHtml(happening.sentence) + "</td></tr>\n";
  }
  return html + "</table>\n";
}

}  // namespace

std::string ReportOf(const std::vector<Tale>& tales) {
  std::string html = meshroute::HtmlHead("Two rollouts, decided inside the calling process");
  for (const Tale& tale : tales) html += SectionOf(tale);
  return html + "</body></html>\n";
}

}  // namespace canary
