// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_STATE_FILE_H_
#define MESHROUTE_LIB_ROLLOUT_STATE_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace meshroute {

// A file that is only ever replaced as a whole: who reads it, also after a crash, finds
// the bytes of one Write.
class StateFile {
 public:
  // "<folder>/prod.reviews.rollout" for the rollout "prod/reviews".
  StateFile(std::string_view folder, std::string_view rollout);

  // NotFound: nothing was written yet. FailedPrecondition: it cannot be read.
  absl::StatusOr<std::string> Read() const;

  absl::Status Write(const std::string& bytes) const;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_STATE_FILE_H_
