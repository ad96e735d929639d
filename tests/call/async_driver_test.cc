// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "meshroute/base/mutex.h"
#include "meshroute/call/drivers.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Holds exchanges until the test completes them, or completes them inside Start.
class HeldTransport final : public AsyncTransport {
 public:
  uint64_t Start(const Exchange& exchange, Completion done) override {
    const uint64_t number = ++started;
    authorities.push_back(exchange.head->authority);
    pools.push_back(exchange.pool);
    if (complete_at_once.has_value()) {
      done({*complete_at_once, {}, "at once"});
    } else {
      held[number] = std::move(done);
    }
    return number;
  }
  void Stop(uint64_t exchange) override {
    stopped.push_back(exchange);
    if (on_stop) on_stop();
    held.erase(exchange);
  }

  uint64_t started = 0;
  std::vector<std::string> authorities;
  std::map<uint64_t, Completion> held;
  std::vector<uint64_t> stopped;
  std::vector<SubsetPool*> pools;
  std::function<void()> on_stop;
  std::optional<Outcome> complete_at_once;
};

class ManualTimer final : public Timer {
 public:
  void At(TimePoint moment, std::function<void()> wake) override {
    due.emplace(moment, std::move(wake));
  }

  // Moves the clock to each moment in turn and wakes.
  void RunUntil(TimePoint end, VirtualClock& clock) {
    while (!due.empty() && due.begin()->first <= end) {
      auto first = due.extract(due.begin());
      clock.SleepUntil(first.key());
      first.mapped()();
    }
  }

  std::multimap<TimePoint, std::function<void()>> due;
};

// A router without rules: hosts are let through, which needs no pool.
class AsyncDriverTest : public ::testing::Test {
 protected:
  AsyncDriverTest() {
    auto tables = std::make_shared<TrafficTables>();
    tables->services =
        std::make_unique<const Services>(tables->config, tables->client, tables->mesh);
    tables->destination_rules =
        std::make_unique<const DestinationRules>(tables->config, tables->client, tables->mesh);
    tables->routes = RouteTable::Compile({tables->config, tables->client, tables->mesh,
                                          *tables->services, *tables->destination_rules});
    tables_.Publish(std::move(tables));
  }

  void Run(AsyncDriver& driver, TimePoint deadline = kNever) {
    CallOptions options;
    options.deadline = deadline;
    driver.Run(
        [this, options](const RequestView& request) {
          return Call(tables_.Pin(), request, options, {.clock = &clock_, .random = &random_});
        },
        RequestHead{"GET", "http", "example.org", "/", {{"a", "b"}}}, "body",
        [this](Response response) { responses_.push_back(std::move(response)); });
  }

  VirtualClock clock_;
  ScriptedRandom random_;
  Snapshot<TrafficTables> tables_{std::make_shared<const TrafficTables>()};
  HeldTransport transport_;
  ManualTimer timer_;
  std::vector<Response> responses_;
};

TEST_F(AsyncDriverTest, CompletesWithTheAnswerOfTheTransport) {
  AsyncDriver driver(transport_, timer_, clock_);
  Run(driver);
  ASSERT_EQ(transport_.held.size(), 1u);
  EXPECT_TRUE(responses_.empty());
  clock_.Advance(milliseconds(7));
  transport_.held.at(1)({Outcome::Status(201), {{"x", "y"}}, "hello"});
  ASSERT_EQ(responses_.size(), 1u);
  EXPECT_EQ(responses_[0].status, 201);
  EXPECT_EQ(responses_[0].body, "hello");
  EXPECT_EQ(responses_[0].elapsed, milliseconds(7));
}

TEST_F(AsyncDriverTest, ACompletionInsideStartIsNoticed) {
  transport_.complete_at_once = Outcome::Status(204);
  AsyncDriver driver(transport_, timer_, clock_);
  Run(driver);
  ASSERT_EQ(responses_.size(), 1u);
  EXPECT_EQ(responses_[0].status, 204);
}

TEST_F(AsyncDriverTest, TheDeadlineStopsTheExchangeAndALateCompletionIsIgnored) {
  AsyncDriver driver(transport_, timer_, clock_);
  Run(driver, clock_.Now() + seconds(1));
  const AsyncTransport::Completion late = transport_.held.at(1);
  timer_.RunUntil(clock_.Now() + seconds(2), clock_);
  ASSERT_EQ(responses_.size(), 1u);
  EXPECT_EQ(responses_[0].status, 504);
  EXPECT_EQ(transport_.stopped, std::vector<uint64_t>{1});
  late({Outcome::Status(200), {}, ""});
  EXPECT_EQ(responses_.size(), 1u);
}

TEST_F(AsyncDriverTest, ADriverDestroyedWithACallInFlightStopsItAndStaysSilent) {
  AsyncTransport::Completion late;
  {
    AsyncDriver driver(transport_, timer_, clock_);
    Run(driver, clock_.Now() + seconds(1));
    late = transport_.held.at(1);
  }
  EXPECT_EQ(transport_.stopped, std::vector<uint64_t>{1});
  late({Outcome::Status(200), {}, ""});
  timer_.RunUntil(kNever, clock_);
  EXPECT_TRUE(responses_.empty());
}

TEST_F(AsyncDriverTest, ManyCallsGoOnSideBySide) {
  AsyncDriver driver(transport_, timer_, clock_);
  for (int i = 0; i < 10; ++i) Run(driver);
  ASSERT_EQ(transport_.held.size(), 10u);
  for (uint64_t number = 10; number >= 1; --number) {
    transport_.held.at(number)({Outcome::Status(static_cast<int>(200 + number)), {}, ""});
  }
  ASSERT_EQ(responses_.size(), 10u);
  EXPECT_EQ(responses_[0].status, 210);
}

// Completes every exchange on a thread of its own, as event loops do.
class ThreadedTransport final : public AsyncTransport {
 public:
  ~ThreadedTransport() override {
    for (std::thread& thread : threads_) thread.join();
  }
  uint64_t Start(const Exchange&, Completion done) override {
    const MutexLock lock(mutex_);
    threads_.emplace_back([done = std::move(done)] { done({Outcome::Status(200), {}, ""}); });
    return threads_.size();
  }
  void Stop(uint64_t) override {}

 private:
  Mutex mutex_;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(AsyncDriverTest, ThreadsMayCompleteWhileTheDriverGoesAway) {
  std::atomic<int> answered{0};
  ThreadedTransport transport;
  {
    AsyncDriver driver(transport, timer_, clock_);
    for (int i = 0; i < 50; ++i) {
      driver.Run(
          [this](const RequestView& request) {
            return Call(tables_.Pin(), request, {}, {.clock = &clock_, .random = &random_});
          },
          RequestHead{"GET", "http", "example.org", "/", {}}, "",
          [&answered](Response response) { answered += response.status == 200 ? 1 : 0; });
    }
  }
  EXPECT_LE(answered, 50);
}

// The transport may look at what the call keeps alive until it is told to stop.
TEST_F(AsyncDriverTest, ADestroyedDriverStopsTheTransportBeforeTheCallIsForgotten) {
  std::weak_ptr<const TrafficTables> first = tables_.Get();
  bool alive_at_stop = false;
  transport_.on_stop = [&] { alive_at_stop = !first.expired(); };
  {
    AsyncDriver driver(transport_, timer_, clock_);
    Run(driver);
    // Another snapshot, which this thread reads too: the call alone keeps the first.
    tables_.Publish(std::make_shared<const TrafficTables>());
    (void)tables_.Pin();
    EXPECT_FALSE(first.expired());
  }
  EXPECT_TRUE(alive_at_stop);
  EXPECT_TRUE(first.expired());
}

TEST_F(AsyncDriverTest, ACallbackMayDestroyItsDriver) {
  auto driver = std::make_unique<AsyncDriver>(transport_, timer_, clock_);
  bool called = false;
  driver->Run(
      [this](const RequestView& request) {
        return Call(tables_.Pin(), request, {}, {.clock = &clock_, .random = &random_});
      },
      RequestHead{"GET", "http", "example.org", "/", {}}, "",
      [&](const Response&) {
        driver.reset();
        called = true;
      });
  const auto completion = transport_.held.at(1);
  completion({Outcome::Status(200), {}, ""});
  EXPECT_TRUE(called);
  EXPECT_EQ(driver, nullptr);
}

TEST_F(AsyncDriverTest, TheEndOfADriverWaitsForACallbackInAnotherThreadThreads) {
  auto driver = std::make_unique<AsyncDriver>(transport_, timer_, clock_);
  Mutex mutex;
  ConditionVariable changed;
  bool entered = false;
  std::atomic<bool> left = false;
  driver->Run(
      [this](const RequestView& request) {
        return Call(tables_.Pin(), request, {}, {.clock = &clock_, .random = &random_});
      },
      RequestHead{"GET", "http", "example.org", "/", {}}, "",
      [&](const Response&) {
        {
          const MutexLock lock(mutex);
          entered = true;
          changed.NotifyAll();
        }
        for (int i = 0; i < 1000; ++i) std::this_thread::yield();
        left = true;
      });
  const auto completion = transport_.held.at(1);
  std::thread worker([&] { completion({Outcome::Status(200), {}, ""}); });
  {
    const MutexLock lock(mutex);
    while (!entered) changed.Wait(mutex);
  }
  driver.reset();
  EXPECT_TRUE(left);
  worker.join();
}

TEST_F(AsyncDriverTest, ATimerDoesNotKeepACallThatIsOver) {
  AsyncDriver driver(transport_, timer_, clock_);
  const auto token = std::make_shared<int>(0);
  CallOptions options;
  options.deadline = clock_.Now() + seconds(60);
  driver.Run(
      [this, options](const RequestView& request) {
        return Call(tables_.Pin(), request, options, {.clock = &clock_, .random = &random_});
      },
      RequestHead{"GET", "http", "example.org", "/", {}}, "", [token](const Response&) {});
  EXPECT_EQ(token.use_count(), 2);
  transport_.held.at(1)({Outcome::Status(200), {}, ""});
  transport_.held.clear();
  EXPECT_EQ(timer_.due.size(), 1U);
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace meshroute
