// SPDX-License-Identifier: Apache-2.0
#include "lib/http/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "meshroute/base/mutex.h"
#include "meshroute/message/request_view.h"

namespace meshroute {
namespace {

constexpr std::string_view kUnixScheme = "unix://";
constexpr Duration kStopLookInterval = std::chrono::milliseconds(50);

struct Lookup {
  bool done = false;
  absl::StatusOr<std::vector<SocketAddress>> result = std::vector<SocketAddress>();
};

absl::Status NoSuchAddress(std::string_view address) {
  return absl::NotFoundError(absl::StrCat("not an address: ", std::string(address)));
}

// Asks the system; blocks for as long as it likes.
absl::StatusOr<std::vector<SocketAddress>> AskSystem(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return absl::UnavailableError(absl::StrCat(host, ": ", gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof(text), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    const auto family =
        info->ai_family == AF_INET6 ? SocketAddress::Family::kIpv6 : SocketAddress::Family::kIpv4;
    addresses.push_back({family, text, port});
  }
  if (addresses.empty()) return NoSuchAddress(host);
  return addresses;
}

}  // namespace

absl::StatusOr<SocketAddress> ParseSocketAddress(std::string_view address) {
  if (address.starts_with(kUnixScheme)) {
    const std::string path(address.substr(kUnixScheme.size()));
    if (path.empty()) return NoSuchAddress(address);
    return SocketAddress{SocketAddress::Family::kUnix, path, 0};
  }
  const AuthorityParts parts = SplitAuthority(address);
  std::string host(parts.host);
  if (parts.port == 0) return NoSuchAddress(address);
  in6_addr binary;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, host.c_str(), &binary) != 1) return NoSuchAddress(address);
    return SocketAddress{SocketAddress::Family::kIpv6, host, parts.port};
  }
  if (inet_pton(AF_INET, host.c_str(), &binary) != 1) return NoSuchAddress(address);
  return SocketAddress{SocketAddress::Family::kIpv4, host, parts.port};
}

// Outlives the resolver while a look-up is under way.
struct Resolver::Shared {
  Mutex mutex;
  ConditionVariable finished;
  std::map<std::string, std::shared_ptr<Lookup>, std::less<>> lookups ABSL_GUARDED_BY(mutex);

  // The look-up of `address` that is under way, or a new one.
  static std::shared_ptr<Lookup> Join(const std::shared_ptr<Shared>& shared,
                                      std::string_view address)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shared->mutex);
};

std::shared_ptr<Lookup> Resolver::Shared::Join(const std::shared_ptr<Shared>& shared,
                                               std::string_view address) {
  std::string name(address);
  if (const auto found = shared->lookups.find(name); found != shared->lookups.end()) {
    return found->second;
  }
  auto lookup = std::make_shared<Lookup>();
  const AuthorityParts parts = SplitAuthority(address);
  try {
    std::thread([shared, lookup, name, host = std::string(parts.host), port = parts.port] {
      absl::StatusOr<std::vector<SocketAddress>> result = AskSystem(host, port);
      const MutexLock lock(shared->mutex);
      lookup->result = std::move(result);
      lookup->done = true;
      shared->lookups.erase(name);
      shared->finished.NotifyAll();
    }).detach();
  } catch (const std::system_error&) {
    lookup->result = absl::UnavailableError("no thread to look the name up");
    lookup->done = true;
    return lookup;
  }
  shared->lookups.emplace(std::move(name), lookup);
  return lookup;
}

Resolver::Resolver() : shared_(std::make_shared<Shared>()) {}
Resolver::~Resolver() = default;

absl::StatusOr<std::vector<SocketAddress>> Resolver::Resolve(std::string_view address,
                                                             const IoLimits& limits) {
  if (absl::StatusOr<SocketAddress> literal = ParseSocketAddress(address); literal.ok()) {
    return std::vector<SocketAddress>{*literal};
  }
  const AuthorityParts parts = SplitAuthority(address);
  if (parts.host.empty() || parts.port == 0) return NoSuchAddress(address);

  const MutexLock lock(shared_->mutex);
  const std::shared_ptr<Lookup> lookup = Shared::Join(shared_, address);
  while (!lookup->done) {
    if (limits.stop != nullptr && limits.stop->stopped()) return absl::CancelledError();
    const TimePoint now = limits.clock->Now();
    if (now >= limits.deadline) {
      return absl::DeadlineExceededError(absl::StrCat("looking up ", std::string(address)));
    }
    // A stop does not notify: it is looked for now and then.
    const TimePoint next_look = AddSaturated(now, kStopLookInterval);
    shared_->finished.WaitUntil(shared_->mutex, std::min(limits.deadline, next_look));
  }
  return lookup->result;
}

}  // namespace meshroute
