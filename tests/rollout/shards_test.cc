// SPDX-License-Identifier: Apache-2.0
// Several processes, restarts, and what is left when something is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "meshroute/rollout/file_evidence_store.h"
#include "meshroute/rollout/rollout_journal.h"
#include "meshroute/rollout/rollout_member.h"
#include "meshroute/rollout/rollout_metrics.h"
#include "tests/rollout/plan.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = RolloutEvent::Kind;

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string path = testing::TempDir() + "rollout-XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

EvidenceShard ShardOf(const RolloutRun& run, const std::string& instance, int scale) {
  EvidenceShard shard{.instance = instance,
                      .generation = run.weights.generation,
                      .sequence = static_cast<uint64_t>(scale),
                      .braked = false,
                      .counters = {}};
  using Group = EvidenceShard::Group;
  const auto n = static_cast<uint64_t>(scale);
  shard.counters = {{run.weights.step, Group::kBaseline, "", 0, n, 200 * n},
                    {run.weights.step, Group::kCanary, "a", 0, n / 2, 10 * n},
                    {run.weights.step, Group::kCanary, "", 0, 0, n}};
  return shard;
}

TEST(EvidenceShard, ReadsBackAsItWasWritten) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  const EvidenceShard shard = ShardOf(run, "p1", 3);
  const std::string bytes = EncodeShard(shard);
  EXPECT_EQ(*DecodeShard(bytes), shard);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    EXPECT_FALSE(DecodeShard(damaged).ok()) << i;
    EXPECT_FALSE(DecodeShard(bytes.substr(0, i)).ok()) << i;
  }
}

TEST(Merge, DoubledReorderedAndLateShardsAreHarmless) {
  std::vector<EvidenceShard> shards;
  RolloutRun first(PlanOf({5, 10}));
  first.Settle();
  for (const std::string instance : {"p1", "p2", "p3"}) {
    for (int scale = 1; scale <= 5; ++scale) {
      shards.push_back(ShardOf(first, instance, scale));
      shards.push_back(shards.back());
    }
  }
  for (const EvidenceShard& shard : shards) ASSERT_TRUE(first.rollout->Merge(shard).ok());
  const RolloutStatus wanted = first.rollout->status();
  EXPECT_EQ(wanted.metrics[0].canary.trials, 3 * (2 + 50 + 5));
  std::mt19937_64 random(7);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(shards.begin(), shards.end(), random);
    RolloutRun run(PlanOf({5, 10}));
    run.Settle();
    for (const EvidenceShard& shard : shards) ASSERT_TRUE(run.rollout->Merge(shard).ok());
    const RolloutStatus status = run.rollout->status();
    EXPECT_EQ(status.metrics[0].canary.trials, wanted.metrics[0].canary.trials);
    EXPECT_NEAR(status.score, wanted.score, 1e-9 * wanted.score);
  }
}

TEST(Merge, AShardOfAnotherAttemptIsRefused) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  EvidenceShard shard = ShardOf(run, "p1", 1);
  ++shard.generation;
  EXPECT_TRUE(absl::IsFailedPrecondition(run.rollout->Merge(shard)));
}

TEST(Merge, ALostShardKeepsItsCountsAndStopsTheSteps) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  run.RecordMany(300, Arm::kCanary);
  EvidenceShard shard = ShardOf(run, "p1", 20);
  shard.counters[1].bad = 0;
  ASSERT_TRUE(run.rollout->Merge(shard).ok());
  run.clock.Advance(91s);
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.05);
  EXPECT_EQ(run.rollout->status().metrics[0].baseline.trials, 20 * 201);
  ++shard.sequence;
  ASSERT_TRUE(run.rollout->Merge(shard).ok());
  run.Settle();
  EXPECT_EQ(run.weights.weight, 0.1);
}

// Two processes on one directory and one clock.
struct Pair {
  Pair()
      : leader_store(std::make_unique<FileEvidenceStore>(folder.path(), "p1")),
        follower_store(folder.path(), "p2") {
    for (const std::string instance : {"p1", "p2"}) {
      rollouts.push_back(*Rollout::Create(*ValidatedPlan::Create(PlanOf({5, 10})), clock, log,
                                          {.processes = 2, .instance = instance}));
    }
    leader = std::make_unique<RolloutMember>(*rollouts[0], *leader_store, clock);
    follower = std::make_unique<RolloutMember>(*rollouts[1], follower_store, clock);
  }

  void Tick() {
    if (leader != nullptr) {
      if (auto weights = leader->Tick()) leader_weights = *weights;
    }
    if (auto weights = follower->Tick()) follower_weights = *weights;
  }
  void Go(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      Tick();
      clock.Advance(1s);
    }
  }
  void Record(size_t process, Arm arm, int status, int count) {
    const RouteWeights& weights = process == 0 ? leader_weights : follower_weights;
    Trial trial;
    trial.assignment = {.rollout = "prod/reviews",
                        .generation = weights.generation,
                        .step = weights.step,
                        .arm = arm,
                        .weight = weights.weight};
    trial.outcome = Outcome::Status(status);
    trial.picked_at = clock.Now();
    for (int i = 0; i < count; ++i) rollouts[process]->Record(trial);
  }

  Folder folder;
  VirtualClock clock;
  EventLog log;
  std::vector<std::unique_ptr<Rollout>> rollouts;
  std::unique_ptr<FileEvidenceStore> leader_store;
  FileEvidenceStore follower_store;
  std::unique_ptr<RolloutMember> leader;
  std::unique_ptr<RolloutMember> follower;
  RouteWeights leader_weights;
  RouteWeights follower_weights;
};

TEST(RolloutMember, CountersOfAllDecideAndAllDoAsTheLeaderDoes) {
  Pair pair;
  pair.Go(3);
  EXPECT_TRUE(pair.leader->leads());
  EXPECT_FALSE(pair.follower->leads());
  EXPECT_EQ(pair.follower_weights.weight, 0.05);
  EXPECT_EQ(pair.follower_weights.generation, pair.leader_weights.generation);
  EXPECT_EQ(pair.follower_weights.step, pair.leader_weights.step);
  pair.Record(0, Arm::kCanary, 200, 100);
  pair.Record(1, Arm::kCanary, 200, 100);
  pair.Go(65);
  EXPECT_EQ(pair.leader_weights.weight, 0.1) << "a hundred of each are two hundred";
  EXPECT_EQ(pair.follower_weights.weight, 0.1);
  pair.Record(1, Arm::kCanary, 503, 8);
  pair.Go(5);
  EXPECT_EQ(pair.leader_weights.weight, 0) << "of what the other has seen";
  EXPECT_EQ(pair.follower_weights.weight, 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(pair.rollouts[1]->Apply(RolloutCommand::kRetry, "ann")));
}

TEST(RolloutMember, WithoutALeaderNothingMovesAndTheBrakeWorks) {
  Pair pair;
  pair.Go(3);
  // The leader hangs: it holds the lock and does nothing.
  std::unique_ptr<RolloutMember> hung = std::move(pair.leader);
  pair.Record(1, Arm::kCanary, 200, 1000);
  pair.Go(300);
  EXPECT_EQ(pair.follower_weights.weight, 0.05);
  pair.Record(1, Arm::kCanary, 503, 60);
  pair.Go(1);
  EXPECT_EQ(pair.follower_weights.weight, 0) << "it stops for itself";
  EXPECT_TRUE(pair.rollouts[1]->shard().braked);
  EXPECT_EQ(pair.leader_weights.weight, 0.05);
}

TEST(RolloutMember, ANewLeaderGoesOnWithAllThatWasCounted) {
  Pair pair;
  pair.Go(3);
  pair.Record(0, Arm::kCanary, 503, 3);
  pair.Record(1, Arm::kCanary, 200, 20);
  pair.Go(4);
  const RolloutStatus before = pair.rollouts[0]->status();
  EXPECT_EQ(before.metrics[0].canary.trials, 23);
  pair.leader.reset();
  pair.rollouts[0].reset();
  pair.leader_store.reset();
  pair.Record(1, Arm::kCanary, 200, 5);
  pair.Go(4);
  EXPECT_TRUE(pair.follower->leads());
  EXPECT_NE(pair.log.Find(Kind::kLeaderChanged), nullptr);
  const RolloutStatus after = pair.rollouts[1]->status();
  EXPECT_EQ(after.metrics[0].canary.trials, 28);
  EXPECT_EQ(after.metrics[0].canary.bad, 3);
  EXPECT_EQ(after.weight, 0.05);
}

TEST(RolloutMember, ANewLeaderKnowsThePlanThatTheOldOneWentOnTo) {
  Pair pair;
  pair.Go(3);
  RolloutPlan plan = PlanOf({5, 20});
  for (const auto& rollout : pair.rollouts) {
    ASSERT_TRUE(rollout->Update(*ValidatedPlan::Create(plan)).ok());
  }
  pair.Record(0, Arm::kCanary, 200, 200);
  pair.Go(65);
  ASSERT_EQ(pair.leader_weights.weight, 0.2);
  pair.leader.reset();
  pair.rollouts[0].reset();
  pair.leader_store.reset();
  pair.Go(4);
  ASSERT_TRUE(pair.follower->leads());
  EXPECT_EQ(pair.log.Find(Kind::kEvidenceLost), nullptr);
  EXPECT_EQ(pair.rollouts[1]->status().weight, 0.2);
  EXPECT_EQ(pair.rollouts[1]->status().metrics[0].canary.trials, 200);
}

// Two runs, one of which does as the other: what RolloutMember does, without a store.
struct Led {
  explicit Led(const RolloutPlan& plan) : leader(plan), follower(plan) { leader.Settle(); }

  void Follow() {
    const RolloutSnapshot snapshot = leader.rollout->Save();
    EXPECT_TRUE(follower.rollout->Restore(snapshot, Rollout::As::kFollower).ok());
    follower.Advance();
  }

  RolloutRun leader;
  RolloutRun follower;
};

TEST(Follow, HearsOfALeaderWhoseWeightsStand) {
  Led led(PlanOf({5, 10}));
  led.Follow();
  const uint64_t version = led.follower.weights.version;
  led.leader.clock.Advance(30s);
  led.leader.Settle();
  led.Follow();
  EXPECT_EQ(led.follower.rollout->status().in_step, 30s);
  EXPECT_EQ(led.follower.weights.version, version) << "nothing new to publish";
}

TEST(Follow, CountsUsersFromTheFirstStepThatItSawBegin) {
  RolloutPlan plan = PlanOf({5, 10});
  plan.analysis.session_affinity = RolloutAffinity{};
  plan.analysis.session_affinity->salt = "spring";
  Led led(plan);
  const auto trials_of_user = [&led](double position) {
    Trial trial = led.follower.Drawn(Arm::kCanary);
    trial.assignment.basis = Assignment::Basis::kStickyKey;
    trial.assignment.unit = static_cast<uint64_t>(position * 0x1p64);
    led.follower.rollout->Record(trial);
    led.follower.Advance();
    return led.follower.rollout->shard().counters.size();
  };
  led.Follow();
  EXPECT_EQ(trials_of_user(0.03), 0U) << "may have been counted before a restart";
  led.leader.RecordMany(200, Arm::kCanary);
  led.leader.clock.Advance(60s);
  led.leader.Settle();
  led.Follow();
  ASSERT_EQ(led.follower.weights.weight, 0.1);
  EXPECT_EQ(trials_of_user(0.07), 1U);
}

TEST(Follow, WhoStoppedForItselfGoesAlongInTheEndAndInTheNextAttempt) {
  const auto brake = [](Led& led) {
    led.Follow();
    led.follower.RecordMany(60, Arm::kCanary, 503);
    led.follower.Advance();
    ASSERT_EQ(led.follower.weights.weight, 0);
  };
  Led promoted(PlanOf({5}));
  brake(promoted);
  promoted.leader.RecordMany(200, Arm::kCanary);
  promoted.leader.clock.Advance(60s);
  promoted.leader.Settle();
  promoted.Follow();
  EXPECT_EQ(promoted.follower.weights.weight, 1);

  Led retried(PlanOf({5}));
  brake(retried);
  RolloutRun& run = retried.follower;
  ASSERT_TRUE(run.rollout->Restore(retried.leader.rollout->Save()).ok());
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kAbort, "ann").ok());
  run.Settle();
  run.Settle();
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kRetry, "ann").ok());
  run.Settle();
  EXPECT_EQ(run.phase(), RolloutPhase::kProgressing);
  EXPECT_EQ(run.weights.weight, 0.05);
}

TEST(Restore, AnOldSnapshotPausesAtItsWeightAndNeverGoesOnByItself) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  run.RecordMany(150, Arm::kCanary);
  run.Settle();
  const RolloutSnapshot snapshot = run.rollout->Save();
  run.clock.Advance(15min + 1s);
  RolloutRun fresh(PlanOf({5, 10}));
  fresh.clock.Advance(15min + 1s);
  ASSERT_TRUE(fresh.rollout->Restore(snapshot).ok());
  fresh.Settle();
  EXPECT_EQ(fresh.phase(), RolloutPhase::kPaused);
  EXPECT_EQ(fresh.rollout->status().pause_reason, PauseReason::kEvidenceLost);
  EXPECT_EQ(fresh.weights.weight, 0.05);
  EXPECT_GT(fresh.weights.generation, snapshot.progress.generation);
  fresh.clock.Advance(1h);
  fresh.Settle();
  EXPECT_EQ(fresh.phase(), RolloutPhase::kPaused);
  EXPECT_FALSE(fresh.rollout->Apply(RolloutCommand::kSkipStep, "ann").ok());
  EXPECT_FALSE(fresh.rollout->Apply(RolloutCommand::kPromoteNow, "ann").ok());
  ASSERT_TRUE(fresh.rollout->Apply(RolloutCommand::kResume, "ann").ok());
  fresh.Settle();
  EXPECT_EQ(fresh.phase(), RolloutPhase::kProgressing);
  EXPECT_EQ(fresh.rollout->status().attempt, 2U) << "a new alpha is a new attempt";
}

TEST(Restore, FailedStaysFailedAndAnotherRevisionStartsOver) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  ASSERT_TRUE(run.rollout->Apply(RolloutCommand::kAbort, "ann").ok());
  run.Settle();
  run.Settle();
  ASSERT_EQ(run.phase(), RolloutPhase::kFailed);
  const RolloutSnapshot snapshot = run.rollout->Save();
  RolloutRun same(PlanOf({5, 10}));
  same.clock.Advance(48h);
  ASSERT_TRUE(same.rollout->Restore(snapshot).ok());
  same.Settle();
  EXPECT_EQ(same.phase(), RolloutPhase::kFailed);
  RolloutPlan plan = PlanOf({5, 10});
  plan.revision = "r2";
  RolloutRun next(plan);
  ASSERT_TRUE(next.rollout->Restore(snapshot).ok());
  next.Settle();
  EXPECT_EQ(next.phase(), RolloutPhase::kProgressing);
  EXPECT_GT(next.weights.generation, snapshot.progress.generation);
}

TEST(FileEvidenceStore, TheLeaderRemovesShardsOfEarlierAttempts) {
  Folder folder;
  FileEvidenceStore leader(folder.path(), "leader");
  for (const std::string instance : {"gone", "here"}) {
    FileEvidenceStore store(folder.path(), instance);
    ASSERT_TRUE(store
                    .Publish({.instance = instance,
                              .generation = instance == "gone" ? 3U : 4U,
                              .sequence = 1,
                              .braked = false,
                              .counters = {}})
                    .ok());
    ASSERT_EQ(store.ReadAll()->shards.size(), instance == "gone" ? 1U : 2U);
  }
  EXPECT_EQ(leader.ReadAll()->shards.size(), 2U) << "it does not lead yet";
  ASSERT_TRUE(*leader.TryLead(10s));
  ASSERT_TRUE(leader.ReadAll().ok());
  const std::vector<EvidenceShard> left = leader.ReadAll()->shards;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].instance, "here");
}

TEST(RolloutJournal, WritesTransitionsAndRecoversAndKnowsDamage) {
  Folder folder;
  FileSnapshotKeeper keeper(folder.path() + "/reviews");
  RolloutRun run(PlanOf({5, 10}));
  RolloutJournal journal(*run.rollout, keeper);
  ASSERT_TRUE(journal.Recover().ok()) << "a first start";
  run.Settle();
  ASSERT_TRUE(journal.Keep(run.weights, run.clock.Now()).ok());
  RolloutRun again(PlanOf({5, 10}));
  ASSERT_TRUE(RolloutJournal(*again.rollout, keeper).Recover().ok());
  EXPECT_EQ(again.Advance().weight, 0.05);
  EXPECT_NE(again.log.Find(Kind::kRestored), nullptr);

  std::ofstream(folder.path() + "/reviews") << "not a snapshot";
  RolloutRun damaged(PlanOf({5, 10}));
  ASSERT_TRUE(RolloutJournal(*damaged.rollout, keeper).Recover().ok());
  EXPECT_EQ(damaged.Advance().weight, 0);
  EXPECT_EQ(damaged.rollout->status().pause_reason, PauseReason::kEvidenceLost);
}

TEST(RolloutSnapshot, NoDamageIsTakenForASnapshot) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  run.RecordMany(5, Arm::kCanary, 200, "a");
  run.Settle();
  const std::string bytes = EncodeSnapshot(run.rollout->Save());
  EXPECT_TRUE(DecodeSnapshot(bytes).ok());
  for (size_t i = 0; i < bytes.size(); i += 7) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(DecodeSnapshot(damaged).ok()) << i;
  }
  EXPECT_FALSE(DecodeSnapshot("").ok());
}

TEST(RolloutMetrics, SayWhereTheRolloutStands) {
  RolloutRun run(PlanOf({5, 10}));
  run.Settle();
  run.RecordMany(3, Arm::kCanary);
  run.Record(Arm::kBaseline, 503);
  run.Settle();
  const std::vector<RolloutStatus> statuses{run.rollout->status()};
  const std::string text = RolloutMetricsText(statuses);
  for (
      const std::string line :
      {"# TYPE meshroute_rollout_phase gauge",
       R"(meshroute_rollout_phase{rollout="prod/reviews",phase="Progressing"} 1)",
       R"(meshroute_rollout_phase{rollout="prod/reviews",phase="Failed"} 0)",
       R"(meshroute_rollout_weight{rollout="prod/reviews",arm="canary"} 0.05)",
       R"(meshroute_rollout_trials_total{rollout="prod/reviews",arm="canary",metric="request-success-rate",result="good"} 3)",
       R"(meshroute_rollout_bad_ratio{rollout="prod/reviews",arm="baseline",metric="request-success-rate"} 1)",
       R"(meshroute_rollout_step_seconds_bucket{rollout="prod/reviews",le="+Inf"} 0)"}) {
    EXPECT_THAT(text, HasSubstr(line + "\n"));
  }
}

}  // namespace
}  // namespace meshroute
