// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_BASE_MACHINE_H_
#define MESHROUTE_BASE_MACHINE_H_

#include <string>

namespace meshroute {

// The name of the machine, in a pod that of the pod; empty where it has none.
std::string MachineName();

}  // namespace meshroute

#endif  // MESHROUTE_BASE_MACHINE_H_
