// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_JOURNAL_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_JOURNAL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/rollout/rollout.h"

namespace meshroute {

// Where snapshots of one rollout are kept: a file, a ConfigMap, a row. Write replaces
// what was there, whole or not at all. Thread-compatible.
class SnapshotKeeper {
 public:
  virtual ~SnapshotKeeper() = default;

  virtual absl::Status Write(const std::string& bytes) = 0;

  // NotFound where nothing was ever written.
  virtual absl::StatusOr<std::string> Read() = 0;
};

// In a file, written beside and renamed.
class FileSnapshotKeeper final : public SnapshotKeeper {
 public:
  explicit FileSnapshotKeeper(std::string path) : path_(std::move(path)) {}

  absl::Status Write(const std::string& bytes) override;
  absl::StatusOr<std::string> Read() override;

 private:
  const std::string path_;
};

// Keeps a rollout over restarts: writes a snapshot with every transition, and at most
// once a second where the canary's requests fail.
//
//   RolloutJournal journal(*rollout, keeper);
//   journal.Recover();                               // once, before the first Advance
//   journal.Keep(rollout->Advance(), clock.Now());   // each time
//
// Thread-compatible.
class RolloutJournal {
 public:
  // Both outlive the journal.
  RolloutJournal(Rollout& rollout, SnapshotKeeper& keeper) : rollout_(rollout), keeper_(keeper) {}

  // Goes on from what was written. Nothing was: OK, a first start. Damaged: the rollout
  // is paused at weight 0 for want of evidence.
  absl::Status Recover();

  absl::Status Keep(const RouteWeights& weights, TimePoint now);

 private:
  Rollout& rollout_;
  SnapshotKeeper& keeper_;
  uint64_t version_ = 0;
  RolloutPhase phase_ = RolloutPhase::kIdle;
  int64_t bad_ = 0;
  TimePoint written_at_{};
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_JOURNAL_H_
