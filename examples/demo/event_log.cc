// SPDX-License-Identifier: Apache-2.0
#include "demo/event_log.h"

namespace demo {

using meshroute::EjectionEvent;
using meshroute::MutexLock;
using meshroute::SteadyClock;
using meshroute::TimePoint;

void EventLog::OnEjection(const EjectionEvent& event) {
  const TimePoint now = SteadyClock().Now();
  const MutexLock lock(mutex_);
  Absence& absence = absences_[std::string(event.endpoint)];
  if (event.change == EjectionEvent::Change::kEjected) {
    absence = {now, meshroute::kNever};
  } else if (event.change == EjectionEvent::Change::kReadmitted) {
    absence.end = now;
  }
}

void EventLog::OnConfig(const meshroute::ConfigEvent& event) {
  const TimePoint now = SteadyClock().Now();
  const MutexLock lock(mutex_);
  if (event.applied) rules_changed_at_ = now;
}

EventLog::Absence EventLog::Find(std::string_view address) const {
  const MutexLock lock(mutex_);
  const auto found = absences_.find(address);
  return found == absences_.end() ? Absence() : found->second;
}

TimePoint EventLog::EjectedAt(std::string_view address) const { return Find(address).begin; }

TimePoint EventLog::ReadmittedAt(std::string_view address) const { return Find(address).end; }

TimePoint EventLog::rules_changed_at() const {
  const MutexLock lock(mutex_);
  return rules_changed_at_;
}

}  // namespace demo
