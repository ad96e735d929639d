// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/tools/program.h"

namespace meshroute::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::string_view kRules = R"(apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.default.svc.cluster.local]
  ports: [{number: 9080, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints: [{address: 10.0.0.1}]
)";

constexpr std::string_view kScenario = R"(name: calm
duration: 20s
interval: 10s
rules: [rules.yaml]
arrivals: {rate: 50}
requests: [{authority: "reviews:9080"}]
behaviours: [{latency: {exponential: {mean: 5ms}}}]
)";

class SimulateTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    Write("deep/rules.yaml", kRules);
    Write("deep/calm.yaml", kScenario);
  }
};

TEST_F(SimulateTest, RunsAScenarioWithTheRulesBesideIt) {
  const Result result = Run({"simulate", "deep/calm.yaml"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("calm: 20s, seed 1\n"));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(SimulateTest, TheSameSeedGivesTheSameOutput) {
  const std::string first = Run({"simulate", "deep/calm.yaml", "-o", "json", "--seed", "9"}).out;
  EXPECT_THAT(first, HasSubstr("\"seed\": 9"));
  EXPECT_EQ(Run({"simulate", "deep/calm.yaml", "-o", "json", "--seed", "9"}).out, first);
  EXPECT_NE(Run({"simulate", "deep/calm.yaml", "-o", "json", "--seed", "8"}).out, first);
}

TEST_F(SimulateTest, AnExpectationThatIsNotMetIsAFinding) {
  Write("deep/calm.yaml",
        std::string(kScenario) + "expect: [{measure: calls, atLeast: 1000000}]\n");
  const Result text = Run({"simulate", "deep/calm.yaml"});
  EXPECT_EQ(text.status, 1);
  EXPECT_THAT(text.out, HasSubstr("NOT MET  calls at least 1e+06"));
  const Result json = Run({"simulate", "deep/calm.yaml", "-o", "json"});
  EXPECT_EQ(json.status, 1);
  EXPECT_THAT(json.err, HasSubstr("not met: calls at least 1e+06, got "));
}

TEST_F(SimulateTest, WritesAPageToAFile) {
  const Result result = Run({"simulate", "deep/calm.yaml", "-o", "html", "--write", "calm.html"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(Read("calm.html"), StartsWith("<!doctype html>"));
  EXPECT_EQ(Run({"simulate", "deep/calm.yaml", "--write", "no/such/folder"}).status, 2);
}

TEST_F(SimulateTest, WhatIsWrongWithTheScenarioIsShownInItsLine) {
  const Result result = Run({"simulate", "-"}, "duration: 1m\narrivals: {rates: 5}\n");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("<stdin>:2:12: error: arrivals.rates: unknown field; did you "
                                    "mean 'rate'?\n   2 | arrivals: {rates: 5}\n"));
  EXPECT_THAT(result.err, HasSubstr("the scenario has 1 error"));
}

TEST_F(SimulateTest, WhatIsWrongWithTheRulesNamesTheirFile) {
  Write("deep/rules.yaml", std::string(kRules) + "  hostnames: [x]\n");
  const Result result = Run({"simulate", "deep/calm.yaml"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("deep/rules.yaml:9:3: ServiceEntry default/reviews"));
  std::filesystem::remove(folder_ / "deep/rules.yaml");
  EXPECT_THAT(Run({"simulate", "deep/calm.yaml"}).err,
              HasSubstr("deep/rules.yaml: no such file or folder"));
}

TEST_F(SimulateTest, AScenarioIsOneFileWithOneDocument) {
  EXPECT_THAT(Run({"simulate", "deep"}).err, HasSubstr("must be a file, and deep is a folder"));
  EXPECT_THAT(Run({"simulate", "-"}, "duration: 1s\n---\nduration: 2s\n").err,
              HasSubstr("must hold one document, a scenario, and holds 2"));
  EXPECT_EQ(Run({"simulate"}).status, 2);
}

TEST_F(SimulateTest, ManyRunsTellHowRolloutsComeOut) {
  const std::string canary = MESHROUTE_SOURCE_DIR "/examples/simulation/canary-failing.yaml";
  const Result fast = Run({"simulate", canary, "--runs", "50", "--fast"});
  EXPECT_EQ(fast.status, 0) << fast.err;
  EXPECT_THAT(fast.out, HasSubstr("a canary that fails 5 % is rolled back: 50 runs, seeds from 1\n"
                                  "rollout default/reviews\n  rolled back        50 of 50 (100%)"));
  const Result exact = Run({"simulate", canary, "--runs", "2", "-o", "json"});
  EXPECT_EQ(exact.status, 0) << exact.err << exact.out;
  EXPECT_THAT(exact.out, HasSubstr("\"rolledBack\": 2"));
  EXPECT_EQ(Run({"simulate", canary, "--fast"}).status, 2);
  EXPECT_EQ(Run({"simulate", canary, "--runs", "0"}).status, 2);
  EXPECT_EQ(Run({"simulate", canary, "--runs", "2", "-o", "html"}).status, 2);
  EXPECT_THAT(Run({"simulate", "deep/calm.yaml", "--runs", "2", "--fast"}).err,
              HasSubstr("a fast study needs a scenario with one Rollout"));
}

// Each of examples/simulation/ is a test of its own expectations.
TEST(SimulationExamples, AllExpectationsAreMet) {
  size_t scenarios = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(MESHROUTE_SOURCE_DIR "/examples/simulation")) {
    if (entry.path().extension() != ".yaml") continue;
    ++scenarios;
    const std::string command =
        "'" MESHROUTE_TOOL "' simulate '" + entry.path().string() + "' -o json > /dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << entry.path();
  }
  EXPECT_GE(scenarios, 6u);
}

}  // namespace
}  // namespace meshroute::tool
