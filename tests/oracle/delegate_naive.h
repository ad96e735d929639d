// SPDX-License-Identifier: Apache-2.0
// A plain reading of Istio's delegates: nothing shared with lib/routing.
#ifndef MESHROUTE_TESTS_ORACLE_DELEGATE_NAIVE_H_
#define MESHROUTE_TESTS_ORACLE_DELEGATE_NAIVE_H_

#include "meshroute/config/resources.h"

namespace meshroute {

// Puts the rules of delegates in the place of the rules that name them, in every
// VirtualService with hosts.
void ReplaceDelegates(Resources& resources);

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ORACLE_DELEGATE_NAIVE_H_
