// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_TRIAL_PICKS_H_
#define MESHROUTE_LIB_UPSTREAM_TRIAL_PICKS_H_

#include "meshroute/base/random_source.h"
#include "meshroute/config/policy_extensions.h"
#include "meshroute/upstream/endpoint_list.h"
#include "meshroute/upstream/endpoint_set.h"

namespace meshroute {

// Sends a share of the first attempts to the endpoints that are on trial, evenly
// among them, whatever the balancer, the hash key and the priorities say; all, where
// nobody is in service. Draws nothing while nobody is on trial. Thread-safe; a pick
// does not lock.
class TrialPicks {
 public:
  // All must outlive it.
  TrialPicks(const EndpointSet& endpoints, const HalfOpenReturn& settings, RandomSource& random);

  // The endpoint on trial that is to have this pick, or nullptr: the balancer's.
  const Endpoint* Draw();

  // Some endpoint on trial, or nullptr where there is none.
  const Endpoint* Any();

  // Who is on trial may have changed. One call at a time.
  void Refresh() { on_trial_.Refresh(); }

 private:
  const uint32_t percent_;
  RandomSource& random_;
  EndpointList on_trial_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_TRIAL_PICKS_H_
