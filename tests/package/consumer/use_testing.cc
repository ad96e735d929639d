// SPDX-License-Identifier: Apache-2.0
// A user's test: no network and no waiting, by the doubles of meshroute::testing.

#include <cstdio>

#include "meshroute/call/drivers.h"
#include "meshroute/router.h"
#include "meshroute/testing/fake_transport.h"
#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"

int main() {
  meshroute::VirtualClock clock;
  meshroute::ScriptedRandom random;
  meshroute::FakeTransport transport(clock);
  transport.Push("upstream.example:80", 204);

  meshroute::Router router({.clock = &clock, .random = &random});
  meshroute::Call call = router.Start({.authority = "upstream.example:80"});
  const meshroute::Response response = meshroute::RunBlocking(call, "", transport, clock);
  const bool right = response.status == 204 && transport.sent().size() == 1;
  std::printf("testing %s: %d\n", right ? "works" : "is broken", response.status);
  return right ? 0 : 1;
}
