// SPDX-License-Identifier: Apache-2.0
// How long it takes from a bad request to weights that keep the next one away.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "meshroute/rollout/rollout_driver.h"
#include "meshroute/router.h"
#include "tests/rollout/driven_process.h"

namespace meshroute {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr Duration kBound = 50ms;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr Duration kBound = 50ms;
#else
constexpr Duration kBound = 5ms;
#endif
#else
constexpr Duration kBound = 5ms;
#endif

// A plan that decides at once.
constexpr std::string_view kHastyRollout = R"(
apiVersion: meshroute.io/v1alpha1
kind: Rollout
metadata: {name: reviews}
spec:
  virtualService: reviews
  baseline: {host: reviews, subset: v1}
  canary: {host: reviews, subset: v2}
  analysis:
    stepWeights: [20, 100]
    maturity: 0s
    baselining: {minRequests: 1, maxDuration: 1s}
    metrics: [{name: request-success-rate}]
)";

ValidatedConfig Config() { return Load(std::string(kRules) + std::string(kHastyRollout)); }

// One rollout of a canary that always fails, on the real clock: the time from the first
// bad request that was not weighed yet to the weights that its report, or a later one, or
// a look at the status, published.
std::optional<Duration> TimeToRollback() {
  RolloutDriver driver;
  Router router(RouterOptions{.observer = &driver});
  router.Apply(Config());
  driver.Attach(router);
  const Clock& clock = *router.options().clock;
  const auto weight = [&router] { return router.tables()->splits.at(0).weight; };
  const auto score = [&driver] { return driver.status().at(0).score; };
  TimePoint waiting_since = kNever;
  for (int i = 0; i < 1'000'000; ++i) {
    if (weight() == 0) driver.RunDue(clock.Now());  // Still at the baseline.
    Call call = router.Start({.authority = "reviews"});
    Step step = call.Next();
    const auto* send = std::get_if<Send>(&step);
    if (send == nullptr) return std::nullopt;
    const bool is_bad = send->endpoint->address() == "10.0.0.2:80";
    const bool was_out = weight() > 0;
    const double before = score();
    const TimePoint start = clock.Now();
    call.Report(send->attempt, Outcome::Status(is_bad ? 503 : 200, 1ms));
    (void)call.Next();
    const double after = score();
    const TimePoint end = clock.Now();
    if (is_bad) waiting_since = std::min(waiting_since, start);
    if (was_out && weight() == 0) return end - std::min(waiting_since, start);
    if (after != before) waiting_since = kNever;
  }
  return std::nullopt;
}

TEST(RollbackTime, AtTheMedianAReportPublishesWithinFiveMilliseconds) {
  std::vector<Duration> times;
  for (int i = 0; i < 9; ++i) {
    const std::optional<Duration> time = TimeToRollback();
    ASSERT_TRUE(time.has_value());
    times.push_back(*time);
  }
  std::sort(times.begin(), times.end());
  const Duration median = times[times.size() / 2];
  RecordProperty("median_us", static_cast<int>(median / 1us));
  EXPECT_LE(median, kBound);
}

}  // namespace
}  // namespace meshroute
