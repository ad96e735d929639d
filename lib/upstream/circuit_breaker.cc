// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/circuit_breaker.h"

#include <algorithm>

#include "lib/upstream/request_window.h"
#include "meshroute/base/mutex.h"
#include "meshroute/base/thread_shard.h"

namespace meshroute {
namespace {

constexpr uint64_t kNoLimit = ~uint64_t{0};
constexpr double kDefaultBudgetPercent = 20;
constexpr uint64_t kDefaultBudgetMinimum = 3;

constexpr size_t Index(CircuitBreaker::Resource resource) { return static_cast<size_t>(resource); }

// A limit of 0 cannot be expressed: it means none.
uint64_t LimitOf(int32_t setting) {
  return setting <= 0 ? kNoLimit : static_cast<uint64_t>(setting);
}

}  // namespace

struct CircuitBreakerCounts {
  // Units taken while a limit stood: one number, so that it can be compared and
  // raised in one step.
  struct alignas(64) Limited {
    std::atomic<uint64_t> active{0};
    std::atomic<uint64_t> overflows{0};
  };

  // Units taken without a limit. A unit may come back on another thread, so one
  // shard alone may go below 0; the sum tells the truth.
  struct alignas(64) Shard {
    std::atomic<uint64_t> active[CircuitBreaker::kResources] = {};
  };

  // How many units are out in the shards of `resource`.
  uint64_t Unlimited(size_t resource) const {
    if (unlimited_breakers[resource].load(std::memory_order_acquire) == 0) return 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < ThreadShard::used(); ++i) {
      sum += shards[i].active[resource].load(std::memory_order_relaxed);
    }
    // Shards are read one after the other; a unit may have moved meanwhile.
    return static_cast<int64_t>(sum) < 0 ? 0 : sum;
  }

  Limited limited[CircuitBreaker::kResources];
  Shard shards[kThreadShards];

  // What started within `interval`; the same for every breaker that asks for the same.
  std::shared_ptr<RequestWindow> WindowOf(Duration interval) {
    const MutexLock lock(window_mutex);
    if (window == nullptr || window->interval() != interval) {
      window = std::make_shared<RequestWindow>(interval);
    }
    return window;
  }

  // Breakers for which the resource has no limit. While there is none, nothing is
  // out in the shards: a breaker outlives its units.
  alignas(64) std::atomic<int> unlimited_breakers[CircuitBreaker::kResources] = {};

  Mutex window_mutex;
  std::shared_ptr<RequestWindow> window ABSL_GUARDED_BY(window_mutex);
};

CircuitBreaker::CircuitBreaker(const EffectivePolicy& policy,
                               std::shared_ptr<CircuitBreakerCounts> counts)
    : counts_(counts != nullptr ? std::move(counts) : std::make_shared<CircuitBreakerCounts>()) {
  std::fill(std::begin(limits_), std::end(limits_), kNoLimit);
  if (policy.connection_pool.has_value()) {
    const ConnectionPoolSettings& settings = *policy.connection_pool;
    if (settings.tcp.has_value()) {
      limits_[Index(Resource::kConnections)] = LimitOf(settings.tcp->max_connections);
    }
    if (settings.http.has_value()) {
      limits_[Index(Resource::kPending)] = LimitOf(settings.http->http1_max_pending_requests);
      limits_[Index(Resource::kRequests)] = LimitOf(settings.http->http2_max_requests);
      limits_[Index(Resource::kRetries)] = LimitOf(settings.http->max_retries);
    }
  }
  if (policy.retry_budget.has_value()) {
    has_budget_ = true;
    budget_percent_ = policy.retry_budget->percent.value_or(kDefaultBudgetPercent);
    budget_minimum_ = policy.retry_budget->min_retry_concurrency;
    if (budget_minimum_ == 0) budget_minimum_ = kDefaultBudgetMinimum;
    const Duration interval = policy.retry_budget->budget_interval.value_or(Duration(0));
    if (interval > Duration(0)) window_ = counts_->WindowOf(interval);
  }
  for (size_t i = 0; i < kResources; ++i) {
    if (IsUnlimited(i)) counts_->unlimited_breakers[i].fetch_add(1, std::memory_order_acq_rel);
  }
}

CircuitBreaker::~CircuitBreaker() {
  for (size_t i = 0; i < kResources; ++i) {
    if (IsUnlimited(i)) counts_->unlimited_breakers[i].fetch_sub(1, std::memory_order_acq_rel);
  }
}

bool CircuitBreaker::IsUnlimited(size_t resource) const {
  if (resource == Index(Resource::kRetries) && has_budget_) return false;
  return limits_[resource] == kNoLimit;
}

bool CircuitBreaker::TryAcquire(Resource resource, TimePoint now) {
  const size_t index = Index(resource);
  if (IsUnlimited(index)) {
    Acquire(resource);
    return true;
  }
  CircuitBreakerCounts::Limited& limited = counts_->limited[index];
  uint64_t active = limited.active.load(std::memory_order_relaxed);
  do {
    if (active + counts_->Unlimited(index) >= limit(resource, now)) {
      limited.overflows.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
  } while (!limited.active.compare_exchange_weak(active, active + 1, std::memory_order_acq_rel,
                                                 std::memory_order_relaxed));
  return true;
}

void CircuitBreaker::Acquire(Resource resource) {
  const size_t index = Index(resource);
  if (IsUnlimited(index)) {
    counts_->shards[ShardOfThisThread()].active[index].fetch_add(1, std::memory_order_relaxed);
  } else {
    counts_->limited[index].active.fetch_add(1, std::memory_order_acq_rel);
  }
}

void CircuitBreaker::Release(Resource resource) {
  const size_t index = Index(resource);
  if (IsUnlimited(index)) {
    counts_->shards[ShardOfThisThread()].active[index].fetch_sub(1, std::memory_order_relaxed);
  } else {
    counts_->limited[index].active.fetch_sub(1, std::memory_order_acq_rel);
  }
}

uint64_t CircuitBreaker::active(Resource resource) const {
  const size_t index = Index(resource);
  return counts_->limited[index].active.load(std::memory_order_acquire) + counts_->Unlimited(index);
}

void CircuitBreaker::CountInWindow(TimePoint now) { window_->Add(now); }

uint64_t CircuitBreaker::limit(Resource resource, TimePoint now) const {
  if (resource != Resource::kRetries || !has_budget_) return limits_[Index(resource)];
  uint64_t base = active(Resource::kRequests) + active(Resource::kPending);
  if (window_ != nullptr) base += window_->Count(now);
  const double share = budget_percent_ / 100.0 * static_cast<double>(base);
  return std::max(static_cast<uint64_t>(share), budget_minimum_);
}

uint64_t CircuitBreaker::overflows(Resource resource) const {
  return counts_->limited[Index(resource)].overflows.load(std::memory_order_relaxed);
}

}  // namespace meshroute
