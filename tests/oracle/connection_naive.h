// SPDX-License-Identifier: Apache-2.0
// A slow and plain reading of Istio's `tls` and `tcp` rules, straight from the config
// structs: nothing shared with lib/routing.
#ifndef MESHROUTE_TESTS_ORACLE_CONNECTION_NAIVE_H_
#define MESHROUTE_TESTS_ORACLE_CONNECTION_NAIVE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/config/mesh_options.h"
#include "meshroute/config/resources.h"
#include "meshroute/routing/connection_table.h"

namespace meshroute {

// Answers for one client. VirtualServices are public and in order of precedence
// already; ServiceEntries have one host each.
class NaiveConnections {
 public:
  NaiveConnections(Resources resources, ClientIdentity client)
      : resources_(std::move(resources)), client_(std::move(client)) {}

  // "<virtual host>: <origin> -> <port> <host>", "<virtual host>: refused", "unknown".
  std::string Match(const ConnectionView& connection) const;

 private:
  struct Chain {
    std::vector<std::string> subnets;
    std::vector<std::string> names;
    std::string target;  // "<origin> -> <port> <host>"
  };

  const ServiceEntry* FindService(const std::string& host) const;
  std::vector<const VirtualService*> Overlapping(const std::string& host) const;
  std::vector<std::string> VirtualHosts(const std::string& dialled) const;
  std::vector<Chain> ChainsOf(const std::string& host, const ConnectionView& connection) const;
  std::vector<Chain> TlsChains(const std::string& host, uint32_t port) const;
  std::vector<Chain> TcpChains(const std::string& host, uint32_t port) const;
  std::string Target(const VirtualService& owner, const RouteDestination& share,
                     uint32_t port) const;

  template <typename Block>
  bool Exists(const Block& block, uint32_t port) const;

  Resources resources_;
  ClientIdentity client_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ORACLE_CONNECTION_NAIVE_H_
