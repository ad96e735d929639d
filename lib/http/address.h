// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_ADDRESS_H_
#define MESHROUTE_LIB_HTTP_ADDRESS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/http/io_limits.h"

namespace meshroute {

// Where a connection goes, with nothing left to look up.
struct SocketAddress {
  enum class Family : uint8_t { kIpv4, kIpv6, kUnix };

  Family family = Family::kIpv4;
  std::string host;   // "10.0.0.7", "::1", "/run/a.sock"
  uint16_t port = 0;  // 0 of kUnix.

  bool operator==(const SocketAddress&) const = default;
};

// Reads an endpoint's address: "10.0.0.7:9080", "[::1]:9080" or
// "unix:///run/a.sock". NotFound for what is neither, such as "localhost:9080":
// a name is for a Resolver.
absl::StatusOr<SocketAddress> ParseSocketAddress(std::string_view address);

// Finds the addresses of names through the system (hosts file, DNS). The system's
// look-up can neither be cancelled nor bounded in time, so it runs on a thread of
// its own, one per name at a time, and callers wait no longer than they like.
// Such a thread may outlive the resolver. Thread-safe.
class Resolver {
 public:
  Resolver();
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // The addresses of "name:port" in the system's order of preference, at least
  // one, or that of a literal at once. NotFound or Unavailable where there are
  // none; DeadlineExceeded at the deadline; Cancelled on a stop.
  absl::StatusOr<std::vector<SocketAddress>> Resolve(std::string_view address,
                                                     const IoLimits& limits);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_ADDRESS_H_
