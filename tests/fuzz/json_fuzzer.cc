// SPDX-License-Identifier: Apache-2.0
// Any bytes as JSON: no crash, no hang; a text that is accepted reads back from
// what is written of it, and passes or fails validation without a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "meshroute/config/loader.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/config/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  meshroute::ResourceLoader loader({});
  loader.AddJson({"fuzz.json", std::string(reinterpret_cast<const char*>(data), size)});
  if (loader.errors().ok()) {
    meshroute::ResourceLoader again({});
    again.AddJson({"again.json", meshroute::WriteJson(loader.resources())});
    if (again.resources() != loader.resources()) std::abort();
  }
  (void)loader.Finish().ok();
  return 0;
}
