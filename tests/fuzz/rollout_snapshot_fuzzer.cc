// SPDX-License-Identifier: Apache-2.0
// A rollout goes on from any snapshot that is taken for one, and a snapshot reads back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/rollout/bytes.h"
#include "meshroute/base/clock.h"
#include "meshroute/rollout/rollout.h"

namespace meshroute {
namespace {

// Stands still but for what it is moved.
class FuzzClock final : public Clock {
 public:
  TimePoint Now() const override { return now; }
  void SleepUntil(TimePoint) override {}
  TimePoint now{std::chrono::hours(1)};
};

class NoObserver final : public RolloutObserver {
 public:
  void OnRolloutEvent(const RolloutEvent&) override {}
};

ValidatedPlan PlanOf(std::string revision) {
  RolloutPlan plan;
  plan.metadata.name = "r";
  plan.metadata.namespace_name = "ns";
  plan.virtual_service = "v";
  plan.baseline = Destination{.host = "a", .subset = "v1", .port = {}};
  plan.canary = Destination{.host = "a", .subset = "v2", .port = {}};
  plan.revision = revision.empty() ? "r" : std::move(revision);
  plan.analysis.step_weights = {5, 50};
  plan.analysis.metrics.emplace_back().name = kRequestSuccessRate;
  return *ValidatedPlan::Create(plan);
}

void GoOn(const RolloutSnapshot& snapshot, Rollout::As as) {
  FuzzClock clock;
  NoObserver observer;
  const auto rollout = *Rollout::Create(PlanOf(snapshot.revision), clock, observer);
  if (!rollout->Restore(snapshot, as).ok()) return;
  for (int i = 0; i < 3; ++i) {
    const RouteWeights weights = rollout->Advance();
    if (!(weights.weight >= 0 && weights.weight <= 1)) std::abort();
    clock.now += std::chrono::seconds(40);
  }
  rollout->status();
  if (!DecodeSnapshot(EncodeSnapshot(rollout->Save())).ok()) std::abort();
}

}  // namespace
}  // namespace meshroute

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace meshroute;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  // The checksum is made right, or nothing behind it would ever be reached.
  const auto snapshot = DecodeSnapshot(Seal("meshroute rollout snapshot 1\n", body));
  if (!snapshot.ok()) return 0;
  GoOn(*snapshot, Rollout::As::kOwner);
  GoOn(*snapshot, Rollout::As::kFollower);
  return 0;
}
