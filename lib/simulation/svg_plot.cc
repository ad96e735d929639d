// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/svg_plot.h"

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
  explicit Axes(const Plot& plot) : plot_(plot), end_(std::max(plot.end, 1e-9)) {
    for (const PlotLine& line : plot.lines) {
      for (const double value : line.values) {
        if (std::isfinite(value)) Include(value);
      }
    }
    if (plot.limit) Include(plot.limit->value);
    if (plot.scale == Plot::Scale::kLogarithmic) {
      low_ = std::floor(std::log10(std::clamp(low_, 1e-6, 1.0)));
      high_ = std::max(low_ + 1, std::ceil(std::log10(std::max(high_, 10.0))));
      step_ = std::max(1.0, std::ceil((high_ - low_) / 5));
    } else {
      low_ = 0;
      step_ = std::max(RoundStep(high_ > 0 ? high_ : 1, 5), plot.least_step);
      high_ = step_ * std::max(1.0, std::ceil(high_ / step_ - 1e-9));
    }
  }

  double X(double seconds) const { return kLeft + (kWidth - kLeft - kRight) * seconds / end_; }

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
      const auto moment = Duration(static_cast<int64_t>(second * 1e9));
      absl::StrAppendFormat(
          &svg, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
          X(second), kHeight - 6, ShortMoment(moment));
    }
    return svg;
  }

 private:
  void Include(double value) {
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
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
  for (size_t i = 0; i < line.values.size(); ++i) {
    if (!std::isfinite(line.values[i])) {
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
  const size_t stride = line.values.size() / kMostHints + 1;
  for (size_t i = 0; i < line.values.size(); i += stride) {
    if (!std::isfinite(line.values[i])) continue;
    absl::StrAppendFormat(&svg,
                          "<circle class=\"hint\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"><title>%s, %s: "
                          "%.4g%s</title></circle>",
                          axes.X(plot.times[i]), axes.Y(line.values[i]), EscapeHtml(line.name),
                          ShortMoment(Duration(static_cast<int64_t>(plot.times[i] * 1e9))),
                          line.values[i], EscapeHtml(plot.unit));
  }
  return svg;
}

std::string MarksOf(const Plot& plot, const Axes& axes) {
  std::string svg;
  for (const PlotMark& mark : plot.marks) {
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
  if (plot.limit) {
    absl::StrAppend(&html, "<span><i class=\"dashes\"></i>", EscapeHtml(plot.limit->name),
                    "</span>");
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
  if (plot.limit) {
    const double y = axes.Y(plot.limit->value);
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
