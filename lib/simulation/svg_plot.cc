// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/svg_plot.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/simulation/report_numbers.h"

namespace meshroute {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 220;
constexpr double kLeft = 58;
constexpr double kRight = 12;
constexpr double kTop = 10;
constexpr double kBottom = 24;
constexpr size_t kColors = 8;
constexpr size_t kMostHints = 400;  // Points that tell their value to the pointer.

constexpr char kStyle[] = R"(<style>
:root { color-scheme: light dark; --page: #fbfbfa; --ink: #1d1d1b; --faint: #6b6b66; --grid: #e3e3de;
  --line-0: #2166ac; --line-1: #c4532b; --line-2: #2f7d4f; --line-3: #8447a8; --line-4: #a87400;
  --line-5: #117d8a; --line-6: #b03060; --line-7: #5b5b55; --bad: #b3261e; --good: #2f7d4f; }
@media (prefers-color-scheme: dark) { :root { --page: #181817; --ink: #ecece7; --faint: #a3a39c;
  --grid: #353532; --line-0: #6ea8e0; --line-1: #ef8a62; --line-2: #6cc08b; --line-3: #c18be0;
  --line-4: #dcae45; --line-5: #5cc3cf; --line-6: #ea7ba3; --line-7: #b5b5ad; --bad: #f2867e;
  --good: #6cc08b; } }
body { margin: 2rem auto; max-width: 56rem; padding: 0 1rem; background: var(--page);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
p { margin: .2rem 0 1rem; color: var(--faint); }
figure { margin: 1.4rem 0; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; display: block; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: 13px; color: var(--faint); }
.legend i { display: inline-block; width: 14px; height: 3px; margin: 0 .4em 3px 0; }
.legend .dashes { height: 0; border-top: 2px dashed var(--bad); }
.grid { stroke: var(--grid); } .tick { fill: var(--faint); font-size: 11px; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.mark { stroke: var(--faint); stroke-dasharray: 2 4; stroke-width: 1.5; }
.limit { stroke: var(--bad); stroke-dasharray: 6 4; stroke-width: 1.5; }
.hint { fill: transparent; } .bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .8rem .15rem 0; text-align: left; border-bottom: 1px solid var(--grid);
  white-space: nowrap; } td.text { white-space: normal; }
td { vertical-align: top; } details { margin: 1.4rem 0; } summary { cursor: pointer; }
.wide { overflow-x: auto; }
</style>
)";

// What can be divided into ticks: beyond it a step would be 0 or no number.
constexpr double kLeast = 1e-12;
constexpr double kMost = 1e15;
constexpr double kLongest = 1e9;  // Seconds.

// Of a plot that may be anybody's: the last moment that it shows.
double EndOf(const Plot& plot) {
  double end = kLeast;
  for (const double moment : {plot.end, plot.times.empty() ? 0.0 : plot.times.back()}) {
    if (std::isfinite(moment)) end = std::clamp(moment, end, kLongest);
  }
  return end;
}

// The limit, if there is one that can be drawn.
const PlotLimit* LimitOf(const Plot& plot) {
  return plot.limit && std::isfinite(plot.limit->value) ? &*plot.limit : nullptr;
}

// How many points of the line have a time and a value.
size_t PointsOf(const Plot& plot, const PlotLine& line) {
  return std::min(plot.times.size(), line.values.size());
}

bool IsPoint(const Plot& plot, const PlotLine& line, size_t i) {
  return std::isfinite(plot.times[i]) && std::isfinite(line.values[i]);
}

std::string MomentOf(double seconds) {
  seconds = std::clamp(seconds, -kLongest, kLongest);
  return ShortMoment(Duration(static_cast<int64_t>(seconds * 1e9)));
}

// A round step so that at most `ticks` of them make up `range`.
double RoundStep(double range, int ticks) {
  const double raw = range / ticks;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

// Turns values into places of the picture.
class Axes {
 public:
  explicit Axes(const Plot& plot) : plot_(plot), end_(EndOf(plot)) {
    for (const PlotLine& line : plot.lines) {
      for (size_t i = 0; i < PointsOf(plot, line); ++i) {
        if (IsPoint(plot, line, i)) Include(line.values[i]);
      }
    }
    if (const PlotLimit* const limit = LimitOf(plot)) Include(limit->value);
    if (plot.scale == Plot::Scale::kLogarithmic) {
      low_ = std::floor(std::log10(std::clamp(low_, 1e-6, 1.0)));
      high_ = std::max(low_ + 1, std::ceil(std::log10(std::max(high_, 10.0))));
      step_ = std::max(1.0, std::ceil((high_ - low_) / 5));
    } else {
      low_ = 0;
      step_ = RoundStep(high_ > kLeast ? high_ : 1, 5);
      if (std::isfinite(plot.least_step)) step_ = std::max(step_, plot.least_step);
      high_ = step_ * std::max(1.0, std::ceil(high_ / step_ - 1e-9));
    }
  }

  double X(double seconds) const {
    return kLeft + (kWidth - kLeft - kRight) * std::clamp(seconds, -kLongest, kLongest) / end_;
  }

  double Y(double value) const {
    if (plot_.scale == Plot::Scale::kLogarithmic) value = std::log10(std::max(value, 1e-9));
    const double share = std::clamp((value - low_) / (high_ - low_), 0.0, 1.0);
    return kHeight - kBottom - (kHeight - kTop - kBottom) * share;
  }

  std::string Grid() const {
    std::string svg;
    for (double tick = low_; tick <= high_ + step_ / 1000; tick += step_) {
      const double value = plot_.scale == Plot::Scale::kLogarithmic ? std::pow(10, tick) : tick;
      const double y = Y(value);
      absl::StrAppendFormat(&svg,
                            "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                            "y2=\"%.1f\"/><text class=\"tick\" x=\"%.1f\" y=\"%.1f\" "
                            "text-anchor=\"end\">%.5g%s</text>",
                            kLeft, kWidth - kRight, y, y, kLeft - 6, y + 3.5, value,
                            EscapeHtml(plot_.unit));
    }
    const double step = TimeStep();
    for (double second = 0; second <= end_ + step / 1000; second += step) {
      absl::StrAppendFormat(
          &svg, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
          X(second), kHeight - 6, MomentOf(second));
    }
    return svg;
  }

 private:
  void Include(double value) {
    low_ = std::min(low_, value);
    high_ = std::min(std::max(high_, value), kMost);
  }

  double TimeStep() const {
    for (const double step : {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200}) {
      if (step * 10 >= end_) return end_ < 5 ? RoundStep(end_, 8) : step;
    }
    return RoundStep(end_, 8);
  }

  const Plot& plot_;
  const double end_;
  double low_ = 1;
  double high_ = 0;
  double step_ = 1;
};

std::string PathOf(const Plot& plot, const PlotLine& line, const Axes& axes) {
  std::string path;
  bool drawing = false;
  for (size_t i = 0; i < PointsOf(plot, line); ++i) {
    if (!IsPoint(plot, line, i)) {
      drawing = false;
      continue;
    }
    const double x = axes.X(plot.times[i]);
    const double y = axes.Y(line.values[i]);
    if (drawing && line.shape == PlotLine::Shape::kSteps) {
      absl::StrAppendFormat(&path, "H%.1f", x);
    }
    absl::StrAppendFormat(&path, "%c%.1f %.1f", drawing ? 'L' : 'M', x, y);
    drawing = true;
  }
  return path;
}

// Wide invisible dots whose title the browser shows.
std::string HintsOf(const Plot& plot, const PlotLine& line, const Axes& axes) {
  std::string svg;
  const size_t points = PointsOf(plot, line);
  const size_t stride = points / kMostHints + 1;
  for (size_t i = 0; i < points; i += stride) {
    if (!IsPoint(plot, line, i)) continue;
    absl::StrAppendFormat(&svg,
                          "<circle class=\"hint\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"><title>%s, %s: "
                          "%.4g%s</title></circle>",
                          axes.X(plot.times[i]), axes.Y(line.values[i]), EscapeHtml(line.name),
                          MomentOf(plot.times[i]), line.values[i], EscapeHtml(plot.unit));
  }
  return svg;
}

std::string MarksOf(const Plot& plot, const Axes& axes) {
  std::string svg;
  for (const PlotMark& mark : plot.marks) {
    if (!std::isfinite(mark.at)) continue;
    const double x = axes.X(mark.at);
    absl::StrAppendFormat(&svg,
                          "<line class=\"mark\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                          "y2=\"%.1f\"><title>%s</title></line>",
                          x, x, kTop, kHeight - kBottom, EscapeHtml(mark.text));
  }
  return svg;
}

std::string LegendOf(const Plot& plot) {
  std::string html = "<div class=\"legend\">";
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    absl::StrAppendFormat(&html, "<span><i style=\"background:var(--line-%d)\"></i>%s</span>",
                          i % kColors, EscapeHtml(plot.lines[i].name));
  }
  if (const PlotLimit* const limit = LimitOf(plot)) {
    absl::StrAppend(&html, "<span><i class=\"dashes\"></i>", EscapeHtml(limit->name), "</span>");
  }
  return html + "</div>";
}

}  // namespace

std::string ToFigure(const Plot& plot) {
  const Axes axes(plot);
  std::string svg = absl::StrFormat(
      "<figure><figcaption>%s</figcaption>%s<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
      "aria-label=\"%s\">",
      EscapeHtml(plot.title), LegendOf(plot), kWidth, kHeight, EscapeHtml(plot.title));
  svg += axes.Grid();
  svg += MarksOf(plot, axes);
  if (const PlotLimit* const limit = LimitOf(plot)) {
    const double y = axes.Y(limit->value);
    absl::StrAppendFormat(&svg,
                          "<line class=\"limit\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                          kLeft, kWidth - kRight, y, y);
  }
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    absl::StrAppendFormat(&svg, "<path class=\"line\" style=\"stroke:var(--line-%d)\" d=\"%s\"/>",
                          i % kColors, PathOf(plot, plot.lines[i], axes));
  }
  for (const PlotLine& line : plot.lines) svg += HintsOf(plot, line, axes);
  return svg + "</svg></figure>\n";
}

std::string HtmlHead(std::string_view title) {
  const std::string name = EscapeHtml(title);
  return absl::StrCat("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>",
                      name, "</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n",
                      kStyle, "</head><body>\n<h1>", name, "</h1>\n");
}

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace meshroute
