// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_TRAFFIC_H_
#define EXAMPLES_DEMO_TRAFFIC_H_

#include <chrono>
#include <thread>
#include <vector>

#include "demo/tally.h"
#include "meshroute/base/mutex.h"
#include "meshroute/http/http_client.h"

namespace demo {

// Who calls, and how hard.
struct TrafficOptions {
  int threads = 8;
  int jason_in = 4;                    // Every n-th call of a thread is Jason's.
  std::chrono::milliseconds pause{0};  // Between two calls of a thread.
};

// Threads that call `reviews` one call after another, from construction to
// destruction. Thread-safe.
class Traffic {
 public:
  // `client` and `tally` must outlive the traffic.
  Traffic(meshroute::HttpClient& client, Tally& tally, TrafficOptions options);
  ~Traffic();
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  // Lets the calls under way end and begins none; returns once all is quiet.
  void Pause();
  void Resume();

 private:
  void Run(int thread);

  // Waits while paused; false at the end.
  bool MayCall();

  meshroute::HttpClient& client_;
  Tally& tally_;
  const TrafficOptions options_;
  meshroute::Mutex mutex_;
  meshroute::ConditionVariable changed_;
  enum class Wish { kRun, kPause, kStop };
  Wish wish_ ABSL_GUARDED_BY(mutex_) = Wish::kRun;
  int calling_ ABSL_GUARDED_BY(mutex_) = 0;  // Threads that are not waiting.
  std::vector<std::thread> threads_;
};

}  // namespace demo

#endif  // EXAMPLES_DEMO_TRAFFIC_H_
