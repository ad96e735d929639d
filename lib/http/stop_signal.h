// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_STOP_SIGNAL_H_
#define MESHROUTE_LIB_HTTP_STOP_SIGNAL_H_

#include <atomic>

#include "lib/http/file_descriptor.h"

namespace meshroute {

// Ends waits on sockets from another thread, once and for good: its descriptor
// becomes readable when Stop is called. Thread-safe.
class StopSignal {
 public:
  // Without descriptors to spare the signal only takes effect between waits.
  StopSignal();

  void Stop();
  bool stopped() const { return stopped_.load(std::memory_order_acquire); }

  // For poll(); -1 where there is none.
  int descriptor() const { return reader_.get(); }

 private:
  FileDescriptor reader_;
  FileDescriptor writer_;
  std::atomic<bool> stopped_{false};
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_STOP_SIGNAL_H_
