// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/simulation/report_numbers.h"
#include "meshroute/simulation/report.h"
#include "meshroute/simulation/svg_plot.h"

namespace meshroute {
namespace {

using Value = std::function<double(const SimulatedInterval&)>;

constexpr size_t kShownEvents = 200;
constexpr size_t kMostMarks = 60;
constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

// Makes plots of one result.
class Plotter {
 public:
  explicit Plotter(const SimulationResult& result) : result_(result) {
    for (const TimelineEvent& event : result.events) {
      if (event.kind == "ejection" || marks_.size() == kMostMarks) continue;
      marks_.push_back({SecondsOf(event.at), absl::StrCat(ShortMoment(event.at), " ", event.text)});
    }
  }

  Plot Make(std::string title, std::string unit) const {
    Plot plot;
    plot.title = std::move(title);
    plot.unit = std::move(unit);
    plot.end = SecondsOf(result_.duration);
    for (const SimulatedInterval& interval : result_.timeline) {
      plot.times.push_back(SecondsOf(interval.until));
    }
    plot.marks = marks_;
    return plot;
  }

  void AddLine(std::string name, const Value& value, Plot& plot) const {
    PlotLine& line = plot.lines.emplace_back();
    line.name = std::move(name);
    for (const SimulatedInterval& interval : result_.timeline) {
      line.values.push_back(value(interval));
    }
  }

  // A line for each version that calls went to.
  void AddVersions(const std::function<double(const CallCounts&, const SimulatedInterval&)>& value,
                   Plot& plot) const {
    for (size_t i = 0; i < result_.versions.size(); ++i) {
      if (i == 0 && result_.total.versions[0].calls == 0) continue;
      AddLine(
          result_.versions[i].name,
          [i, &value](const SimulatedInterval& interval) {
            return value(interval.versions[i], interval);
          },
          plot);
    }
  }

 private:
  const SimulationResult& result_;
  std::vector<PlotMark> marks_;
};

std::string SharePlot(const SimulationResult& result, const Plotter& plotter) {
  const std::string title = "Share of calls by version";
  Plot plot = plotter.Make(
      result.rollouts.empty() ? title : title + ", and the weight of each rollout", "%");
  plotter.AddVersions(
      [](const CallCounts& counts, const SimulatedInterval& interval) {
        return interval.all.calls == 0 ? kGap : PercentOf(counts.calls, interval.all.calls);
      },
      plot);
  for (size_t i = 0; i < result.rollouts.size(); ++i) {
    plotter.AddLine(
        "weight of " + result.rollouts[i].name,
        [i](const SimulatedInterval& interval) { return interval.rollouts[i].weight; }, plot);
    plot.lines.back().shape = PlotLine::Shape::kSteps;
  }
  return ToFigure(plot);
}

std::string ScorePlots(const SimulationResult& result, const Plotter& plotter) {
  std::string html;
  for (size_t i = 0; i < result.rollouts.size(); ++i) {
    Plot plot = plotter.Make("Score against the canary of " + result.rollouts[i].name, "");
    plot.scale = Plot::Scale::kLogarithmic;
    if (const double limit = result.rollouts[i].score_limit; limit > 0) {
      plot.limit = {limit, absl::StrFormat("rolled back at %.4g", limit)};
    }
    plotter.AddLine(
        "score", [i](const SimulatedInterval& interval) { return interval.rollouts[i].score; },
        plot);
    html += ToFigure(plot);
  }
  return html;
}

std::string ErrorPlot(const Plotter& plotter) {
  Plot plot = plotter.Make("Failed calls", "%");
  plotter.AddVersions(
      [](const CallCounts& counts, const SimulatedInterval&) {
        return counts.calls == 0 ? kGap : PercentOf(counts.failed, counts.calls);
      },
      plot);
  return ToFigure(plot);
}

std::string LatencyPlot(const Plotter& plotter) {
  Plot plot = plotter.Make("Latency of calls: p99 by version, p50 of all", "ms");
  plotter.AddVersions(
      [](const CallCounts& counts, const SimulatedInterval&) {
        return counts.calls == 0 ? kGap : MillisecondsOf(counts.latency.Percentile(99));
      },
      plot);
  plotter.AddLine(
      "p50 of all",
      [](const SimulatedInterval& interval) {
        return interval.all.calls == 0 ? kGap : MillisecondsOf(interval.all.latency.Percentile(50));
      },
      plot);
  return ToFigure(plot);
}

std::string RatePlot(const Plotter& plotter) {
  Plot plot = plotter.Make("Calls, attempts and retries a second", "");
  plotter.AddLine(
      "calls begun",
      [](const SimulatedInterval& interval) { return PerSecond(interval.started, interval); },
      plot);
  plotter.AddLine(
      "attempts",
      [](const SimulatedInterval& interval) { return PerSecond(interval.all.attempts, interval); },
      plot);
  plotter.AddLine(
      "retries",
      [](const SimulatedInterval& interval) { return PerSecond(interval.all.retries, interval); },
      plot);
  return ToFigure(plot);
}

std::string EjectionPlot(const SimulationResult& result, const Plotter& plotter) {
  if (result.total.ejections == 0) return "";
  Plot plot = plotter.Make("Endpoints set aside by outlier detection", "");
  plot.least_step = 1;
  plotter.AddLine(
      "ejected",
      [](const SimulatedInterval& interval) { return static_cast<double>(interval.ejected); },
      plot);
  plot.lines.back().shape = PlotLine::Shape::kSteps;
  return ToFigure(plot);
}

std::string ExpectationsTable(const SimulationReport& report) {
  if (report.expectations.empty()) return "";
  std::string html = "<h2>Expectations</h2><table>";
  for (const ExpectationResult& result : report.expectations) {
    absl::StrAppend(&html, "<tr><td class=\"", result.met ? "good\">met" : "bad\">not met",
                    "</td><td class=\"text\">", EscapeHtml(result.expected), "</td><td>",
                    EscapeHtml(result.actual), "</td></tr>");
  }
  return html + "</table>\n";
}

std::string EventsTable(const SimulationResult& result) {
  if (result.events.empty()) return "";
  std::string html = "<h2>What happened</h2><table>";
  for (size_t i = 0; i < result.events.size() && i < kShownEvents; ++i) {
    const TimelineEvent& event = result.events[i];
    absl::StrAppend(&html, "<tr><td>", ShortMoment(event.at), "</td><td>", EscapeHtml(event.kind),
                    "</td><td class=\"text\">", EscapeHtml(event.text), "</td></tr>");
  }
  return html + "</table>\n";
}

std::string TimelineText(const SimulationReport& report) {
  return absl::StrCat("<details><summary>The same as text</summary><div class=\"wide\"><pre>",
                      EscapeHtml(ToText(report)), "</pre></div></details>\n");
}

}  // namespace

std::string ToHtml(const SimulationReport& report) {
  const SimulationResult& result = report.result;
  const Plotter plotter(result);
  std::string html = HtmlHead(result.name.empty() ? "Simulation" : result.name);
  absl::StrAppendFormat(&html, "<p>%s, seed %d, %d calls, %s failed, p99 %s</p>\n",
                        ShortMoment(result.duration), result.seed, result.total.all.calls,
                        ShortPercent(PercentOf(result.total.all.failed, result.total.all.calls)),
                        ShortLatency(result.total.all.latency.Percentile(99)));
  html += ExpectationsTable(report);
  html += SharePlot(result, plotter);
  html += ScorePlots(result, plotter);
  html += ErrorPlot(plotter);
  html += LatencyPlot(plotter);
  html += RatePlot(plotter);
  html += EjectionPlot(result, plotter);
  html += EventsTable(result);
  html += TimelineText(report);
  return html + "</body></html>\n";
}

}  // namespace meshroute
