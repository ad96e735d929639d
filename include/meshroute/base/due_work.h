// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_BASE_DUE_WORK_H_
#define MESHROUTE_BASE_DUE_WORK_H_

#include "meshroute/base/clock.h"

namespace meshroute {

// Work on a timer, as a method: outlier sweeps, file watching, idle
// connections. The library's core starts no thread; whoever owns a thread
// (HttpClient, or the embedder's event loop) calls RunDue. Thread-safe.
class DueWork {
 public:
  virtual ~DueWork() = default;

  // Does what is due at `now` and returns when to call again (kNever: nothing
  // is planned). Calling early or late is harmless.
  virtual TimePoint RunDue(TimePoint now) = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_BASE_DUE_WORK_H_
