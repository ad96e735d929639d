// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "lib/call/response_of.h"
#include "meshroute/call/drivers.h"

namespace meshroute {

Response RunBlocking(Call& call, std::string_view body, Transport& transport, Clock& clock) {
  ExchangeResult last;
  for (;;) {
    Step step = call.Next();
    if (auto* wait = std::get_if<Wait>(&step)) {
      clock.SleepUntil(wait->until);
    } else if (auto* send = std::get_if<Send>(&step)) {
      const RequestHead head = call.MakeHead(send->attempt);
      for (MirrorSend& mirror : send->mirrors) {
        transport.SendMirror(std::move(mirror), head, body);
      }
      last = transport.Send({.head = &head,
                             .body = body,
                             .endpoint = send->endpoint,
                             .pool = send->pool,
                             .deadline = send->deadline,
                             .per_try_timeout = send->per_try_timeout});
      call.Report(send->attempt, last.outcome);
    } else if (auto* done = std::get_if<Done>(&step)) {
      return ResponseOf(call, std::move(*done), std::move(last), clock.Now());
    }
  }
}

}  // namespace meshroute
