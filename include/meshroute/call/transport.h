// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_TRANSPORT_H_
#define MESHROUTE_CALL_TRANSPORT_H_

#include <functional>
#include <string>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/call/step.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/outcome.h"

namespace meshroute {

// One request for one endpoint, complete. Views live until the exchange ends.
struct Exchange {
  const RequestHead* head = nullptr;  // After the rule's edits.
  std::string_view body;
  const Endpoint* endpoint = nullptr;  // nullptr: connect to head->authority.
  SubsetPool* pool = nullptr;          // nullptr: no limits, no settings.
  TimePoint deadline = kNever;
  Duration per_try_timeout{0};  // From the moment the connection is ready; 0: none.
};

// How one exchange ended. Headers and body where `outcome` is a kResponse.
struct ExchangeResult {
  Outcome outcome;
  Headers headers;
  std::string body;

  // Why there was no connection, in words: "TLS: certificate has expired". Goes into the
  // details of the call's answer where that is what the call ends with. May be empty.
  std::string failure{};
};

// Carries single exchanges for the blocking driver. Implement it over any
// client; it knows nothing of routes or retries. Thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;

  // Blocks until the answer is complete, or has failed, and never beyond the
  // exchange's deadline.
  virtual ExchangeResult Send(const Exchange& exchange) = 0;

  // Sends a mirror's copy, ignores the answer and does not block for it.
  // `mirror` is to be finished with the outcome, and to be over by its DeadlineFrom the
  // moment at which it is sent. By default it is dropped.
  virtual void SendMirror(MirrorSend mirror, const RequestHead& head, std::string_view body);
};

// Carries exchanges for the callback driver.
class AsyncTransport {
 public:
  // Called once with the result, from any thread, also before Start returns.
  using Completion = std::function<void(ExchangeResult)>;

  virtual ~AsyncTransport() = default;

  // Begins an exchange; `exchange`'s views live until `done` was called or
  // Cancel has returned. Returns a number that Cancel takes.
  virtual uint64_t Start(const Exchange& exchange, Completion done) = 0;

  // Stops an exchange; its completion is not called afterwards, or is called at
  // once. Unknown numbers are ignored.
  virtual void Stop(uint64_t exchange) = 0;

  virtual void SendMirror(MirrorSend mirror, const RequestHead& head, std::string_view body);
};

// Wakes the callback driver: an event loop's timer. Thread-safe.
class Timer {
 public:
  virtual ~Timer() = default;

  // Calls `wake` once at `moment` or a little later, from any thread.
  virtual void At(TimePoint moment, std::function<void()> wake) = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_TRANSPORT_H_
