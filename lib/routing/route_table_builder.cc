// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/route_table_builder.h"

#include <algorithm>
#include <utility>

#include "lib/config/service_names.h"
#include "lib/routing/connection_table_builder.h"

namespace meshroute {
namespace {

// Stands for all ports that neither a rule nor a service mentions.
constexpr uint32_t kOtherPorts = 0;

bool IsGovernedByHttpRules(const Service* service, uint32_t port) {
  const ServicePort* const declared = service == nullptr ? nullptr : service->FindPort(port);
  return declared == nullptr || IsHttpProtocol(declared->protocol);
}

}  // namespace

RouteTableBuilder::RouteTableBuilder(const RouteTableInputs& inputs)
    : inputs_(inputs),
      virtual_services_(inputs.config, inputs.client, inputs.mesh, inputs.splits),
      catalog_(inputs),
      planner_(inputs, catalog_),
      compiler_(inputs, catalog_) {}

BuiltTables RouteTableBuilder::Build() {
  std::map<std::string, const Service*> names;
  for (const auto& entry : virtual_services_.by_host()) names.emplace(entry.first, nullptr);
  for (const auto& [host, service] : inputs_.services.all()) names[host] = &service;
  for (const auto& [name, service] : names) {
    built_.virtual_hosts.push_back(BuildHost(name, service));
  }
  built_.names = NameHosts();
  built_.hosts = HostTable(built_.names);
  BuildConnections();
  built_.split_problems = virtual_services_.SplitProblems();
  return std::move(built_);
}

void RouteTableBuilder::BuildConnections() {
  std::vector<std::string> hosts;
  for (const VirtualHost& host : built_.virtual_hosts) hosts.push_back(host.name());
  ConnectionTableBuilder builder(inputs_, virtual_services_, catalog_);
  built_.connections = builder.Build(hosts, built_.names);
}

VirtualHost RouteTableBuilder::BuildHost(const std::string& name, const Service* service) {
  const Candidates candidates = virtual_services_.Candidates(name);
  std::set<uint32_t> ports;
  for (const Candidates& services : GoverningTogether(candidates)) {
    const std::set<uint32_t>& of_rules = TablesOf(services).ports;
    ports.insert(of_rules.begin(), of_rules.end());
  }
  if (service != nullptr) {
    for (const ServicePort& port : service->ports) ports.insert(port.number);
  }
  VirtualHost host(name, service);
  host.SetRulesOfOtherPorts(RulesFor(candidates, service, kOtherPorts));
  for (const uint32_t port : ports) host.SetRules(port, RulesFor(candidates, service, port));
  return host;
}

const RuleTable* RouteTableBuilder::RulesFor(const Candidates& candidates, const Service* service,
                                             uint32_t port) {
  if (IsGovernedByHttpRules(service, port)) {
    for (const Candidates& services : GoverningTogether(candidates)) {
      const RuleTable* const rules = RulesOf(services, port);
      if (rules != nullptr) return rules;
    }
  }
  return service == nullptr ? nullptr : DefaultRules(*service, port);
}

std::vector<RouteTableBuilder::Candidates> RouteTableBuilder::GoverningTogether(
    const Candidates& candidates) const {
  if (candidates.empty()) return {};
  if (inputs_.mesh.virtual_service_merging == MeshOptions::VirtualServiceMerging::kConcatenate) {
    return {candidates};
  }
  std::vector<Candidates> each;
  for (const ApplicableVirtualService* candidate : candidates) each.push_back({candidate});
  return each;
}

const RuleTable* RouteTableBuilder::RulesOf(const Candidates& services, uint32_t port) {
  TablesOfServices& tables = TablesOf(services);
  // A port that the rules do not care for is like any other.
  if (!tables.ports.contains(port)) port = kOtherPorts;
  const auto [known, is_new] = tables.by_port.emplace(port, nullptr);
  if (!is_new) return known->second;
  RoutePlan plan = planner_.PlanAll(services, port);
  if (plan.empty()) return nullptr;
  const auto same = std::find_if(tables.by_plan.begin(), tables.by_plan.end(),
                                 [&plan](const auto& entry) { return entry.first == plan; });
  if (same != tables.by_plan.end()) return known->second = same->second;
  known->second = Keep(compiler_.Compile(plan));
  tables.by_plan.emplace_back(std::move(plan), known->second);
  return known->second;
}

const RuleTable* RouteTableBuilder::DefaultRules(const Service& service, uint32_t port) {
  const uint32_t destination = catalog_.Add(service, port);
  const auto [known, is_new] = default_tables_.emplace(destination, nullptr);
  if (is_new) known->second = Keep(compiler_.CompileDefault(service, destination));
  return known->second;
}

const RuleTable* RouteTableBuilder::Keep(RuleTable table) {
  built_.rule_tables.push_back(std::make_unique<const RuleTable>(std::move(table)));
  return built_.rule_tables.back().get();
}

RouteTableBuilder::TablesOfServices& RouteTableBuilder::TablesOf(const Candidates& services) {
  const auto [tables, is_new] = tables_.try_emplace(services);
  if (!is_new) return tables->second;
  for (const ApplicableVirtualService* service : services) {
    tables->second.ports.merge(planner_.InterestingPorts(*service));
  }
  return tables->second;
}

std::map<std::string, uint32_t> RouteTableBuilder::NameHosts() const {
  // A host's own name goes before what another host is called besides.
  std::map<std::string, uint32_t> names;
  const auto count = static_cast<uint32_t>(built_.virtual_hosts.size());
  for (uint32_t i = 0; i < count; ++i) names.emplace(built_.virtual_hosts[i].name(), i);
  for (uint32_t i = 0; i < count; ++i) {
    const std::string& host = built_.virtual_hosts[i].name();
    for (std::string& name :
         FurtherNames(host, inputs_.client.namespace_name, inputs_.mesh.cluster_domain)) {
      names.emplace(std::move(name), i);
    }
  }
  for (uint32_t i = 0; i < count; ++i) {
    const Service* const service = inputs_.services.Find(built_.virtual_hosts[i].name());
    if (service == nullptr) continue;
    for (const std::string& address : service->addresses) {
      std::string name = NameOfAddress(address);
      if (!name.empty()) names.emplace(std::move(name), i);
    }
  }
  return names;
}

}  // namespace meshroute
