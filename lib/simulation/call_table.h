// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_CALL_TABLE_H_
#define MESHROUTE_LIB_SIMULATION_CALL_TABLE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "lib/simulation/scripted_endpoint.h"
#include "lib/simulation/simulated_connections.h"
#include "meshroute/call/call.h"
#include "meshroute/message/headers.h"

namespace meshroute {

// One attempt of a simulated call.
struct SimulatedAttempt {
  enum class Stage : uint8_t { kWaits, kServed, kOver };

  Stage stage = Stage::kOver;
  ScriptedEndpoint* endpoint = nullptr;
  SimulatedConnections* connections = nullptr;  // Null: of an unknown host, without limits.
  bool is_active = false;                       // Counts against http2MaxRequests.
  Duration sent_at{0};
  Duration deadline = Duration::max();
  Duration per_try_timeout{0};
};

// A call that is under way, with the memory that its request lives in.
struct CallSlot {
  std::optional<Call> call{};
  uint32_t generation = 0;  // Grows when the call ends.
  uint32_t version = 0;
  Duration next_report = Duration::max();    // The earliest that is planned, if any is.
  std::vector<SimulatedAttempt> attempts{};  // By id, less 1.
  std::string user{};                        // Value of the users' header.
  std::vector<HeaderView> headers{};
};

// The calls under way, by number. Numbers are used again, last given back first taken.
// Slots never move. Thread-compatible.
class CallTable {
 public:
  uint32_t Take() {
    if (free_.empty()) {
      slots_.emplace_back();
      return static_cast<uint32_t>(slots_.size() - 1);
    }
    const uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }

  void GiveBack(uint32_t number) {
    CallSlot& slot = slots_[number];
    slot.call.reset();
    ++slot.generation;
    slot.attempts.clear();
    slot.next_report = Duration::max();
    slot.version = 0;
    free_.push_back(number);
  }

  CallSlot& at(uint32_t number) { return slots_[number]; }

  // The slot, if it still has the call that `generation` means; else nullptr.
  CallSlot* Find(uint32_t number, uint32_t generation) {
    CallSlot& slot = slots_[number];
    return slot.generation == generation ? &slot : nullptr;
  }

  size_t in_use() const { return slots_.size() - free_.size(); }

 private:
  std::deque<CallSlot> slots_;
  std::vector<uint32_t> free_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_CALL_TABLE_H_
