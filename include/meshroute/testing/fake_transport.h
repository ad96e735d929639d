// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTING_FAKE_TRANSPORT_H_
#define MESHROUTE_TESTING_FAKE_TRANSPORT_H_

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/call/transport.h"

namespace meshroute {

// A Transport without a network: answers by script, per endpoint, and remembers
// what it was asked to send. An answer takes virtual time, and an answer that
// would come after the deadline or the per-try timeout is a kTimeout at that
// moment, as a real transport reports it. Thread-safe.
class FakeTransport final : public Transport {
 public:
  struct Answer {
    Outcome outcome = Outcome::Status(200);
    Headers headers;
    std::string body;
    Duration takes{0};
    std::string failure{};  // ExchangeResult::failure.
  };
  struct Sent {
    std::string endpoint;  // Of an unknown host: the authority.
    RequestHead head;
    std::string body;
    enum class Kind { kRequest, kMirror } kind = Kind::kRequest;
    TimePoint at{};
  };

  // `clock` must outlive the transport; answers sleep on it.
  explicit FakeTransport(Clock& clock) : clock_(clock) {}

  // The next answer of the endpoint with this address; answers queue up.
  void Push(std::string address, Answer answer);
  void Push(std::string address, int status) {
    Push(std::move(address), {Outcome::Status(status), {}, {}, {}});
  }
  void Push(std::string address, Outcome::Kind failure) {
    Push(std::move(address), {Outcome::Failure(failure), {}, {}, {}});
  }

  // What the endpoint answers where nothing is queued. At first: 200, at once.
  void Always(std::string address, Answer answer);

  ExchangeResult Send(const Exchange& exchange) override;
  void SendMirror(MirrorSend mirror, const RequestHead& head, std::string_view body) override;

  // Everything that was sent, in order.
  std::vector<Sent> sent() const;

 private:
  Answer NextAnswer(const std::string& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  mutable Mutex mutex_;
  std::map<std::string, std::deque<Answer>> queued_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Answer> always_ ABSL_GUARDED_BY(mutex_);
  std::vector<Sent> sent_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTING_FAKE_TRANSPORT_H_
