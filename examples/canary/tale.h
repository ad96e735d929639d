// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CANARY_TALE_H_
#define EXAMPLES_CANARY_TALE_H_

#include <string>
#include <vector>

#include "canary/callers.h"

namespace canary {

// How it all stood at one moment.
struct Sample {
  double seconds = 0;  // Since the beginning.
  double weight = 0;   // Of v2, 0..1.
  double score = 0;    // Against v2.
  Calls v1;
  Calls v2;
};

// Something that happened to the rollout.
struct Happening {
  double seconds = 0;
  std::string sentence;
};

// A rollout from its beginning to its end.
struct Tale {
  std::string title;
  bool ok = false;      // It ended as it should.
  std::string verdict;  // In one line, with what was measured.
  double score_limit = 0;
  std::vector<Sample> samples;
  std::vector<Happening> happenings;
};

}  // namespace canary

#endif  // EXAMPLES_CANARY_TALE_H_
