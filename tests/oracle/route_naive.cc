// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/route_naive.h"

#include <algorithm>
#include <set>

#include "meshroute/config/host_name.h"
#include "tests/oracle/delegate_naive.h"

namespace meshroute {
namespace {

const char kDomain[] = ".svc.cluster.local";

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// 0: private to the client, 1: exported to it by name, 2: public, -1: not seen.
int GroupOf(const VirtualService& service, const std::string& client) {
  if (service.export_to.empty() || Contains(service.export_to, "*")) return 2;
  const std::string& own = service.metadata.namespace_name;
  const bool seen =
      Contains(service.export_to, client) || (own == client && Contains(service.export_to, "."));
  if (!seen) return -1;
  return own == client ? 0 : 1;
}

// Every value of a header, or of what stands for one.
std::vector<std::string> ValuesOf(const RequestView& request, const std::string& name) {
  const std::string lower = Lower(name);
  if (lower == "host" || lower == ":authority") return {std::string(request.authority)};
  std::vector<std::string> values;
  for (const HeaderView& header : request.headers) {
    if (Lower(std::string(header.name)) == lower) values.emplace_back(header.value);
  }
  return values;
}

// Every "name=value" of the query, in order.
std::vector<std::pair<std::string, std::string>> QueryOf(const RequestView& request) {
  std::string path(request.path);
  path = path.substr(0, path.find('#'));
  std::vector<std::pair<std::string, std::string>> query;
  if (path.find('?') == std::string::npos) return query;
  std::string rest = path.substr(path.find('?') + 1) + "&";
  for (; !rest.empty(); rest = rest.substr(rest.find('&') + 1)) {
    const std::string pair = rest.substr(0, rest.find('&'));
    const size_t equals = std::min(pair.find('='), pair.size());
    query.emplace_back(pair.substr(0, equals), equals < pair.size() ? pair.substr(equals + 1) : "");
  }
  return query;
}

bool MatchesAll(const HttpMatchRequest& block) {
  return block.headers.empty() && block.without_headers.empty() && block.query_params.empty() &&
         !block.method && !block.scheme && !block.authority &&
         (!block.uri || block.uri->kind == StringMatch::Kind::kPresent ||
          *block.uri == StringMatch::Prefix("/") || *block.uri == StringMatch::Regex(".*"));
}

}  // namespace

NaiveRoutes::NaiveRoutes(Resources resources, ClientIdentity client, Merging merging)
    : resources_(std::move(resources)), client_(std::move(client)), merging_(merging) {
  ReplaceDelegates(resources_);
  for (const VirtualService& service : resources_.virtual_services) {
    const int group = GroupOf(service, client_.namespace_name);
    const bool in_mesh = service.gateways.empty() || Contains(service.gateways, "mesh");
    if (group >= 0 && in_mesh) candidates_.push_back({&service, group});
  }
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    const Metadata& x = a.service->metadata;
    const Metadata& y = b.service->metadata;
    if (a.group != b.group) return a.group < b.group;
    if (x.creation_timestamp != y.creation_timestamp) {
      return x.creation_timestamp < y.creation_timestamp;
    }
    return x.name != y.name ? x.name < y.name : x.namespace_name < y.namespace_name;
  });
}

NaiveAnswer NaiveRoutes::Match(const RequestView& request) {
  std::string host = Lower(std::string(request.authority));
  std::string port;
  if (const size_t colon = host.find(':'); colon != std::string::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  NaiveAnswer answer;
  const std::optional<std::string> exact = FindExact(host);
  if (exact && Answers(*exact, port, request, answer)) return answer;
  std::vector<std::string> wildcards;
  for (const std::string& name : VirtualHosts()) {
    if (name[0] == '*' && EndsWith(host, name.substr(1)) && host.size() >= name.size()) {
      wildcards.push_back(name);
    }
  }
  std::sort(wildcards.begin(), wildcards.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  for (const std::string& name : wildcards) {
    if (Answers(name, port, request, answer)) return answer;
  }
  return {};
}

const ServiceEntry* NaiveRoutes::FindService(const std::string& host) const {
  for (const ServiceEntry& entry : resources_.service_entries) {
    if (entry.hosts.front() == host) return &entry;
  }
  return nullptr;
}

std::vector<std::string> NaiveRoutes::VirtualHosts() const {
  std::set<std::string> names;
  for (const Candidate& candidate : candidates_) {
    for (const std::string& host : candidate.service->hosts) {
      names.insert(CompleteHost(host, candidate.service->metadata.namespace_name, "cluster.local"));
    }
  }
  for (const ServiceEntry& entry : resources_.service_entries) names.insert(entry.hosts.front());
  return {names.begin(), names.end()};
}

std::optional<std::string> NaiveRoutes::FindExact(const std::string& host) const {
  const std::vector<std::string> names = VirtualHosts();
  if (Contains(names, host)) return host;
  for (const std::string& name : names) {
    if (name[0] == '*') continue;
    if (host == name + ".") return name;
    if (!EndsWith(name, kDomain)) continue;
    const std::string in_cluster = name.substr(0, name.size() - std::string(kDomain).size());
    if (in_cluster.find('.') == std::string::npos) continue;
    if (host == in_cluster || host == in_cluster + ".svc") return name;
    if (in_cluster == host + "." + client_.namespace_name) return name;
  }
  return std::nullopt;
}

std::vector<const VirtualService*> NaiveRoutes::Governing(const std::string& virtual_host) const {
  std::vector<const VirtualService*> literal;
  std::vector<const VirtualService*> wildcard;
  std::string best;
  for (const Candidate& candidate : candidates_) {
    for (const std::string& host : candidate.service->hosts) {
      const std::string name =
          CompleteHost(host, candidate.service->metadata.namespace_name, "cluster.local");
      if (name == virtual_host && name[0] != '*') literal.push_back(candidate.service);
      if (name[0] != '*') continue;
      const std::string covered = virtual_host[0] == '*' ? virtual_host.substr(1) : virtual_host;
      if (!EndsWith(covered, name.substr(1)) || name.size() < best.size()) continue;
      if (name.size() > best.size()) wildcard.clear();
      best = name;
      wildcard.push_back(candidate.service);
    }
  }
  if (!literal.empty()) return literal;
  if (merging_ == Merging::kNone && wildcard.size() > 1) wildcard.resize(1);
  return wildcard;
}

// Whether the virtual host is known on the port; if so, `answer` is filled.
bool NaiveRoutes::Answers(const std::string& virtual_host, std::string_view given_port,
                          const RequestView& request, NaiveAnswer& answer) {
  const ServiceEntry* const service = FindService(virtual_host);
  uint32_t port = request.scheme == "https" ? 443 : 80;
  if (!given_port.empty()) {
    port = static_cast<uint32_t>(std::stoul(std::string(given_port)));
  } else if (service != nullptr && service->ports.size() == 1) {
    port = service->ports.front().number;
  }
  answer = {true, virtual_host, "", {}};
  bool is_http = true;
  if (service != nullptr) {
    for (const ServicePort& declared : service->ports) {
      if (declared.number == port) is_http = declared.protocol == "HTTP";
    }
  }
  if (is_http) {
    std::vector<Block> all;
    for (const VirtualService* governing : Governing(virtual_host)) {
      const std::vector<Block> blocks = BlocksOf(*governing, port);
      if (merging_ == Merging::kConcatenate) {
        all.insert(all.end(), blocks.begin(), blocks.end());
      } else if (AnswersByBlocks(blocks, port, request, answer)) {
        return true;
      }
    }
    if (AnswersByBlocks(CatchAllsLast(all), port, request, answer)) return true;
  }
  if (service == nullptr) return false;
  if (!request.path.starts_with('/')) return true;  // The default route is the prefix "/".
  answer.route = "default";
  answer.destinations = {Target(virtual_host, std::nullopt, port)};
  return true;
}

std::vector<NaiveRoutes::Block> NaiveRoutes::BlocksOf(const VirtualService& service,
                                                      uint32_t port) const {
  std::vector<Block> found;
  for (const HttpRoute& rule : service.http) {
    std::vector<HttpMatchRequest> blocks = rule.match;
    if (blocks.empty()) blocks.emplace_back();
    for (const HttpMatchRequest& block : blocks) {
      if (!BlockExists(block, port)) continue;
      found.push_back({&service, &rule, block});
      if (MatchesAll(block)) return found;  // The rest does not exist.
    }
  }
  return found;
}

std::vector<NaiveRoutes::Block> NaiveRoutes::CatchAllsLast(std::vector<Block> blocks) {
  std::vector<Block> sorted;
  for (const Block& block : blocks) {
    if (!MatchesAll(block.block)) sorted.push_back(block);
  }
  for (const Block& block : blocks) {
    if (MatchesAll(block.block)) sorted.push_back(block);
  }
  return sorted;
}

// Whether there is any block at all.
bool NaiveRoutes::AnswersByBlocks(const std::vector<Block>& blocks, uint32_t port,
                                  const RequestView& request, NaiveAnswer& answer) {
  for (const auto& [service, rule, block] : blocks) {
    if (!BlockMatches(block, request)) {
      if (MatchesAll(block)) return true;  // A path such as "*" gets past it, to nothing.
      continue;
    }
    answer.route = block.name.empty() ? rule->name : rule->name + "." + block.name;
    for (const HttpRouteDestination& share : rule->route) {
      if (rule->route.size() > 1 && share.weight == 0) continue;
      const std::string host =
          CompleteHost(share.destination->host, service->metadata.namespace_name, "cluster.local");
      const auto& named = share.destination->port;
      answer.destinations.push_back(
          Target(host, named ? std::optional(named->number) : std::nullopt, port));
    }
    return true;
  }
  return !blocks.empty();
}

std::string NaiveRoutes::Target(const std::string& host, std::optional<uint32_t> named,
                                uint32_t port) const {
  uint32_t chosen = 0;
  if (const ServiceEntry* const service = FindService(host); service != nullptr) {
    if (service->ports.size() == 1) chosen = service->ports.front().number;
    for (const ServicePort& declared : service->ports) {
      if (declared.number == port) chosen = port;
    }
  }
  return std::to_string(named.value_or(chosen)) + " " + host;
}

bool NaiveRoutes::BlockExists(const HttpMatchRequest& block, uint32_t port) const {
  if (block.port != 0 && block.port != port) return false;
  if (!block.gateways.empty()) return Contains(block.gateways, "mesh");
  for (const auto& [name, value] : block.source_labels) {
    const auto own = client_.labels.find(name);
    if (own == client_.labels.end() || own->second != value) return false;
  }
  return block.source_namespace.empty() || block.source_namespace == client_.namespace_name;
}

bool NaiveRoutes::BlockMatches(const HttpMatchRequest& block, const RequestView& request) {
  std::string path(request.path);
  if (!PathMatches(block, path.substr(0, path.find_first_of("?#")))) return false;
  if (block.method && !TextMatches(*block.method, std::string(request.method))) return false;
  if (block.scheme && !TextMatches(*block.scheme, std::string(request.scheme))) return false;
  if (block.authority && !TextMatches(*block.authority, std::string(request.authority))) {
    return false;
  }
  for (const auto& [name, match] : block.headers) {
    bool fits = false;
    for (const std::string& value : ValuesOf(request, name)) fits |= TextMatches(match, value);
    if (!fits) return false;
  }
  for (const auto& [name, match] : block.without_headers) {
    std::vector<std::string> values = ValuesOf(request, name);
    if (values.empty() && match.kind == StringMatch::Kind::kPresent) continue;
    if (values.empty()) values.emplace_back();
    for (const std::string& value : values) {
      if (TextMatches(match, value)) return false;
    }
  }
  for (const auto& condition : block.query_params) {
    const auto query = QueryOf(request);
    const auto first = std::find_if(query.begin(), query.end(), [&](const auto& pair) {
      return pair.first == condition.first;
    });
    if (first == query.end() || !TextMatches(condition.second, first->second)) return false;
  }
  return true;
}

bool NaiveRoutes::PathMatches(const HttpMatchRequest& block, std::string path) {
  if (!block.uri || block.uri->kind == StringMatch::Kind::kPresent) return path[0] == '/';
  StringMatch uri = *block.uri;
  if (block.ignore_uri_case && uri.kind != StringMatch::Kind::kRegex) {
    uri.value = Lower(uri.value);
    path = Lower(path);
  }
  return TextMatches(uri, path);
}

bool NaiveRoutes::TextMatches(const StringMatch& match, const std::string& text) {
  switch (match.kind) {
    case StringMatch::Kind::kPresent:
      return true;
    case StringMatch::Kind::kExact:
      return text == match.value;
    case StringMatch::Kind::kPrefix:
      return text.substr(0, match.value.size()) == match.value;
    case StringMatch::Kind::kRegex:
      break;
  }
  const auto [known, is_new] = regexes_.try_emplace(match.value);
  if (is_new) known->second = std::regex(match.value);
  return std::regex_match(text, known->second);
}

}  // namespace meshroute
