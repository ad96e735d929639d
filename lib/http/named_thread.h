// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_NAMED_THREAD_H_
#define MESHROUTE_LIB_HTTP_NAMED_THREAD_H_

#include <functional>
#include <thread>

namespace meshroute {

// Starts a thread that debuggers and `top -H` show as `name` (at most 15
// letters) and that takes no signals, so that the program's handlers run on its
// own threads. Not joinable where the system has no thread to spare.
std::thread StartNamedThread(const char* name, std::function<void()> run);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_NAMED_THREAD_H_
