// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CANARY_BOARD_H_
#define EXAMPLES_CANARY_BOARD_H_

#include <cstddef>
#include <string>
#include <vector>

#include "canary/tale.h"
#include "console/terminal.h"
#include "meshroute/rollout/rollout_status.h"

namespace canary {

// Shows a rollout as it goes: a table that is redrawn in place on a terminal, with what
// happened below it; elsewhere a line for whatever happens. Thread-compatible.
class Board {
 public:
  // `terminal` must outlive it.
  explicit Board(console::Terminal& terminal) : terminal_(terminal) {}

  // How tall the picture is.
  static size_t Lines() { return kFixedLines + kShownHappenings; }

  void Begin(const std::string& title);

  // The last sample of `tale` is now.
  void Refresh(const Tale& tale, const meshroute::RolloutStatus& status);

  void End(const Tale& tale);

 private:
  static constexpr size_t kFixedLines = 12;
  static constexpr size_t kShownHappenings = 5;

  std::vector<std::string> Picture(const Tale& tale, const meshroute::RolloutStatus& status) const;
  void PrintNews(const Tale& tale);

  console::Terminal& terminal_;
  std::vector<std::string> ended_;  // Verdicts of tales before.
  size_t printed_ = 0;              // Happenings of this one.
};

}  // namespace canary

#endif  // EXAMPLES_CANARY_BOARD_H_
