// SPDX-License-Identifier: Apache-2.0
// Any bytes as YAML: no crash, no hang; a text that is accepted reads back from
// what is written of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "meshroute/config/loader.h"
#include "meshroute/config/writer.h"
#include "meshroute/config/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  meshroute::ResourceLoader loader({});
  meshroute::AddYaml({"fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size)}, loader);
  if (!loader.errors().ok()) return 0;
  meshroute::ResourceLoader again({});
  meshroute::AddYaml({"again.yaml", meshroute::WriteYaml(loader.resources())}, again);
  if (again.resources() != loader.resources()) std::abort();
  return 0;
}
