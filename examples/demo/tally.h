// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_TALLY_H_
#define EXAMPLES_DEMO_TALLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/message/response.h"

namespace demo {

// Who calls.
enum class User : uint8_t { kJason, kOther };
inline constexpr size_t kUsers = 2;

// Which version a call came to; kLocal where a rule answered it without any.
enum class Version : uint8_t { kV1, kV2, kV3, kLocal };
inline constexpr size_t kVersions = 4;

std::string_view VersionName(Version version);

// Calls, and how they ended.
struct Counts {
  uint64_t calls = 0;
  uint64_t answered = 0;  // 200 of the version that was chosen.
  uint64_t retries = 0;
  uint64_t delayed = 0;   // DI
  uint64_t aborted = 0;   // FI
  uint64_t overflow = 0;  // UO

  uint64_t failed() const { return calls - answered; }
  Counts& operator+=(const Counts& other);
};

// Adds up the calls of an act. Thread-safe.
class Tally {
 public:
  void Record(User user, const meshroute::Response& response);

  // Begins at zero.
  void Clear();

  Counts Total() const;
  Counts Of(User user) const;
  Counts Of(Version version) const;
  Counts Of(User user, Version version) const;

  // The time that `share` (0..1) of the version's latest calls took at most; 0
  // where there was none. Local refusals are left out.
  meshroute::Duration Percentile(Version version, double share) const;

  // The shortest of the calls that were held back on purpose; 0 without any.
  meshroute::Duration shortest_delayed() const;

 private:
  static constexpr size_t kLatest = 2048;

  mutable meshroute::Mutex mutex_;
  std::array<std::array<Counts, kVersions>, kUsers> counts_ ABSL_GUARDED_BY(mutex_){};
  std::array<std::vector<meshroute::Duration>, kVersions> latest_ ABSL_GUARDED_BY(mutex_);
  std::array<size_t, kVersions> next_ ABSL_GUARDED_BY(mutex_){};  // In `latest_`, once full.
  meshroute::Duration shortest_delayed_ ABSL_GUARDED_BY(mutex_){0};
};

}  // namespace demo

#endif  // EXAMPLES_DEMO_TALLY_H_
