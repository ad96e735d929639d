// SPDX-License-Identifier: Apache-2.0
// Random histories: the pool's ejections against a plain model of the rules, and
// what must hold at every moment.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using Kind = Outcome::Kind;
using Resource = CircuitBreaker::Resource;

constexpr uint64_t kSeed = 4'711;

// One endpoint in the model; times in milliseconds from the start.
struct ModelEndpoint {
  uint32_t five = 0;
  uint32_t gateway = 0;
  uint32_t local = 0;
  bool ejected = false;
  bool was_readmitted = false;
  int64_t ejected_at = 0;
  int64_t readmitted_at = 0;
  int64_t multiplier = 0;
};

// The rules once more, without any cleverness.
class Model {
 public:
  Model(const OutlierDetection& settings, size_t endpoints)
      : settings_(settings), endpoints_(endpoints) {}

  void Record(size_t index, const Outcome& outcome, int64_t now) {
    ModelEndpoint& it = endpoints_[index];
    const bool split = settings_.split_external_local_origin_errors;
    switch (outcome.kind) {
      case Kind::kOverflow:
      case Kind::kNotReady:
      case Kind::kCancelled:
        return;
      case Kind::kResponse:
        if (split) it.local = 0;
        Status(it, outcome.status, now);
        return;
      case Kind::kConnectFailed:
      case Kind::kConnectTimeout:
        split ? Local(it, now) : Status(it, 503, now);
        return;
      case Kind::kResetAfterHeaders:
        Status(it, 200, now);
        break;
      default:
        break;
    }
    if (split) {
      it.local = 0;
      Local(it, now);
    } else {
      Status(it, outcome.kind == Kind::kTimeout ? 504 : 503, now);
    }
  }

  void Sweep(int64_t now) {
    for (ModelEndpoint& it : endpoints_) {
      if (it.ejected) {
        if (now - it.ejected_at < std::min(Base() * it.multiplier, Max())) continue;
        it.ejected = false;
        it.five = it.gateway = it.local = 0;
        it.was_readmitted = true;
        it.readmitted_at = now;
      } else if (it.was_readmitted &&
                 now - it.readmitted_at >= settings_.interval / milliseconds(1)) {
        it.multiplier = std::max<int64_t>(0, it.multiplier - 1);
      }
    }
  }

  size_t ejected() const {
    return static_cast<size_t>(std::count_if(endpoints_.begin(), endpoints_.end(),
                                             [](const ModelEndpoint& it) { return it.ejected; }));
  }
  const ModelEndpoint& at(size_t index) const { return endpoints_[index]; }

 private:
  int64_t Base() const { return settings_.base_ejection_time / milliseconds(1); }
  int64_t Max() const { return std::max<int64_t>(300'000, Base()); }

  void Status(ModelEndpoint& it, int status, int64_t now) {
    if (status < 500) {
      it.five = it.gateway = 0;
      return;
    }
    if (status == 502 || status == 503 || status == 504) {
      if (++it.gateway == settings_.consecutive_gateway_errors) Eject(it, it.gateway, now);
    } else {
      it.gateway = 0;
    }
    if (++it.five == settings_.consecutive_5xx_errors) Eject(it, it.five, now);
  }

  void Local(ModelEndpoint& it, int64_t now) {
    if (++it.local == settings_.consecutive_local_origin_failures.value_or(5)) {
      Eject(it, it.local, now);
    }
  }

  void Eject(ModelEndpoint& it, uint32_t& run, int64_t now) {
    if (it.ejected) return;
    run = 0;
    const int percent = settings_.max_ejection_percent == 0 ? 10 : settings_.max_ejection_percent;
    const double share =
        100.0 * static_cast<double>(ejected() + 1) / static_cast<double>(endpoints_.size());
    if (share > percent) return;
    it.ejected = true;
    it.ejected_at = now;
    if (it.multiplier * Base() < Max() + Base()) ++it.multiplier;
  }

  OutlierDetection settings_;
  std::vector<ModelEndpoint> endpoints_;
};

class UpstreamOutliersOracleTest : public testing::Test {
 protected:
  OutlierDetection Settings() {
    OutlierDetection settings;
    settings.consecutive_5xx_errors = static_cast<uint32_t>(random_.Below(5));
    settings.consecutive_gateway_errors = static_cast<uint32_t>(random_.Below(4));
    settings.split_external_local_origin_errors = random_.Below(3) == 0;
    if (random_.Below(2) == 0) {
      settings.consecutive_local_origin_failures = static_cast<uint32_t>(random_.Below(4));
    }
    settings.max_ejection_percent = static_cast<int32_t>(random_.Below(101));
    settings.interval = milliseconds(1 + random_.Below(20'000));
    settings.base_ejection_time = milliseconds(1 + random_.Below(400'000));
    return settings;
  }

  Outcome AnyOutcome() {
    static constexpr int kStatuses[] = {200, 200, 404, 500, 502, 503, 503, 504};
    if (random_.Below(3) != 0) return Outcome::Status(kStatuses[random_.Below(8)]);
    return Outcome::Failure(static_cast<Kind>(1 + random_.Below(9)));
  }

  SeededRandom random_{kSeed};
};

// A pool under a random history of leases, outcomes, sweeps and updates.
class History {
 public:
  History(RandomSource& random, const OutlierDetection& settings, size_t endpoints)
      : random_(random), specs_(Specs(endpoints)), model_(settings, endpoints) {
    policy_.outlier_detection = settings;
    policy_.connection_pool.emplace().http.emplace().http2_max_requests =
        static_cast<int32_t>(random.Below(6));
    Update();
  }

  // Leases out, oldest first, with the generation that gave each.
  void Acquire() {
    SubsetPool::Refusal refusal;
    Lease lease = pools_.back()->TryAcquire({}, refusal);
    const uint64_t limit = pools_.back()->breaker().limit(Resource::kRequests);
    const bool full = leases_.size() >= limit;
    const bool nobody = model_.ejected() == specs_.size();
    const SubsetPool::Refusal expected = nobody ? SubsetPool::Refusal::kNoHealthyEndpoint
                                         : full ? SubsetPool::Refusal::kOverflow
                                                : SubsetPool::Refusal::kNone;
    ASSERT_EQ(refusal, expected);
    if (lease) leases_.push_back(std::move(lease));
  }

  void Finish(const Outcome& outcome) {
    if (leases_.empty()) return;
    Lease lease = std::move(leases_[random_.Below(leases_.size())]);
    leases_.erase(
        std::remove_if(leases_.begin(), leases_.end(), [](const Lease& ended) { return !ended; }),
        leases_.end());
    const size_t index = IndexOf(lease.endpoint());
    lease.Finish(outcome, clock_.Now());
    model_.Record(index, outcome, Now());
  }

  void Drop() {
    if (!leases_.empty()) leases_.pop_back();
  }

  // Goes on by less than `most`, with the sweeps that fall due.
  void Pass(milliseconds most) {
    const auto length = random_.Below(static_cast<uint64_t>(most.count()));
    const TimePoint end = clock_.Now() + milliseconds(length);
    for (;;) {
      const TimePoint due = pools_.back()->RunDue(clock_.Now());
      if (due > end) break;
      clock_.SleepUntil(due);
      model_.Sweep(Now());
      pools_.back()->RunDue(due);
    }
    clock_.SleepUntil(end);
  }

  // The next generation; the ones before stay until their leases are back.
  void Update() {
    const SubsetPool* previous = pools_.empty() ? nullptr : pools_.back().get();
    pools_.push_back(std::make_unique<SubsetPool>(
        DestinationKey{"h", 80, ""}, policy_, specs_,
        SubsetPool::Environment{&clock_, &random_, nullptr}, previous));
  }

  void Check() {
    size_t ejected = 0;
    uint64_t active = 0;
    const EndpointSet& endpoints = pools_.back()->endpoints();
    for (size_t i = 0; i < endpoints.size(); ++i) {
      const EndpointState& state = endpoints.at(i).state();
      ejected += state.ejected ? 1 : 0;
      active += state.active_requests;
      ASSERT_EQ(state.ejected, model_.at(i).ejected);
      ASSERT_EQ(state.ejection_multiplier, model_.at(i).multiplier);
      ASSERT_EQ(state.consecutive_5xx, model_.at(i).five);
      ASSERT_EQ(state.consecutive_gateway, model_.at(i).gateway);
      ASSERT_EQ(state.consecutive_local_origin, model_.at(i).local);
    }
    const int32_t percent = policy_.outlier_detection->max_ejection_percent;
    ASSERT_LE(ejected, endpoints.size() * static_cast<size_t>(percent == 0 ? 10 : percent) / 100);
    ASSERT_EQ(endpoints.available_size(), endpoints.size() - ejected);
    ASSERT_EQ(active, leases_.size());
    ASSERT_EQ(pools_.back()->breaker().active(Resource::kRequests), leases_.size());
    ASSERT_LE(leases_.size(), pools_.back()->breaker().limit(Resource::kRequests));
  }

 private:
  int64_t Now() const { return clock_.Now().time_since_epoch() / milliseconds(1); }
  size_t IndexOf(const Endpoint& endpoint) const {
    for (size_t i = 0; i < specs_.size(); ++i) {
      if (specs_[i].address == endpoint.address()) return i;
    }
    return specs_.size();
  }

  RandomSource& random_;
  VirtualClock clock_;
  EffectivePolicy policy_;
  std::vector<EndpointSpec> specs_;
  Model model_;
  std::vector<std::unique_ptr<SubsetPool>> pools_;
  std::vector<Lease> leases_;  // Destroyed before the pools.
};

TEST_F(UpstreamOutliersOracleTest, RandomHistoriesFollowTheModelAndBreakNoLimit) {
  for (int round = 0; round < 100'000; ++round) {
    History history(random_, Settings(), 1 + random_.Below(12));
    const uint64_t events = random_.Below(40);
    for (uint64_t event = 0; event < events; ++event) {
      switch (random_.Below(16)) {
        case 0:
          history.Pass(std::chrono::seconds(60));
          break;
        case 1:
          history.Drop();
          break;
        case 2:
          if (random_.Below(8) == 0) history.Update();
          break;
        case 3:
        case 4:
        case 5:
        case 6:
        case 7:
          history.Acquire();
          break;
        default:
          history.Finish(AnyOutcome());
      }
      if (HasFatalFailure()) FAIL() << "seed " << kSeed << ", round " << round;
    }
    history.Check();
    if (HasFatalFailure()) FAIL() << "seed " << kSeed << ", round " << round;
  }
}

}  // namespace
}  // namespace meshroute
