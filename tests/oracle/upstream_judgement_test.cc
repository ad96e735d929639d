// SPDX-License-Identifier: Apache-2.0
// Judgements at sweeps against an implementation that keeps every single answer.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "meshroute/upstream/outlier_detector.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Kind = Outcome::Kind;
using std::chrono::seconds;

constexpr uint64_t kFirstSeed = 20'000;
constexpr uint64_t kSeeds = 3'000;

struct NaiveEndpoint {
  std::vector<bool> answers;      // Of this window: whether each was good.
  std::vector<bool> connections;  // The same of local origin.
  std::vector<double> log2s;      // Of the latencies, in nanoseconds.
  bool out = false;
  bool was_out = false;  // When the judging began.
  int64_t out_since = 0;
  int64_t multiplier = 0;
  int64_t back_since = -1;
};

double GoodPercent(const std::vector<bool>& answers) {
  return 100.0 * static_cast<double>(std::count(answers.begin(), answers.end(), true)) /
         static_cast<double>(answers.size());
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

// The rules once more, word by word. Seconds.
class Naive {
 public:
  Naive(const OutlierDetection& settings, const OutlierDetectionExtension& extension, size_t count)
      : settings_(settings), extension_(extension), all_(count) {}

  NaiveEndpoint& at(size_t index) { return all_[index]; }

  void Sweep(int64_t now) {
    for (NaiveEndpoint& it : all_) {
      if (it.out && now - it.out_since >= std::min<int64_t>(30 * it.multiplier, 300)) {
        it.out = false;
        it.back_since = now;
      }
      it.was_out = it.out;
    }
    for (const auto window : {&NaiveEndpoint::answers, &NaiveEndpoint::connections}) {
      if (extension_.success_rate) BySuccessRate(window, now);
      if (extension_.failure_percentage) ByFailures(window, now);
    }
    if (extension_.latency) ByLatency(now);
    for (NaiveEndpoint& it : all_) {
      if (!it.out && it.back_since >= 0 && now - it.back_since >= 10) {
        it.multiplier = std::max<int64_t>(0, it.multiplier - 1);
      }
      it.answers.clear();
      it.connections.clear();
      it.log2s.clear();
    }
  }

 private:
  using Window = std::vector<bool> NaiveEndpoint::*;
  using Ranked = std::vector<std::pair<double, NaiveEndpoint*>>;  // The worst is the least.

  std::vector<NaiveEndpoint*> WithVolume(Window window, uint32_t volume) {
    std::vector<NaiveEndpoint*> judged;
    for (NaiveEndpoint& it : all_) {
      const size_t size = (it.*window).size();
      if (!it.was_out && size > 0 && size >= volume) judged.push_back(&it);
    }
    return judged;
  }

  void BySuccessRate(Window window, int64_t now) {
    const SuccessRateDetection& rule = *extension_.success_rate;
    const std::vector<NaiveEndpoint*> judged = WithVolume(window, rule.request_volume);
    if (judged.empty() || judged.size() < rule.minimum_endpoints) return;
    std::vector<double> rates;
    for (const NaiveEndpoint* it : judged) rates.push_back(GoodPercent(it->*window));
    const double mean = Mean(rates);
    std::vector<double> squares;
    for (const double rate : rates) squares.push_back((rate - mean) * (rate - mean));
    const double threshold = mean - rule.stdev_factor * std::sqrt(Mean(squares));
    Ranked worst;
    for (size_t i = 0; i < judged.size(); ++i) {
      if (rates[i] < threshold) worst.emplace_back(rates[i], judged[i]);
    }
    Eject(worst, now);
  }

  void ByFailures(Window window, int64_t now) {
    const FailurePercentageDetection& rule = *extension_.failure_percentage;
    const std::vector<NaiveEndpoint*> judged = WithVolume(window, rule.request_volume);
    if (judged.size() < rule.minimum_endpoints) return;
    Ranked worst;
    for (NaiveEndpoint* it : judged) {
      const double rate = GoodPercent(it->*window);
      if (100.0 - rate >= rule.threshold) worst.emplace_back(rate, it);
    }
    Eject(worst, now);
  }

  void ByLatency(int64_t now) {
    const LatencyDetection& rule = *extension_.latency;
    std::vector<NaiveEndpoint*> judged;
    std::vector<double> log2s;
    for (NaiveEndpoint& it : all_) {
      if (it.was_out || it.log2s.size() < rule.request_volume) continue;
      judged.push_back(&it);
      log2s.push_back(Mean(it.log2s));
    }
    if (judged.size() < rule.minimum_endpoints) return;
    const double median = Median(log2s);
    std::vector<double> distances;
    for (const double value : log2s) distances.push_back(std::abs(value - median));
    const double spread = 1.4826 * Median(distances);
    Ranked worst;
    for (size_t i = 0; i < judged.size(); ++i) {
      const double ratio = std::exp2(log2s[i] - median);
      const double difference = std::exp2(log2s[i]) - std::exp2(median);
      const bool stands_out = log2s[i] - median > rule.mad_factor * spread;
      if (stands_out && ratio >= rule.minimum_ratio &&
          difference >= static_cast<double>(rule.minimum_difference.count())) {
        worst.emplace_back(-log2s[i], judged[i]);
      }
    }
    const double share = 100.0 * static_cast<double>(worst.size());
    const bool all_slower = usual_ && std::exp2(median - *usual_) >= rule.shared_slowdown_ratio;
    usual_ = usual_ ? *usual_ * 0.75 + median * 0.25 : median;
    if (all_slower || share > rule.maximum_slow_percent * static_cast<double>(judged.size())) {
      return;
    }
    Eject(worst, now);
  }

  void Eject(Ranked worst, int64_t now) {
    std::stable_sort(worst.begin(), worst.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [rank, it] : worst) {
      const auto out = std::count_if(all_.begin(), all_.end(), [](const auto& e) { return e.out; });
      const double share = 100.0 * static_cast<double>(out + 1) / static_cast<double>(all_.size());
      if (it->out || share > settings_.max_ejection_percent) continue;
      it->out = true;
      it->out_since = now;
      if (it->multiplier * 30 < 330) ++it->multiplier;
    }
  }

  const OutlierDetection settings_;
  const OutlierDetectionExtension extension_;
  std::vector<NaiveEndpoint> all_;
  std::optional<double> usual_;
};

// One detector and its model through some sweeps.
class Trial {
 public:
  explicit Trial(uint64_t seed) : random_(seed) {
    settings_.consecutive_5xx_errors = 0;
    settings_.consecutive_local_origin_failures = 0;
    settings_.split_external_local_origin_errors = random_.Below(2) == 0;
    settings_.max_ejection_percent = static_cast<int32_t>(1 + random_.Below(100));
    if (random_.Below(2) == 0) {
      extension_.success_rate = SuccessRateDetection{
          .minimum_endpoints = Small(5), .request_volume = Small(12), .stdev_factor = Factor()};
    }
    if (random_.Below(2) == 0) {
      extension_.failure_percentage = FailurePercentageDetection{
          .threshold = Small(101), .minimum_endpoints = Small(5), .request_volume = Small(12)};
    }
    if (random_.Below(2) == 0) {
      extension_.latency = LatencyDetection{.minimum_endpoints = 3 + Small(3),
                                            .request_volume = 1 + Small(5),
                                            .mad_factor = Factor(),
                                            .minimum_ratio = 1.1 + Factor(),
                                            .minimum_difference = Duration(Small(1U << 25U)),
                                            .shared_slowdown_ratio = 1.5 + Factor(),
                                            .maximum_slow_percent = Small(101)};
    }
    endpoints_ = std::make_unique<EndpointSet>(MakeEndpoints(Specs(1 + random_.Below(12))));
    detector_ = std::make_unique<OutlierDetector>(settings_, extension_, *endpoints_,
                                                  OutlierDetector::Environment{});
    naive_ = std::make_unique<Naive>(settings_, extension_, endpoints_->size());
  }

  void Run() {
    for (int64_t sweep = 1; sweep <= 8; ++sweep) {
      for (size_t i = 0; i < endpoints_->size(); ++i) FillWindow(i);
      detector_->Sweep(TimePoint() + seconds(10 * sweep));
      naive_->Sweep(10 * sweep);
      uint64_t out = 0;
      for (size_t i = 0; i < endpoints_->size(); ++i) {
        ASSERT_EQ(endpoints_->at(i).ejected(), naive_->at(i).out) << "sweep " << sweep << ", " << i;
        ASSERT_EQ(endpoints_->at(i).state().ejection_multiplier, naive_->at(i).multiplier);
        out += naive_->at(i).out ? 1U : 0U;
        ejections_ += naive_->at(i).out_since == 10 * sweep ? 1U : 0U;
      }
      ASSERT_EQ(detector_->counters().out, out);
    }
  }

  uint64_t ejections() const { return ejections_; }

 private:
  uint32_t Small(uint64_t bound) { return static_cast<uint32_t>(random_.Below(bound)); }
  double Factor() { return static_cast<double>(random_.Below(300)) / 100; }

  void FillWindow(size_t index) {
    const uint64_t answers = random_.Below(15);
    const uint64_t good_of_eight = 8 - std::min<uint64_t>(random_.Below(30), 8);
    // Powers of two have exact logarithms.
    const uint64_t usual = 20 + random_.Below(2) + (random_.Below(8) == 0 ? 5 : 0);
    for (uint64_t answer = 0; answer < answers; ++answer) {
      const bool good = random_.Below(8) < good_of_eight;
      if (!good && random_.Below(2) == 0) {
        Record(index, Outcome::Failure(Kind::kConnectFailed, seconds(1)));
        if (settings_.split_external_local_origin_errors) {
          naive_->at(index).connections.push_back(false);
        } else {
          naive_->at(index).answers.push_back(false);
        }
        continue;
      }
      const uint64_t log2 = usual + random_.Below(2);
      Record(index, Outcome::Status(good ? 200 : 500, Duration(int64_t{1} << log2)));
      naive_->at(index).answers.push_back(good);
      if (settings_.split_external_local_origin_errors) {
        naive_->at(index).connections.push_back(true);
      }
      if (good) naive_->at(index).log2s.push_back(static_cast<double>(log2));
    }
  }

  void Record(size_t index, const Outcome& outcome) {
    detector_->Record(endpoints_->at(index), outcome, TimePoint());
  }

  SeededRandom random_;
  OutlierDetection settings_;
  OutlierDetectionExtension extension_;
  std::unique_ptr<EndpointSet> endpoints_;
  std::unique_ptr<OutlierDetector> detector_;
  std::unique_ptr<Naive> naive_;
  uint64_t ejections_ = 0;
};

TEST(UpstreamJudgementOracle, RandomWindowsAreJudgedAsTheNaiveImplementationJudgesThem) {
  uint64_t ejections = 0;
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
    Trial trial(seed);
    trial.Run();
    if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
    ejections += trial.ejections();
  }
  EXPECT_GT(ejections, kSeeds) << "or there was nothing to judge";
}

}  // namespace
}  // namespace meshroute
