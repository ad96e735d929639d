// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/call/response_of.h"
#include "meshroute/base/mutex.h"
#include "meshroute/call/drivers.h"

namespace meshroute {

// What the driver and its calls share: a call takes itself off `running` when it
// ends, and a destroyed driver stops those that are left.
struct AsyncDriver::Shared {
  Shared(AsyncTransport& transport_in, Timer& timer_in, const Clock& clock_in)
      : transport(transport_in), timer(timer_in), clock(clock_in) {}

  AsyncTransport& transport;
  Timer& timer;
  const Clock& clock;
  Mutex mutex;
  std::map<const Running*, std::shared_ptr<Running>> running ABSL_GUARDED_BY(mutex);
};

// One call under way. Everything that comes in (a completion, a timer) is a
// wake-up; one thread at a time works through the steps, and a wake-up that
// comes meanwhile, also from inside Start, makes it go round once more.
class AsyncDriver::Running : public std::enable_shared_from_this<Running> {
 public:
  Running(std::shared_ptr<Shared> shared, RequestHead request, std::string body,
          std::function<void(Response)> done)
      : shared_(std::move(shared)),
        request_(std::move(request)),
        body_(std::move(body)),
        done_(std::move(done)) {
    views_.reserve(request_.headers.size());
    for (const Header& header : request_.headers) views_.push_back({header.name, header.value});
  }

  void Begin(const std::function<Call(const RequestView&)>& start) {
    call_.emplace(
        start({request_.method, request_.scheme, request_.authority, request_.path, views_}));
    Wake();
  }

  // The driver is going: waits for the thread that is at work, unless that is this
  // one (a callback that destroys its driver), ends the attempt in flight and
  // forgets the callback.
  void Stop() {
    std::optional<uint64_t> exchange;
    {
      const MutexLock lock(mutex_);
      stopped_ = true;
      while (working_ && worker_ != std::this_thread::get_id()) idle_.Wait(mutex_);
      exchange = std::exchange(exchange_, std::nullopt);
    }
    // First the transport, which looks at what the call keeps alive.
    if (exchange.has_value()) shared_->transport.Stop(*exchange);
    const MutexLock lock(mutex_);
    call_.reset();
  }

 private:
  // Works through the steps until there is nothing to do but wait.
  void Wake() {
    {
      const MutexLock lock(mutex_);
      wake_again_ = true;
      if (working_ || stopped_ || !call_.has_value()) return;
      working_ = true;
      worker_ = std::this_thread::get_id();
    }
    while (TakeWakeUp()) {
      while (Work()) {
      }
    }
  }

  // Whether to go round (again). Clears `working_` where not.
  bool TakeWakeUp() {
    const MutexLock lock(mutex_);
    if (stopped_ || !call_.has_value() || !std::exchange(wake_again_, false)) {
      working_ = false;
      idle_.NotifyAll();
      return false;
    }
    if (std::exchange(timer_fired_, false)) timer_at_ = kNever;
    if (reported_.has_value()) {
      auto [attempt, result] = std::move(*reported_);
      reported_.reset();
      exchange_.reset();
      call_->Report(attempt, result.outcome);
      last_ = std::move(result);
    }
    return true;
  }

  // One step; whether another can follow at once.
  bool Work() {
    Step step = call_->Next();
    if (auto* wait = std::get_if<Wait>(&step)) {
      if (wait->until != kNever && wait->until != timer_at_) {
        timer_at_ = wait->until;
        // A timer cannot be taken back: it must not keep a call that is over.
        shared_->timer.At(wait->until, [call = weak_from_this()] {
          if (const std::shared_ptr<Running> self = call.lock()) self->OnTimer();
        });
      }
      return false;
    }
    if (auto* send = std::get_if<Send>(&step)) {
      StartExchange(*send);
      return true;
    }
    if (std::holds_alternative<Cancel>(step)) {
      StopExchange();
      return true;
    }
    End(std::move(std::get<Done>(step)));
    return false;
  }

  void StartExchange(Send& send) {
    head_ = call_->MakeHead(send.attempt);
    for (MirrorSend& mirror : send.mirrors) {
      shared_->transport.SendMirror(std::move(mirror), head_, body_);
    }
    const AttemptId attempt = send.attempt;
    const uint64_t exchange =
        shared_->transport.Start({.head = &head_,
                                  .body = body_,
                                  .endpoint = send.endpoint,
                                  .pool = send.pool,
                                  .deadline = send.deadline,
                                  .per_try_timeout = send.per_try_timeout},
                                 [self = shared_from_this(), attempt](ExchangeResult result) {
                                   self->OnCompletion(attempt, std::move(result));
                                 });
    const MutexLock lock(mutex_);
    if (!reported_.has_value()) exchange_ = exchange;
  }

  void StopExchange() {
    std::optional<uint64_t> exchange;
    {
      const MutexLock lock(mutex_);
      exchange = std::exchange(exchange_, std::nullopt);
    }
    if (exchange.has_value()) shared_->transport.Stop(*exchange);
  }

  void OnTimer() {
    {
      const MutexLock lock(mutex_);
      timer_fired_ = true;
    }
    Wake();
  }

  void OnCompletion(AttemptId attempt, ExchangeResult result) {
    {
      const MutexLock lock(mutex_);
      if (stopped_) return;
      reported_.emplace(attempt, std::move(result));
    }
    Wake();
  }

  // The callback runs while this thread still counts as working, so that a driver
  // that is being destroyed waits for it.
  void End(Done done) {
    Response response = ResponseOf(*call_, std::move(done), std::move(last_), shared_->clock.Now());
    std::function<void(Response)> callback;
    {
      const MutexLock lock(mutex_);
      call_.reset();
      if (!stopped_) callback = std::move(done_);
    }
    if (callback) callback(std::move(response));
    const MutexLock lock(shared_->mutex);
    shared_->running.erase(this);  // Whoever woke this call keeps it until then.
  }

  const std::shared_ptr<Shared> shared_;
  const RequestHead request_;
  std::vector<HeaderView> views_;
  const std::string body_;
  std::function<void(Response)> done_;

  // Touched only by the thread that is working.
  std::optional<Call> call_;
  RequestHead head_;
  ExchangeResult last_;
  TimePoint timer_at_ = kNever;

  Mutex mutex_;
  bool working_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread::id worker_ ABSL_GUARDED_BY(mutex_){};  // Of `working_`.
  bool wake_again_ ABSL_GUARDED_BY(mutex_) = false;
  bool timer_fired_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  ConditionVariable idle_;  // `working_` has become false.
  std::optional<uint64_t> exchange_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::pair<AttemptId, ExchangeResult>> reported_ ABSL_GUARDED_BY(mutex_);
};

AsyncDriver::AsyncDriver(AsyncTransport& transport, Timer& timer, const Clock& clock)
    : shared_(std::make_shared<Shared>(transport, timer, clock)) {}

AsyncDriver::~AsyncDriver() {
  std::map<const Running*, std::shared_ptr<Running>> running;
  {
    const MutexLock lock(shared_->mutex);
    running.swap(shared_->running);
  }
  for (const auto& entry : running) entry.second->Stop();
}

void AsyncDriver::Run(const std::function<Call(const RequestView&)>& start, RequestHead request,
                      std::string body, std::function<void(Response)> done) {
  auto running =
      std::make_shared<Running>(shared_, std::move(request), std::move(body), std::move(done));
  {
    const MutexLock lock(shared_->mutex);
    shared_->running.emplace(running.get(), running);
  }
  running->Begin(start);
}

}  // namespace meshroute
