// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_ACTS_H_
#define EXAMPLES_DEMO_ACTS_H_

#include <vector>

#include "demo/board.h"
#include "demo/stage.h"

namespace demo {

// One thing that the rules do, tried on real traffic. `run` changes something,
// measures what comes of it and judges. Each act goes on where the one before
// has ended.
struct Act {
  ActTitle title;
  Verdict (*run)(Stage& stage);
};

// The seven acts, in order.
const std::vector<Act>& Acts();

}  // namespace demo

#endif  // EXAMPLES_DEMO_ACTS_H_
