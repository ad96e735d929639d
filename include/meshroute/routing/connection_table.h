// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROUTING_CONNECTION_TABLE_H_
#define MESHROUTE_ROUTING_CONNECTION_TABLE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// A connection that a caller is about to open by itself, for a protocol of its own:
// all that `tls` and `tcp` rules may look at.
struct ConnectionView {
  // What the caller dials, without the port: a name or an address (IPv6 with or
  // without brackets). Empty: `sni`, or else `destination_ip`, stands for it.
  std::string_view host{};

  // The addressed service port.
  uint32_t port = 0;

  // The server name of the TLS handshake; empty: no TLS, or no name in it.
  std::string_view sni{};

  // The address that `host` stands for, where it is known: what destinationSubnets
  // look at. Empty: `host`, if that is an address.
  std::string_view destination_ip{};
};

// What governs connections: one rule of one VirtualService, or a service's default.
// Made by ConnectionTable alone; lives as long as its RouteTable. Immutable.
struct ConnectionRoute {
  enum class Section : uint8_t {
    kTls,      // A `tls` rule: chosen by the server name; the TLS is left as it is.
    kTcp,      // A `tcp` rule.
    kDefault,  // No rule: the addressed service itself.
  };

  Section section = Section::kDefault;

  // "VirtualService prod/mongo tcp[0]", "default route of ...": for people.
  std::string origin{};

  // Shares of the connections; without those of weight 0. Never empty.
  std::vector<Route::WeightedDestination> destinations{};
  uint64_t total_weight = 0;

  // `idleTimeout` and `maxConnectionDuration` of connectionPool.tcp at the top of the
  // first destination's DestinationRule: close a connection that carried no byte for
  // so long, or that is so old. 0: no limit.
  Duration idle_timeout = std::chrono::hours(1);
  Duration max_connection_duration{0};

  // Position in `destinations` for a number drawn from all 64-bit numbers, once per
  // connection.
  size_t PickDestination(uint64_t random) const {
    return Route::PickByWeight(destinations, total_weight, random);
  }
};

// The result of a look-up. Pointers live as long as the RouteTable.
struct ConnectionMatch {
  // Some service, or some `tls` or `tcp` rule, answers for the host and port. If
  // not, the mesh's outboundTrafficPolicy says whether to connect as dialled.
  bool host_known = false;

  // "mongo.prod.svc.cluster.local"
  std::string_view virtual_host{};

  // nullptr where rules exist and none matches: a sidecar closes such a connection.
  const ConnectionRoute* route = nullptr;
};

// The `tls` and `tcp` rules that apply to one client, compiled: which rule governs a
// connection. Part of a RouteTable, whose destinations() its routes refer to.
//
//   ConnectionMatch match =
//       routes.connections().Match({.host = "mongo.prod", .port = 27017});
//
// The protocol of the addressed service port decides which rules count: `tls` rules
// for HTTPS and TLS, `tcp` rules for TCP, MONGO, REDIS, MYSQL and for none at all. A
// port of HTTP, whose `http` rules are the RouteTable's, or of UDP is not known here.
// On a port that nothing declares `tls` rules count where there is a server name and
// some rule applies, else `tcp` rules.
//
// The rules of all VirtualServices whose hosts overlap the service's follow each
// other in the order of precedence. Of the rules that can hold for client and port,
// those with the smallest range that has the address are kept; then the exact
// server name wins, then the longest wildcard; then the first rule. A rule without
// destinationSubnets is for every address that no range has, and the first such
// `tcp` rule ends the list. A declared port has the default route to its service
// where no `tls` rule applies to it, or no `tcp` rule ends the list.
//
// Immutable, thread-safe; Match does not allocate.
class ConnectionTable {
 public:
  struct Tables;

  explicit ConnectionTable(std::unique_ptr<const Tables> tables);
  ~ConnectionTable();
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;

  ConnectionMatch Match(const ConnectionView& connection) const;

 private:
  std::unique_ptr<const Tables> tables_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROUTING_CONNECTION_TABLE_H_
