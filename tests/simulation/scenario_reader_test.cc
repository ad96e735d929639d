// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/scenario_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/simulation/scenarios.h"

namespace meshroute {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> ProblemsOf(const std::string& text) {
  ConfigErrors errors;
  ReadText(text, errors);
  std::vector<std::string> problems;
  for (ConfigProblem problem : errors.problems()) {
    problem.code.clear();
    problem.istio_code.clear();
    problems.push_back(problem.ToString());
  }
  return problems;
}

TEST(ScenarioReader, ReadsEveryPart) {
  ConfigErrors errors;
  const Scenario scenario = ReadText(R"(
name: all
duration: 10m
seed: 7
interval: 5s
rules: [rules/]
resources: [{kind: VirtualService}]
client: {namespace: prod, labels: {app: web}, locality: eu/a}
processes: {count: 3, mergeLag: 1s}
arrivals:
  process: constant
  rate: 50
  changes: [{at: 1m, rate: 100, over: 30s}]
  bursts: [{at: 2m, lasts: 5s, rate: 500}]
requests:
- {weight: 2, method: POST, authority: a, path: /x, headers: {k: v}, users: {count: 9, header: x-id}, deadline: 2s}
behaviours:
- {select: {labels: {version: v2}, addresses: ["1.2.3.4:80"]}, from: 1s, until: 2s, latency: {percentiles: {"50": 5ms, "99": 40ms}}}
- {failures: [{percent: 5, kind: reset, after: 1ms}], capacity: {concurrency: 8, queue: 3}, coldStart: {factor: 4, lasts: 30s}}
incidents:
- {name: db, from: 3m, until: 4m, slowdown: 3, failures: [{percent: 50, status: 504}]}
changes:
- {at: 5m, endpoints: {host: a, endpoints: [{address: "1.2.3.4:80", weight: 3}]}}
- {at: 6m, rollout: {name: r, command: abort}}
expect:
- {measure: sharePercent, of: v2, from: 5s, until: 10s, atLeast: 1, atMost: 2}
- {measure: rolloutPhase, is: Failed}
)",
                                     errors);
  ASSERT_TRUE(errors.ok()) << errors.ToStatus();
  EXPECT_EQ(scenario.duration, 600s);
  EXPECT_EQ(scenario.seed, 7u);
  EXPECT_EQ(IntervalOf(scenario), 5s);
  EXPECT_EQ(scenario.client.namespace_name, "prod");
  EXPECT_EQ(scenario.processes.merge_lag, 1s);
  EXPECT_EQ(scenario.arrivals.bursts.at(0).rate, 500);
  EXPECT_EQ(scenario.requests.at(0).users->header, "x-id");
  EXPECT_EQ(scenario.behaviours.at(0).latency->percentiles.at("99"), 40ms);
  EXPECT_EQ(scenario.behaviours.at(1).failures->at(0).kind, FailureModel::Kind::kReset);
  EXPECT_EQ(scenario.incidents.at(0).failures.at(0).status, 504);
  EXPECT_EQ(scenario.changes.at(1).rollout->command, RolloutChange::Command::kAbort);
  EXPECT_EQ(scenario.expect.at(1).is, "Failed");
}

TEST(ScenarioReader, TellsAllThatIsWrongWithItsPlace) {
  EXPECT_THAT(ProblemsOf("duration: 1m\n"
                         "arrivals: {rate: -1}\n"
                         "requests: [{path: /}]\n"
                         "behaviours:\n"
                         "- {latency: {}}\n"
                         "- {capacity: {concurrency: 0}}\n"
                         "incidents: [{from: 2s, until: 1s}]\n"
                         "changes: [{at: 1s}]\n"
                         "expect: [{measure: calls}]\n"),
              ElementsAre(HasSubstr("scenario.yaml:2:12: arrivals.rate: must be from 0"),
                          HasSubstr("3:12: requests[0].authority: must name the host"),
                          HasSubstr("5:4: behaviours[0].latency: must have one of"),
                          HasSubstr("6:15: behaviours[1].capacity.concurrency: must be 1 or more"),
                          HasSubstr("7:24: incidents[0].until: must be after `from`"),
                          HasSubstr("8:11: changes[0]: changes nothing"),
                          HasSubstr("9:10: expect[0]: must say `atLeast` or `atMost`")));
}

TEST(ScenarioReader, RefusesUnknownFieldsAndWrongTypes) {
  EXPECT_THAT(ProblemsOf("duration: 1m\nlatencies: 5\narrivals: {rate: fast}\n"),
              ElementsAre(HasSubstr("2:1: latencies: unknown field"),
                          HasSubstr("3:12: arrivals.rate: must be a finite number")));
}

TEST(ScenarioReader, RefusesTwoModelsOfLatency) {
  EXPECT_THAT(ProblemsOf("duration: 1m\nrequests: [{authority: a}]\n"
                         "behaviours: [{latency: {constant: 1ms, uniform: {maximum: 2ms}}}]\n"),
              ElementsAre(HasSubstr("latency.uniform: must not stand next to 'constant'")));
}

TEST(ScenarioReader, RefusesSharesBeyondTheWhole) {
  EXPECT_THAT(ProblemsOf("duration: 1m\nrequests: [{authority: a}]\n"
                         "behaviours: [{failures: [{percent: 60}, {percent: 50, kind: hang}]}]\n"),
              ElementsAre(HasSubstr("at most 100 percent together, they are 110")));
}

TEST(ScenarioReader, SpansOfExpectationsAreWholeIntervals) {
  const std::string head = "duration: 1m\ninterval: 10s\nrequests: [{authority: a}]\n";
  EXPECT_THAT(ProblemsOf(head + "expect: [{measure: calls, atLeast: 1, from: 15s}]\n"),
              ElementsAre(HasSubstr("must be multiples of the interval of 10s")));
  EXPECT_THAT(ProblemsOf(head + "expect: [{measure: calls, atLeast: 1, from: 10s}]\n"), IsEmpty());
}

TEST(LoadScenario, ChangesAreLaidOverTheRulesBefore) {
  const LoadedScenario loaded =
      LoadText(WithResources("duration: 1m\nrequests: [{authority: reviews}]\nchanges:\n"
                             "- at: 10s\n  resources:" +
                                 Indented(SplitRules(50, 50)),
                             Usual()));
  ASSERT_EQ(loaded.changed_rules.size(), 1u);
  const Resources& after = loaded.changed_rules[0]->resources();
  ASSERT_EQ(after.virtual_services.size(), 1u);
  EXPECT_EQ(after.virtual_services[0].http[0].route[0].weight, 50);
  EXPECT_EQ(after.service_entries.size(), 1u);
  EXPECT_EQ(loaded.rules.resources().virtual_services[0].http[0].route[0].weight, 90);
}

TEST(LoadScenario, TellsWhatIsWrongWithInlineRules) {
  ConfigErrors errors;
  Scenario scenario = ReadText(
      "duration: 1m\nrequests: [{authority: a}]\nresources:\n"
      "- {apiVersion: networking.istio.io/v1, kind: VirtualService,\n"
      "   metadata: {name: r}, spec: {hosts: []}}\n",
      errors);
  ASSERT_TRUE(errors.ok());
  const absl::StatusOr<LoadedScenario> loaded = LoadScenario(std::move(scenario), "scenario.yaml");
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(std::string(loaded.status().message()),
              HasSubstr("scenario.yaml:5:25: VirtualService default/r: spec: must have a rule"));
}

TEST(LoadScenario, AsksForRulesByTheirPaths) {
  Scenario scenario;
  scenario.rules = {"a.json", "b.json"};
  std::vector<std::string> asked;
  const absl::StatusOr<LoadedScenario> loaded =
      LoadScenario(scenario, "s", [&asked](const std::string& path, ResourceLoader&) {
        asked.push_back(path);
        return absl::OkStatus();
      });
  ASSERT_TRUE(loaded.ok());
  EXPECT_THAT(asked, ElementsAre("a.json", "b.json"));
}

}  // namespace
}  // namespace meshroute
