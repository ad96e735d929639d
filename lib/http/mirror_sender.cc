// SPDX-License-Identifier: Apache-2.0
#include "lib/http/mirror_sender.h"

#include <utility>

#include "lib/http/named_thread.h"
#include "lib/http/request_check.h"

namespace meshroute {

MirrorSender::~MirrorSender() {
  std::vector<std::thread> threads;
  {
    const MutexLock lock(mutex_);
    stop_.Stop();
    changed_.NotifyAll();
    threads = std::move(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void MirrorSender::Send(MirrorSend mirror, const RequestHead& head, std::string_view body) {
  if (!CheckRequest(head).ok()) return;
  const MutexLock lock(mutex_);
  if (stop_.stopped() || queue_.size() >= maximum_queue_) return;
  if (idle_threads_ <= queue_.size() && threads_.size() < maximum_threads_) {
    std::thread thread = StartNamedThread("meshroute-copy", [this] { Run(); });
    if (thread.joinable()) threads_.push_back(std::move(thread));
  }
  if (threads_.empty()) return;
  queue_.push_back({std::move(mirror), head, std::string(body)});
  changed_.NotifyOne();
}

void MirrorSender::Run() {
  for (;;) {
    std::deque<Copy> next;
    {
      const MutexLock lock(mutex_);
      ++idle_threads_;
      while (queue_.empty() && !stop_.stopped()) changed_.Wait(mutex_);
      --idle_threads_;
      if (stop_.stopped()) return;
      next.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    SendOne(std::move(next.front()));
  }
}

void MirrorSender::SendOne(Copy copy) {
  const Exchange exchange{.head = &copy.head,
                          .body = copy.body,
                          .endpoint = copy.mirror.endpoint(),
                          .pool = &copy.mirror.pool(),
                          .deadline = copy.mirror.DeadlineFrom(clock_.Now(), usual_time_),
                          .per_try_timeout = copy.mirror.per_try_timeout()};
  const ExchangeResult result = transport_.Send(exchange, {.stop = &stop_});
  copy.mirror.Finish(result.outcome, clock_.Now());
}

}  // namespace meshroute
