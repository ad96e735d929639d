// SPDX-License-Identifier: Apache-2.0
// A program with an RPC stack of its own: it links meshroute::core alone, reads its rules from JSON
// and asks a Call what to do.

#include <cstdio>
#include <utility>
#include <variant>

#include "meshroute/config/loader.h"
#include "meshroute/router.h"

namespace {

constexpr const char* kRules = R"({
  "apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
  "metadata": {"name": "reviews", "namespace": "default"},
  "spec": {
    "hosts": ["reviews.example"], "resolution": "STATIC",
    "ports": [{"number": 9080, "name": "http", "protocol": "HTTP"}],
    "endpoints": [{"address": "10.0.0.7"}]
  }
})";

int Fail(const char* what) {
  std::printf("core is broken: %s\n", what);
  return 1;
}

}  // namespace

int main() {
  meshroute::ResourceLoader loader({});
  loader.AddJson({"reviews.json", kRules});
  auto config = loader.Finish();
  if (!config.ok()) return Fail(config.status().ToString().c_str());

  meshroute::Router router;
  router.Apply(*std::move(config));
  meshroute::Call call = router.Start({.authority = "reviews.example:9080", .path = "/reviews/1"});
  meshroute::Step step = call.Next();
  const auto* send = std::get_if<meshroute::Send>(&step);
  if (send == nullptr || send->endpoint == nullptr) return Fail("nothing to send");
  if (send->endpoint->address() != "10.0.0.7:9080") return Fail("another endpoint");

  call.Report(send->attempt, meshroute::Outcome::Status(200));
  step = call.Next();
  const auto* done = std::get_if<meshroute::Done>(&step);
  if (done == nullptr || done->status != 200) return Fail("no answer");
  std::puts("core works");
  return 0;
}
