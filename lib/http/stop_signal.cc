// SPDX-License-Identifier: Apache-2.0
#include "lib/http/stop_signal.h"

#include <fcntl.h>
#include <unistd.h>

namespace meshroute {

StopSignal::StopSignal() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
  reader_ = FileDescriptor(ends[0]);
  writer_ = FileDescriptor(ends[1]);
}

void StopSignal::Stop() {
  stopped_.store(true, std::memory_order_release);
  // Closing the writing end wakes every poll of the other, now and later.
  writer_ = FileDescriptor();
}

}  // namespace meshroute
