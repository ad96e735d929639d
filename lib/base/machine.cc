// SPDX-License-Identifier: Apache-2.0
#include "meshroute/base/machine.h"

#include <unistd.h>

#include <array>

namespace meshroute {

std::string MachineName() {
  std::array<char, 256> name{};
  // One byte less, so that a name that does not fit still has an end.
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

}  // namespace meshroute
