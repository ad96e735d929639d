// SPDX-License-Identifier: Apache-2.0
// Any bytes as the tests of meshroute check: no crash, no hang; tests that are
// accepted run, against rules that reach every kind of action.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "meshroute/config/loader.h"
#include "meshroute/config/yaml.h"
#include "tools/meshroute/check_file.h"
#include "tools/meshroute/check_run.h"

namespace {

constexpr char kRules[] = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a}
spec:
  hosts: [a]
  http:
  - match: [{uri: {prefix: /r}}]
    redirect: {uri: /new}
  - match: [{uri: {prefix: /d}}]
    directResponse: {status: 200}
  - match: [{headers: {x: {regex: 'a+b'}}}]
    rewrite: {uri: /w}
    route: [{destination: {host: a}, weight: 1}, {destination: {host: b}, weight: 2}]
  - route: [{destination: {host: a}}]
)";

meshroute::tool::CheckRunner MakeRunner() {
  meshroute::ResourceLoader loader({});
  meshroute::AddYaml({"rules.yaml", kRules}, loader);
  absl::StatusOr<meshroute::ValidatedConfig> config = loader.Finish();
  if (!config.ok()) std::abort();
  return {*std::move(config), {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The first byte says which format the rest is in.
  if (size == 0) return 0;
  const char* const name = data[0] % 2 == 0 ? "fuzz.yaml" : "fuzz.json";
  meshroute::ConfigErrors errors;
  const meshroute::tool::CheckFile file = meshroute::tool::ReadCheckFile(
      {name, std::string(reinterpret_cast<const char*>(data + 1), size - 1)}, errors);
  if (!errors.ok()) return 0;
  meshroute::tool::CheckRunner runner = MakeRunner();
  for (const meshroute::tool::CheckTest& test : file.tests) {
    if (runner.Run(test).test != &test) std::abort();
  }
  return 0;
}
