// SPDX-License-Identifier: Apache-2.0
#include "canary/callers.h"

namespace canary {

Callers::Callers(meshroute::HttpClient& client) : client_(client) {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Run(); });
}

Callers::~Callers() {
  over_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void Callers::Run() {
  while (!over_) {
    const meshroute::Response response = client_.Get("http://reviews:9080/reviews/1");
    Counter& counter = counters_[response.destination.find("|v2|") == std::string::npos ? 0 : 1];
    ++counter.all;
    if (response.status != 200) ++counter.failed;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace canary
