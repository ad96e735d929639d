// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CANARY_CALLERS_H_
#define EXAMPLES_CANARY_CALLERS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "meshroute/http/http_client.h"

namespace canary {

// What came of the calls to one version.
struct Calls {
  uint64_t all = 0;
  uint64_t failed = 0;

  double failed_share() const {
    return all == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(all);
  }
};

// Users of `reviews`, a thread each, who call again and again and see what they get.
// Thread-safe.
class Callers {
 public:
  // `client` must outlive them. Each pauses between two calls.
  explicit Callers(meshroute::HttpClient& client);
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // What the users have seen so far.
  Calls of_v1() const { return Read(0); }
  Calls of_v2() const { return Read(1); }

 private:
  static constexpr int kThreads = 8;
  static constexpr std::chrono::milliseconds kPause{8};

  struct Counter {
    std::atomic<uint64_t> all{0};
    std::atomic<uint64_t> failed{0};
  };

  Calls Read(size_t version) const { return {counters_[version].all, counters_[version].failed}; }
  void Run();

  meshroute::HttpClient& client_;
  std::array<Counter, 2> counters_;
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

}  // namespace canary

#endif  // EXAMPLES_CANARY_CALLERS_H_
