// SPDX-License-Identifier: Apache-2.0
#include "meshroute/discovery/file_source.h"

#include <sys/stat.h>

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/router/from_files_texts.h"
#include "meshroute/base/hash.h"
#include "meshroute/base/mutex.h"

namespace meshroute {
namespace {

// One file as the file system tells of it, without reading it.
struct FileStamp {
  std::string path;
  uint64_t inode = 0;  // 0: not there.
  int64_t size = 0;
  int64_t modified_at = 0;  // In nanoseconds.
  int64_t moved_at = 0;     // Likewise: also changes by a rename.

  bool operator==(const FileStamp&) const = default;
};

int64_t Nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileStamp StampOf(std::string path) {
  FileStamp stamp;
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) {
    stamp.inode = status.st_ino;
    stamp.size = status.st_size;
    stamp.modified_at = Nanoseconds(status.st_mtim);
    stamp.moved_at = Nanoseconds(status.st_ctim);
  }
  stamp.path = std::move(path);
  return stamp;
}

std::vector<FileStamp> StampsOf(const std::vector<std::string>& paths) {
  std::vector<ConfigProblem> problems;
  std::vector<FileStamp> stamps;
  for (std::string& path : ExpandConfigPaths(paths, problems)) {
    stamps.push_back(StampOf(std::move(path)));
  }
  return stamps;
}

const FileStamp* Find(const std::vector<FileStamp>& stamps, std::string_view path) {
  for (const FileStamp& stamp : stamps) {
    if (stamp.path == path) return &stamp;
  }
  return nullptr;
}

// Whether all that is new was moved into place whole: other files under the same
// names, which were written before they were moved.
bool WasMovedIntoPlace(const std::vector<FileStamp>& before, const std::vector<FileStamp>& now) {
  if (before.size() != now.size()) return false;
  for (const FileStamp& stamp : now) {
    const FileStamp* const old = Find(before, stamp.path);
    if (old == nullptr) return false;
    if (*old == stamp) continue;
    if (stamp.inode == 0 || stamp.inode == old->inode) return false;
    if (stamp.moved_at <= stamp.modified_at) return false;
  }
  return true;
}

// A number for what the texts say, and for what cannot be read.
uint64_t Digest(const ConfigTexts& texts) {
  uint64_t digest = 0;
  const auto add = [&digest](std::string_view text) { digest = XxHash64(text, digest + 1); };
  for (const SourceText& source : texts.texts) {
    add(source.name);
    add(source.text);
  }
  for (const ConfigProblem& problem : texts.unreadable) add(problem.ToString());
  return digest;
}

}  // namespace

struct FileSource::State {
  // What one look found.
  struct Look {
    std::vector<FileStamp> stamps;
    uint64_t digest = 0;
  };

  State(Router& its_router, std::vector<std::string> its_paths, Duration its_interval)
      : router(its_router), paths(std::move(its_paths)), interval(its_interval) {}

  // The stamps are taken first: a change after them shows at the next look.
  ConfigTexts Read(Look& look) const {
    look.stamps = StampsOf(paths);
    ConfigTexts texts = ReadConfigTexts(paths, router.options().load);
    look.digest = Digest(texts);
    return texts;
  }

  absl::Status Load(const ConfigTexts& texts, Look look) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void LookForChange() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  Router& router;
  const std::vector<std::string> paths;
  const Duration interval;

  mutable Mutex mutex;
  Look settled ABSL_GUARDED_BY(mutex);    // Taken over, or refused.
  Look unsettled ABSL_GUARDED_BY(mutex);  // Seen once, where it differs from that.
  TimePoint next_look ABSL_GUARDED_BY(mutex){};
  absl::Status error ABSL_GUARDED_BY(mutex);
  uint64_t loads ABSL_GUARDED_BY(mutex) = 0;
  uint64_t refusals ABSL_GUARDED_BY(mutex) = 0;
};

absl::Status FileSource::State::Load(const ConfigTexts& texts, Look look) {
  unsettled = look;
  settled = std::move(look);
  absl::StatusOr<ValidatedConfig> config = LoadConfigTexts(texts, router.options().load);
  error = config.status();
  if (!config.ok()) {
    ++refusals;
    return error;
  }
  ++loads;
  router.Apply(*std::move(config));
  return error;
}

void FileSource::State::LookForChange() {
  if (StampsOf(paths) == settled.stamps) return;
  Look look;
  const ConfigTexts texts = Read(look);
  if (look.digest == settled.digest) {
    settled = std::move(look);  // Touched, or changed and changed back.
  } else if (look.digest == unsettled.digest || WasMovedIntoPlace(settled.stamps, look.stamps)) {
    Load(texts, std::move(look)).IgnoreError();
  } else {
    unsettled = std::move(look);
  }
}

FileSource::FileSource(Router& router, std::vector<std::string> paths, Duration interval)
    : state_(std::make_unique<State>(router, std::move(paths), interval)) {
  const MutexLock lock(state_->mutex);
  state_->Read(state_->settled);
  state_->unsettled = state_->settled;
}

FileSource::~FileSource() = default;

TimePoint FileSource::RunDue(TimePoint now) {
  const MutexLock lock(state_->mutex);
  if (now >= state_->next_look) {
    state_->LookForChange();
    state_->next_look = AddSaturated(now, state_->interval);
  }
  return state_->next_look;
}

absl::Status FileSource::Reload() {
  const MutexLock lock(state_->mutex);
  State::Look look;
  const ConfigTexts texts = state_->Read(look);
  if (look.digest == state_->settled.digest) {
    state_->settled = std::move(look);
    return state_->error;
  }
  return state_->Load(texts, std::move(look));
}

absl::Status FileSource::last_error() const {
  const MutexLock lock(state_->mutex);
  return state_->error;
}

uint64_t FileSource::loads() const {
  const MutexLock lock(state_->mutex);
  return state_->loads;
}

uint64_t FileSource::refusals() const {
  const MutexLock lock(state_->mutex);
  return state_->refusals;
}

}  // namespace meshroute
