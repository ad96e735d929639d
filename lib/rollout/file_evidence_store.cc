// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/file_evidence_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "meshroute/base/hash.h"

namespace meshroute {
namespace {

constexpr char kState[] = "state";
constexpr char kLock[] = "leader.lock";
constexpr char kShardEnd[] = ".shard";
constexpr size_t kMostShards = 1000;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{64} << 20;

absl::Status Failed(const std::string& what, const std::string& path) {
  return absl::UnavailableError(absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

// Whether all of `bytes` went into `file` and from there to the disk.
bool WriteThrough(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return fsync(file) == 0;
}

// "" where there is no such file, or one that is too large.
std::string ReadFile(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kMostBytes) return "";
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Attempts only go up, so a file of an earlier one is of a process that is gone, or is
// about to be written anew.
void RemoveOld(const std::vector<EvidenceShard>& shards,
               const std::vector<std::filesystem::path>& paths) {
  uint64_t newest = 0;
  for (const EvidenceShard& shard : shards) newest = std::max(newest, shard.generation);
  for (size_t i = 0; i < shards.size(); ++i) {
    std::error_code ignored;
    if (shards[i].generation < newest) std::filesystem::remove(paths[i], ignored);
  }
}

}  // namespace

absl::Status WriteFileAtomically(const std::string& path, const std::string& bytes) {
  const std::string fresh = absl::StrCat(path, ".", getpid(), ".new");
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Failed("cannot write", fresh);
  const bool is_written = WriteThrough(file, bytes);
  const absl::Status failed = is_written ? absl::OkStatus() : Failed("cannot write", fresh);
  close(file);
  if (!failed.ok()) return failed;
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return Failed("cannot rename to", path);
  return absl::OkStatus();
}

FileEvidenceStore::FileEvidenceStore(std::string directory, std::string instance)
    : directory_(std::move(directory)),
      own_file_(absl::StrCat(directory_, "/", absl::Hex(XxHash64(instance), absl::kZeroPad16),
                             kShardEnd)) {}

FileEvidenceStore::~FileEvidenceStore() {
  if (lock_ >= 0) close(lock_);
}

absl::Status FileEvidenceStore::Publish(const EvidenceShard& shard) {
  return WriteFileAtomically(own_file_, EncodeShard(shard));
}

absl::Status FileEvidenceStore::PublishState(const std::string& state) {
  if (lock_ < 0) return absl::FailedPreconditionError("this process does not lead");
  return WriteFileAtomically(absl::StrCat(directory_, "/", kState), state);
}

absl::StatusOr<EvidenceStore::Contents> FileEvidenceStore::ReadAll() {
  std::error_code error;
  std::filesystem::directory_iterator files(directory_, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot read ", directory_, ": ", error.message()));
  }
  std::vector<std::filesystem::path> paths;
  for (; files != std::filesystem::directory_iterator() && paths.size() < kMostShards;
       files.increment(error)) {
    if (error) break;
    if (files->path().extension() == kShardEnd) paths.push_back(files->path());
  }
  std::sort(paths.begin(), paths.end());
  Contents contents;
  std::vector<std::filesystem::path> sources;
  for (const std::filesystem::path& path : paths) {
    absl::StatusOr<EvidenceShard> shard = DecodeShard(ReadFile(path));
    if (!shard.ok()) continue;
    contents.shards.push_back(*std::move(shard));
    sources.push_back(path);
  }
  if (lock_ >= 0) RemoveOld(contents.shards, sources);
  contents.state = ReadFile(std::filesystem::path(directory_) / kState);
  return contents;
}

absl::StatusOr<bool> FileEvidenceStore::TryLead(Duration /*ttl*/) {
  if (lock_ >= 0) return true;
  const std::string path = absl::StrCat(directory_, "/", kLock);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return Failed("cannot open", path);
  if (flock(file, LOCK_EX | LOCK_NB) == 0) {
    lock_ = file;
    return true;
  }
  const bool is_taken = errno == EWOULDBLOCK;
  const absl::Status status = Failed("cannot lock", path);
  close(file);
  if (is_taken) return false;
  return status;
}

absl::StatusOr<std::unique_ptr<EvidenceStore>> FileEvidenceStores::Open(
    const std::string& rollout, const std::string& instance) {
  std::string name = rollout;
  std::replace(name.begin(), name.end(), '/', '.');
  const std::filesystem::path directory = std::filesystem::path(folder_) / name;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(directory.string(), ": ", error.message()));
  }
  return std::make_unique<FileEvidenceStore>(directory.string(), instance);
}

}  // namespace meshroute
