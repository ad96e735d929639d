// SPDX-License-Identifier: Apache-2.0
// The rules over a client of your own: a Call says what to do next and is told what came of it.
// This "client" cannot connect at first, so the Call waits a little and asks for a second attempt.
#include <cstdio>
#include <variant>

#include "meshroute/router.h"

namespace {

meshroute::Outcome Exchange(const meshroute::Send& send) {
  std::printf("attempt %u: send to %s\n", send.attempt, send.endpoint->spec().address.c_str());
  if (send.attempt > 1) return meshroute::Outcome::Status(200);
  return meshroute::Outcome::Failure(meshroute::Outcome::Kind::kConnectFailed);
}

}  // namespace

int main() {
  auto router = meshroute::Router::FromFiles({"quickstart.yaml"});
  if (!router.ok()) return 1;
  meshroute::Call call = (*router)->Start({.authority = "reviews:9080", .path = "/reviews/1"});
  for (;;) {
    meshroute::Step step = call.Next();
    if (const auto* wait = std::get_if<meshroute::Wait>(&step)) {
      meshroute::SteadyClock().SleepUntil(wait->until);
    } else if (const auto* send = std::get_if<meshroute::Send>(&step)) {
      call.Report(send->attempt, Exchange(*send));
    } else if (const auto* done = std::get_if<meshroute::Done>(&step)) {
      std::printf("done: %d after %u attempts\n", done->status, call.attempts());
      return done->status == 200 && call.attempts() == 2 ? 0 : 1;
    }
  }
}
