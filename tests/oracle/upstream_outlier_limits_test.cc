// SPDX-License-Identifier: Apache-2.0
// A million short histories of a detector with everything that it has: whatever
// happens, the cap, the floor and the accounts hold.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/upstream/outlier_detector.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

using Change = EjectionEvent::Change;
using Kind = Outcome::Kind;
using std::chrono::seconds;

constexpr uint64_t kFirstSeed = 1;
constexpr uint64_t kSequences = 1'000'000;
constexpr size_t kMost = 8;  // Endpoints.

const std::vector<EndpointSpec>& AllSpecs() {
  static const auto* const kSpecs = new std::vector<EndpointSpec>(Specs(kMost));
  return *kSpecs;
}

// "10.0.0.3:80" is number 3.
size_t NumberOf(std::string_view address) { return static_cast<size_t>(address[7] - '0'); }

class Sequence final : public Observer {
 public:
  explicit Sequence(uint64_t seed) : random_(seed) { Update(); }

  void OnEjection(const EjectionEvent& event) override {
    const size_t number = NumberOf(event.endpoint);
    switch (event.change) {
      case Change::kEjected:
        if (event.reason == "failed_trial") {
          Expect(told_out_[number] && on_trial_[number], "a trial failed that was none");
        } else {
          Expect(!told_out_[number], "ejected twice");
          ejected_one_ = true;
        }
        ++ejections_;
        told_out_[number] = true;
        on_trial_[number] = false;
        break;
      case Change::kOnTrial:
        Expect(told_out_[number] && !on_trial_[number], "a trial of one that is not out");
        on_trial_[number] = true;
        break;
      case Change::kReadmitted:
        Expect(told_out_[number], "readmitted without being out");
        told_out_[number] = on_trial_[number] = false;
        break;
      default:
        break;
    }
  }

  // What went wrong, or "".
  std::string Run() {
    for (uint64_t event = 4 + random_.Below(8); event > 0 && problem_.empty(); --event) {
      ejected_one_ = false;
      Step();
      Check();
    }
    return problem_;
  }

  uint64_t ejections() const { return ejections_; }

 private:
  struct Generation {
    std::unique_ptr<EndpointSet> endpoints;
    std::unique_ptr<OutlierDetector> detector;
  };

  void Expect(bool holds, const char* otherwise) {
    if (!holds && problem_.empty()) problem_ = otherwise;
  }

  uint32_t Small(uint64_t bound) { return static_cast<uint32_t>(random_.Below(bound)); }

  OutlierDetection Settings() {
    OutlierDetection settings;
    settings.consecutive_5xx_errors = Small(3);
    settings.consecutive_gateway_errors = Small(3);
    settings.split_external_local_origin_errors = Small(3) == 0;
    settings.consecutive_local_origin_failures = Small(3);
    settings.max_ejection_percent = static_cast<int32_t>(Small(101));
    settings.base_ejection_time = seconds(1 + Small(30));
    return settings;
  }

  OutlierDetectionExtension Extension() {
    OutlierDetectionExtension extension;
    extension.max_ejection_time_jitter = seconds(Small(3));
    extension.always_eject_one_endpoint = Small(3) == 0;
    extension.minimum_available = Small(2) == 0 ? Small(kMost) : 0;
    extension.enforcing_consecutive_5xx = Small(4) == 0 ? 50 : 100;
    extension.success_rate = SuccessRateDetection{
        .minimum_endpoints = Small(4), .request_volume = Small(3), .stdev_factor = 1};
    extension.failure_percentage = FailurePercentageDetection{
        .threshold = Small(101), .minimum_endpoints = Small(4), .request_volume = Small(3)};
    extension.latency = LatencyDetection{.minimum_endpoints = 3,
                                         .request_volume = 1,
                                         .mad_factor = 1,
                                         .minimum_ratio = 1.5,
                                         .minimum_difference = Duration(0),
                                         .maximum_slow_percent = 50};
    if (Small(2) == 0)
      extension.half_open = HalfOpenReturn{.percent = 5, .successes = 1 + Small(3)};
    extension.shadow = Small(8) == 0;
    return extension;
  }

  // The next generation, of other endpoints; that before it lives on.
  void Update() {
    std::vector<EndpointSpec> specs;
    while (specs.empty()) {
      for (const EndpointSpec& spec : AllSpecs()) {
        if (Small(3) == 0) continue;
        specs.push_back(spec);
        if (Small(8) == 0) specs.back().health = EndpointSpec::Health::kDraining;
      }
    }
    Generation next;
    next.endpoints =
        std::make_unique<EndpointSet>(MakeEndpoints(std::move(specs), newest_.endpoints.get()));
    // Of one that left and is back nothing is known.
    for (size_t number = 0; number < kMost; ++number) {
      const Endpoint* const endpoint = next.endpoints->Find(AllSpecs()[number].address);
      const bool known = endpoint != nullptr && newest_.endpoints != nullptr &&
                         newest_.endpoints->Find(endpoint->address()) != nullptr;
      if (!known) told_out_[number] = on_trial_[number] = false;
    }
    extension_ = Extension();
    percent_ = 0;
    const OutlierDetection settings = Settings();
    percent_ = settings.max_ejection_percent == 0 ? 10 : settings.max_ejection_percent;
    next.detector = std::make_unique<OutlierDetector>(
        settings, extension_, *next.endpoints,
        OutlierDetector::Environment{
            .observer = this, .random = &random_, .previous = newest_.detector.get()});
    older_ = std::move(newest_);
    newest_ = std::move(next);
    newest_.detector->TellObserver();
  }

  void Step() {
    const bool by_the_older = older_.detector != nullptr && Small(4) == 0;
    const Generation& generation = by_the_older ? older_ : newest_;
    switch (Small(16)) {
      case 0:
        return Update();
      case 1:
      case 2:
      case 3:
        now_ += seconds(Small(40));
        return generation.detector->Sweep(now_);
      case 4:
        if (Small(8) == 0) generation.detector->ReadmitAll(now_);
        return;
      default:
        break;
    }
    const Endpoint& endpoint =
        generation.endpoints->at(random_.Below(generation.endpoints->size()));
    for (uint64_t times = 1 + random_.Below(4); times > 0; --times) {
      generation.detector->Record(endpoint, AnyOutcome(), now_);
    }
  }

  Outcome AnyOutcome() {
    static constexpr int kStatuses[] = {200, 200, 404, 500, 503, 503, 504, 503};
    const Duration elapsed = std::chrono::microseconds(uint64_t{1} << random_.Below(20));
    if (Small(4) != 0) return Outcome::Status(kStatuses[Small(8)], elapsed);
    return Outcome::Failure(static_cast<Kind>(1 + random_.Below(9)), elapsed);
  }

  void Check() {
    const EndpointSet& endpoints = *newest_.endpoints;
    size_t out = 0;
    size_t available = 0;  // Not out, by the accounts.
    size_t may_be_picked = 0;
    for (size_t i = 0; i < endpoints.size(); ++i) {
      const Endpoint& endpoint = endpoints.at(i);
      const EndpointState& state = endpoint.state();
      const size_t number = NumberOf(endpoint.address());
      const bool healthy = endpoint.spec().health == EndpointSpec::Health::kHealthy;
      out += state.out ? 1U : 0U;
      available += healthy && !state.out ? 1U : 0U;
      may_be_picked += endpoint.available() ? 1U : 0U;
      Expect(endpoint.ejected() == (state.out && !extension_.shadow), "ejected and not accounted");
      Expect(!endpoint.on_trial() || endpoint.ejected(), "on trial and in service");
      Expect(state.out == told_out_[number], "the observer was told otherwise");
      Expect(endpoint.on_trial() == on_trial_[number], "the observer knows of another trial");
    }
    Expect(newest_.detector->counters().out == out, "the count of those out is wrong");
    Expect(endpoints.available_size() == may_be_picked, "the list of those available is wrong");
    if (!ejected_one_) return;
    const size_t cap = endpoints.size() * static_cast<size_t>(percent_) / 100;
    Expect(out <= cap || (extension_.always_eject_one_endpoint && out == 1), "above the cap");
    Expect(available >= extension_.minimum_available, "below the floor");
  }

  SeededRandom random_;
  TimePoint now_{};
  OutlierDetectionExtension extension_;
  int32_t percent_ = 0;
  Generation older_;
  Generation newest_;
  std::array<bool, kMost> told_out_{};
  std::array<bool, kMost> on_trial_{};
  bool ejected_one_ = false;
  uint64_t ejections_ = 0;
  std::string problem_;
};

TEST(UpstreamOutlierLimits, AMillionRandomSequencesBreakNeitherCapNorFloorNorAccounts) {
  uint64_t ejections = 0;
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kSequences; ++seed) {
    Sequence sequence(seed);
    const std::string problem = sequence.Run();
    ASSERT_EQ(problem, "") << "seed " << seed;
    ejections += sequence.ejections();
  }
  EXPECT_GT(ejections, kSequences / 2) << "or nothing was tried";
}

}  // namespace
}  // namespace meshroute
