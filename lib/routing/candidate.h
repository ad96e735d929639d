// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_CANDIDATE_H_
#define MESHROUTE_LIB_ROUTING_CANDIDATE_H_

#include <cstdint>

namespace meshroute {

// A rule that may govern a request, by number: lower numbers go first. Or a group
// of rules (ValueGroup) in the place of its lowest number.
struct Candidate {
  static constexpr uint32_t kNoGroup = UINT32_MAX;

  uint32_t rule = 0;
  uint32_t group = kNoGroup;

  // How it was found says all: neither path nor anything else is left to check.
  bool certain = false;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_CANDIDATE_H_
