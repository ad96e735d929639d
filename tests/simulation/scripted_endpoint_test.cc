// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/scripted_endpoint.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "meshroute/simulation/latency_histogram.h"

namespace meshroute {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;

LatencyModel Constant(Duration latency) {
  LatencyModel model;
  model.constant = latency;
  return model;
}

Scenario With(EndpointBehaviour behaviour) {
  Scenario scenario;
  scenario.behaviours.push_back(std::move(behaviour));
  return scenario;
}

ScriptedEndpoint MakeEndpoint(const Scenario& scenario, const Labels& labels = {}) {
  return ScriptedEndpoint(scenario, "10.0.0.1:80", labels, 1);
}

LatencyHistogram DrawMany(const LatencyModel& model) {
  const LatencySampler sampler(model);
  SeededRandom random(1);
  LatencyHistogram histogram;
  for (int i = 0; i < 100'000; ++i) histogram.Add(sampler.Draw(random));
  return histogram;
}

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

TEST(LatencyHistogram, KnowsPercentilesToThreePercent) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 10'000; ++i) histogram.Add(i * 10us);
  EXPECT_NEAR(Milliseconds(histogram.Percentile(50)), 50, 1.6);
  EXPECT_NEAR(Milliseconds(histogram.Percentile(99)), 99, 3.1);
  EXPECT_NEAR(Milliseconds(histogram.Percentile(100)), 100, 3.2);
  EXPECT_EQ(LatencyHistogram().Percentile(50), 0s);
}

TEST(LatencySampler, UniformIsEven) {
  LatencyModel model;
  model.uniform = UniformLatency{.minimum = 10ms, .maximum = 20ms};
  const LatencyHistogram drawn = DrawMany(model);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(10)), 11, 0.4);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(90)), 19, 0.7);
}

TEST(LatencySampler, LogNormalHasItsMedianAndTail) {
  LatencyModel model;
  model.log_normal = LogNormalLatency{.median = 10ms, .sigma = 0.6};
  const LatencyHistogram drawn = DrawMany(model);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(50)), 10, 0.4);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(99)), 10 * std::exp(0.6 * 2.3263), 1.8);
}

TEST(LatencySampler, ExponentialHasItsMeanAboveTheFloor) {
  LatencyModel model;
  model.exponential = ExponentialLatency{.mean = 10ms, .floor = 5ms};
  const LatencyHistogram drawn = DrawMany(model);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(50)), 5 + 6.93, 0.5);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(99)), 5 + 46.05, 2.5);
}

TEST(LatencySampler, PercentilesAreMet) {
  LatencyModel model;
  model.percentiles = {{"50", 10ms}, {"99", 100ms}, {"100", 200ms}};
  const LatencyHistogram drawn = DrawMany(model);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(25)), 5, 0.3);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(50)), 10, 0.5);
  EXPECT_NEAR(Milliseconds(drawn.Percentile(99)), 100, 4);
}

TEST(ScriptedEndpoint, WithoutABehaviourAnswersAtOnce) {
  const ServedAttempt served = MakeEndpoint(Scenario()).Serve(3s);
  EXPECT_EQ(served.ends, 3s);
  EXPECT_EQ(served.status, 200);
}

TEST(ScriptedEndpoint, TheLastBehaviourThatSpeaksOfAMatterIsRight) {
  Scenario scenario = With({.latency = Constant(10ms), .failures = {{{.status = 500}}}});
  scenario.behaviours.push_back(
      {.select = {.labels = {{"version", "v2"}}}, .latency = Constant(50ms)});
  scenario.behaviours.push_back({.from = 10s, .until = 20s, .latency = Constant(1ms)});
  ScriptedEndpoint v1 = MakeEndpoint(scenario);
  ScriptedEndpoint v2 = MakeEndpoint(scenario, {{"version", "v2"}});
  EXPECT_EQ(v1.Serve(0s).ends, 10ms);
  EXPECT_EQ(v2.Serve(0s).ends, 50ms);
  EXPECT_EQ(v2.Serve(0s).status, 500);
  EXPECT_EQ(v2.Serve(10s).ends, 10s + 1ms);
  EXPECT_EQ(v2.Serve(20s).ends, 20s + 50ms);
}

TEST(ScriptedEndpoint, IncidentsComeOnTop) {
  Scenario scenario = With({.latency = Constant(10ms)});
  scenario.incidents.push_back({.from = 1s, .until = 2s, .slowdown = 3});
  scenario.incidents.push_back({.select = {.addresses = {"10.0.0.1:80"}},
                                .from = 5s,
                                .failures = {{.kind = FailureModel::Kind::kConnectFailure}}});
  ScriptedEndpoint endpoint = MakeEndpoint(scenario);
  EXPECT_EQ(endpoint.Serve(0s).ends, 10ms);
  EXPECT_EQ(endpoint.Serve(1s).ends, 1s + 30ms);
  EXPECT_EQ(endpoint.Serve(2s).ends, 2s + 10ms);
  const ServedAttempt refused = endpoint.Serve(5s);
  EXPECT_EQ(refused.kind, Outcome::Kind::kConnectFailed);
  EXPECT_EQ(refused.ends, 5s + 1ms);
  ScriptedEndpoint other(scenario, "10.0.0.2:80", {}, 1);
  EXPECT_EQ(other.Serve(5s).kind, Outcome::Kind::kResponse);
}

TEST(ScriptedEndpoint, AShareOfRequestsFails) {
  ScriptedEndpoint endpoint =
      MakeEndpoint(With({.failures = {{{.percent = 5, .status = 500},
                                       {.percent = 2, .kind = FailureModel::Kind::kHang}}}}));
  int answered_500 = 0;
  int hung = 0;
  for (int i = 0; i < 100'000; ++i) {
    const ServedAttempt served = endpoint.Serve(0s);
    answered_500 += served.status == 500 ? 1 : 0;
    hung += served.ends == Duration::max() ? 1 : 0;
  }
  EXPECT_NEAR(answered_500, 5000, 300);
  EXPECT_NEAR(hung, 2000, 200);
}

TEST(ScriptedEndpoint, WhatIsAboveTheConcurrencyWaitsAndWhatIsAboveTheQueueIsRefused) {
  ScriptedEndpoint endpoint = MakeEndpoint(
      With({.latency = Constant(100ms), .capacity = CapacityModel{.concurrency = 2, .queue = 2}}));
  EXPECT_EQ(endpoint.Serve(0s).ends, 100ms);
  EXPECT_EQ(endpoint.Serve(10ms).ends, 110ms);
  EXPECT_EQ(endpoint.Serve(20ms).ends, 200ms);  // Begun at 100ms.
  EXPECT_EQ(endpoint.Serve(30ms).ends, 210ms);
  const ServedAttempt refused = endpoint.Serve(40ms);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.ends, 40ms);
  EXPECT_EQ(endpoint.Serve(100ms).ends, 300ms);  // One that waited has begun.
}

TEST(ScriptedEndpoint, AColdEndpointWarmsUpFromItsFirstRequestOn) {
  ScriptedEndpoint endpoint = MakeEndpoint(
      With({.latency = Constant(10ms), .cold_start = ColdStart{.factor = 5, .lasts = 10s}}));
  EXPECT_EQ(endpoint.Serve(100s).ends, 100s + 50ms);
  EXPECT_EQ(endpoint.Serve(105s).ends, 105s + 30ms);
  EXPECT_EQ(endpoint.Serve(110s).ends, 110s + 10ms);
}

}  // namespace
}  // namespace meshroute
