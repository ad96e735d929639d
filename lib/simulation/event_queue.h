// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_EVENT_QUEUE_H_
#define MESHROUTE_LIB_SIMULATION_EVENT_QUEUE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/message/outcome.h"

namespace meshroute {

// Something that a run has planned for one of its calls.
struct CallEventPlan {
  enum class Kind : uint8_t {
    kWake,    // The call asked to be woken.
    kReport,  // An attempt ends.
    kMirror,  // A mirror's copy ends; `slot` counts mirrors.
  };

  Duration at{0};  // Since the start.
  uint64_t order = 0;
  uint32_t slot = 0;
  uint32_t generation = 0;  // Of the slot: plans of a call that is over are void.
  uint32_t attempt = 0;
  int16_t status = 0;
  Outcome::Kind outcome = Outcome::Kind::kCancelled;
  Kind kind = Kind::kWake;
};

// Plans by time; those of one moment in the order in which they were made, so that a
// run never hangs on anything else. Thread-compatible.
class EventQueue {
 public:
  bool empty() const { return plans_.empty(); }

  // When the next plan is due; max: there is none.
  Duration next_at() const { return plans_.empty() ? Duration::max() : plans_.front().at; }

  void Push(CallEventPlan plan) {
    plan.order = made_++;
    plans_.push_back(plan);
    std::push_heap(plans_.begin(), plans_.end(), Later);
  }

  CallEventPlan Pop() {
    std::pop_heap(plans_.begin(), plans_.end(), Later);
    const CallEventPlan plan = plans_.back();
    plans_.pop_back();
    return plan;
  }

 private:
  static bool Later(const CallEventPlan& a, const CallEventPlan& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }

  std::vector<CallEventPlan> plans_;
  uint64_t made_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_EVENT_QUEUE_H_
