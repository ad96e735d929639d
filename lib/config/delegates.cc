// SPDX-License-Identifier: Apache-2.0
#include "lib/config/delegates.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

using Conditions = std::map<std::string, StringMatch>;

// Whether `delegate` narrows `root` in a way that Istio recognises.
bool Narrows(const StringMatch& delegate, const StringMatch& root) {
  if (root.value.empty()) return false;
  if (root.kind == StringMatch::Kind::kExact) return delegate == root;
  if (root.kind != StringMatch::Kind::kPrefix) return false;
  const bool comparable =
      delegate.kind == StringMatch::Kind::kExact || delegate.kind == StringMatch::Kind::kPrefix;
  return comparable && delegate.value.starts_with(root.value);
}

bool Conflict(const std::optional<StringMatch>& delegate, const std::optional<StringMatch>& root) {
  return delegate && root && !Narrows(*delegate, *root);
}

bool Conflict(const Conditions& delegate, const Conditions& root) {
  return std::any_of(delegate.begin(), delegate.end(), [&root](const auto& condition) {
    const auto other = root.find(condition.first);
    return other != root.end() && !Narrows(condition.second, other->second);
  });
}

bool Conflict(const Labels& delegate, const Labels& root) {
  return std::any_of(delegate.begin(), delegate.end(), [&root](const auto& label) {
    const auto other = root.find(label.first);
    return other != root.end() && other->second != label.second;
  });
}

bool GatewaysConflict(const std::vector<std::string>& delegate,
                      const std::vector<std::string>& root) {
  if (root.empty()) return false;
  return std::any_of(delegate.begin(), delegate.end(), [&root](const std::string& gateway) {
    return std::find(root.begin(), root.end(), gateway) == root.end();
  });
}

bool Conflict(const HttpMatchRequest& delegate, const HttpMatchRequest& root) {
  return Conflict(delegate.uri, root.uri) || Conflict(delegate.scheme, root.scheme) ||
         Conflict(delegate.method, root.method) || Conflict(delegate.authority, root.authority) ||
         Conflict(delegate.headers, root.headers) ||
         Conflict(delegate.without_headers, root.without_headers) ||
         Conflict(delegate.query_params, root.query_params) ||
         delegate.ignore_uri_case != root.ignore_uri_case ||
         (delegate.port != 0 && root.port != 0 && delegate.port != root.port) ||
         (!root.source_namespace.empty() && delegate.source_namespace != root.source_namespace) ||
         Conflict(delegate.source_labels, root.source_labels) ||
         GatewaysConflict(delegate.gateways, root.gateways);
}

std::string JoinNames(const std::string& root, const std::string& delegate) {
  if (root.empty() || delegate.empty()) return root + delegate;
  return root + "-" + delegate;
}

template <typename T>
void FillIn(std::optional<T>& member, const std::optional<T>& of_root) {
  if (!member) member = of_root;
}

void FillIn(std::string& member, const std::string& of_root) {
  if (member.empty()) member = of_root;
}

HttpMatchRequest Merge(const HttpMatchRequest& root, HttpMatchRequest merged) {
  merged.name = JoinNames(root.name, merged.name);
  FillIn(merged.uri, root.uri);
  FillIn(merged.scheme, root.scheme);
  FillIn(merged.method, root.method);
  FillIn(merged.authority, root.authority);
  FillIn(merged.source_namespace, root.source_namespace);
  FillIn(merged.stat_prefix, root.stat_prefix);
  if (merged.port == 0) merged.port = root.port;
  if (merged.gateways.empty()) merged.gateways = root.gateways;
  merged.headers.insert(root.headers.begin(), root.headers.end());
  merged.without_headers.insert(root.without_headers.begin(), root.without_headers.end());
  merged.query_params.insert(root.query_params.begin(), root.query_params.end());
  merged.source_labels.insert(root.source_labels.begin(), root.source_labels.end());
  return merged;
}

std::optional<std::vector<HttpMatchRequest>> Merge(const std::vector<HttpMatchRequest>& root,
                                                   const std::vector<HttpMatchRequest>& delegate) {
  if (root.empty()) return delegate;
  if (delegate.empty()) return root;
  std::vector<HttpMatchRequest> merged;
  for (const HttpMatchRequest& block : delegate) {
    const size_t before = merged.size();
    for (const HttpMatchRequest& of_root : root) {
      if (!Conflict(block, of_root)) merged.push_back(Merge(of_root, block));
    }
    if (merged.size() == before) return std::nullopt;
  }
  return merged;
}

void Complete(std::optional<Destination>& destination, std::string_view namespace_name,
              std::string_view cluster_domain) {
  if (!destination) return;
  destination->host = CompleteHost(destination->host, namespace_name, cluster_domain);
}

}  // namespace

std::optional<HttpRoute> MergeDelegate(const HttpRoute& root, const HttpRoute& delegate) {
  std::optional<std::vector<HttpMatchRequest>> match = Merge(root.match, delegate.match);
  if (!match) return std::nullopt;
  HttpRoute merged = delegate;
  merged.name = JoinNames(root.name, delegate.name);
  merged.match = *std::move(match);
  FillIn(merged.direct_response, root.direct_response);
  FillIn(merged.rewrite, root.rewrite);
  FillIn(merged.timeout, root.timeout);
  FillIn(merged.retries, root.retries);
  FillIn(merged.fault, root.fault);
  FillIn(merged.mirror, root.mirror);
  FillIn(merged.mirror_percent, root.mirror_percent);
  FillIn(merged.mirror_percentage, root.mirror_percentage);
  if (merged.mirrors.empty()) merged.mirrors = root.mirrors;
  FillIn(merged.cors_policy, root.cors_policy);
  FillIn(merged.headers, root.headers);
  return merged;
}

void CompleteDestinations(HttpRoute& rule, std::string_view namespace_name,
                          std::string_view cluster_domain) {
  Complete(rule.mirror, namespace_name, cluster_domain);
  for (HttpMirrorPolicy& mirror : rule.mirrors) {
    Complete(mirror.destination, namespace_name, cluster_domain);
  }
  for (HttpRouteDestination& share : rule.route) {
    Complete(share.destination, namespace_name, cluster_domain);
  }
}

}  // namespace meshroute
