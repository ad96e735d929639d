// SPDX-License-Identifier: Apache-2.0
#include "canary/curves.h"

#include <algorithm>
#include <cmath>

#include "console/text.h"

namespace canary {
namespace {

using console::Text;

constexpr double kWidth = 760;
constexpr double kHeight = 180;
constexpr double kLeft = 64;
constexpr double kRight = 10;
constexpr double kTop = 8;
constexpr double kBottom = 22;
constexpr int kTicks = 4;

// Turns values into places of the picture.
class Axes {
 public:
  explicit Axes(const Curves& curves)
      : is_logarithmic_(curves.scale == Curves::Scale::kLogarithmic),
        end_(curves.seconds.empty() ? 1 : std::max(curves.seconds.back(), 0.1)) {
    double high = curves.limit.value_or(0);
    double low = is_logarithmic_ ? 1 : 0;
    for (const Curve& curve : curves.curves) {
      for (const double value : curve.values) {
        high = std::max(high, value);
        low = std::min(low, value);
      }
    }
    low_ = Place(low);
    high_ = std::max(Place(high) * 1.05, low_ + (is_logarithmic_ ? 1 : 0.01));
  }

  double X(double seconds) const { return kLeft + (kWidth - kLeft - kRight) * seconds / end_; }
  double Y(double value) const { return YOf((Place(value) - low_) / (high_ - low_)); }

  std::string Grid(const std::string& unit) const {
    std::string svg;
    for (int i = 0; i <= kTicks; ++i) {
      const double share = static_cast<double>(i) / kTicks;
      const double place = low_ + share * (high_ - low_);
      const double value = is_logarithmic_ ? std::pow(10, place) : place;
      svg += Text("<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>", kLeft,
                  kWidth - kRight, YOf(share), YOf(share));
      svg += Text("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%.3g", kLeft - 6, YOf(share) + 4,
                  value) +
             Escaped(unit) + "</text>";
      const double second = share * end_;
      svg += Text("<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%.1f s</text>", X(second),
                  kHeight - 6, second);
    }
    return svg;
  }

 private:
  double Place(double value) const {
    return is_logarithmic_ ? std::log10(std::max(value, 1e-6)) : value;
  }
  static double YOf(double share) {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * std::clamp(share, 0.0, 1.0);
  }

  const bool is_logarithmic_;
  const double end_;
  double low_ = 0;
  double high_ = 1;
};

std::string PathOf(const Curves& curves, const Curve& curve, const Axes& axes) {
  std::string path;
  for (size_t i = 0; i < curve.values.size(); ++i) {
    path +=
        Text("%c%.1f %.1f", i == 0 ? 'M' : 'L', axes.X(curves.seconds[i]), axes.Y(curve.values[i]));
  }
  return path;
}

}  // namespace

std::string ToFigure(const Curves& curves) {
  const Axes axes(curves);
  std::string html = "<figure><figcaption>" + Escaped(curves.title);
  for (size_t i = 0; i < curves.curves.size(); ++i) {
    html += Text("<span class=\"name line-%zu\">", i) + Escaped(curves.curves[i].name) + "</span>";
  }
  html += Text("</figcaption><svg viewBox=\"0 0 %.0f %.0f\" role=\"img\">", kWidth, kHeight);
  html += axes.Grid(curves.unit);
  if (curves.limit) {
    const double y = axes.Y(*curves.limit);
    html += Text("<line class=\"limit\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>", kLeft,
                 kWidth - kRight, y, y);
  }
  for (size_t i = 0; i < curves.curves.size(); ++i) {
    html +=
        Text("<path class=\"line-%zu\" d=\"", i) + PathOf(curves, curves.curves[i], axes) + "\"/>";
  }
  return html + "</svg></figure>\n";
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace canary
