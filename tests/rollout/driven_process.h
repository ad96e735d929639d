// SPDX-License-Identifier: Apache-2.0
// A router whose rollouts a driver carries out, and its callers, on a virtual clock.
#ifndef MESHROUTE_TESTS_ROLLOUT_DRIVEN_PROCESS_H_
#define MESHROUTE_TESTS_ROLLOUT_DRIVEN_PROCESS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/yaml.h"
#include "meshroute/rollout/rollout_driver.h"
#include "meshroute/testing/virtual_clock.h"

namespace meshroute {

inline constexpr std::string_view kRules = R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.default.svc.cluster.local]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
  - {address: 10.0.0.1, labels: {version: v1}}
  - {address: 10.0.0.2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http: [{name: default, route: [{destination: {host: reviews, subset: v1}}]}]
---
)";

inline constexpr std::string_view kRollout = R"(
apiVersion: meshroute.io/v1alpha1
kind: Rollout
metadata: {name: reviews}
spec:
  virtualService: reviews
  route: default
  baseline: {host: reviews, subset: v1}
  canary: {host: reviews, subset: v2}
  revision: one
  analysis:
    stepWeights: [5, 50, 100]
    minDuration: 5s
    minRequests: 20
    maturity: 0s
    baselining: {minRequests: 50, maxDuration: 30s}
    metrics: [{name: request-success-rate, thresholdRange: {min: 90}}]
)";

class RecordedEvents final : public RolloutObserver {
 public:
  void OnRolloutEvent(const RolloutEvent& event) override {
    kinds.push_back(event.kind);
    if (then) then(event);
  }

  bool Has(RolloutEvent::Kind kind) const {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }

  std::vector<RolloutEvent::Kind> kinds;
  std::function<void(const RolloutEvent&)> then;  // What the listener does about it.
};

inline ValidatedConfig Load(std::string_view yaml) {
  ResourceLoader loader{LoadOptions{}};
  AddYaml({"rules.yaml", std::string(yaml)}, loader);
  absl::StatusOr<ValidatedConfig> config = loader.Finish();
  EXPECT_TRUE(config.ok()) << config.status();
  return *std::move(config);
}

inline ValidatedConfig WithRollout() { return Load(std::string(kRules) + std::string(kRollout)); }

// One process: a router on a virtual clock, a driver, and callers.
class Process {
 public:
  Process(VirtualClock& clock, RolloutDriverOptions options, uint64_t seed = 7)
      : clock_(clock), random_(seed), driver_(WithOwn(std::move(options))) {}
  Process(VirtualClock& clock, const std::string& state_folder)
      : Process(clock, RolloutDriverOptions{.state_folder = state_folder}) {}

  Router& router() { return router_; }
  RolloutDriver& driver() { return driver_; }
  RecordedEvents& events() { return events_; }

  void Begin(ValidatedConfig config) {
    router_.Apply(std::move(config));
    driver_.Attach(router_);
  }

  RolloutStatus status() const { return driver_.status().at(0); }

  // The weight in force; -1: no split is.
  double weight() const {
    const auto tables = router_.tables();
    return tables->splits.empty() ? -1 : tables->splits[0].weight;
  }

  // How many of the calls of Call went to the canary.
  int canary_calls() const { return canary_calls_; }

  // That many calls that drew the canary, and wait for its answer. Those that drew the
  // baseline meanwhile are answered well.
  std::vector<meshroute::Call> CanaryCalls(size_t count) {
    std::vector<meshroute::Call> calls;
    while (calls.size() < count) {
      meshroute::Call call = router_.Start({.authority = "reviews"});
      const Step step = call.Next();
      if (std::get<Send>(step).endpoint->address() == "10.0.0.2:80") {
        calls.push_back(std::move(call));
      } else {
        End(call, 200);
      }
    }
    return calls;
  }

  static void End(meshroute::Call& call, int status) {
    call.Report(1, Outcome::Status(status, std::chrono::milliseconds(1)));
    (void)call.Next();
  }

  void RunDue() { due_ = driver_.RunDue(clock_.Now()); }

  // One call, 10 ms after the one before; `bad` of the canary's answers are a 503.
  void Call(double bad) {
    clock_.Advance(kBetween);
    if (clock_.Now() >= due_) RunDue();
    meshroute::Call call = router_.Start({.authority = "reviews"});
    Step step = call.Next();
    const auto* send = std::get_if<Send>(&step);
    ASSERT_NE(send, nullptr);
    const bool is_canary = send->endpoint->address() == "10.0.0.2:80";
    if (is_canary) ++canary_calls_;
    const bool fails = is_canary && PositionOf(random_.Next()) < bad;
    call.Report(send->attempt, Outcome::Status(fails ? 503 : 200, std::chrono::milliseconds(1)));
    (void)call.Next();
  }

  // One call that the canary does not answer, and nobody ends, where it drew the canary;
  // RunDue is called to the nanosecond.
  void CallThatHangs() {
    const TimePoint begin = clock_.Now();
    while (due_ <= begin + kBetween) {
      if (due_ > clock_.Now()) clock_.Advance(due_ - clock_.Now());
      RunDue();
    }
    clock_.Advance(begin + kBetween - clock_.Now());
    meshroute::Call call = router_.Start({.authority = "reviews"});
    Step step = call.Next();
    const auto* send = std::get_if<Send>(&step);
    ASSERT_NE(send, nullptr);
    if (send->endpoint->address() == "10.0.0.2:80") {
      begun_.push_back(clock_.Now());
      hanging_.push_back(std::move(call));
      return;
    }
    call.Report(send->attempt, Outcome::Status(200, std::chrono::milliseconds(1)));
    (void)call.Next();
  }

  void EndHanging() {
    for (meshroute::Call& call : hanging_) {
      call.Report(1, Outcome::Status(200));
      (void)call.Next();
    }
    hanging_.clear();
  }

  const std::vector<TimePoint>& begun() const { return begun_; }

  // One call 10 ms after the one before, answered well. Its number, and whether it is the
  // canary's.
  std::pair<uint64_t, bool> CallToReport() {
    clock_.Advance(kBetween);
    if (clock_.Now() >= due_) RunDue();
    meshroute::Call call = router_.Start({.authority = "reviews"});
    const Step step = call.Next();
    call.Report(1, Outcome::Status(200, std::chrono::milliseconds(1)));
    (void)call.Next();
    return {call.trial(), call.assignment()->arm == Arm::kCanary};
  }

  // As CallToReport, until it is the canary's.
  uint64_t CanaryToReport() {
    for (;;) {
      const auto [call, is_canary] = CallToReport();
      if (is_canary) return call;
    }
  }

  // Calls for that long, or until the rollout is in `phase`.
  bool CallUntil(RolloutPhase phase, double bad, int calls = 60'000) {
    for (int i = 0; i < calls; ++i) {
      Call(bad);
      if (i % 10 == 0 && status().phase == phase) return true;
    }
    return false;
  }

 private:
  static constexpr Duration kBetween = std::chrono::milliseconds(10);

  RolloutDriverOptions WithOwn(RolloutDriverOptions options) {
    options.rollout_observer = &events_;
    options.rollout.random = &random_;
    return options;
  }

  VirtualClock& clock_;
  SeededRandom random_;
  RecordedEvents events_;
  RolloutDriver driver_;
  Router router_{RouterOptions{.client = {},
                               .mesh = {},
                               .load = {},
                               .clock = &clock_,
                               .random = &random_,
                               .observer = &driver_}};
  TimePoint due_{};
  int canary_calls_ = 0;
  std::vector<meshroute::Call> hanging_;  // Of router_.
  std::vector<TimePoint> begun_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ROLLOUT_DRIVEN_PROCESS_H_
