// SPDX-License-Identifier: Apache-2.0
#include "meshroute/router.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/router/endpoints.h"
#include "meshroute/base/machine.h"
#include "meshroute/config/host_name.h"
#include "meshroute/message/request_view.h"

namespace meshroute {
namespace {

using PoolsByKey = std::map<DestinationKey, const SubsetPool*>;

PoolsByKey PoolsOf(const TrafficTables& tables) {
  PoolsByKey pools;
  const std::vector<RoutedDestination>& destinations = tables.routes->destinations();
  for (size_t i = 0; i < destinations.size(); ++i) {
    if (tables.pools[i] != nullptr) pools.emplace(destinations[i].key, tables.pools[i].get());
  }
  return pools;
}

// Compiles `config` for the client; pools are still to come.
std::shared_ptr<TrafficTables> CompileTables(const ValidatedConfig& config,
                                             std::vector<TrafficSplit> splits,
                                             const RouterOptions& options) {
  auto tables = std::make_shared<TrafficTables>();
  tables->config = config;
  tables->client = options.client;
  if (tables->client.hostname.empty()) tables->client.hostname = MachineName();
  tables->mesh = options.mesh;
  tables->services = std::make_unique<const Services>(tables->config, tables->client, tables->mesh);
  tables->destination_rules =
      std::make_unique<const DestinationRules>(tables->config, tables->client, tables->mesh);
  tables->splits = std::move(splits);
  tables->routes = RouteTable::Compile({.config = tables->config,
                                        .client = tables->client,
                                        .mesh = tables->mesh,
                                        .services = *tables->services,
                                        .destination_rules = *tables->destination_rules,
                                        .splits = tables->splits});
  return tables;
}

// Without subjectAltNames of the rule's the service's own are what a certificate must have.
void UseServiceNames(const RoutedDestination& destination, EffectivePolicy& policy) {
  if (!policy.tls.has_value() || destination.service == nullptr) return;
  ClientTlsSettings& tls = *policy.tls;
  const bool verifies =
      tls.mode != ClientTlsSettings::Mode::kDisable && !tls.insecure_skip_verify.value_or(false);
  if (!verifies || !tls.subject_alt_names.empty()) return;
  tls.subject_alt_names = destination.service->subject_alt_names;
}

// A load is to refuse names of balancers that nobody has.
RouterOptions WithKnownBalancers(RouterOptions options) {
  if (options.load.custom_balancers.has_value()) return options;
  auto& names = options.load.custom_balancers.emplace();
  if (options.balancers == nullptr) return options;
  for (const auto& [name, make] : options.balancers->by_name) names.insert(name);
  return options;
}

absl::Status CheckAddress(const EndpointSpec& endpoint) {
  const bool is_unix = endpoint.address.compare(0, 7, "unix://") == 0;
  if (is_unix || SplitAuthority(endpoint.address).port != 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "endpoint address must be \"ip:port\" or \"unix:///path\", got \"" + endpoint.address + "\"");
}

}  // namespace

Router::Router(RouterOptions options)
    : options_(WithKnownBalancers(std::move(options))),
      tables_(std::make_shared<const TrafficTables>()) {
  const MutexLock lock(update_mutex_);
  Publish(ValidatedConfig());
}

Router::~Router() = default;

void Router::Apply(ValidatedConfig config) {
  NewTables tables;
  {
    const MutexLock lock(update_mutex_);
    tables = Publish(config);
  }
  Announce(*tables);
}

absl::Status Router::SetEndpoints(std::string_view host, std::vector<EndpointSpec> endpoints) {
  for (const EndpointSpec& endpoint : endpoints) {
    if (absl::Status status = CheckAddress(endpoint); !status.ok()) return status;
  }
  NewTables tables;
  {
    const MutexLock lock(update_mutex_);
    endpoints_[CompleteHost(host, options_.client.namespace_name, options_.mesh.cluster_domain)] =
        std::move(endpoints);
    tables = Publish(tables_.Get()->config);
  }
  Announce(*tables);
  return absl::OkStatus();
}

void Router::ClearEndpoints(std::string_view host) {
  NewTables tables;
  {
    const MutexLock lock(update_mutex_);
    endpoints_.erase(
        CompleteHost(host, options_.client.namespace_name, options_.mesh.cluster_domain));
    tables = Publish(tables_.Get()->config);
  }
  Announce(*tables);
}

std::shared_ptr<TrafficTables> Router::Compile(const ValidatedConfig& config,
                                               std::vector<TrafficSplit> splits) {
  const std::shared_ptr<const TrafficTables> old = tables_.Get();
  const PoolsByKey old_pools = old->routes == nullptr ? PoolsByKey() : PoolsOf(*old);

  std::shared_ptr<TrafficTables> tables = CompileTables(config, std::move(splits), options_);
  tables->version = old->version + 1;
  std::vector<std::shared_ptr<SubsetPool>> pools;
  for (const RoutedDestination& destination : tables->routes->destinations()) {
    const auto previous = old_pools.find(destination.key);
    pools.push_back(
        MakePool(destination, previous == old_pools.end() ? nullptr : previous->second));
  }
  tables->pools = std::move(pools);
  return tables;
}

Router::NewTables Router::Publish(const ValidatedConfig& config) {
  NewTables tables = Compile(config, tables_.Get()->splits);
  tables_.Publish(tables);
  return tables;
}

std::shared_ptr<SubsetPool> Router::MakePool(const RoutedDestination& destination,
                                             const SubsetPool* previous) const {
  const auto found = endpoints_.find(destination.key.host);
  const std::vector<EndpointSpec>* const given =
      found == endpoints_.end() ? nullptr : &found->second;
  std::optional<std::vector<EndpointSpec>> endpoints = EndpointsOf(destination, given);
  if (!endpoints.has_value()) return nullptr;

  EffectivePolicy policy =
      ResolvePolicy(destination.rule, destination.key.port, destination.subset, options_.mesh);
  UseServiceNames(destination, policy);
  if (GoesWhereDialled(destination, given)) {
    policy.load_balancer.emplace().simple = LoadBalancerSettings::Simple::kPassthrough;
  }
  return std::make_shared<SubsetPool>(
      destination.key, std::move(policy), std::move(*endpoints),
      SubsetPool::Environment{options_.clock, options_.random, options_.observer,
                              options_.balancers, &options_.client},
      previous);
}

absl::StatusOr<Duration> Router::Eject(const DestinationKey& destination, std::string_view address,
                                       const EjectionAsk& ask) {
  const std::shared_ptr<const TrafficTables> tables = tables_.Get();
  const std::vector<RoutedDestination>& destinations = tables->routes->destinations();
  for (size_t i = 0; i < destinations.size(); ++i) {
    if (destinations[i].key != destination || tables->pools[i] == nullptr) continue;
    return tables->pools[i]->Eject(address, ask, options_.clock->Now());
  }
  return absl::NotFoundError(absl::StrCat("there is no destination ", destination.ToString()));
}

Call Router::Start(const RequestView& request, const CallOptions& options) const {
  return Call(tables_.Pin(), request, options,
              {.clock = options_.clock, .random = options_.random, .observer = options_.observer});
}

ConnectionTarget Router::MatchConnection(const ConnectionView& connection) const {
  return ConnectionTarget::Choose(tables_.Pin(), connection, *options_.random);
}

TimePoint Router::RunDue(TimePoint now) {
  TimePoint next = kNever;
  const std::shared_ptr<const TrafficTables> tables = tables_.Get();  // Kept while pools run.
  for (const std::shared_ptr<SubsetPool>& pool : tables->pools) {
    if (pool != nullptr) next = std::min(next, pool->RunDue(now));
  }
  return next;
}

}  // namespace meshroute
