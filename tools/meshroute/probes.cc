// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/probes.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "meshroute/config/host_name.h"
#include "meshroute/message/headers.h"
#include "tools/meshroute/regex_sample.h"
#include "tools/meshroute/requests.h"

namespace meshroute::tool {
namespace {

constexpr std::string_view kOther = "probe";

// The part of a request on its way to being a probe.
struct Draft {
  std::string method = "GET";
  std::string scheme = "http";
  std::string authority;
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<Header> headers;
};

RequestHead HeadOf(const Draft& draft) {
  RequestHead head{draft.method, draft.scheme, draft.authority, draft.path, draft.headers};
  char separator = '?';
  for (const auto& [name, value] : draft.query) {
    head.path += separator + name + "=" + value;
    separator = '&';
  }
  return head;
}

// "*.example.com" as a name that fits it.
std::string NameOf(std::string_view host) {
  if (host == "*") return "probe.example";
  if (IsWildcardHost(host)) return std::string(kOther) + std::string(host.substr(1));
  return std::string(host);
}

// Delegates have no hosts; their rules are tried on those of every VirtualService
// that names them.
std::vector<const VirtualService*> Roots(const VirtualService& service,
                                         const Resources& resources) {
  if (!service.hosts.empty()) return {&service};
  std::vector<const VirtualService*> roots;
  for (const VirtualService& root : resources.virtual_services) {
    const bool names_it = std::any_of(root.http.begin(), root.http.end(), [&](const auto& rule) {
      if (!rule.delegate.has_value() || rule.delegate->name != service.metadata.name) return false;
      const std::string& named = rule.delegate->namespace_name;
      return (named.empty() ? root.metadata.namespace_name : named) ==
             service.metadata.namespace_name;
    });
    if (names_it) roots.push_back(&root);
  }
  return roots;
}

std::set<uint32_t> PortsOf(const VirtualService& service, std::string_view host,
                           const Resources& resources) {
  std::set<uint32_t> ports;
  for (const HttpRoute& rule : service.http) {
    for (const HttpMatchRequest& match : rule.match) {
      if (match.port != 0) ports.insert(match.port);
    }
  }
  for (const ServiceEntry& entry : resources.service_entries) {
    const bool declares =
        std::any_of(entry.hosts.begin(), entry.hosts.end(),
                    [&](const auto& name) { return HostCovers(LowerHost(name), host); });
    if (!declares) continue;
    for (const ServicePort& port : entry.ports) ports.insert(port.number);
  }
  if (ports.empty()) ports.insert(80);
  return ports;
}

}  // namespace

// The probes of one match block on one authority.
class ProbeSet::BlockProbes {
 public:
  BlockProbes(ProbeSet& set, std::string authority) : set_(set) {
    base_.authority = std::move(authority);
  }

  void Add(const HttpMatchRequest& match) {
    Satisfy(match);
    set_.Keep(HeadOf(base_));
    VaryPath(match.uri);
    VaryHeaders(match);
    for (size_t i = 0; i < base_.query.size(); ++i) {
      Vary([i](Draft& draft) { draft.query.erase(draft.query.begin() + static_cast<long>(i)); });
      Vary([i](Draft& draft) { draft.query[i].second = kOther; });
    }
    if (match.method) Vary([](Draft& draft) { draft.method = OtherMethod(draft.method); });
    if (match.scheme) {
      Vary([](Draft& draft) { draft.scheme = draft.scheme == "http" ? "https" : "http"; });
    }
  }

 private:
  static std::string OtherMethod(const std::string& method) {
    return method == "PUT" ? "DELETE" : "PUT";
  }

  template <typename Change>
  void Vary(Change change) {
    Draft draft = base_;
    change(draft);
    set_.Keep(HeadOf(draft));
  }

  // A value for which `match` holds.
  std::string ValueOf(const StringMatch& match) {
    if (match.MeansPresent()) return std::string(kOther);
    if (match.kind != StringMatch::Kind::kRegex) return match.value;
    std::optional<std::string> sample = SampleOf(match.value);
    if (sample.has_value()) return *std::move(sample);
    set_.without_example_.insert(match.value);
    return std::string(kOther);
  }

  void Satisfy(const HttpMatchRequest& match) {
    if (match.uri) base_.path = ValueOf(*match.uri);
    if (!base_.path.starts_with('/')) base_.path.insert(0, "/");
    if (match.method) base_.method = ValueOf(*match.method);
    if (match.scheme) base_.scheme = ValueOf(*match.scheme);
    if (match.authority && match.authority->kind == StringMatch::Kind::kExact) {
      base_.authority = match.authority->value;
    }
    for (const auto& [name, condition] : match.headers) {
      base_.headers.push_back({name, ValueOf(condition)});
    }
    for (const auto& [name, condition] : match.query_params) {
      base_.query.emplace_back(name, ValueOf(condition));
    }
  }

  void VaryPath(const std::optional<StringMatch>& uri) {
    if (!uri) return Vary([](Draft& draft) { draft.path = "/" + std::string(kOther); });
    Vary([](Draft& draft) { draft.path += kOther; });
    Vary([](Draft& draft) { draft.path += "/" + std::string(kOther); });
    if (base_.path.size() > 1) Vary([](Draft& draft) { draft.path.pop_back(); });
  }

  void VaryHeaders(const HttpMatchRequest& match) {
    for (size_t i = 0; i < base_.headers.size(); ++i) {
      Vary(
          [i](Draft& draft) { draft.headers.erase(draft.headers.begin() + static_cast<long>(i)); });
      Vary([i](Draft& draft) { draft.headers[i].value = kOther; });
    }
    for (const auto& [name, condition] : match.without_headers) {
      const Header header{name, ValueOf(condition)};
      Vary([&header](Draft& draft) { draft.headers.push_back(header); });
    }
  }

  ProbeSet& set_;
  Draft base_;
};

void ProbeSet::Keep(RequestHead head) {
  if (!seen_.insert(CurlLine(head)).second) return;
  if (probes_.size() < maximum_) {
    probes_.push_back(std::move(head));
  } else {
    ++left_out_;
  }
}

void ProbeSet::AddRules(const VirtualService& service, const Resources& resources) {
  for (const VirtualService* const root : Roots(service, resources)) {
    for (const std::string& written : root->hosts) {
      const std::string host =
          CompleteHost(written, root->metadata.namespace_name, cluster_domain_);
      for (const uint32_t port : PortsOf(*root, host, resources)) {
        const std::string authority = NameOf(host) + ":" + std::to_string(port);
        BlockProbes(*this, authority).Add({});
        for (const HttpRoute& rule : service.http) {
          for (const HttpMatchRequest& match : rule.match) BlockProbes(*this, authority).Add(match);
        }
      }
    }
  }
}

void ProbeSet::Add(const Resources& resources) {
  for (const ServiceEntry& entry : resources.service_entries) {
    for (const std::string& host : entry.hosts) {
      for (const ServicePort& port : entry.ports) {
        const std::string authority = NameOf(LowerHost(host)) + ":" + std::to_string(port.number);
        BlockProbes(*this, authority).Add({});
      }
    }
  }
  for (const VirtualService& service : resources.virtual_services) AddRules(service, resources);
}

}  // namespace meshroute::tool
