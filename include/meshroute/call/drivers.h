// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_DRIVERS_H_
#define MESHROUTE_CALL_DRIVERS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/call/call.h"
#include "meshroute/call/transport.h"
#include "meshroute/message/response.h"

namespace meshroute {

// Drives `call` to its end on the calling thread: sleeps on `clock` where the
// call waits, and sends through `transport`.
Response RunBlocking(Call& call, std::string_view body, Transport& transport, Clock& clock);

// Drives calls by callbacks, without a thread of its own.
//
//   AsyncDriver driver(transport, timer, clock);
//   driver.Run([&] (const RequestView& request) { return router.Start(request); },
//              {"GET", "http", "reviews:9080", "/", {}}, "", [](Response response) { ... });
//
// The request and its body are kept until the end. A driver may be destroyed
// with calls in flight: they are cancelled and their callbacks never come; one that
// is running in another thread is waited for.
// Thread-safe; callbacks come from whatever thread completed the call, also
// from inside Run.
class AsyncDriver {
 public:
  // All must outlive the driver.
  AsyncDriver(AsyncTransport& transport, Timer& timer, const Clock& clock);
  ~AsyncDriver();
  AsyncDriver(const AsyncDriver&) = delete;
  AsyncDriver& operator=(const AsyncDriver&) = delete;

  // Begins a call for `request`; `start` makes the Call from the driver's own
  // copy of it, and `done` hears the answer, once.
  void Run(const std::function<Call(const RequestView&)>& start, RequestHead request,
           std::string body, std::function<void(Response)> done);

 private:
  struct Shared;
  class Running;
  std::shared_ptr<Shared> shared_;
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_DRIVERS_H_
