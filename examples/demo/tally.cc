// SPDX-License-Identifier: Apache-2.0
#include "demo/tally.h"

#include <algorithm>

#include "meshroute/message/headers.h"

namespace demo {
namespace {

using meshroute::Flag;
using meshroute::MutexLock;

constexpr std::string_view kNames[kVersions] = {"v1", "v2", "v3", "local"};

// The server's own word where one answered; else the version that was chosen,
// the third part of "outbound|9080|v1|reviews.default.svc.cluster.local".
Version VersionOf(const meshroute::Response& response) {
  std::string_view name = meshroute::FindHeader(response.headers, "x-version");
  const std::string_view destination = response.destination;
  if (name.empty() && !destination.empty()) {
    const size_t begin = destination.find('|', destination.find('|') + 1) + 1;
    name = destination.substr(begin, destination.find('|', begin) - begin);
  }
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  return found == std::end(kNames) ? Version::kLocal
                                   : static_cast<Version>(found - std::begin(kNames));
}

size_t Index(Version version) { return static_cast<size_t>(version); }
size_t Index(User user) { return static_cast<size_t>(user); }

}  // namespace

std::string_view VersionName(Version version) { return kNames[Index(version)]; }

Counts& Counts::operator+=(const Counts& other) {
  calls += other.calls;
  answered += other.answered;
  retries += other.retries;
  delayed += other.delayed;
  aborted += other.aborted;
  overflow += other.overflow;
  return *this;
}

void Tally::Record(User user, const meshroute::Response& response) {
  const Version version = VersionOf(response);
  const bool delayed = response.flags.Has(Flag::kDelayInjected);
  const bool refused = response.flags.Has(Flag::kUpstreamOverflow);
  const MutexLock lock(mutex_);
  Counts& counts = counts_[Index(user)][Index(version)];
  ++counts.calls;
  if (response.status == 200 && version != Version::kLocal) ++counts.answered;
  if (response.attempts > 1) counts.retries += response.attempts - 1;
  if (delayed) ++counts.delayed;
  if (response.flags.Has(Flag::kFaultInjected)) ++counts.aborted;
  if (refused) ++counts.overflow;
  if (delayed && (shortest_delayed_.count() == 0 || response.elapsed < shortest_delayed_)) {
    shortest_delayed_ = response.elapsed;
  }
  if (refused) return;
  std::vector<meshroute::Duration>& latest = latest_[Index(version)];
  if (latest.size() < kLatest) {
    latest.push_back(response.elapsed);
  } else {
    latest[next_[Index(version)]++ % kLatest] = response.elapsed;
  }
}

void Tally::Clear() {
  const MutexLock lock(mutex_);
  counts_ = {};
  for (std::vector<meshroute::Duration>& latest : latest_) latest.clear();
  next_ = {};
  shortest_delayed_ = meshroute::Duration(0);
}

Counts Tally::Total() const {
  Counts total = Of(User::kJason);
  total += Of(User::kOther);
  return total;
}

Counts Tally::Of(User user) const {
  const MutexLock lock(mutex_);
  Counts sum;
  for (const Counts& counts : counts_[Index(user)]) sum += counts;
  return sum;
}

Counts Tally::Of(Version version) const {
  const MutexLock lock(mutex_);
  Counts sum;
  for (const auto& by_version : counts_) sum += by_version[Index(version)];
  return sum;
}

Counts Tally::Of(User user, Version version) const {
  const MutexLock lock(mutex_);
  return counts_[Index(user)][Index(version)];
}

meshroute::Duration Tally::Percentile(Version version, double share) const {
  std::vector<meshroute::Duration> latest;
  {
    const MutexLock lock(mutex_);
    latest = latest_[Index(version)];
  }
  if (latest.empty()) return meshroute::Duration(0);
  const auto rank = static_cast<size_t>(share * static_cast<double>(latest.size() - 1));
  std::nth_element(latest.begin(), latest.begin() + static_cast<std::ptrdiff_t>(rank),
                   latest.end());
  return latest[rank];
}

meshroute::Duration Tally::shortest_delayed() const {
  const MutexLock lock(mutex_);
  return shortest_delayed_;
}

}  // namespace demo
