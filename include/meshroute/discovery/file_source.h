// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_DISCOVERY_FILE_SOURCE_H_
#define MESHROUTE_DISCOVERY_FILE_SOURCE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "meshroute/base/due_work.h"
#include "meshroute/router.h"

namespace meshroute {

// Keeps a Router in step with files: looks at them every `interval` and loads
// them all anew when one has changed, come or gone. A set that cannot be read
// changes nothing; `last_error` says why until a good one comes.
//
//   FileSource source(*router, {"routes/"});
//   HttpClient client(*router, {.due_work = {&source}});
//
// A change is taken over once two looks in a row saw the same content, or at
// once where the file was replaced by a rename, so that a file half written is
// not loaded. Starts no thread. Thread-safe.
class FileSource final : public DueWork {
 public:
  // `router` must outlive the source. Does not load: Router::FromFiles did.
  FileSource(Router& router, std::vector<std::string> paths,
             Duration interval = std::chrono::milliseconds(250));
  ~FileSource() override;

  // Looks at the files if it is time.
  TimePoint RunDue(TimePoint now) override;

  // Looks at the files now and loads them if anything has changed.
  absl::Status Reload();

  // OK, or why the files as they are now were refused.
  absl::Status last_error() const;

  uint64_t loads() const;     // Sets taken over.
  uint64_t refusals() const;  // Sets refused.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace meshroute

#endif  // MESHROUTE_DISCOVERY_FILE_SOURCE_H_
