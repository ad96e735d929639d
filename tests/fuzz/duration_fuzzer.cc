// SPDX-License-Identifier: Apache-2.0
// Any bytes as a duration: what is one reads back from what is written of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "meshroute/config/duration.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto duration =
      meshroute::ParseDuration(std::string_view(reinterpret_cast<const char*>(data), size));
  if (duration && meshroute::ParseDuration(meshroute::FormatDuration(*duration)) != duration) {
    std::abort();
  }
  return 0;
}
