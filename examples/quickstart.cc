// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "meshroute/http/http_client.h"

int main() {
  auto router = meshroute::Router::FromFiles({"quickstart.yaml"});
  if (!router.ok()) {
    std::cerr << router.status().message() << "\n";
    return 1;
  }
  meshroute::HttpClient client(**router);
  const meshroute::Response response = client.Get("http://reviews:9080/hello");
  std::cout << response.status << " " << response.body << "\n";
  return response.ok() ? 0 : 1;
}
