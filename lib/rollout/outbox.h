// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_OUTBOX_H_
#define MESHROUTE_LIB_ROLLOUT_OUTBOX_H_

#include <atomic>
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "meshroute/base/mutex.h"
#include "meshroute/rollout/rollout_event.h"
#include "meshroute/telemetry/observer.h"

namespace meshroute {

// What a driver's observers are to hear, kept while its locks are held and told once they
// are not: in the order in which it was put in, one at a time.
//
//   {
//     const MutexLock lock(mutex_);
//     rollout->Advance();        // puts in what happens
//   }
//   outbox_.Tell();
//
// Whoever tells goes on until nothing is left, also of what others, or the observers
// themselves by what they call, put in meanwhile; those others need not wait. Thread-safe.
class Outbox final : public RolloutObserver {
 public:
  // Both may be null; they outlive it.
  Outbox(Observer* observer, RolloutObserver* rollout_observer)
      : observer_(observer), rollout_observer_(rollout_observer) {}

  void OnRolloutEvent(const RolloutEvent& event) override;
  void Add(const EjectionEvent& event);
  void Add(const ConfigEvent& event);

  // To be called without any lock that an observer could need.
  void Tell();

 private:
  // Events with what their views are of.
  struct Ejection {
    EjectionEvent event;
    std::string destination;
    std::string endpoint;
  };
  struct Config {
    ConfigEvent event;
    std::string message;
  };
  using Message = std::variant<RolloutEvent, Ejection, Config>;

  void Put(Message message);
  std::optional<Message> Take();
  void Tell(const RolloutEvent& event) const { rollout_observer_->OnRolloutEvent(event); }
  void Tell(const Ejection& ejection) const;
  void Tell(const Config& config) const;

  Observer* const observer_;
  RolloutObserver* const rollout_observer_;
  std::atomic<bool> is_filled_ = false;
  Mutex mutex_;
  std::deque<Message> messages_ ABSL_GUARDED_BY(mutex_);
  bool is_telling_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_OUTBOX_H_
