// SPDX-License-Identifier: Apache-2.0
// A service's program: rules from YAML, calls by HttpClient. argv[1] is the file of rules.

#include <cstdio>

#include "meshroute/http/http_client.h"
#include "meshroute/router.h"

int main(int argc, char** argv) {
  const auto router = meshroute::Router::FromFiles({argc > 1 ? argv[1] : "rules.yaml"});
  if (!router.ok()) {
    std::printf("meshroute is broken: %s\n", router.status().ToString().c_str());
    return 1;
  }
  meshroute::HttpClient client(**router);
  const meshroute::Response response = client.Get("http://hello.example/");
  const bool right = response.status == 200 && response.body == "hello";
  std::printf("meshroute %s: %d %s\n", right ? "works" : "is broken", response.status,
              response.body.c_str());
  return right ? 0 : 1;
}
