// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/svg_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace meshroute {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Plot PlotOf(std::vector<double> times, std::vector<double> values, double end) {
  Plot plot{.title = "Weight", .unit = "%", .times = std::move(times), .end = end};
  plot.lines.push_back({.name = "v2", .values = std::move(values)});
  return plot;
}

size_t Count(const std::string& text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// Nothing that a browser could not place.
auto IsDrawable() { return AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf"))); }

TEST(SvgPlot, ALineIsDrawnOverItsTimes) {
  const std::string figure = ToFigure(PlotOf({0, 1, 2}, {0, 5, 10}, 2));
  EXPECT_THAT(figure, HasSubstr("d=\"M58.0 196.0L453.0 103.0L848.0 10.0\""));
  EXPECT_EQ(Count(figure, "class=\"hint\""), 3u);
}

TEST(SvgPlot, ALimitThatIsNoFiniteNumberIsLeftOut) {
  const std::string without = ToFigure(PlotOf({0, 1}, {0, 5}, 1));
  for (const double value : {kInfinity, -kInfinity, kNan}) {
    for (const auto scale : {Plot::Scale::kLinear, Plot::Scale::kLogarithmic}) {
      Plot plot = PlotOf({0, 1}, {0, 5}, 1);
      plot.scale = scale;
      plot.limit = PlotLimit{.value = value, .name = "most"};
      const std::string figure = ToFigure(plot);
      EXPECT_THAT(figure, Not(HasSubstr("most")));
      if (scale == Plot::Scale::kLinear) {
        EXPECT_EQ(figure, without);
      }
    }
  }
}

TEST(SvgPlot, ValuesWithoutATimeAreLeftOut) {
  EXPECT_EQ(ToFigure(PlotOf({0, 1}, {0, 5, 1000, 2000}, 1)), ToFigure(PlotOf({0, 1}, {0, 5}, 1)));
  EXPECT_THAT(ToFigure(PlotOf({}, {0, 5}, 1)), HasSubstr("d=\"\""));
}

TEST(SvgPlot, TheAxisReachesTheLastTime) {
  for (const double end : {0.0, 1.5, kNan, kInfinity, -3.0}) {
    EXPECT_EQ(ToFigure(PlotOf({0, 1, 2}, {0, 5, 10}, end)),
              ToFigure(PlotOf({0, 1, 2}, {0, 5, 10}, 2)))
        << end;
  }
}

TEST(SvgPlot, NumbersOfAnySizeAreDrawn) {
  for (const double value : {1e308, 1.7e308, 5e-324, -1e308, kInfinity, kNan}) {
    Plot plot = PlotOf({0, 1, 2}, {0, value, 1}, 2);
    plot.least_step = value;
    plot.marks = {{.at = value, .text = "here"}};
    EXPECT_THAT(ToFigure(plot), IsDrawable()) << value;
  }
  EXPECT_THAT(ToFigure(PlotOf({0, kInfinity, 1e300}, {1, 2, 3}, 1e300)), IsDrawable());
  EXPECT_THAT(ToFigure(PlotOf({0, kNan}, {1, 2}, kNan)), IsDrawable());
}

}  // namespace
}  // namespace meshroute
