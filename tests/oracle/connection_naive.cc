// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/connection_naive.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// "4" or "6", then the address bit by bit.
std::string BitsOf(const std::string& address) {
  unsigned char bytes[16];
  const bool is_ipv4 = inet_pton(AF_INET, address.c_str(), bytes) == 1;
  if (!is_ipv4 && inet_pton(AF_INET6, address.c_str(), bytes) != 1) return "";
  std::string bits = is_ipv4 ? "4" : "6";
  for (int i = 0; i < (is_ipv4 ? 32 : 128); ++i) {
    bits += (bytes[i / 8] >> (7 - i % 8)) % 2 == 1 ? '1' : '0';
  }
  return bits;
}

// What all addresses of a range begin with.
std::string RangeOf(const std::string& subnet) {
  const size_t slash = subnet.find('/');
  const std::string bits = BitsOf(subnet.substr(0, slash));
  return slash == std::string::npos ? bits
                                    : bits.substr(0, 1 + std::stoul(subnet.substr(slash + 1)));
}

bool StartsWith(const std::string& text, const std::string& start) {
  return text.substr(0, start.size()) == start;
}

bool Fits(const std::string& pattern, const std::string& name) {
  if (pattern[0] != '*') return pattern == name;
  const std::string end = pattern.substr(1);
  return name.size() > end.size() && name.substr(name.size() - end.size()) == end;
}

std::string HostOf(const VirtualService& service, const std::string& host) {
  return CompleteHost(host, service.metadata.namespace_name, "cluster.local");
}

const RouteDestination& OnlyLive(const std::vector<RouteDestination>& route) {
  for (const RouteDestination& share : route) {
    if (share.weight > 0) return share;
  }
  return route.front();
}

}  // namespace

std::string NaiveConnections::Match(const ConnectionView& connection) const {
  const std::string sni = Lower(connection.sni);
  const std::string bits = BitsOf(std::string(connection.destination_ip));
  for (const std::string& host : VirtualHosts(Lower(connection.host))) {
    const std::vector<Chain> chains = ChainsOf(host, connection);
    if (chains.empty()) continue;
    // The longest range that has the address, then what is in that very range.
    size_t longest = 0;
    for (const Chain& chain : chains) {
      for (const std::string& subnet : chain.subnets) {
        const std::string range = RangeOf(subnet);
        if (!bits.empty() && StartsWith(bits, range)) longest = std::max(longest, range.size());
      }
    }
    std::string best = "refused";
    size_t best_rank = 0;
    for (const Chain& chain : chains) {
      bool in_range = chain.subnets.empty() && longest == 0;
      for (const std::string& subnet : chain.subnets) {
        const std::string range = RangeOf(subnet);
        in_range |= longest == range.size() && StartsWith(bits, range);
      }
      if (!in_range) continue;
      size_t rank = chain.names.empty() ? 1 : 0;
      for (const std::string& name : chain.names) {
        const std::string lower = Lower(name);
        if (sni.empty() || !Fits(lower, sni)) continue;
        rank = std::max(rank, lower[0] == '*' ? 1 + lower.size() : size_t{10'000});
      }
      if (rank > best_rank) {
        best_rank = rank;
        best = chain.target;
      }
    }
    return host + ": " + best;
  }
  return "unknown";
}

const ServiceEntry* NaiveConnections::FindService(const std::string& host) const {
  for (const ServiceEntry& entry : resources_.service_entries) {
    if (entry.hosts.front() == host) return &entry;
  }
  return nullptr;
}

// Virtual hosts that answer to a name, the first to be asked first.
std::vector<std::string> NaiveConnections::VirtualHosts(const std::string& dialled) const {
  std::set<std::string> names;
  for (const VirtualService& service : resources_.virtual_services) {
    for (const std::string& host : service.hosts) names.insert(HostOf(service, host));
  }
  for (const ServiceEntry& entry : resources_.service_entries) names.insert(entry.hosts.front());
  std::vector<std::string> fitting;
  for (const std::string& name : names) {
    if (Fits(name, dialled)) fitting.push_back(name);
  }
  std::sort(fitting.begin(), fitting.end(), [](const std::string& a, const std::string& b) {
    if ((a[0] == '*') != (b[0] == '*')) return b[0] == '*';
    return a.size() > b.size();
  });
  return fitting;
}

std::vector<const VirtualService*> NaiveConnections::Overlapping(const std::string& host) const {
  std::vector<const VirtualService*> overlapping;
  for (const VirtualService& service : resources_.virtual_services) {
    const bool any = std::any_of(
        service.hosts.begin(), service.hosts.end(),
        [&](const std::string& own) { return HostsOverlap(HostOf(service, own), host); });
    if (any) overlapping.push_back(&service);
  }
  return overlapping;
}

std::vector<NaiveConnections::Chain> NaiveConnections::ChainsOf(
    const std::string& host, const ConnectionView& connection) const {
  std::string protocol = "none";
  if (const ServiceEntry* const service = FindService(host); service != nullptr) {
    for (const ServicePort& port : service->ports) {
      if (port.number == connection.port) protocol = port.protocol;
    }
  }
  if (protocol == "HTTP" || protocol == "GRPC" || protocol == "UDP") return {};
  const bool is_tls = protocol == "TLS" || protocol == "HTTPS";
  if (protocol != "none") {
    std::vector<Chain> chains =
        is_tls ? TlsChains(host, connection.port) : TcpChains(host, connection.port);
    const bool is_ended = std::any_of(chains.begin(), chains.end(),
                                      [](const Chain& chain) { return chain.subnets.empty(); });
    if (is_tls ? chains.empty() : !is_ended) {
      const std::string port = std::to_string(connection.port);
      chains.push_back({{}, {}, "default route of " + host + " -> " + port + " " + host});
    }
    return chains;
  }
  const std::vector<Chain> tls = TlsChains(host, connection.port);
  if (!connection.sni.empty() && !tls.empty()) return tls;
  return TcpChains(host, connection.port);
}

std::vector<NaiveConnections::Chain> NaiveConnections::TlsChains(const std::string& host,
                                                                 uint32_t port) const {
  std::vector<Chain> chains;
  for (const VirtualService* service : Overlapping(host)) {
    for (size_t i = 0; i < service->tls.size(); ++i) {
      const std::string target = "VirtualService " + service->metadata.namespace_name + "/" +
                                 service->metadata.name + " tls[" + std::to_string(i) + "] -> " +
                                 Target(*service, OnlyLive(service->tls[i].route), port);
      for (const TlsMatchAttributes& block : service->tls[i].match) {
        if (!Exists(block, port)) continue;
        chains.push_back({block.destination_subnets, block.sni_hosts, target});
      }
    }
  }
  return chains;
}

std::vector<NaiveConnections::Chain> NaiveConnections::TcpChains(const std::string& host,
                                                                 uint32_t port) const {
  std::vector<Chain> chains;
  for (const VirtualService* service : Overlapping(host)) {
    for (size_t i = 0; i < service->tcp.size(); ++i) {
      const TcpRoute& rule = service->tcp[i];
      Chain chain;
      chain.target = "VirtualService " + service->metadata.namespace_name + "/" +
                     service->metadata.name + " tcp[" + std::to_string(i) + "] -> " +
                     Target(*service, OnlyLive(rule.route), port);
      bool exists = rule.match.empty();
      bool ends = rule.match.empty();
      for (const L4MatchAttributes& block : rule.match) {
        if (!Exists(block, port)) continue;
        exists = true;
        ends |= block.destination_subnets.empty();
        chain.subnets.insert(chain.subnets.end(), block.destination_subnets.begin(),
                             block.destination_subnets.end());
      }
      if (!exists) continue;
      if (ends) chain.subnets.clear();
      chains.push_back(chain);
      if (ends) return chains;
    }
  }
  return chains;
}

std::string NaiveConnections::Target(const VirtualService& owner, const RouteDestination& share,
                                     uint32_t port) const {
  const std::string host = HostOf(owner, share.destination->host);
  uint32_t chosen = 0;
  if (const ServiceEntry* const service = FindService(host); service != nullptr) {
    if (service->ports.size() == 1) chosen = service->ports.front().number;
    for (const ServicePort& declared : service->ports) {
      if (declared.number == port) chosen = port;
    }
  }
  if (share.destination->port) chosen = share.destination->port->number;
  return std::to_string(chosen) + " " + host;
}

template <typename Block>
bool NaiveConnections::Exists(const Block& block, uint32_t port) const {
  if (block.port != 0 && block.port != port) return false;
  for (const auto& [name, value] : block.source_labels) {
    const auto own = client_.labels.find(name);
    if (own == client_.labels.end() || own->second != value) return false;
  }
  const bool is_for_mesh =
      block.gateways.empty() ||
      std::find(block.gateways.begin(), block.gateways.end(), "mesh") != block.gateways.end();
  return is_for_mesh &&
         (block.source_namespace.empty() || block.source_namespace == client_.namespace_name);
}

}  // namespace meshroute
