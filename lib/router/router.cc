// SPDX-License-Identifier: Apache-2.0
#include "meshroute/router.h"

#include <algorithm>
#include <map>
#include <utility>

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
                                             const RouterOptions& options) {
  auto tables = std::make_shared<TrafficTables>();
  tables->config = config;
  tables->client = options.client;
  if (tables->client.hostname.empty()) tables->client.hostname = MachineName();
  tables->mesh = options.mesh;
  tables->services = std::make_unique<const Services>(tables->config, tables->client, tables->mesh);
  tables->destination_rules =
      std::make_unique<const DestinationRules>(tables->config, tables->client, tables->mesh);
  tables->routes = RouteTable::Compile({.config = tables->config,
                                        .client = tables->client,
                                        .mesh = tables->mesh,
                                        .services = *tables->services,
                                        .destination_rules = *tables->destination_rules});
  return tables;
}

absl::Status CheckAddress(const EndpointSpec& endpoint) {
  const bool is_unix = endpoint.address.compare(0, 7, "unix://") == 0;
  if (is_unix || SplitAuthority(endpoint.address).port != 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "endpoint address must be \"ip:port\" or \"unix:///path\", got \"" + endpoint.address + "\"");
}

}  // namespace

Router::Router(RouterOptions options)
    : options_(std::move(options)), tables_(std::make_shared<const TrafficTables>()) {
  const MutexLock lock(update_mutex_);
  Publish(ValidatedConfig());
}

Router::~Router() = default;

void Router::Apply(ValidatedConfig config) {
  uint64_t version = 0;
  {
    const MutexLock lock(update_mutex_);
    version = Publish(config);
  }
  Announce(version);
}

absl::Status Router::SetEndpoints(std::string_view host, std::vector<EndpointSpec> endpoints) {
  for (const EndpointSpec& endpoint : endpoints) {
    if (absl::Status status = CheckAddress(endpoint); !status.ok()) return status;
  }
  uint64_t version = 0;
  {
    const MutexLock lock(update_mutex_);
    endpoints_[CompleteHost(host, options_.client.namespace_name, options_.mesh.cluster_domain)] =
        std::move(endpoints);
    version = Publish(tables_.Get()->config);
  }
  Announce(version);
  return absl::OkStatus();
}

void Router::ClearEndpoints(std::string_view host) {
  uint64_t version = 0;
  {
    const MutexLock lock(update_mutex_);
    endpoints_.erase(
        CompleteHost(host, options_.client.namespace_name, options_.mesh.cluster_domain));
    version = Publish(tables_.Get()->config);
  }
  Announce(version);
}

uint64_t Router::Publish(const ValidatedConfig& config) {
  const std::shared_ptr<const TrafficTables> old = tables_.Get();
  const PoolsByKey old_pools = old->routes == nullptr ? PoolsByKey() : PoolsOf(*old);

  std::shared_ptr<TrafficTables> tables = CompileTables(config, options_);
  tables->version = old->version + 1;
  for (const RoutedDestination& destination : tables->routes->destinations()) {
    const auto previous = old_pools.find(destination.key);
    tables->pools.push_back(
        MakePool(destination, previous == old_pools.end() ? nullptr : previous->second));
  }
  const uint64_t version = tables->version;
  tables_.Publish(std::move(tables));
  return version;
}

void Router::Announce(uint64_t version) const {
  if (options_.observer == nullptr) return;
  options_.observer->OnConfig({.applied = true, .version = version, .message = {}});
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
  if (GoesWhereDialled(destination, given)) {
    policy.load_balancer.emplace().simple = LoadBalancerSettings::Simple::kPassthrough;
  }
  return std::make_shared<SubsetPool>(
      destination.key, std::move(policy), std::move(*endpoints),
      SubsetPool::Environment{options_.clock, options_.random, options_.observer,
                              options_.balancers},
      previous);
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
