// SPDX-License-Identifier: Apache-2.0
#include "demo/stage.h"

#include <chrono>

#include "console/interrupt.h"
#include "meshroute/base/clock.h"

namespace demo {

using meshroute::Duration;
using meshroute::SteadyClock;
using meshroute::TimePoint;

namespace {

// Between two pictures; also how soon a condition is noticed.
constexpr Duration kTick = std::chrono::milliseconds(40);
constexpr Duration kShownFor = std::chrono::seconds(1);
constexpr Duration kPatience = std::chrono::seconds(30);

}  // namespace

void Stage::StartCounting() {
  parts_.traffic.Pause();
  parts_.tally.Clear();
  counting_since_ = SteadyClock().Now();
  parts_.traffic.Resume();
}

void Stage::LetCallsEnd() {
  parts_.traffic.Pause();
  parts_.traffic.Resume();
}

bool Stage::WaitForCalls(uint64_t calls) {
  return WaitUntil(
      [&] {
        return parts_.tally.Total().calls >= calls &&
               SteadyClock().Now() >= counting_since_ + kShownFor;
      },
      kPatience);
}

bool Stage::WaitUntil(const std::function<bool()>& holds, Duration limit) {
  const TimePoint end = SteadyClock().Now() + limit;
  while (!holds()) {
    const TimePoint now = SteadyClock().Now();
    if (now >= end || console::Interrupted()) return false;
    parts_.board.Refresh();
    SteadyClock().SleepUntil(now + kTick < end ? now + kTick : end);
  }
  return true;
}

void Stage::Watch(Duration time) {
  WaitUntil([] { return false; }, time);
}

absl::Status Stage::ChangeRules(const std::string& change) {
  const uint64_t loads = parts_.source.loads();
  const uint64_t refusals = parts_.source.refusals();
  if (absl::Status status = parts_.rules.Change(change); !status.ok()) return status;
  const bool seen = WaitUntil(
      [&] { return parts_.source.loads() > loads || parts_.source.refusals() > refusals; },
      kPatience);
  if (!seen) return absl::DeadlineExceededError(change + " was not looked at");
  return parts_.source.last_error();
}

std::shared_ptr<meshroute::SubsetPool> Stage::FindPool(const std::string& version) const {
  const auto tables = parts_.router.tables();
  for (const auto& pool : tables->pools) {
    // The pool refers to the tables, so what is given out keeps both.
    if (pool != nullptr && pool->key().subset == version) return {tables, pool.get()};
  }
  return nullptr;
}

}  // namespace demo
