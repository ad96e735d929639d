// SPDX-License-Identifier: Apache-2.0
// Providers that are slow, and providers that throw.
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "lib/http/tls_store.h"
#include "meshroute/testing/virtual_clock.h"
#include "tests/http/tls_fixture.h"

namespace meshroute {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Does what a test has it do.
class ScriptedCredentials final : public CredentialProvider {
 public:
  using Fetching = std::function<absl::StatusOr<TlsCredential>(TimePoint deadline)>;

  void OnFetch(Fetching fetching) {
    const std::lock_guard<std::mutex> lock(mutex_);
    fetching_ = std::move(fetching);
  }
  void OnVersion(std::function<uint64_t()> version) {
    const std::lock_guard<std::mutex> lock(mutex_);
    version_ = std::move(version);
  }
  int fetches() const { return fetches_; }

  absl::StatusOr<TlsCredential> Fetch(std::string_view, TimePoint deadline) override {
    Fetching fetching;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      fetching = fetching_;
    }
    ++fetches_;
    return fetching(deadline);
  }
  uint64_t Version(std::string_view) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return version_();
  }

 private:
  std::mutex mutex_;
  Fetching fetching_;
  std::function<uint64_t()> version_ = [] { return 1; };
  std::atomic<int> fetches_{0};
};

// A provider that asks others, who do not answer: it gives up in time.
absl::StatusOr<TlsCredential> GiveUpInTime(TimePoint deadline) {
  while (SteadyClock().Now() < deadline) std::this_thread::yield();
  return absl::DeadlineExceededError("the vault does not answer");
}

class CredentialProviderTest : public TlsTest {
 protected:
  CredentialProviderTest() {
    options_.credentials = &credentials_;
    settings_.mode = ClientTlsSettings::Mode::kSimple;
    settings_.credential_name = "edge";
  }

  ScriptedCredentials::Fetching Cas() {
    return [this](TimePoint) { return TlsCredential{"", "", authority_.certificate(), ""}; };
  }

  absl::Status Find(const IoLimits& limits = {}) {
    return store_.Find(settings_, TlsStore::KeyOf(settings_), limits).status();
  }

  ScriptedCredentials credentials_;
  ClientTlsSettings settings_;
  VirtualClock clock_;
  const MeshOptions mesh_{};
  TlsStore store_{
      {.clock = &clock_, .observer = &observer_, .credentials = &credentials_, .mesh = &mesh_}};
};

TEST_F(CredentialProviderTest, ItIsToldTheDeadlineOfTheCallThatAsks) {
  TlsServer server(authority_.Issue());
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  std::atomic<TimePoint> told{};
  credentials_.OnFetch([&](TimePoint deadline) {
    told = deadline;
    return GiveUpInTime(deadline);
  });
  CallOptions hurried;
  hurried.deadline = SteadyClock().Now() + milliseconds(50);
  const Response response = client_->Get(kUrl, hurried);
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(response.flags.ToString(), "UT");
  EXPECT_EQ(told.load(), hurried.deadline);

  credentials_.OnFetch(Cas());
  EXPECT_EQ(Get().body, "hello") << "that one call had little time is held against no other";
}

TEST_F(CredentialProviderTest, TimedWorkGivesItTenSeconds) {
  credentials_.OnFetch(Cas());
  EXPECT_TRUE(Find().ok());
  std::atomic<TimePoint> told{};
  credentials_.OnFetch([&](TimePoint deadline) {
    told = deadline;
    return absl::DeadlineExceededError("the vault does not answer");
  });
  credentials_.OnVersion([] { return 2; });
  clock_.Advance(seconds(1));
  store_.RunDue(clock_.Now());
  EXPECT_EQ(told.load(), clock_.Now() + seconds(10));
  EXPECT_TRUE(Find().ok()) << "the one before goes on";
}

TEST_F(CredentialProviderTest, TimedWorkGivesEachItsOwnTenSeconds) {
  credentials_.OnFetch(Cas());
  EXPECT_TRUE(Find().ok());
  settings_.credential_name = "another";
  EXPECT_TRUE(Find().ok());
  int in_time = 0;
  credentials_.OnFetch([&](TimePoint deadline) {
    if (deadline == clock_.Now() + seconds(10)) ++in_time;
    clock_.Advance(seconds(10));
    return absl::DeadlineExceededError("the vault does not answer");
  });
  credentials_.OnVersion([] { return 2; });
  clock_.Advance(seconds(1));
  store_.RunDue(clock_.Now());
  EXPECT_EQ(in_time, 2);
}

TEST_F(CredentialProviderTest, WhatNoCallHasTheTimeForIsLeftToTimedWork) {
  store_.RunDue(clock_.Now());
  credentials_.OnFetch([&](TimePoint deadline) -> absl::StatusOr<TlsCredential> {
    if (deadline == clock_.Now() + seconds(10)) return Cas()(deadline);
    return absl::DeadlineExceededError("the vault is slow");
  });
  const auto find_within = [&](Duration time) {
    return Find({.deadline = SteadyClock().Now() + time});
  };
  EXPECT_TRUE(absl::IsDeadlineExceeded(find_within(seconds(9))));
  EXPECT_TRUE(absl::IsDeadlineExceeded(find_within(milliseconds(20))));
  EXPECT_EQ(credentials_.fetches(), 1) << "the second waits";
  EXPECT_EQ(store_.RunDue(clock_.Now()), clock_.Now() + seconds(1));
  EXPECT_EQ(credentials_.fetches(), 2) << "due at once";
  EXPECT_TRUE(find_within(milliseconds(20)).ok());
  EXPECT_EQ(credentials_.fetches(), 2);
}

TEST_F(CredentialProviderTest, WhoWaitsForTimedWorkHearsWhyItFailedThreads) {
  credentials_.OnFetch([](TimePoint) { return absl::DeadlineExceededError("the vault is slow"); });
  EXPECT_TRUE(absl::IsDeadlineExceeded(Find({.deadline = SteadyClock().Now() + seconds(9)})));
  std::atomic<TimePoint> told{};
  credentials_.OnFetch([&](TimePoint deadline) {
    told = deadline;
    return absl::PermissionDeniedError("the vault is locked");
  });
  const TimePoint soon = SteadyClock().Now() + seconds(9);
  std::thread waiter([&] { EXPECT_TRUE(absl::IsPermissionDenied(Find({.deadline = soon}))); });
  store_.RunDue(clock_.Now());
  waiter.join();
  EXPECT_EQ(credentials_.fetches(), 2);
  EXPECT_EQ(told.load(), clock_.Now() + seconds(10));
}

TEST_F(CredentialProviderTest, ItIsNotAskedByACallThatHasNoTimeLeft) {
  credentials_.OnFetch(Cas());
  EXPECT_TRUE(absl::IsDeadlineExceeded(Find({.deadline = SteadyClock().Now()})));
  EXPECT_EQ(credentials_.fetches(), 0);
}

TEST_F(CredentialProviderTest, WhoWaitsForACallThatGivesUpAsksByItsOwnDeadlineThreads) {
  std::atomic<bool> asked{false};
  const TimePoint soon = SteadyClock().Now() + milliseconds(50);
  const TimePoint later = SteadyClock().Now() + hours(1);
  credentials_.OnFetch([&](TimePoint deadline) -> absl::StatusOr<TlsCredential> {
    asked = true;
    if (deadline == soon) return GiveUpInTime(deadline);
    return Cas()(deadline);
  });
  std::thread builder([&] { EXPECT_TRUE(absl::IsDeadlineExceeded(Find({.deadline = soon}))); });
  while (!asked) std::this_thread::yield();
  EXPECT_TRUE(Find({.deadline = later}).ok());
  builder.join();
  EXPECT_EQ(credentials_.fetches(), 2);
}

TEST_F(CredentialProviderTest, OneThatThrowsHasNothing) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("plain")));
  credentials_.OnFetch(
      [](TimePoint) -> absl::StatusOr<TlsCredential> { throw std::runtime_error("no vault"); });
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  ExpectRefused("TLS: credential edge: the CredentialProvider has thrown an exception: no vault");
  credentials_.OnFetch([](TimePoint) -> absl::StatusOr<TlsCredential> { throw 7; });
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  ExpectRefused("the CredentialProvider has thrown what is no std::exception");
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(CredentialProviderTest, OneThatHasThrownIsAskedAgainASecondLater) {
  credentials_.OnFetch(
      [](TimePoint) -> absl::StatusOr<TlsCredential> { throw std::runtime_error("no vault"); });
  EXPECT_TRUE(absl::IsInternal(Find()));
  EXPECT_TRUE(absl::IsInternal(Find()));
  EXPECT_EQ(credentials_.fetches(), 1);
  credentials_.OnFetch(Cas());
  clock_.Advance(seconds(1));
  EXPECT_TRUE(Find().ok());
}

TEST_F(CredentialProviderTest, WhoWaitsForOneThatThrowsHearsOfItThreads) {
  std::atomic<bool> asked{false};
  std::atomic<bool> goes_on{false};
  credentials_.OnFetch([&](TimePoint) -> absl::StatusOr<TlsCredential> {
    asked = true;
    while (!goes_on) std::this_thread::yield();
    throw std::runtime_error("no vault");
  });
  std::thread builder([&] { EXPECT_TRUE(absl::IsInternal(Find())); });
  while (!asked) std::this_thread::yield();
  std::thread waiter([&] { EXPECT_TRUE(absl::IsInternal(Find())); });
  goes_on = true;
  builder.join();
  waiter.join();
  EXPECT_EQ(credentials_.fetches(), 1);
}

TEST_F(CredentialProviderTest, AVersionThatThrowsIsReportedOnceAndChangesNothing) {
  credentials_.OnFetch(Cas());
  EXPECT_TRUE(Find().ok());
  credentials_.OnVersion([]() -> uint64_t { throw std::runtime_error("no vault"); });
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(seconds(1));
    store_.RunDue(clock_.Now());
    EXPECT_TRUE(Find().ok());
  }
  ASSERT_THAT(observer_.told(), SizeIs(2));
  EXPECT_FALSE(observer_.told()[1].applied);
  EXPECT_THAT(observer_.told()[1].message, HasSubstr("has thrown an exception: no vault"));
  EXPECT_EQ(credentials_.fetches(), 1);
  credentials_.OnVersion([] { return 2; });
  clock_.Advance(seconds(1));
  store_.RunDue(clock_.Now());
  EXPECT_EQ(credentials_.fetches(), 2);
  EXPECT_TRUE(observer_.told().back().applied);
}

}  // namespace
}  // namespace meshroute
