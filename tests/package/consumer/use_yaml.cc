// SPDX-License-Identifier: Apache-2.0
// A program that reads its rules from YAML files by meshroute::yaml; argv[1] is one of them.

#include <cstdio>
#include <variant>

#include "meshroute/router.h"

int main(int argc, char** argv) {
  const auto router = meshroute::Router::FromFiles({argc > 1 ? argv[1] : "rules.yaml"});
  if (!router.ok()) {
    std::printf("yaml is broken: %s\n", router.status().ToString().c_str());
    return 1;
  }
  meshroute::Call call = (*router)->Start({.authority = "hello.example", .path = "/"});
  const meshroute::Step step = call.Next();
  const auto* done = std::get_if<meshroute::Done>(&step);
  const bool right = done != nullptr && done->status == 200;
  std::puts(right ? "yaml works" : "yaml is broken");
  return right ? 0 : 1;
}
