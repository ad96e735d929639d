// SPDX-License-Identifier: Apache-2.0
// A program that makes HTTP calls by meshroute::httplib, without any rule.

#include <cstdio>

#include "meshroute/http/http_client.h"

int main() {
  meshroute::Router router;
  meshroute::HttpClient client(router);
  // Nobody listens on port 1: the call ends in an answer that says so.
  const meshroute::Response refused = client.Get("http://127.0.0.1:1/");
  const bool right =
      refused.status == 503 && refused.flags.Has(meshroute::Flag::kUpstreamConnectionFailure);
  std::printf("httplib %s: %d %s %s\n", right ? "works" : "is broken", refused.status,
              refused.flags.ToString().c_str(), refused.details.c_str());
  return right ? 0 : 1;
}
