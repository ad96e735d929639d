// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_journal.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "meshroute/rollout/file_evidence_store.h"

namespace meshroute {

absl::Status FileSnapshotKeeper::Write(const std::string& bytes) {
  return WriteFileAtomically(path_, bytes);
}

absl::StatusOr<std::string> FileSnapshotKeeper::Read() {
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) {
    return absl::NotFoundError(absl::StrCat("there is no ", path_));
  }
  std::ifstream file(path_, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return absl::UnavailableError(absl::StrCat("cannot read ", path_));
  return bytes;
}

absl::Status RolloutJournal::Recover() {
  const absl::StatusOr<std::string> bytes = keeper_.Read();
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<RolloutSnapshot> snapshot = DecodeSnapshot(*bytes);
  return rollout_.Restore(snapshot.ok() ? *snapshot : RolloutSnapshot());
}

absl::Status RolloutJournal::Keep(const RouteWeights& weights, TimePoint now) {
  constexpr Duration kOften = std::chrono::seconds(1);
  const RolloutStatus status = rollout_.status();
  int64_t bad = 0;
  for (const MetricStatus& metric : status.metrics) bad += metric.canary.bad;
  const bool is_transition = weights.version != version_ || status.phase != phase_;
  if (!is_transition && (bad == bad_ || now - written_at_ < kOften)) return absl::OkStatus();
  const absl::Status written = keeper_.Write(EncodeSnapshot(rollout_.Save()));
  if (!written.ok()) return written;
  version_ = weights.version;
  phase_ = status.phase;
  bad_ = bad;
  written_at_ = now;
  return absl::OkStatus();
}

}  // namespace meshroute
