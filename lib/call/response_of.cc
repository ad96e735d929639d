// SPDX-License-Identifier: Apache-2.0
#include "lib/call/response_of.h"

#include <string>
#include <utility>

namespace meshroute {

Response ResponseOf(const Call& call, Done done, ExchangeResult last, TimePoint now) {
  Response response;
  response.status = done.status;
  response.flags = done.flags;
  response.details = std::string(done.details);
  response.destination = std::string(call.destination());
  response.attempts = call.attempts();
  response.elapsed = now - call.started_at();
  if (done.attempt == 0) {
    response.headers = std::move(done.reply.headers);
    response.body = std::move(done.reply.body);
    return response;
  }
  response.headers = std::move(last.headers);
  response.body = std::move(last.body);
  call.EditResponse(response.headers);
  response.endpoint = call.endpoint() == nullptr ? std::string(call.request().authority)
                                                 : std::string(call.endpoint()->address());
  return response;
}

}  // namespace meshroute
