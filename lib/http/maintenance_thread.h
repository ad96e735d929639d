// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_MAINTENANCE_THREAD_H_
#define MESHROUTE_LIB_HTTP_MAINTENANCE_THREAD_H_

#include <atomic>
#include <thread>

#include "meshroute/base/clock.h"
#include "meshroute/base/due_work.h"
#include "meshroute/base/mutex.h"

namespace meshroute {

// Runs timed work on a thread named "meshroute": when it is due, and at least
// once a second, so that work whose plans have changed meanwhile is not late by
// more. Thread-safe.
class MaintenanceThread {
 public:
  // Both must outlive the thread. Starts nothing.
  MaintenanceThread(DueWork& work, const Clock& clock) : work_(work), clock_(clock) {}
  ~MaintenanceThread();  // Waits for the work in progress alone.
  MaintenanceThread(const MaintenanceThread&) = delete;
  MaintenanceThread& operator=(const MaintenanceThread&) = delete;

  // Starts the thread unless it runs. One load where it does.
  void Start();

 private:
  void Run();

  DueWork& work_;
  const Clock& clock_;
  std::atomic<bool> started_{false};
  Mutex mutex_;
  ConditionVariable stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_MAINTENANCE_THREAD_H_
