// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/random_balancer.h"

namespace meshroute {

const Endpoint* RandomBalancer::Pick(const PickContext&) {
  const size_t size = endpoints_.size();
  if (size == 0) return nullptr;
  return endpoints_.at(random_.Below(size));
}

}  // namespace meshroute
