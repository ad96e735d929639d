// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/delegate_naive.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

using Kind = StringMatch::Kind;
using Matches = std::map<std::string, StringMatch>;

bool Compatible(const StringMatch& root, const StringMatch& delegate) {
  if (root.kind == Kind::kExact && delegate.kind == Kind::kExact) {
    return root.value == delegate.value && !root.value.empty();
  }
  if (root.kind != Kind::kPrefix || root.value.empty()) return false;
  if (delegate.kind != Kind::kPrefix && delegate.kind != Kind::kExact) return false;
  return delegate.value.substr(0, root.value.size()) == root.value;
}

bool Compatible(const std::optional<StringMatch>& root,
                const std::optional<StringMatch>& delegate) {
  return !root.has_value() || !delegate.has_value() || Compatible(*root, *delegate);
}

bool Compatible(const Matches& root, const Matches& delegate) {
  for (const auto& [name, match] : root) {
    const auto other = delegate.find(name);
    if (other != delegate.end() && !Compatible(match, other->second)) return false;
  }
  return true;
}

bool Compatible(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  for (const auto& [name, value] : root.source_labels) {
    const auto other = delegate.source_labels.find(name);
    if (other != delegate.source_labels.end() && other->second != value) return false;
  }
  for (const std::string& gateway : delegate.gateways) {
    bool known = root.gateways.empty();
    for (const std::string& of_root : root.gateways) known = known || of_root == gateway;
    if (!known) return false;
  }
  if (root.port != 0 && delegate.port != 0 && root.port != delegate.port) return false;
  if (!root.source_namespace.empty() && root.source_namespace != delegate.source_namespace) {
    return false;
  }
  return root.ignore_uri_case == delegate.ignore_uri_case && Compatible(root.uri, delegate.uri) &&
         Compatible(root.scheme, delegate.scheme) && Compatible(root.method, delegate.method) &&
         Compatible(root.authority, delegate.authority) &&
         Compatible(root.headers, delegate.headers) &&
         Compatible(root.without_headers, delegate.without_headers) &&
         Compatible(root.query_params, delegate.query_params);
}

std::string Joined(const std::string& root, const std::string& delegate) {
  return root + (root.empty() || delegate.empty() ? "" : "-") + delegate;
}

template <typename Map>
Map United(const Map& root, Map delegate) {
  for (const auto& entry : root) delegate.insert(entry);
  return delegate;
}

HttpMatchRequest Merged(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  HttpMatchRequest block = delegate;
  block.name = Joined(root.name, delegate.name);
  if (!block.uri) block.uri = root.uri;
  if (!block.scheme) block.scheme = root.scheme;
  if (!block.method) block.method = root.method;
  if (!block.authority) block.authority = root.authority;
  if (block.port == 0) block.port = root.port;
  if (block.source_namespace.empty()) block.source_namespace = root.source_namespace;
  if (block.gateways.empty()) block.gateways = root.gateways;
  if (block.stat_prefix.empty()) block.stat_prefix = root.stat_prefix;
  block.headers = United(root.headers, delegate.headers);
  block.without_headers = United(root.without_headers, delegate.without_headers);
  block.query_params = United(root.query_params, delegate.query_params);
  block.source_labels = United(root.source_labels, delegate.source_labels);
  return block;
}

// nullopt: the rule drops out.
std::optional<std::vector<HttpMatchRequest>> Merged(const std::vector<HttpMatchRequest>& root,
                                                    const std::vector<HttpMatchRequest>& delegate) {
  if (root.empty()) return delegate;
  if (delegate.empty()) return root;
  std::vector<HttpMatchRequest> blocks;
  for (const HttpMatchRequest& d : delegate) {
    size_t fitting = 0;
    for (const HttpMatchRequest& r : root) {
      if (!Compatible(r, d)) continue;
      blocks.push_back(Merged(r, d));
      ++fitting;
    }
    if (fitting == 0) return std::nullopt;
  }
  return blocks;
}

bool Sees(const VirtualService& delegate, const std::string& namespace_name) {
  if (delegate.export_to.empty()) return true;
  for (const std::string& entry : delegate.export_to) {
    if (entry == "*" || entry == namespace_name) return true;
    if (entry == "." && delegate.metadata.namespace_name == namespace_name) return true;
  }
  return false;
}

const VirtualService* Find(const Resources& resources, const Delegate& named,
                           const std::string& root_namespace) {
  const std::string wanted = named.namespace_name.empty() ? root_namespace : named.namespace_name;
  for (const VirtualService& service : resources.virtual_services) {
    if (service.metadata.name != named.name || service.metadata.namespace_name != wanted) continue;
    return service.hosts.empty() && Sees(service, root_namespace) ? &service : nullptr;
  }
  return nullptr;
}

}  // namespace

void ReplaceDelegates(Resources& resources) {
  for (VirtualService& root : resources.virtual_services) {
    if (root.hosts.empty()) continue;
    std::vector<HttpRoute> rules;
    for (const HttpRoute& rule : root.http) {
      if (!rule.delegate) {
        rules.push_back(rule);
        continue;
      }
      const VirtualService* const delegate =
          Find(resources, *rule.delegate, root.metadata.namespace_name);
      if (delegate == nullptr) continue;
      for (HttpRoute lent : delegate->http) {
        const auto blocks = Merged(rule.match, lent.match);
        if (!blocks) continue;
        lent.match = *blocks;
        lent.name = Joined(rule.name, lent.name);
        for (HttpRouteDestination& share : lent.route) {
          share.destination->host = CompleteHost(
              share.destination->host, delegate->metadata.namespace_name, "cluster.local");
        }
        rules.push_back(std::move(lent));
      }
    }
    root.http = std::move(rules);
  }
}

}  // namespace meshroute
