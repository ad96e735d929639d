// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_MIRROR_SENDER_H_
#define MESHROUTE_LIB_HTTP_MIRROR_SENDER_H_

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/http/pooled_transport.h"
#include "lib/http/stop_signal.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/call/step.h"
#include "meshroute/http/http_client.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// Sends mirrored copies on threads of its own, which start with the first copy.
// The answers are read and dropped. Copies that find the queue full are dropped
// as well: a slow mirror must not slow its callers. Thread-safe.
class MirrorSender {
 public:
  // `transport` and `clock` must outlive the sender. Of the options count the mirrors' own,
  // and default_timeout: as long as any call without a limit of its own may a copy take.
  MirrorSender(PooledTransport& transport, const Clock& clock, const HttpClientOptions& options)
      : transport_(transport),
        clock_(clock),
        usual_time_(options.default_timeout),
        maximum_threads_(options.mirror_threads),
        maximum_queue_(options.mirror_queue) {}
  ~MirrorSender();  // Breaks off copies being sent.
  MirrorSender(const MirrorSender&) = delete;
  MirrorSender& operator=(const MirrorSender&) = delete;

  void Send(MirrorSend mirror, const RequestHead& head, std::string_view body);

 private:
  struct Copy {
    MirrorSend mirror;
    RequestHead head;
    std::string body;
  };

  void Run();
  void SendOne(Copy copy);

  PooledTransport& transport_;
  const Clock& clock_;
  const Duration usual_time_;
  const size_t maximum_threads_;
  const size_t maximum_queue_;
  StopSignal stop_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<Copy> queue_ ABSL_GUARDED_BY(mutex_);
  size_t idle_threads_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_MIRROR_SENDER_H_
