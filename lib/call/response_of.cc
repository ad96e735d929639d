// SPDX-License-Identifier: Apache-2.0
#include "lib/call/response_of.h"

#include <string>
#include <string_view>
#include <utility>

namespace meshroute {
namespace {

// Tells why there was no connection, where Envoy does: in the details behind the
// reason, and at the end of the body.
void AddFailure(std::string_view failure, Response& response) {
  const size_t end = response.details.rfind('}');
  if (end == std::string::npos) return;
  response.details.insert(end, "|" + std::string(failure));
  if (response.body.empty()) return;  // A gRPC reply has none.
  response.body += ", transport failure reason: ";
  response.body += failure;
}

}  // namespace

Response ResponseOf(const Call& call, Done done, ExchangeResult last, TimePoint now) {
  Response response;
  response.status = done.status;
  response.flags = done.flags;
  response.details = std::string(done.details);
  response.destination = std::string(call.destination());
  response.trial = call.trial();
  response.attempts = call.attempts();
  response.elapsed = now - call.started_at();
  if (done.attempt == 0) {
    response.headers = std::move(done.reply.headers);
    response.body = std::move(done.reply.body);
    const bool unconnected = response.flags.Has(Flag::kUpstreamConnectionFailure);
    if (unconnected && !last.failure.empty()) AddFailure(last.failure, response);
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
