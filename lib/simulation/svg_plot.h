// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_SVG_PLOT_H_
#define MESHROUTE_LIB_SIMULATION_SVG_PLOT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meshroute {

// A curve over the times of its plot; a value that is no number is a gap.
struct PlotLine {
  std::string name;
  std::vector<double> values;
  enum class Shape { kLine, kSteps } shape = Shape::kLine;
};

// A moment that is marked in every plot.
struct PlotMark {
  double at = 0;  // Seconds.
  std::string text;
};

// A dashed line across.
struct PlotLimit {
  double value = 0;
  std::string name;
};

// Some curves over time.
struct Plot {
  enum class Scale { kLinear, kLogarithmic };

  std::string title;
  std::string unit;           // Behind the numbers: "ms", "%".
  std::vector<double> times;  // Seconds, rising.
  double end = 0;             // Of the time axis.
  std::vector<PlotLine> lines{};
  std::vector<PlotMark> marks{};
  Scale scale = Scale::kLinear;
  std::optional<PlotLimit> limit{};
  double least_step = 0;  // Between the values of the axis: 1 where there are no halves.
};

// The plot as a figure of HTML with inline SVG. Colours are the variables --line-0 to
// --line-7, --ink, --faint, --grid of the page.
std::string ToFigure(const Plot& plot);

// `text` with the characters escaped that mean something in HTML.
std::string EscapeHtml(std::string_view text);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_SVG_PLOT_H_
