// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/latency_sampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/strings/numbers.h"

namespace meshroute {
namespace {

// Nothing that is drawn is longer: a year, in nanoseconds.
constexpr double kLongest = 365.0 * 86'400 * 1e9;

Duration OfNanoseconds(double nanoseconds) {
  return Duration(static_cast<int64_t>(std::clamp(nanoseconds, 0.0, kLongest)));
}

double Nanoseconds(Duration duration) { return static_cast<double>(duration.count()); }

struct Drawer {
  RandomSource& random;

  Duration operator()(Duration constant) const { return constant; }

  Duration operator()(const UniformLatency& model) const {
    return OfNanoseconds(Nanoseconds(model.minimum) +
                         DrawUnit(random) * Nanoseconds(model.maximum - model.minimum));
  }

  Duration operator()(const LogNormalLatency& model) const {
    return OfNanoseconds(Nanoseconds(model.median) * std::exp(model.sigma * DrawNormal(random)));
  }

  Duration operator()(const ExponentialLatency& model) const {
    return OfNanoseconds(Nanoseconds(model.floor) +
                         DrawExponential(random) * Nanoseconds(model.mean));
  }

  Duration operator()(const std::vector<std::pair<double, Duration>>& points) const {
    const double percent = DrawUnit(random) * 100;
    double below = 0;
    double at_below = 0;
    for (const auto& [mark, latency] : points) {
      const double at_mark = Nanoseconds(latency);
      if (percent < mark) {
        return OfNanoseconds(at_below + (at_mark - at_below) * (percent - below) / (mark - below));
      }
      below = mark;
      at_below = at_mark;
    }
    return OfNanoseconds(at_below);
  }
};

}  // namespace

std::vector<std::pair<double, Duration>> SortedPercentiles(
    const std::map<std::string, Duration>& percentiles) {
  std::vector<std::pair<double, Duration>> sorted;
  for (const auto& [text, latency] : percentiles) {
    double percent = 0;
    if (!absl::SimpleAtod(text, &percent) || !std::isfinite(percent)) percent = -1;
    sorted.emplace_back(percent, latency);
  }
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

LatencySampler::LatencySampler(const LatencyModel& model) : model_(Duration::zero()) {
  if (model.constant) model_ = *model.constant;
  if (model.uniform) model_ = *model.uniform;
  if (model.log_normal) model_ = *model.log_normal;
  if (model.exponential) model_ = *model.exponential;
  if (!model.percentiles.empty()) model_ = SortedPercentiles(model.percentiles);
}

Duration LatencySampler::Draw(RandomSource& random) const {
  return std::visit(Drawer{random}, model_);
}

double DrawUnit(RandomSource& random) {
  return static_cast<double>(random.Next() >> 11) * 0x1.0p-53;
}

double DrawNormal(RandomSource& random) {
  const double radius = std::sqrt(2 * DrawExponential(random));
  return radius * std::cos(2 * std::numbers::pi * DrawUnit(random));
}

double DrawExponential(RandomSource& random) { return -std::log1p(-DrawUnit(random)); }

}  // namespace meshroute
