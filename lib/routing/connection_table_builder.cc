// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/connection_table_builder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/config/service_names.h"
#include "lib/routing/live_shares.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

// Stands for all ports that neither a rule nor a service mentions.
constexpr uint32_t kOtherPorts = 0;

constexpr Duration kDefaultIdleTimeout = std::chrono::hours(1);

// What a port's protocol means for connections.
enum class Carries : uint8_t { kHttp, kTls, kTcp, kUdp, kUnknown };

Carries CarriedBy(const ServicePort* port) {
  if (port == nullptr) return Carries::kUnknown;
  const std::string protocol = absl::AsciiStrToUpper(port->protocol);
  if (protocol == "HTTPS" || protocol == "TLS") return Carries::kTls;
  if (protocol == "UDP") return Carries::kUdp;
  // What a sidecar would have to guess, is no HTTP where the caller asks here.
  return !protocol.empty() && IsHttpProtocol(protocol) ? Carries::kHttp : Carries::kTcp;
}

// Whether a block can hold for the client and a port. Unlike in `http` rules every
// condition counts, whatever the others say.
template <typename Match>
bool CanHold(const Match& match, uint32_t port, const ClientIdentity& client,
             const Labels& client_labels) {
  const bool fits_gateways =
      match.gateways.empty() ||
      std::find(match.gateways.begin(), match.gateways.end(), "mesh") != match.gateways.end();
  return fits_gateways && (match.port == 0 || match.port == port) &&
         LabelsCover(client_labels, match.source_labels) &&
         (match.source_namespace.empty() || match.source_namespace == client.namespace_name);
}

void SetTimeouts(const DestinationRule* rule, ConnectionRoute& route) {
  if (rule == nullptr || !rule->traffic_policy || !rule->traffic_policy->connection_pool) return;
  const std::optional<TcpSettings>& tcp = rule->traffic_policy->connection_pool->tcp;
  if (!tcp) return;
  route.idle_timeout = tcp->idle_timeout.value_or(kDefaultIdleTimeout);
  route.max_connection_duration = tcp->max_connection_duration.value_or(Duration(0));
}

}  // namespace

// Compiles the rules of one key.
class ConnectionTableBuilder::Compiler {
 public:
  Compiler(const ConnectionTableBuilder& builder, const RulesKey& key)
      : builder_(builder), key_(key) {}

  std::unique_ptr<const ConnectionRules> Compile() {
    if (key_.section == Section::kTls) {
      AddTlsRules();
    } else {
      AddTcpRules();
    }
    if (conditions_.empty()) return nullptr;
    return std::make_unique<const ConnectionRules>(conditions_, std::move(routes_));
  }

 private:
  template <typename Match>
  bool CanHold(const Match& match) const {
    return meshroute::CanHold(match, key_.port, builder_.inputs_.client, builder_.client_labels_);
  }

  void AddTlsRules() {
    for (const VirtualService* service : key_.services) {
      for (size_t i = 0; i < service->tls.size(); ++i) {
        const TlsRoute& rule = service->tls[i];
        std::optional<uint32_t> route;
        for (const TlsMatchAttributes& match : rule.match) {
          if (!CanHold(match)) continue;
          if (!route) route = AddRoute(*service, absl::StrCat("tls[", i, "]"), rule.route);
          conditions_.push_back({match.destination_subnets, match.sni_hosts, *route});
        }
      }
    }
    if (conditions_.empty()) AddDefault();
  }

  void AddTcpRules() {
    for (const VirtualService* service : key_.services) {
      for (size_t i = 0; i < service->tcp.size(); ++i) {
        const std::optional<std::vector<std::string>> subnets = SubnetsOf(service->tcp[i]);
        if (!subnets) continue;
        const uint32_t route =
            AddRoute(*service, absl::StrCat("tcp[", i, "]"), service->tcp[i].route);
        conditions_.push_back({*subnets, {}, route});
        if (subnets->empty()) return;  // Nothing gets past it.
      }
    }
    AddDefault();
  }

  // The ranges of a rule's blocks that can hold; empty: some block is for every
  // address. nullopt: none can hold.
  std::optional<std::vector<std::string>> SubnetsOf(const TcpRoute& rule) const {
    std::vector<std::string> subnets;
    for (const L4MatchAttributes& match : rule.match) {
      if (!CanHold(match)) continue;
      if (match.destination_subnets.empty()) return std::vector<std::string>();
      subnets.insert(subnets.end(), match.destination_subnets.begin(),
                     match.destination_subnets.end());
    }
    if (subnets.empty() && !rule.match.empty()) return std::nullopt;
    return subnets;
  }

  uint32_t AddRoute(const VirtualService& service, const std::string& rule,
                    const std::vector<RouteDestination>& shares) {
    const std::string& namespace_name = service.metadata.namespace_name;
    ConnectionRoute route;
    route.section = key_.section == Section::kTls ? ConnectionRoute::Section::kTls
                                                  : ConnectionRoute::Section::kTcp;
    route.origin =
        absl::StrCat("VirtualService ", namespace_name, "/", service.metadata.name, " ", rule);
    for (const RouteDestination* share : LiveShares(shares)) {
      const uint32_t weight = WeightOf(*share, shares);
      route.destinations.push_back(
          {builder_.catalog_.Add(*share->destination, namespace_name, key_.port), weight});
      route.total_weight += weight;
    }
    SetTimeouts(builder_.catalog_.FindRule(*shares.front().destination, namespace_name), route);
    return Add(std::move(route));
  }

  void AddDefault() {
    if (key_.fallback == nullptr) return;
    ConnectionRoute route;
    route.origin = absl::StrCat("default route of ", key_.fallback->host);
    const uint32_t destination = builder_.catalog_.Add(*key_.fallback, key_.port);
    route.destinations.push_back({destination, 1});
    route.total_weight = 1;
    SetTimeouts(builder_.catalog_.at(destination).rule, route);
    conditions_.push_back({{}, {}, Add(std::move(route))});
  }

  uint32_t Add(ConnectionRoute route) {
    routes_.push_back(std::move(route));
    return static_cast<uint32_t>(routes_.size() - 1);
  }

  const ConnectionTableBuilder& builder_;
  const RulesKey& key_;
  std::vector<ConnectionCondition> conditions_;
  std::vector<ConnectionRoute> routes_;
};

ConnectionTableBuilder::ConnectionTableBuilder(const RouteTableInputs& inputs,
                                               const VirtualServices& virtual_services,
                                               DestinationCatalog& catalog)
    : inputs_(inputs), client_labels_(ClientLabels(inputs.client)), catalog_(catalog) {
  for (const ApplicableVirtualService& applicable : virtual_services.in_order()) {
    const VirtualService& service = *applicable.source;
    if (service.tls.empty() && service.tcp.empty()) continue;
    for (const std::string& host : service.hosts) {
      by_host_[CompleteHost(host, service.metadata.namespace_name, inputs.mesh.cluster_domain)]
          .push_back(services_.size());
    }
    services_.push_back(&service);
  }
}

std::unique_ptr<const ConnectionTable> ConnectionTableBuilder::Build(
    const std::vector<std::string>& hosts, const std::map<std::string, uint32_t>& names) {
  tables_ = std::make_unique<ConnectionTable::Tables>();
  for (const std::string& name : hosts) {
    const Service* const service = inputs_.services.Find(name);
    const Services overlapping = Overlapping(name);
    ConnectionHost host{.name = name};
    host.other_ports = PortOf(overlapping, service, kOtherPorts);
    for (const uint32_t port : InterestingPorts(overlapping, service)) {
      const ConnectionPort rules = PortOf(overlapping, service, port);
      if (rules != host.other_ports) host.ports.emplace(port, rules);
    }
    tables_->hosts.push_back(std::move(host));
  }
  tables_->names = HostTable(names);
  tables_->addresses = AddressesOf(hosts);
  return std::make_unique<const ConnectionTable>(std::move(tables_));
}

ConnectionTableBuilder::Services ConnectionTableBuilder::Overlapping(
    const std::string& host) const {
  std::set<size_t> numbers;
  const auto add = [&numbers](const std::vector<size_t>& of_host) {
    numbers.insert(of_host.begin(), of_host.end());
  };
  if (IsWildcardHost(host)) {
    for (const auto& [other, of_host] : by_host_) {
      if (HostsOverlap(other, host)) add(of_host);
    }
  } else if (!by_host_.empty()) {
    if (const auto exact = by_host_.find(host); exact != by_host_.end()) add(exact->second);
    for (size_t begin = 0; begin <= host.size(); ++begin) {
      const auto wildcard = by_host_.find("*" + host.substr(begin));
      if (wildcard != by_host_.end()) add(wildcard->second);
    }
  }
  Services overlapping;
  for (const size_t number : numbers) overlapping.push_back(services_[number]);
  return overlapping;
}

std::set<uint32_t> ConnectionTableBuilder::InterestingPorts(const Services& services,
                                                            const Service* service) const {
  std::set<uint32_t> ports;
  const auto add_ports_of = [&ports](const Service* of_service) {
    if (of_service == nullptr) return;
    for (const ServicePort& port : of_service->ports) ports.insert(port.number);
  };
  const auto add_rules = [&](const VirtualService& owner, const auto& rules) {
    for (const auto& rule : rules) {
      for (const auto& match : rule.match) {
        if (match.port != 0) ports.insert(match.port);
      }
      for (const RouteDestination& share : rule.route) {
        if (share.destination->port) continue;
        add_ports_of(catalog_.FindService(*share.destination, owner.metadata.namespace_name));
      }
    }
  };
  add_ports_of(service);
  for (const VirtualService* owner : services) {
    add_rules(*owner, owner->tls);
    add_rules(*owner, owner->tcp);
  }
  return ports;
}

ConnectionPort ConnectionTableBuilder::PortOf(const Services& services, const Service* service,
                                              uint32_t port) {
  const ServicePort* const declared = service == nullptr ? nullptr : service->FindPort(port);
  const auto both = [](const ConnectionRules* rules) { return ConnectionPort{rules, rules}; };
  switch (CarriedBy(declared)) {
    case Carries::kUdp:
    case Carries::kHttp:
      return {};
    case Carries::kTls:
      return both(RulesOf({services, Section::kTls, port, service}));
    case Carries::kTcp:
      return both(RulesOf({services, Section::kTcp, port, service}));
    case Carries::kUnknown:
      break;
  }
  ConnectionPort rules = both(RulesOf({services, Section::kTcp, port, nullptr}));
  const ConnectionRules* const tls = RulesOf({services, Section::kTls, port, nullptr});
  if (tls != nullptr) rules.with_sni = tls;
  return rules;
}

const ConnectionRules* ConnectionTableBuilder::RulesOf(RulesKey key) {
  const auto [known, is_new] = known_.try_emplace(std::move(key), nullptr);
  if (!is_new) return known->second;
  std::unique_ptr<const ConnectionRules> rules = Compiler(*this, known->first).Compile();
  if (rules == nullptr) return nullptr;
  tables_->rules.push_back(std::move(rules));
  return known->second = tables_->rules.back().get();
}

SubnetTable ConnectionTableBuilder::AddressesOf(const std::vector<std::string>& hosts) const {
  std::map<Subnet, uint32_t> numbers;
  for (uint32_t i = 0; i < hosts.size(); ++i) {
    if (const auto own = Subnet::Parse(hosts[i])) numbers.emplace(*own, i);
    const Service* const service = inputs_.services.Find(hosts[i]);
    if (service == nullptr) continue;
    for (const std::string& address : service->addresses) {
      if (const auto range = Subnet::Parse(address)) numbers.emplace(*range, i);
    }
  }
  return SubnetTable(std::move(numbers));
}

}  // namespace meshroute
