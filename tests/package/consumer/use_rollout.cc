// SPDX-License-Identifier: Apache-2.0
// A program that scores a canary by meshroute::rollout.
#include <cstdio>

#include "meshroute/rollout/score.h"

int main() {
  meshroute::Score score;
  score.Invest(1);
  score.Multiply(meshroute::RelativeFactors(0.05, {}), {.canary_bad = 4, .good = 96});
  const bool right = score.Sum() > 5845 && score.Sum() < 5846;
  std::printf("rollout %s: %f\n", right ? "works" : "is broken", score.Sum());
  return right ? 0 : 1;
}
