// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_EVENT_LOG_H_
#define EXAMPLES_DEMO_EVENT_LOG_H_

#include <map>
#include <string>
#include <string_view>

#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/telemetry/observer.h"

namespace demo {

// Remembers when endpoints left and came back, and when the rules last changed.
// A moment that has not come is kNever. Thread-safe.
class EventLog final : public meshroute::Observer {
 public:
  void OnEjection(const meshroute::EjectionEvent& event) override;
  void OnConfig(const meshroute::ConfigEvent& event) override;

  // Of the endpoint's latest ejection.
  meshroute::TimePoint EjectedAt(std::string_view address) const;
  meshroute::TimePoint ReadmittedAt(std::string_view address) const;

  meshroute::TimePoint rules_changed_at() const;

 private:
  struct Absence {
    meshroute::TimePoint begin = meshroute::kNever;
    meshroute::TimePoint end = meshroute::kNever;
  };
  Absence Find(std::string_view address) const;

  mutable meshroute::Mutex mutex_;
  std::map<std::string, Absence, std::less<>> absences_ ABSL_GUARDED_BY(mutex_);
  meshroute::TimePoint rules_changed_at_ ABSL_GUARDED_BY(mutex_) = meshroute::kNever;
};

}  // namespace demo

#endif  // EXAMPLES_DEMO_EVENT_LOG_H_
