// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CANARY_ROLLOUT_LOG_H_
#define EXAMPLES_CANARY_ROLLOUT_LOG_H_

#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/rollout/rollout_event.h"

namespace canary {

// Remembers what happens to a rollout. Thread-safe.
class RolloutLog final : public meshroute::RolloutObserver {
 public:
  struct Entry {
    meshroute::TimePoint at;
    meshroute::RolloutEvent::Kind kind;
    std::string sentence;
  };

  void OnRolloutEvent(const meshroute::RolloutEvent& event) override;

  std::vector<Entry> entries() const;

 private:
  mutable meshroute::Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace canary

#endif  // EXAMPLES_CANARY_ROLLOUT_LOG_H_
