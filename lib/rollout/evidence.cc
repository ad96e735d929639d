// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/evidence.h"

#include <utility>

#include "meshroute/base/thread_shard.h"

namespace meshroute {

Evidence::Evidence() : current_(std::make_shared<const EvidenceTable>()), published_(current_) {}

bool Evidence::Record(const Trial& trial) {
  const SnapshotPin<EvidenceTable> table = published_.Pin();
  const Assignment& assignment = trial.assignment;
  if (assignment.generation != table->generation) return false;
  const uint32_t index = assignment.step - table->first_tag;
  if (index >= table->steps.size() || table->steps[index] == nullptr) return false;
  if (assignment.arm == Arm::kBaseline && table->judge->compares_latency() && trial.has_ended() &&
      trial.outcome.kind != Outcome::Kind::kCancelled) {
    table->latencies->Add(ShardOfThisThread(), trial.outcome.elapsed);
  }
  return table->steps[index]->Count(trial);
}

void Evidence::Begin(uint64_t generation, uint32_t first_tag,
                     std::shared_ptr<const TrialJudge> judge) {
  Publish({.generation = generation,
           .first_tag = first_tag,
           .judge = std::move(judge),
           .names = std::make_shared<EndpointNames>(),
           .latencies = std::make_shared<LatencyWindow>(),
           .steps = {}});
}

void Evidence::StartStep(const StepFacts& facts) {
  EvidenceTable table = *current_;
  table.steps.resize(facts.tag - table.first_tag + 1);
  table.steps.back() = std::make_shared<StepEvidence>(facts, *table.judge, *table.names);
  Publish(std::move(table));
}

StepEvidence* Evidence::FindStep(uint32_t tag) const {
  const uint32_t index = tag - current_->first_tag;
  return index < current_->steps.size() ? current_->steps[index].get() : nullptr;
}

void Evidence::Publish(EvidenceTable table) {
  current_ = std::make_shared<const EvidenceTable>(std::move(table));
  published_.Publish(current_);
}

}  // namespace meshroute
