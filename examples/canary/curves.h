// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CANARY_CURVES_H_
#define EXAMPLES_CANARY_CURVES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canary {

struct Curve {
  std::string name;
  std::vector<double> values;  // One per moment of its Curves.
};

// Curves over the same moments.
struct Curves {
  enum class Scale { kLinear, kLogarithmic };

  std::string title;
  std::string unit;             // Behind the numbers of the axis: "%".
  std::vector<double> seconds;  // Rising.
  std::vector<Curve> curves;
  std::optional<double> limit;  // A dashed line across.
  Scale scale = Scale::kLinear;
};

// A figure of HTML with the curves as inline SVG.
std::string ToFigure(const Curves& curves);

// `text` with the characters escaped that mean something in HTML.
std::string Escaped(std::string_view text);

}  // namespace canary

#endif  // EXAMPLES_CANARY_CURVES_H_
