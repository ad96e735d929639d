// SPDX-License-Identifier: Apache-2.0
#include "lib/http/tls_store.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "lib/http/tls_source.h"

namespace meshroute {
namespace {

constexpr Duration kLookInterval = std::chrono::seconds(1);
constexpr Duration kForgottenAfter = std::chrono::minutes(10);
constexpr Duration kRenewalTime = std::chrono::seconds(10);  // Of timed work.
constexpr Duration kStopLookInterval = std::chrono::milliseconds(50);

// Whether a call has less time than timed work would have.
bool IsHurried(const IoLimits& limits) {
  return limits.deadline < AddSaturated(limits.clock->Now(), kRenewalTime);
}

}  // namespace

struct TlsStore::Entry {
  Entry(const ClientTlsSettings& settings, CredentialProvider* credentials)
      : source(settings, credentials) {}

  const TlsSource source;

  // Guarded by the store's mutex.
  std::shared_ptr<TlsContext> context;  // nullptr: none could be built yet.
  absl::Status status;                  // Of the last attempt to build one.
  std::string version;                  // Of what `context` was built from ...
  TlsCredential credential;             // ... and that itself.
  bool building = false;                // Somebody is at it: nobody else begins.
  bool renewal_due = false;             // A call had too little time: timed work is next.
  TimePoint next_try{};
  TimePoint used_at{};
};

struct TlsStore::Build {
  absl::Status status;
  std::string version;
  TlsCredential credential;
  std::shared_ptr<TlsContext> context;
};

std::string TlsStore::KeyOf(const ClientTlsSettings& settings) {
  // No path and no name holds a line feed that means anything; a confusion of two
  // settings would need one in both.
  return absl::StrCat(static_cast<int>(settings.mode), "\n", settings.credential_name, "\n",
                      settings.client_certificate, "\n", settings.private_key, "\n",
                      settings.ca_certificates, "\n", settings.ca_crl, "\n",
                      settings.insecure_skip_verify.value_or(false) ? 1 : 0);
}

absl::StatusOr<std::shared_ptr<TlsContext>> TlsStore::Find(const ClientTlsSettings& settings,
                                                           const std::string& key,
                                                           const IoLimits& limits) {
  const TimePoint now = environment_.clock->Now();
  std::shared_ptr<Entry> entry;
  {
    const MutexLock lock(mutex_);
    std::shared_ptr<Entry>& found = entries_[key];
    if (found == nullptr) found = std::make_shared<Entry>(settings, environment_.credentials);
    entry = found;
    entry->used_at = now;
    if (entry->context == nullptr) {
      if (absl::Status status = AwaitBuild(*entry, limits); !status.ok()) return status;
    }
    if (entry->context != nullptr) return entry->context;
    if (now < entry->next_try) return entry->status;
    // The wait may have taken all the time there was: what could not be built in the rest
    // would only keep others from building it.
    if (limits.clock->Now() >= limits.deadline) return OutOfTime(*entry);
    entry->building = true;
  }
  return Renew(*entry, limits.deadline, IsHurried(limits) ? Time::kShort : Time::kFull);
}

absl::Status TlsStore::OutOfTime(const Entry& entry) {
  return absl::DeadlineExceededError(
      absl::StrCat(entry.source.name(), ": others are still waiting for it"));
}

// Files may lie on a disk that is gone, and a provider may ask the network.
absl::Status TlsStore::AwaitBuild(const Entry& entry, const IoLimits& limits) {
  while (entry.building || (entry.renewal_due && IsHurried(limits))) {
    if (limits.stop != nullptr && limits.stop->stopped()) {
      return absl::CancelledError(absl::StrCat(entry.source.name(), ": the client ends"));
    }
    const TimePoint now = limits.clock->Now();
    if (now >= limits.deadline) return OutOfTime(entry);
    // A stop does not notify: it is looked for now and then.
    const TimePoint look = limits.stop == nullptr ? kNever : AddSaturated(now, kStopLookInterval);
    const TimePoint until = std::min(limits.deadline, look);
    if (until == kNever) {
      built_.Wait(mutex_);
    } else {
      built_.WaitUntil(mutex_, until);
    }
  }
  return absl::OkStatus();
}

// Without the lock: reads files and asks the provider.
TlsStore::Build TlsStore::BuildContext(const Entry& entry, TimePoint deadline) const {
  Build build;
  absl::StatusOr<std::string> version = entry.source.Version();
  if (!version.ok()) {
    build.status = version.status();
    return build;
  }
  build.version = *std::move(version);
  absl::StatusOr<TlsCredential> credential = entry.source.Read(deadline);
  if (!credential.ok()) {
    build.status = credential.status();
    return build;
  }
  build.credential = *std::move(credential);
  auto context = TlsContext::Create(entry.source.settings(), build.credential, *environment_.mesh);
  if (context.ok()) {
    build.context = *std::move(context);
  } else {
    build.status = absl::InvalidArgumentError(
        absl::StrCat(entry.source.name(), ": ", std::string(context.status().message())));
  }
  return build;
}

// For whoever has set `building`.
absl::StatusOr<std::shared_ptr<TlsContext>> TlsStore::Renew(Entry& entry, TimePoint deadline,
                                                            Time time) {
  Build build = BuildContext(entry, deadline);
  bool is_news = false;
  std::shared_ptr<TlsContext> context;
  {
    const MutexLock lock(mutex_);
    is_news = entry.status != build.status;
    entry.status = build.status;
    // That one call's time was short tells nothing of the credential; and as the time of the
    // next may be as short, it is for timed work to try.
    entry.renewal_due = time == Time::kShort && absl::IsDeadlineExceeded(build.status);
    entry.next_try =
        entry.renewal_due ? TimePoint() : AddSaturated(environment_.clock->Now(), kLookInterval);
    if (entry.renewal_due) next_look_ = TimePoint();
    entry.building = false;
    built_.NotifyAll();
    if (build.status.ok()) {
      entry.version = std::move(build.version);
      if (entry.context == nullptr || entry.credential != build.credential) {
        if (entry.context != nullptr) entry.context->Retire();
        entry.context = std::move(build.context);
        entry.credential = std::move(build.credential);
        is_news = true;
      }
    }
    context = entry.context;
  }
  if (is_news) Report(entry, build.status);
  if (context == nullptr) return build.status;
  return context;
}

void TlsStore::Report(const Entry& entry, const absl::Status& status) const {
  if (environment_.observer == nullptr) return;
  const std::string message(status.message());
  environment_.observer->OnTls(
      {.applied = status.ok(), .source = entry.source.name(), .message = message});
}

TimePoint TlsStore::RunDue(TimePoint now) {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    const MutexLock lock(mutex_);
    if (now < next_look_) return next_look_;
    next_look_ = AddSaturated(now, kLookInterval);
    for (auto it = entries_.begin(); it != entries_.end();) {
      Entry& entry = *it->second;
      if (entry.building || now < AddSaturated(entry.used_at, kForgottenAfter)) {
        entries.push_back((it++)->second);
        continue;
      }
      if (entry.context != nullptr) entry.context->Retire();
      it = entries_.erase(it);
    }
  }
  for (const std::shared_ptr<Entry>& entry : entries) {
    const absl::StatusOr<std::string> version = entry->source.Version();
    {
      const MutexLock lock(mutex_);
      const bool changed = !entry->status.ok() || !version.ok() || entry->version != *version;
      if (entry->building || !changed) continue;
      entry->building = true;
    }
    // Each from its own start: the one before may have taken long.
    (void)Renew(*entry, AddSaturated(environment_.clock->Now(), kRenewalTime), Time::kFull);
  }
  const MutexLock lock(mutex_);
  return next_look_;
}

}  // namespace meshroute
