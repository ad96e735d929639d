// SPDX-License-Identifier: Apache-2.0
#include "meshroute/testing/fake_transport.h"

#include <algorithm>
#include <utility>

namespace meshroute {

void FakeTransport::Push(std::string address, Answer answer) {
  const MutexLock lock(mutex_);
  queued_[std::move(address)].push_back(std::move(answer));
}

void FakeTransport::Always(std::string address, Answer answer) {
  const MutexLock lock(mutex_);
  always_[std::move(address)] = std::move(answer);
}

FakeTransport::Answer FakeTransport::NextAnswer(const std::string& address) {
  auto& queue = queued_[address];
  if (queue.empty()) return always_[address];
  Answer answer = std::move(queue.front());
  queue.pop_front();
  return answer;
}

ExchangeResult FakeTransport::Send(const Exchange& exchange) {
  const TimePoint start = clock_.Now();
  Answer answer;
  {
    const std::string address = exchange.endpoint == nullptr
                                    ? exchange.head->authority
                                    : std::string(exchange.endpoint->address());
    const MutexLock lock(mutex_);
    sent_.push_back(
        {address, *exchange.head, std::string(exchange.body), Sent::Kind::kRequest, start});
    answer = NextAnswer(address);
  }
  TimePoint limit = exchange.deadline;
  if (exchange.per_try_timeout > Duration::zero()) {
    limit = std::min(limit, AddSaturated(start, exchange.per_try_timeout));
  }
  const TimePoint end = AddSaturated(start, answer.takes);
  if (end >= limit) {
    clock_.SleepUntil(limit);
    return {Outcome::Failure(Outcome::Kind::kTimeout, limit - start), {}, {}, {}};
  }
  clock_.SleepUntil(end);
  if (answer.outcome.kind == Outcome::Kind::kResponse) {
    answer.outcome = Outcome::FromResponse(answer.outcome.status, answer.headers, answer.takes);
  }
  answer.outcome.elapsed = answer.takes;
  return {answer.outcome, std::move(answer.headers), std::move(answer.body),
          std::move(answer.failure)};
}

void FakeTransport::SendMirror(MirrorSend mirror, const RequestHead& head, std::string_view body) {
  const std::string address =
      mirror.endpoint() == nullptr ? head.authority : std::string(mirror.endpoint()->address());
  const TimePoint now = clock_.Now();
  Answer answer;
  {
    const MutexLock lock(mutex_);
    sent_.push_back({address, head, std::string(body), Sent::Kind::kMirror, now});
    answer = NextAnswer(address);
  }
  mirror.Finish(answer.outcome, now);
}

std::vector<FakeTransport::Sent> FakeTransport::sent() const {
  const MutexLock lock(mutex_);
  return sent_;
}

}  // namespace meshroute
