// SPDX-License-Identifier: Apache-2.0
// Endpoints of a canary that a driver has set aside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/discovery/temporary_folder.h"
#include "tests/rollout/driven_process.h"
#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;
using Kind = RolloutEvent::Kind;

constexpr char kBad[] = "10.0.0.2:80";  // The one of which Process::Call has failures.

constexpr char kDetection[] =
    "consecutive5xxErrors: 0, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50";

void Replace(std::string_view from, std::string_view to, std::string& text) {
  const size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

struct Case {
  int canary_endpoints = 4;
  std::string detection = kDetection;  // Of outlierDetection; empty: there is none.
  std::string of_analysis{};
  std::string of_spec{};
};

ValidatedConfig ConfigOf(const Case& one) {
  std::string rules(kRules);
  std::string endpoints;
  for (int i = 3; i < 2 + one.canary_endpoints; ++i) {
    endpoints += "  - {address: 10.0.0." + std::to_string(i) + ", labels: {version: v2}}\n";
  }
  Replace("---\n", endpoints + "---\n", rules);
  if (!one.detection.empty()) {
    Replace("  subsets:\n",
            "  trafficPolicy: {outlierDetection: {" + one.detection + "}}\n  subsets:\n", rules);
  }
  std::string rollout(kRollout);
  Replace("minDuration: 5s", "minDuration: 9m" + one.of_analysis, rollout);
  Replace("  revision: one\n", "  revision: one\n" + one.of_spec, rollout);
  return Load(rules + rollout);
}

// Writes down what router and driver tell of endpoints.
class EndpointDiary final : public Observer {
 public:
  void OnEjection(const EjectionEvent& event) override {
    using Change = EjectionEvent::Change;
    if (event.change == Change::kEjected) {
      lines.push_back("ejected " + std::string(event.endpoint) + " " + std::string(event.reason));
    }
    if (event.change == Change::kReadmitted) {
      lines.push_back("readmitted " + std::string(event.endpoint));
    }
  }

  std::vector<std::string> lines;
};

class SuspectsTest : public ::testing::Test {
 protected:
  // Begins, and calls until the rollout suspects an endpoint.
  void Suspect(const Case& one) {
    process_.events().then = [this](const RolloutEvent& event) {
      const bool matters = event.kind == Kind::kEndpointSuspected ||
                           event.kind == Kind::kEndpointEjected ||
                           event.kind == Kind::kEndpointKept;
      if (matters) told_.push_back(std::string(EventName(event.kind)) + ": " + event.sentence);
    };
    process_.Begin(ConfigOf(one));
    ASSERT_TRUE(process_.CallUntil(RolloutPhase::kProgressing, 0));
    for (int i = 0; i < 6'000 && told_.empty(); ++i) process_.Call(1);
    ASSERT_FALSE(told_.empty());
    told_.erase(told_.begin());
  }

  // Calls for that long, with sweeps of the router; how many went to kBad.
  int CallFor(Duration duration) {
    const int before = process_.canary_calls();
    for (const TimePoint end = clock_.Now() + duration; clock_.Now() < end;) {
      process_.Call(0);
      process_.router().RunDue(clock_.Now());
    }
    return process_.canary_calls() - before;
  }

  VirtualClock clock_;
  EndpointDiary diary_;
  Process process_{clock_, RolloutDriverOptions{.observer = &diary_}};
  std::vector<std::string> told_;
};

TEST_F(SuspectsTest, ASuspectIsSetAsideByTheReportThatSuspectsItAndComesBackInTime) {
  Suspect({});
  EXPECT_THAT(told_, ElementsAre("EndpointEjected: endpoint 10.0.0.2:80 of reviews v2, which "
                                 "alone looks bad, is set aside for 30 s at least"));
  EXPECT_THAT(diary_.lines, ElementsAre("ejected 10.0.0.2:80 rollout_suspect"));
  EXPECT_THAT(process_.status().suspects, ElementsAre(kBad));
  EXPECT_EQ(process_.weight(), 0.05) << "the version stays";
  EXPECT_EQ(CallFor(29s), 0) << "nobody is sent to it";
  EXPECT_GT(CallFor(31s), 0);
  EXPECT_THAT(diary_.lines,
              ElementsAre("ejected 10.0.0.2:80 rollout_suspect", "readmitted 10.0.0.2:80"))
      << "it is asked for once";
}

TEST_F(SuspectsTest, WithoutOutlierDetectionASuspectServesOnAndTheEventSaysSo) {
  Suspect({.detection = ""});
  EXPECT_THAT(told_, ElementsAre("EndpointKept: endpoint 10.0.0.2:80 of reviews v2, which alone "
                                 "looks bad, is not set aside: "
                                 "outbound|80|v2|reviews.default.svc.cluster.local has no "
                                 "outlierDetection"));
  EXPECT_GT(CallFor(60s), 0);
}

TEST_F(SuspectsTest, NoMoreThanAThirdOfTheCanaryIsSetAside) {
  Suspect({.canary_endpoints = 2, .detection = "consecutive5xxErrors: 0, maxEjectionPercent: 100"});
  EXPECT_THAT(told_, ElementsAre("EndpointKept: endpoint 10.0.0.2:80 of reviews v2, which alone "
                                 "looks bad, is not set aside: "
                                 "outbound|80|v2|reviews.default.svc.cluster.local has 0 of 2 "
                                 "endpoints out, and maxEjectionPercent 100 %, or one in 3, "
                                 "allows no more"));
  EXPECT_THAT(diary_.lines, IsEmpty());
}

TEST(SuspectEvents, WhomOutlierDetectionFoundFirstIsSetAsideAlready) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  run.Advance({.ejection = ArmHealth::Ejection{kBad, absl::AlreadyExistsError("is out")}});
  const RolloutEvent* const event = run.log.Find(Kind::kEndpointEjected);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->sentence,
            "endpoint 10.0.0.2:80 of reviews v2, which alone looks bad, is set aside already");
}

TEST_F(SuspectsTest, APlanMayLeaveEndpointsToOutlierDetectionAlone) {
  Suspect({.of_analysis = "\n    endpoints: {ejectSuspects: false}"});
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_THAT(diary_.lines, IsEmpty());
}

TEST_F(SuspectsTest, ADryRunSetsNobodyAside) {
  Suspect({.of_spec = "  dryRun: true\n"});
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_THAT(diary_.lines, IsEmpty());
}

TEST_F(SuspectsTest, EveryProcessThatRunsTheRolloutSetsTheSuspectAside) {
  const TemporaryFolder folder;
  EndpointDiary leaders;
  EndpointDiary others;
  Process leader(clock_, {.observer = &leaders, .evidence_folder = folder.path()});
  Process other(clock_, {.observer = &others, .evidence_folder = folder.path()}, 8);
  for (Process* const process : {&leader, &other}) process->Begin(ConfigOf({}));
  for (int i = 0; i < 6'000 && !leader.events().Has(Kind::kEndpointSuspected); ++i) {
    leader.Call(1);
    other.Call(0);
  }
  EXPECT_THAT(leaders.lines, ElementsAre("ejected 10.0.0.2:80 rollout_suspect"));
  for (int i = 0; i < 30; ++i) {
    clock_.Advance(100ms);
    leader.RunDue();
    other.RunDue();
  }
  EXPECT_THAT(others.lines, ElementsAre("ejected 10.0.0.2:80 rollout_suspect"));
  EXPECT_TRUE(other.events().Has(Kind::kEndpointEjected));
}

}  // namespace
}  // namespace meshroute
