// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "meshroute/config/json.h"
#include "meshroute/simulation/report.h"
#include "tests/simulation/scenarios.h"

namespace meshroute {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::HasSubstr;

constexpr std::string_view kHead =
    "duration: 1m\ninterval: 10s\nrequests: [{authority: \"reviews:9080\"}]\n";

std::string Head(std::string_view more) { return std::string(kHead) + std::string(more); }

TEST(Simulation, SharesCallsByWeight) {
  const SimulationResult result = RunText(WithResources(Head("arrivals: {rate: 1000}\n"), Usual()));
  EXPECT_NEAR(static_cast<double>(result.total.all.calls), 60'000, 1000);
  EXPECT_EQ(result.total.all.failed, 0u);
  const double share = static_cast<double>(CountsOf(result, "v2").calls) /
                       static_cast<double>(result.total.all.calls);
  EXPECT_NEAR(share, 0.1, 0.006);
  ASSERT_EQ(result.timeline.size(), 6u);
  EXPECT_EQ(result.timeline[5].until, 60s);
}

TEST(Simulation, TwoRunsAreEqualAndSeedsDiffer) {
  const std::string text = WithResources(
      Head("arrivals: {rate: 300}\n"
           "processes: {count: 3}\n"
           "behaviours:\n"
           "- {latency: {logNormal: {median: 5ms}}, failures: [{percent: 3}, {percent: 1, kind: "
           "reset}], capacity: {concurrency: 2}}\n"),
      std::string(kReviews) + SplitRules(90, 10, "      retries: {attempts: 2, retryOn: 5xx}") +
          SubsetRules("{outlierDetection: {interval: 1s, consecutive5xxErrors: 2}}"));
  const std::string first = WriteJson(ToDocument({RunText(text, 5), {}}));
  EXPECT_EQ(WriteJson(ToDocument({RunText(text, 5), {}})), first);
  EXPECT_NE(WriteJson(ToDocument({RunText(text, 6), {}})), first);
}

TEST(Simulation, LatencyIsThatOfTheEndpoints) {
  const SimulationResult result = RunText(WithResources(
      Head("arrivals: {rate: 100}\nbehaviours: [{latency: {constant: 40ms}}]\n"), Usual()));
  EXPECT_GE(result.total.all.latency.Percentile(50), 40ms);
  EXPECT_LT(result.total.all.latency.Percentile(100), 42ms);
}

TEST(Simulation, RetriesHideFailures) {
  const std::string behaviour =
      "arrivals: {rate: 200}\nbehaviours: [{failures: [{percent: 10, status: 503}]}]\n";
  const SimulationResult without = RunText(WithResources(
      Head(behaviour),
      std::string(kReviews) + SplitRules(90, 10, "      retries: {attempts: 0}") + SubsetRules()));
  const SimulationResult with = RunText(WithResources(
      Head(behaviour), std::string(kReviews) +
                           SplitRules(90, 10, "      retries: {attempts: 3, retryOn: 5xx}") +
                           SubsetRules()));
  EXPECT_NEAR(
      static_cast<double>(without.total.all.failed) / static_cast<double>(without.total.all.calls),
      0.1, 0.012);
  EXPECT_EQ(without.total.all.retries, 0u);
  EXPECT_LT(with.total.all.failed, 20u);
  EXPECT_GT(with.total.all.retries, 1000u);
  EXPECT_EQ(with.total.all.attempts, with.total.all.calls + with.total.all.retries);
}

TEST(Simulation, TimeoutsEndWhatHangs) {
  const SimulationResult result = RunText(WithResources(
      Head("arrivals: {rate: 50}\nbehaviours: [{failures: [{percent: 100, kind: hang}]}]\n"),
      std::string(kReviews) +
          SplitRules(100, 0, "      timeout: 2s\n      retries: {attempts: 0}") + SubsetRules()));
  EXPECT_EQ(result.total.all.failed, result.total.all.calls);
  EXPECT_EQ(result.total.statuses.at(504), result.total.all.calls);
  EXPECT_GE(result.total.all.latency.Percentile(1), 2s);
  EXPECT_NEAR(static_cast<double>(result.total.in_flight), 100, 40);
}

TEST(Simulation, TheCallersPatienceEndsACall) {
  const SimulationResult result = RunText(
      WithResources("duration: 10s\nrequests: [{authority: \"reviews:9080\", deadline: 100ms}]\n"
                    "arrivals: {rate: 50}\nbehaviours: [{latency: {constant: 1s}}]\n",
                    Usual()));
  EXPECT_EQ(result.total.statuses.at(504), result.total.all.calls);
}

TEST(Simulation, ConnectionsAndPendingRequestsAreLimited) {
  // Two calls at a time come: one is served, one may wait, and not three.
  const SimulationResult result = RunText(WithResources(
      "duration: 10s\nrequests: [{authority: \"reviews:9080\"}]\n"
      "arrivals: {process: constant, rate: 30}\nbehaviours: [{latency: {constant: 100ms}}]\n",
      std::string(kReviews) + SplitRules(100, 0, "      retries: {attempts: 0}") +
          SubsetRules("{connectionPool: {tcp: {maxConnections: 1}, http: "
                      "{http1MaxPendingRequests: 1}}}")));
  // Thirty come in a second, of which ten can be served.
  EXPECT_NEAR(static_cast<double>(result.total.statuses.at(200)), 100, 3);
  EXPECT_EQ(result.total.all.overflows, result.total.statuses.at(503));
  EXPECT_GT(result.total.all.latency.Percentile(99), 100ms);
}

TEST(Simulation, ARequestIsActiveOnceItHasAConnection) {
  const auto run = [](const std::string& pool) {
    return RunText(WithResources(
        "duration: 10s\nrequests: [{authority: \"reviews:9080\"}]\n"
        "arrivals: {process: constant, rate: 30}\nbehaviours: [{latency: {constant: 100ms}}]\n",
        std::string(kReviews) + SplitRules(100, 0, "      retries: {attempts: 0}") +
            SubsetRules("{connectionPool: " + pool + "}")));
  };
  const SimulationResult queued = run("{tcp: {maxConnections: 1}, http: {http2MaxRequests: 1}}");
  EXPECT_EQ(queued.total.all.overflows, 0u) << "those that wait are not active";
  const SimulationResult active = run("{http: {http2MaxRequests: 1}}");
  EXPECT_NEAR(static_cast<double>(active.total.statuses.at(200)), 100, 3);
  EXPECT_GT(active.total.all.overflows, 190u);
  EXPECT_EQ(active.total.all.overflows, active.total.statuses.at(503));
}

TEST(Simulation, RulesAndEndpointsChangeOnTime) {
  const SimulationResult result =
      RunText(WithResources(Head("arrivals: {rate: 200}\nchanges:\n"
                                 "- at: 20s\n  resources:" +
                                 Indented(SplitRules(0, 100)) +
                                 "\n- at: 40s\n  endpoints: {host: reviews, endpoints: []}\n"),
                            Usual()));
  const auto share_of_v2 = [&result](size_t interval) {
    const SimulatedInterval& row = result.timeline[interval];
    for (size_t i = 0; i < row.versions.size(); ++i) {
      if (result.versions[i].subset == "v2") {
        return static_cast<double>(row.versions[i].calls) / static_cast<double>(row.all.calls);
      }
    }
    return 0.0;
  };
  EXPECT_NEAR(share_of_v2(1), 0.1, 0.03);
  EXPECT_EQ(share_of_v2(2), 1);
  EXPECT_EQ(result.timeline[3].all.failed, 0u);
  EXPECT_EQ(result.timeline[4].all.failed, result.timeline[4].all.calls);
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_THAT(result.events[1].text, HasSubstr("reviews has 0 endpoints from now on"));
}

TEST(Simulation, OutlierDetectionEjectsAndReadmits) {
  const SimulationResult result = RunText(WithResources(
      Head("arrivals: {rate: 200}\n"
           "incidents: [{from: 10s, until: 20s, select: {addresses: [\"10.0.0.1:9080\"]}, "
           "failures: [{status: 500}]}]\n"),
      std::string(kReviews) + SplitRules(100, 0) +
          SubsetRules("{outlierDetection: {interval: 1s, consecutive5xxErrors: 3, "
                      "baseEjectionTime: 15s, maxEjectionPercent: 60}}")));
  EXPECT_EQ(result.total.ejections, 1u);
  EXPECT_EQ(result.timeline[0].ejected, 0u);
  EXPECT_EQ(result.timeline[1].ejected, 1u);
  EXPECT_EQ(result.timeline[4].ejected, 0u);
  EXPECT_LT(result.total.all.failed, 10u);
}

TEST(Simulation, ProcessesLearnEachByItself) {
  const std::string rules = std::string(kReviews) + SplitRules(100, 0) +
                            SubsetRules(
                                "{outlierDetection: {interval: 1s, consecutive5xxErrors: "
                                "3, baseEjectionTime: 1h, maxEjectionPercent: 60}}");
  const std::string text = Head(
      "arrivals: {rate: 200}\nprocesses: {count: 4}\n"
      "behaviours: [{select: {addresses: [\"10.0.0.1:9080\"]}, failures: [{status: 500}]}]\n");
  const SimulationResult result = RunText(WithResources(text, rules));
  EXPECT_EQ(result.total.ejections, 4u);
  EXPECT_THAT(result.events[0].text, HasSubstr("process "));
}

TEST(Simulation, UsersSendTheirHeader) {
  const std::string hash =
      "{loadBalancer: {consistentHash: {httpHeaderName: x-user, maglev: {tableSize: 65537}}}}";
  // One user: all calls go to one endpoint, which takes one at a time.
  const SimulationResult result = RunText(WithResources(
      "duration: 10s\nrequests: [{authority: \"reviews:9080\", users: {count: 1}}]\n"
      "arrivals: {process: constant, rate: 20}\n"
      "behaviours: [{latency: {constant: 100ms}, capacity: {concurrency: 1, queue: 0}}]\n",
      std::string(kReviews) + SplitRules(100, 0, "      retries: {attempts: 0}") +
          SubsetRules(hash)));
  EXPECT_NEAR(static_cast<double>(result.total.statuses.at(200)), 100, 2);
  EXPECT_NEAR(static_cast<double>(result.total.statuses.at(503)), 100, 2);
}

TEST(Simulation, MirrorsAreSentAndCountedAsAttempts) {
  const SimulationResult result = RunText(WithResources(
      Head("arrivals: {rate: 100}\n"),
      std::string(kReviews) + SplitRules(100, 0, "      mirror: {host: reviews, subset: v2}") +
          SubsetRules()));
  EXPECT_EQ(CountsOf(result, "v2").calls, 0u);
  EXPECT_EQ(CountsOf(result, "v2").attempts, CountsOf(result, "v1").attempts);
}

TEST(Simulation, UnknownHostsAreLetThrough) {
  const SimulationResult result = RunText(
      "duration: 10s\nrequests: [{authority: \"example.com:80\"}]\narrivals: {rate: 10}\n"
      "behaviours: [{select: {addresses: [\"example.com:80\"]}, failures: [{status: 418}]}]\n");
  EXPECT_EQ(result.total.statuses.at(418), result.total.all.calls);
}

TEST(Simulation, KindsOfRequestsAreDrawnByWeight) {
  const SimulationResult result = RunText(WithResources(
      "duration: 1m\narrivals: {rate: 500}\nrequests:\n"
      "- {weight: 3, authority: reviews}\n- {weight: 1, authority: reviews, path: /none}\n",
      std::string(kReviews) +
          "\n- {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: r},\n"
          "   spec: {hosts: [reviews], http: [{match: [{uri: {exact: /}}], route: [{destination: "
          "{host: reviews}}]}]}}\n"));
  EXPECT_NEAR(static_cast<double>(result.total.statuses.at(404)) /
                  static_cast<double>(result.total.all.calls),
              0.25, 0.02);
}

}  // namespace
}  // namespace meshroute
