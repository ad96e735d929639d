// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/state_file.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "meshroute/rollout/file_evidence_store.h"

namespace meshroute {
namespace {

// No snapshot of a rollout comes near this.
constexpr std::uintmax_t kMaximumBytes = std::uintmax_t{64} << 20;

absl::Status Failure(const std::string& path, const std::string& what) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", what));
}

}  // namespace

StateFile::StateFile(std::string_view folder, std::string_view rollout) {
  std::string name(rollout);
  std::replace(name.begin(), name.end(), '/', '.');
  path_ = (std::filesystem::path(folder) / (name + ".rollout")).string();
}

absl::StatusOr<std::string> StateFile::Read() const {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path_, error);
  if (error == std::errc::no_such_file_or_directory) return absl::NotFoundError(path_);
  if (error) return Failure(path_, error.message());
  if (size > kMaximumBytes) return Failure(path_, "is too large for the state of a rollout");
  std::ifstream file(path_, std::ios::binary);
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file) return Failure(path_, "cannot be read");
  return bytes;
}

absl::Status StateFile::Write(const std::string& bytes) const {
  return WriteFileAtomically(path_, bytes);
}

}  // namespace meshroute
