// SPDX-License-Identifier: Apache-2.0
#include "lib/http/named_thread.h"

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <utility>

namespace meshroute {

std::thread StartNamedThread(const char* name, std::function<void()> run) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);  // A new thread inherits the mask.
  std::thread thread;
  try {
    thread = std::thread(std::move(run));
    pthread_setname_np(thread.native_handle(), name);
  } catch (const std::system_error&) {
    // The caller sees a thread that is not joinable.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace meshroute
