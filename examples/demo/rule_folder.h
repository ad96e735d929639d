// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_RULE_FOLDER_H_
#define EXAMPLES_DEMO_RULE_FOLDER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "demo/review_server.h"

namespace demo {

// The folder that the router reads and watches: a copy of examples/bookinfo/ in
// a temporary place, with the servers' real ports, so that the demo can rewrite
// files as a team would. Removed at the end.
class RuleFolder {
 public:
  // `source` is examples/bookinfo.
  static absl::StatusOr<std::unique_ptr<RuleFolder>> Create(const std::string& source,
                                                            const ReviewServers& servers);
  ~RuleFolder();
  RuleFolder(const RuleFolder&) = delete;
  RuleFolder& operator=(const RuleFolder&) = delete;

  const std::string& path() const { return path_; }

  // Puts the VirtualService of the file `change` ("changes/50-50.yaml") in place
  // of the one in force, by renaming, so that no reader sees half a file.
  absl::Status Change(const std::string& change);

 private:
  RuleFolder(std::string source, std::string path)
      : source_(std::move(source)), path_(std::move(path)) {}

  absl::Status CopyAll(const ReviewServers& servers);
  absl::Status Write(const std::string& name, const std::string& text);

  const std::string source_;
  const std::string path_;
};

}  // namespace demo

#endif  // EXAMPLES_DEMO_RULE_FOLDER_H_
