// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CANARY_STORY_H_
#define EXAMPLES_CANARY_STORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "canary/board.h"
#include "canary/tale.h"
#include "meshroute/rollout/rollout_phase.h"

namespace canary {

// A version that is rolled out, and how that has to end.
struct Story {
  std::string title;
  double failing = 0;  // Share of v2's answers that are a 500.
  meshroute::RolloutPhase ending = meshroute::RolloutPhase::kSucceeded;
};

// Starts two endpoints of v1 and two of v2, lets users call, and the rollout of the
// folder `rules` takes its course. Ends with it, after Ctrl-C, or when it takes too
// long. An error: it could not begin.
absl::StatusOr<Tale> Run(const Story& story, const std::string& rules, Board& board);

}  // namespace canary

#endif  // EXAMPLES_CANARY_STORY_H_
