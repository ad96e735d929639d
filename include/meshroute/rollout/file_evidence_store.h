// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_FILE_EVIDENCE_STORE_H_
#define MESHROUTE_ROLLOUT_FILE_EVIDENCE_STORE_H_

#include <memory>
#include <string>
#include <utility>

#include "meshroute/rollout/evidence_store.h"

namespace meshroute {

// Writes `bytes` beside `path`, waits until the disk has them and renames, so that a
// reader sees the old text or the new one, whole, also after a power cut.
absl::Status WriteFileAtomically(const std::string& path, const std::string& bytes);

// An EvidenceStore in a directory: for processes of one machine. A file per process, one
// for the leader's state, and a lock on a file, which goes with the process that holds
// it: the lease needs no clock. Files that are damaged or foreign are passed over; whoever
// leads removes those of earlier attempts. Not for network file systems.
// Thread-compatible.
class FileEvidenceStore final : public EvidenceStore {
 public:
  // The directory exists and is for one rollout. `instance` as in RolloutOptions.
  FileEvidenceStore(std::string directory, std::string instance);
  ~FileEvidenceStore() override;
  FileEvidenceStore(const FileEvidenceStore&) = delete;
  FileEvidenceStore& operator=(const FileEvidenceStore&) = delete;

  absl::Status Publish(const EvidenceShard& shard) override;
  absl::Status PublishState(const std::string& state) override;
  absl::StatusOr<Contents> ReadAll() override;
  absl::StatusOr<bool> TryLead(Duration ttl) override;

 private:
  const std::string directory_;
  const std::string own_file_;
  int lock_ = -1;  // Of the leader.
};

// In a folder for each rollout below one: "<folder>/prod.reviews". Makes them.
class FileEvidenceStores final : public EvidenceStores {
 public:
  explicit FileEvidenceStores(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<std::unique_ptr<EvidenceStore>> Open(const std::string& rollout,
                                                      const std::string& instance) override;

 private:
  const std::string folder_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_FILE_EVIDENCE_STORE_H_
