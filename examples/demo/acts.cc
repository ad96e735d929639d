// SPDX-License-Identifier: Apache-2.0
#include "demo/acts.h"

#include <chrono>
#include <cinttypes>
#include <cmath>
#include <string>

#include "console/text.h"

namespace demo {
namespace {

using console::Text;
using meshroute::Duration;
using meshroute::SteadyClock;
using meshroute::TimePoint;
using std::chrono::milliseconds;
using std::chrono::seconds;

int64_t Milliseconds(Duration duration) {
  return std::chrono::duration_cast<milliseconds>(duration).count();
}

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// The first line of what is wrong: an act has one line to say so.
Verdict Problem(const absl::Status& status) {
  const std::string message(status.message());
  return {false, message.substr(0, message.find('\n'))};
}

// A share that was drawn by chance, against what it should be: within five standard
// deviations, which about one draw in a million misses by bad luck.
class DrawnShare {
 public:
  DrawnShare(uint64_t hits, uint64_t calls, double expected)
      : calls_(static_cast<double>(calls)),
        share_(calls == 0 ? 0 : static_cast<double>(hits) / calls_),
        expected_(expected),
        allowance_(calls == 0 ? 0 : 5 * std::sqrt(expected * (1 - expected) / calls_)) {}

  bool ok() const { return calls_ > 0 && std::abs(share_ - expected_) <= allowance_; }

  double percent() const { return 100 * share_; }

  // "10% +- 3.4"
  std::string Expectation() const {
    return Text("%.0f%% +- %.1f", 100 * expected_, 100 * allowance_);
  }

 private:
  double calls_;
  double share_;
  double expected_;
  double allowance_;
};

// 1: the rule with a header match takes Jason to v2, and nobody else.
Verdict RouteByHeader(Stage& stage) {
  stage.StartCounting();
  const bool enough = stage.WaitForCalls(1000);
  stage.StopCounting();
  const Counts jason = stage.tally().Of(User::kJason);
  const Counts jason_on_v2 = stage.tally().Of(User::kJason, Version::kV2);
  const Counts others = stage.tally().Of(User::kOther);
  const Counts others_on_v2 = stage.tally().Of(User::kOther, Version::kV2);
  return {enough && jason_on_v2.answered == jason.calls && others_on_v2.calls == 0 &&
              others.failed() == 0,
          Text("jason: %" PRIu64 " of %" PRIu64 " on v2; everyone else: %" PRIu64 " of %" PRIu64,
               jason_on_v2.answered, jason.calls, others_on_v2.calls, others.calls)};
}

// 2: a tenth of everyone else goes to v3.
Verdict SplitByWeight(Stage& stage) {
  stage.StartCounting();
  const bool enough = stage.WaitForCalls(2500);
  stage.StopCounting();
  const Counts others = stage.tally().Of(User::kOther);
  const DrawnShare v3(stage.tally().Of(User::kOther, Version::kV3).calls, others.calls, 0.1);
  return {enough && v3.ok() && stage.tally().Total().failed() == 0,
          Text("v3 got %.1f%% of %" PRIu64 " calls (%s)", v3.percent(), others.calls,
               v3.Expectation().c_str())};
}

// 3: the file is rewritten while calls go on; none of them fails.
Verdict ChangeWeights(Stage& stage) {
  stage.StartCounting();
  stage.Watch(milliseconds(300));
  const TimePoint begin = SteadyClock().Now();
  const absl::Status changed = stage.ChangeRules("changes/50-50.yaml");
  const Duration took = stage.log().rules_changed_at() - begin;
  // The few calls that are under way just now may be counted on either side.
  const Counts v3_before = stage.tally().Of(User::kOther, Version::kV3);
  const Counts before = stage.tally().Of(User::kOther);
  const bool enough = stage.WaitForCalls(stage.tally().Total().calls + 2500);
  stage.StopCounting();
  if (!changed.ok()) return Problem(changed);

  const uint64_t calls = stage.tally().Of(User::kOther).calls - before.calls;
  const Counts v3_after = stage.tally().Of(User::kOther, Version::kV3);
  const DrawnShare v3(v3_after.calls - v3_before.calls, calls, 0.5);
  const Counts total = stage.tally().Total();
  return {
      enough && v3.ok() && total.failed() == 0,
      Text("v3 %.1f%% of %" PRIu64 " (%s) after %" PRId64 " ms; %" PRIu64 " of %" PRIu64 " failed",
           v3.percent(), calls, v3.Expectation().c_str(), Milliseconds(took), total.failed(),
           total.calls)};
}

// 4: an endpoint of v2 fails and is set aside; until then, retries save its calls.
Verdict EjectFailing(Stage& stage) {
  ReviewServer& server = stage.servers().Find("v2", "c");
  stage.StartCounting();
  const TimePoint begin = SteadyClock().Now();
  server.Fail();
  const bool ejected = stage.WaitUntil(
      [&] { return stage.log().EjectedAt(server.address()) != meshroute::kNever; }, seconds(10));
  stage.LetCallsEnd();  // Those that were sent to it before.
  const uint64_t served = server.served();
  stage.Watch(milliseconds(800));
  stage.StopCounting();
  const bool left_alone = server.served() == served;
  const Counts total = stage.tally().Total();
  if (!ejected) return {false, "v2-c was not ejected"};

  const Duration took = stage.log().EjectedAt(server.address()) - begin;
  if (!left_alone) return {false, "v2-c got requests after it was ejected"};
  return {total.failed() == 0 && server.failures() > 0 && total.retries >= server.failures(),
          Text("v2-c failed %" PRIu64 " times, out in %" PRId64 " ms; %" PRIu64 " retries, %" PRIu64
               " of %" PRIu64 " lost",
               server.failures(), Milliseconds(took), total.retries, total.failed(), total.calls)};
}

// 5: the endpoint has recovered and comes back once its time is over.
Verdict ReadmitRecovered(Stage& stage) {
  ReviewServer& server = stage.servers().Find("v2", "c");
  server.Recover();
  const auto pool = stage.FindPool("v2");
  if (pool == nullptr || !pool->policy().outlier_detection.has_value()) {
    return {false, "v2 has no outlierDetection"};
  }
  const Duration at_least = pool->policy().outlier_detection->base_ejection_time;
  stage.StartCounting();
  const bool back = stage.WaitUntil(
      [&] { return stage.log().ReadmittedAt(server.address()) != meshroute::kNever; }, seconds(15));
  const uint64_t served = server.served();
  const bool serves = stage.WaitUntil([&] { return server.served() > served + 20; }, seconds(10));
  stage.StopCounting();
  if (!back) return {false, "v2-c was not readmitted"};
  if (!serves) return {false, "v2-c was readmitted and gets no calls"};

  const Duration out =
      stage.log().ReadmittedAt(server.address()) - stage.log().EjectedAt(server.address());
  const Counts total = stage.tally().Total();
  // It failed once only, so its first ejection is its only one; a sweep may be late.
  return {total.failed() == 0 && out >= at_least && out < at_least + seconds(2),
          Text("v2-c back after %.2f s (%.1f s at least); %" PRIu64 " of %" PRIu64 " failed",
               Seconds(out), Seconds(at_least), total.failed(), total.calls)};
}

// 6: changes/faults.yaml holds a fifth of the calls back for 100 ms and answers a
// tenth with 418. The servers see all calls but these.
Verdict InjectFaults(Stage& stage) {
  const absl::Status changed = stage.ChangeRules("changes/faults.yaml");
  if (!changed.ok()) return Problem(changed);
  stage.StopCounting();
  const uint64_t served_before = stage.servers().served();
  stage.StartCounting();
  const bool enough = stage.WaitForCalls(700);
  stage.StopCounting();
  const uint64_t served = stage.servers().served() - served_before;

  const Counts total = stage.tally().Total();
  if (served != total.calls - total.aborted || total.failed() != total.aborted) {
    return {false, Text("%" PRIu64 " calls, %" PRIu64 " aborted, %" PRIu64 " failed, %" PRIu64
                        " came to the servers",
                        total.calls, total.aborted, total.failed(), served)};
  }
  if (stage.tally().shortest_delayed() < milliseconds(100)) {
    return {false, Text("a call was delayed by %" PRId64 " ms only",
                        Milliseconds(stage.tally().shortest_delayed()))};
  }
  const DrawnShare delayed(total.delayed, total.calls, 0.2);
  const DrawnShare aborted(total.aborted, total.calls, 0.1);
  return {enough && delayed.ok() && aborted.ok(),
          Text("%.1f%% delayed (%s), %.1f%% aborted (%s) of %" PRIu64, delayed.percent(),
               delayed.Expectation().c_str(), aborted.percent(), aborted.Expectation().c_str(),
               total.calls)};
}

// 7: far more callers than v2 may have requests: the rest is refused at once, and the
// other versions do not notice.
Verdict MeetBreaker(Stage& stage) {
  const absl::Status changed = stage.ChangeRules("changes/50-50.yaml");
  if (!changed.ok()) return Problem(changed);
  const auto pool = stage.FindPool("v2");
  if (pool == nullptr) return {false, "there is no v2"};
  const uint64_t limit = pool->breaker().limit(meshroute::CircuitBreaker::Resource::kRequests);
  if (limit > 40) return {false, "v2 has no http2MaxRequests that 48 callers could reach"};
  stage.StartCounting();
  stage.servers().set_work_of_v2(milliseconds(80));
  stage.servers().load_of_v2().ForgetPeak();
  bool enough = false;
  {
    const Traffic flood(stage.client(), stage.tally(),
                        {.threads = 40, .jason_in = 1, .pause = milliseconds(5)});
    enough = stage.WaitForCalls(3000);
  }
  stage.StopCounting();

  const Counts v2 = stage.tally().Of(Version::kV2);
  const Counts others = stage.tally().Of(User::kOther);
  const int peak = stage.servers().load_of_v2().peak();
  return {enough && v2.overflow > 0 && v2.answered > 0 && v2.failed() == v2.overflow &&
              others.failed() == 0 && peak > 0 && static_cast<uint64_t>(peak) <= limit,
          Text("%" PRIu64 " of %" PRIu64 " to v2 refused (UO); at most %d of %" PRIu64 " in flight",
               v2.overflow, v2.calls, peak, limit)};
}

}  // namespace

const std::vector<Act>& Acts() {
  static const std::vector<Act> acts = {
      {{"header", "a header takes jason to v2"}, RouteByHeader},
      {{"90/10", "everyone else: 90% to v1, 10% to v3"}, SplitByWeight},
      {{"50/50", "the file is rewritten to 50/50 while calls go on"}, ChangeWeights},
      {{"ejection", "v2-c fails: retries save its calls until it is ejected"}, EjectFailing},
      {{"return", "v2-c has recovered: it is readmitted when its time is up"}, ReadmitRecovered},
      {{"faults", "20% of calls delayed by 100 ms, 10% answered 418 by a rule"}, InjectFaults},
      {{"breaker", "40 more callers flood v2: the breaker refuses the rest"}, MeetBreaker},
  };
  return acts;
}

}  // namespace demo
