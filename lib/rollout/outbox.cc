// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/outbox.h"

#include <utility>

namespace meshroute {

void Outbox::OnRolloutEvent(const RolloutEvent& event) {
  if (rollout_observer_ != nullptr) Put(event);
}

void Outbox::Add(const EjectionEvent& event) {
  if (observer_ == nullptr) return;
  Put(Ejection{event, std::string(event.destination), std::string(event.endpoint)});
}

void Outbox::Add(const ConfigEvent& event) {
  if (observer_ != nullptr) Put(Config{event, std::string(event.message)});
}

void Outbox::Put(Message message) {
  const MutexLock lock(mutex_);
  messages_.push_back(std::move(message));
  is_filled_.store(true, std::memory_order_release);
}

void Outbox::Tell() {
  if (!is_filled_.load(std::memory_order_acquire)) return;
  {
    const MutexLock lock(mutex_);
    if (std::exchange(is_telling_, true)) return;
  }
  while (const std::optional<Message> message = Take()) {
    std::visit([this](const auto& what) { Tell(what); }, *message);
  }
}

// The next message; nullopt: there is none, and nobody tells any more.
std::optional<Outbox::Message> Outbox::Take() {
  const MutexLock lock(mutex_);
  if (messages_.empty()) {
    is_filled_.store(false, std::memory_order_release);
    is_telling_ = false;
    return std::nullopt;
  }
  Message message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

void Outbox::Tell(const Ejection& ejection) const {
  EjectionEvent event = ejection.event;
  event.destination = ejection.destination;
  event.endpoint = ejection.endpoint;
  observer_->OnEjection(event);
}

void Outbox::Tell(const Config& config) const {
  ConfigEvent event = config.event;
  event.message = config.message;
  observer_->OnConfig(event);
}

}  // namespace meshroute
