// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_SCENARIO_SCENARIO_H_
#define MESHROUTE_TESTS_SCENARIO_SCENARIO_H_

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshroute/call/drivers.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/yaml.h"
#include "meshroute/router.h"
#include "meshroute/telemetry/observer.h"
#include "meshroute/testing/fake_transport.h"
#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"

namespace meshroute {

// Remembers what was observed.
class RecordingObserver final : public Observer {
 public:
  struct Start {
    uint64_t call;
    std::string endpoint;
    TimePoint at;
    std::optional<Assignment> assignment;
  };
  struct Attempt {
    std::string destination;
    std::string endpoint;
    Outcome::Kind kind;
    uint32_t attempt;
    std::optional<Assignment> assignment;  // Its view is left out: `rollout` has the text.
    std::string rollout;
    uint64_t call;
  };
  struct Ended {
    int status;
    ResponseFlags flags;
    uint32_t attempts;
    Duration elapsed;
    std::string route;
    std::string stat_prefix;
    std::optional<Assignment> assignment;
    std::string rollout;
    uint64_t call;
  };

  void OnTrialStart(const TrialStartEvent& event) override {
    starts.push_back({event.call, std::string(event.endpoint), event.at, Kept(event.assignment)});
  }
  void OnAttemptEnd(const AttemptEvent& event) override {
    attempts.push_back({std::string(event.destination), std::string(event.endpoint),
                        event.outcome.kind, event.attempt, Kept(event.assignment),
                        RolloutOf(event.assignment), event.call});
  }
  void OnMirrorEnd(const MirrorEvent& event) override {
    copies.push_back({std::string(event.destination), std::string(event.endpoint),
                      event.outcome.kind, 0, Kept(event.assignment), RolloutOf(event.assignment),
                      event.call});
  }
  void OnCallEnd(const CallEvent& event) override {
    calls.push_back({event.status, event.flags, event.attempts, event.elapsed,
                     std::string(event.route), std::string(event.stat_prefix),
                     Kept(event.assignment), RolloutOf(event.assignment), event.call});
  }
  void OnEjection(const EjectionEvent& event) override {
    if (event.change == EjectionEvent::Change::kEjected) ejected.emplace_back(event.endpoint);
    if (event.change == EjectionEvent::Change::kReadmitted) readmitted.emplace_back(event.endpoint);
  }
  void OnConfig(const ConfigEvent& event) override {
    versions.push_back(event.version);
    messages.emplace_back(event.message);
  }

  std::vector<Start> starts;
  std::vector<Attempt> attempts;
  std::vector<Attempt> copies;  // Of OnMirrorEnd.
  std::vector<Ended> calls;
  std::vector<std::string> ejected;
  std::vector<std::string> readmitted;
  std::vector<uint64_t> versions;
  std::vector<std::string> messages;

 private:
  static std::optional<Assignment> Kept(const Assignment* assignment) {
    if (assignment == nullptr) return std::nullopt;
    Assignment kept = *assignment;
    kept.rollout = {};
    return kept;
  }
  static std::string RolloutOf(const Assignment* assignment) {
    return assignment == nullptr ? std::string() : std::string(assignment->rollout);
  }
};

// A whole Router on doubles: YAML in, calls on a virtual clock, answers by
// script, every draw stated. Chance is 0 where the script has ended.
class ScenarioTest : public ::testing::Test {
 protected:
  // The services that most tests call: reviews with two endpoints of v1 and one
  // of v2, ratings with one.
  static constexpr std::string_view kServices = R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.default.svc.cluster.local]
  ports: [{number: 9080, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
  - {address: 10.0.0.1, labels: {version: v1}}
  - {address: 10.0.0.2, labels: {version: v1}}
  - {address: 10.0.0.3, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ratings}
spec:
  hosts: [ratings.default.svc.cluster.local]
  ports: [{number: 9080, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
  - {address: 10.0.1.1}
---
)";
  static constexpr std::string_view kSubsets = R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
---
)";

  // Puts kServices and `yaml` in force; fails the test where they are refused.
  void Load(std::string_view yaml, std::string_view subsets = kSubsets) {
    ResourceLoader loader{LoadOptions{}};
    AddYaml({"scenario.yaml", std::string(kServices) + std::string(subsets) + std::string(yaml)},
            loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    ASSERT_TRUE(config.ok()) << config.status().ToString();
    router_.Apply(*std::move(config));
  }

  // As Load for one VirtualService of reviews with the given `http` rules.
  void LoadRules(const std::string& rules, std::string_view subsets = kSubsets) {
    Load(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: reviews}\n"
        "spec:\n  hosts: [reviews]\n  http:\n" +
            rules,
        subsets);
  }

  Response Send(RequestView request, const CallOptions& options = {}, std::string_view body = {}) {
    Call call = router_.Start(request, options);
    return RunBlocking(call, body, transport_, clock_);
  }

  Response Get(std::string_view path, std::vector<HeaderView> headers = {},
               const CallOptions& options = {}) {
    return Send({.authority = "reviews:9080", .path = path, .headers = headers}, options);
  }

  // Addresses that requests, not mirrors, were sent to, in order.
  std::vector<std::string> Addresses() const {
    std::vector<std::string> addresses;
    for (const FakeTransport::Sent& sent : transport_.sent()) {
      if (sent.kind == FakeTransport::Sent::Kind::kRequest) addresses.push_back(sent.endpoint);
    }
    return addresses;
  }

  VirtualClock clock_;
  ScriptedRandom random_;
  RecordingObserver observer_;
  FakeTransport transport_{clock_};
  Router router_{RouterOptions{.client = {},
                               .mesh = {},
                               .load = {},
                               .clock = &clock_,
                               .random = &random_,
                               .observer = &observer_}};
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_SCENARIO_SCENARIO_H_
