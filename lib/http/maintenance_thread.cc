// SPDX-License-Identifier: Apache-2.0
#include "lib/http/maintenance_thread.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/http/named_thread.h"

namespace meshroute {
namespace {

constexpr Duration kLongestWait = std::chrono::seconds(1);

// Work that is always due does not get a whole core.
constexpr Duration kShortestWait = std::chrono::milliseconds(1);

}  // namespace

MaintenanceThread::~MaintenanceThread() {
  std::thread thread;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    stop_.NotifyAll();
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

void MaintenanceThread::Start() {
  if (started_.load(std::memory_order_acquire)) return;
  const MutexLock lock(mutex_);
  if (started_.load(std::memory_order_relaxed)) return;
  thread_ = StartNamedThread("meshroute", [this] { Run(); });
  started_.store(thread_.joinable(), std::memory_order_release);
}

void MaintenanceThread::Run() {
  for (;;) {
    const TimePoint due = work_.RunDue(clock_.Now());
    const TimePoint now = clock_.Now();
    const TimePoint next =
        std::clamp(due, AddSaturated(now, kShortestWait), AddSaturated(now, kLongestWait));
    const MutexLock lock(mutex_);
    while (!stopping_ && clock_.Now() < next) stop_.WaitUntil(mutex_, next);
    if (stopping_) return;
  }
}

}  // namespace meshroute
