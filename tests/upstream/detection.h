// SPDX-License-Identifier: Apache-2.0
// A detector on a virtual clock that writes down what it tells.
#ifndef MESHROUTE_TESTS_UPSTREAM_DETECTION_H_
#define MESHROUTE_TESTS_UPSTREAM_DETECTION_H_

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/outlier_detector.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {

// Writes down what it hears: "ejected B consecutive_5xx 30s".
class Diary final : public Observer {
 public:
  void OnEjection(const EjectionEvent& event) override {
    static constexpr const char* kChanges[] = {"ejected",      "readmitted", "refused",
                                               "not enforced", "suppressed", "on trial"};
    std::string line = event.shadow ? "would be " : "";
    line += kChanges[static_cast<int>(event.change)];
    line += " " + std::string(event.endpoint);
    if (!event.reason.empty()) line += " " + std::string(event.reason);
    if (event.ejection_time > Duration(0)) {
      line += " " + std::to_string(event.ejection_time / std::chrono::seconds(1)) + "s";
    }
    lines.push_back(line);
    last = event;
  }

  std::vector<std::string> lines;
  EjectionEvent last;  // Without its texts.
};

// Ten endpoints of which half may be out.
class DetectionTest : public testing::Test {
 protected:
  DetectionTest() { settings_.max_ejection_percent = 50; }

  void Build(size_t endpoints = 10) { Build(Specs(endpoints)); }

  void Build(std::vector<EndpointSpec> specs) {
    detector_.reset();
    endpoints_ = std::make_unique<EndpointSet>(MakeEndpoints(std::move(specs)));
    detector_ = std::make_unique<OutlierDetector>(
        settings_, extension_, *endpoints_,
        OutlierDetector::Environment{
            .observer = &diary_, .random = &random_, .destination = "reviews"});
    next_sweep_ = detector_->RunDue(clock_.Now());
  }

  void Record(size_t endpoint, const Outcome& outcome, int times = 1) {
    for (int i = 0; i < times; ++i) {
      detector_->Record(endpoints_->at(endpoint), outcome, clock_.Now());
    }
  }

  bool Ejected(size_t endpoint) { return endpoints_->at(endpoint).ejected(); }
  uint32_t Multiplier(size_t endpoint) {
    return endpoints_->at(endpoint).state().ejection_multiplier;
  }

  // Runs the sweeps that fall into `length`, each when it is due.
  void Pass(Duration length) {
    const TimePoint end = clock_.Now() + length;
    while (next_sweep_ <= end) {
      clock_.SleepUntil(next_sweep_);
      next_sweep_ = detector_->RunDue(next_sweep_);
    }
    clock_.SleepUntil(end);
  }

  // How long endpoint 0 is out, if five failures eject it now.
  Duration EjectionLasts() {
    Record(0, Outcome::Status(503), 5);
    EXPECT_TRUE(Ejected(0));
    const TimePoint start = clock_.Now();
    while (Ejected(0)) Pass(next_sweep_ - clock_.Now());
    return clock_.Now() - start;
  }

  VirtualClock clock_;
  Diary diary_;
  ScriptedRandom random_;
  OutlierDetection settings_;
  OutlierDetectionExtension extension_;
  std::unique_ptr<EndpointSet> endpoints_;
  std::unique_ptr<OutlierDetector> detector_;
  TimePoint next_sweep_{};
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_UPSTREAM_DETECTION_H_
