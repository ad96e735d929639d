// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_SVG_PLOT_H_
#define MESHROUTE_SIMULATION_SVG_PLOT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meshroute {

// A curve over the times of its plot.
struct PlotLine {
  enum class Shape : uint8_t { kLine, kSteps };  // kSteps: a value stands until the next.

  std::string name;
  std::vector<double> values;  // One per time, more are left out; no finite number: a gap.
  Shape shape = Shape::kLine;
};

// A moment that is marked, with a text for the pointer.
struct PlotMark {
  double at = 0;  // Seconds.
  std::string text;
};

// A dashed line across; none where the value is no finite number.
struct PlotLimit {
  double value = 0;
  std::string name;
};

// Some curves over time, as the pages of simulations have them; of use for any other page
// about calls and rollouts:
//
//   Plot plot{.title = "Weight of v2", .unit = "%", .times = {0, 1, 2}, .end = 2};
//   plot.lines.push_back({.name = "v2", .values = {0, 5, 5}, .shape = PlotLine::Shape::kSteps});
//   const std::string page = HtmlHead("A rollout") + ToFigure(plot) + "</body></html>\n";
//
// Plain values; the functions are pure, and draw whatever the numbers are: values beyond
// 1e15 at the upper edge, and nothing at a moment that is no finite number.
struct Plot {
  enum class Scale : uint8_t { kLinear, kLogarithmic };

  std::string title;
  std::string unit;           // Behind the numbers: "ms", "%".
  std::vector<double> times;  // Seconds, rising.
  double end = 0;             // Of the time axis, which begins at 0; the last time at least.
  std::vector<PlotLine> lines{};
  std::vector<PlotMark> marks{};
  Scale scale = Scale::kLinear;
  std::optional<PlotLimit> limit{};
  double least_step = 0;  // Between the values of the axis: 1 where there are no halves.
};

// The plot as a figure of HTML with inline SVG, for a page that begins with HtmlHead: it
// needs its style.
std::string ToFigure(const Plot& plot);

// The beginning of a page, up to its heading: `title`. Nothing is loaded from elsewhere;
// light or dark as the reader has it. Besides figures, tables and paragraphs have a style,
// and the classes "good" and "bad".
std::string HtmlHead(std::string_view title);

// `text` with the characters escaped that mean something in HTML.
std::string EscapeHtml(std::string_view text);

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_SVG_PLOT_H_
