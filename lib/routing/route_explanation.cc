// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/route_explanation.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

std::string NameOf(const VirtualService& service) {
  return absl::StrCat("VirtualService ", service.metadata.namespace_name, "/",
                      service.metadata.name);
}

// The host of `service` that covers `host`, the most specific one; empty: none does.
std::string CoveringHost(const VirtualService& service, const std::string& host,
                         const MeshOptions& mesh) {
  std::string best;
  for (const std::string& written : service.hosts) {
    std::string name = CompleteHost(written, service.metadata.namespace_name, mesh.cluster_domain);
    if (!HostCovers(name, host)) continue;
    if (best.empty() || MoreSpecificHost(name, best)) best = std::move(name);
  }
  return best;
}

std::string TextOf(const Labels& labels) {
  if (labels.empty()) return "none";
  return absl::StrJoin(labels, ",", [](std::string* text, const auto& label) {
    absl::StrAppend(text, label.first, "=", label.second);
  });
}

// Why `block` cannot hold, in the words of its fields.
std::string WhyNot(BlockVerdict verdict, const HttpMatchRequest& block,
                   const ClientIdentity& client, uint32_t port) {
  switch (verdict) {
    case BlockVerdict::kCanHold:
      break;
    case BlockVerdict::kOtherPort:
      return absl::StrCat("port is ", port, ", must be ", block.port);
    case BlockVerdict::kOtherGateways:
      return absl::StrCat("gateways are ", absl::StrJoin(block.gateways, ", "),
                          ", must name \"mesh\" for a client in the mesh");
    case BlockVerdict::kOtherSourceLabels:
      return absl::StrCat("sourceLabels must be ", TextOf(block.source_labels), ", the client has ",
                          TextOf(ClientLabels(client)));
    case BlockVerdict::kOtherSourceNamespace:
      return absl::StrCat("sourceNamespace must be ", block.source_namespace, ", the client's is ",
                          client.namespace_name);
  }
  return "";
}

std::string OriginOf(const ApplicableRule& rule, size_t block) {
  return absl::StrCat(rule.origin, " match[", block, "]");
}

std::string OriginOf(const Route& route) {
  if (route.match_index < 0) return route.origin;
  return absl::StrCat(route.origin, " match[", route.match_index, "]");
}

// Collects rules until the one that matched.
class RuleList {
 public:
  RuleList(const RequestView& request, const RuleTable& rules, uint32_t matched, Decision& decision)
      : request_(request), rules_(rules), matched_(matched), decision_(decision) {}

  // The next rule of the table. False: it is the one that matched, the last to be
  // tried.
  bool AddNext(std::string origin) {
    assert(number_ < rules_.routes.size());
    Decision::Rule rule;
    rule.origin = std::move(origin);
    rule.name = rules_.routes[number_].name;
    rule.matched = number_ == matched_;
    if (!rule.matched) rule.failed = rules_.index.rules()[number_].FirstFailure(request_);
    assert(rule.matched || !rule.failed.empty());
    decision_.rules.push_back(std::move(rule));
    return number_++ != matched_;
  }

  void AddImpossible(std::string origin, std::string name, std::string reason) {
    Decision::Rule rule;
    rule.origin = std::move(origin);
    rule.name = std::move(name);
    rule.failed = std::move(reason);
    decision_.rules.push_back(std::move(rule));
  }

  size_t rest() const { return rules_.routes.size() - number_; }

 private:
  const RequestView& request_;
  const RuleTable& rules_;
  const uint32_t matched_;
  Decision& decision_;
  uint32_t number_ = 0;
};

}  // namespace

RouteExplanation::RouteExplanation(const RouteTableInputs& inputs)
    : inputs_(inputs),
      virtual_services_(inputs.config, inputs.client, inputs.mesh, inputs.splits),
      catalog_(inputs),
      planner_(inputs, catalog_) {}

void RouteExplanation::AddCandidates(const std::string& host, uint32_t port, Decision& decision) {
  const Service* const service = inputs_.services.Find(host);
  const ServicePort* const declared = service == nullptr ? nullptr : service->FindPort(port);
  const bool is_http = declared == nullptr || IsHttpProtocol(declared->protocol);
  const bool merges =
      inputs_.mesh.virtual_service_merging == MeshOptions::VirtualServiceMerging::kConcatenate;
  for (const ApplicableVirtualService* candidate : virtual_services_.Candidates(host)) {
    Decision::Candidate entry;
    entry.virtual_service = NameOf(*candidate->source);
    entry.host = CoveringHost(*candidate->source, host, inputs_.mesh);
    if (!is_http) {
      entry.verdict =
          absl::StrCat("HTTP rules do not govern port ", port, ", which is ", declared->protocol);
    } else if (governing_ != nullptr && !merges) {
      entry.verdict = "comes after the one that governs, which governs alone";
    } else if (planner_.Plan(*candidate, port).empty()) {
      entry.verdict = absl::StrCat("has no HTTP rule for this client and port ", port);
    } else {
      entry.verdict = merges ? "governs, with the others of this host" : "governs";
      entry.governs = true;
      is_merged_ = governing_ != nullptr;
      governing_ = candidate;
    }
    decision.host.candidates.push_back(std::move(entry));
  }
  AddOthers(host, decision);
}

void RouteExplanation::AddOthers(const std::string& host, Decision& decision) {
  const std::vector<const ApplicableVirtualService*> considered =
      virtual_services_.Candidates(host);
  for (const VirtualService& service : inputs_.config.resources().virtual_services) {
    const bool known = std::any_of(considered.begin(), considered.end(),
                                   [&](const auto* entry) { return entry->source == &service; });
    if (known) continue;
    std::string covering = CoveringHost(service, host, inputs_.mesh);
    if (covering.empty()) continue;
    std::string verdict = WhyNotConsidered(service, covering);
    decision.host.candidates.push_back(
        {NameOf(service), std::move(covering), std::move(verdict), false});
  }
}

std::string RouteExplanation::WhyNotConsidered(const VirtualService& service,
                                               const std::string& host) const {
  switch (Judge(service, inputs_.client, inputs_.mesh)) {
    case ServiceVerdict::kOtherGateways:
      return absl::StrCat("is for gateways ", absl::StrJoin(service.gateways, ", "),
                          ", not for the mesh");
    case ServiceVerdict::kNotExported:
      return absl::StrCat("is not exported to namespace ", inputs_.client.namespace_name);
    case ServiceVerdict::kApplies:
      break;
  }
  return IsWildcardHost(host) ? "another one's host is more specific, or it is before this one"
                              : "another one is before this one";
}

void RouteExplanation::AddRules(const RequestView& request, uint32_t port, const RuleTable& rules,
                                uint32_t matched, Decision& decision) {
  RuleList list(request, rules, matched, decision);
  if (governing_ == nullptr) {
    list.AddNext(rules.routes.front().origin);
    return;
  }
  if (is_merged_) {
    for (const Route& route : rules.routes) {
      if (list.AddNext(OriginOf(route))) continue;
      decision.rules_not_tried = list.rest();
      return;
    }
    return;
  }
  for (const ApplicableRule& rule : governing_->rules) {
    if (rule.rule->match.empty()) {
      if (!list.AddNext(rule.origin)) decision.rules_not_tried = list.rest();
      return;
    }
    for (size_t i = 0; i < rule.rule->match.size(); ++i) {
      const HttpMatchRequest& block = rule.rule->match[i];
      const BlockVerdict verdict = planner_.Judge(block, port);
      if (verdict != BlockVerdict::kCanHold) {
        list.AddImpossible(OriginOf(rule, i), block.name,
                           WhyNot(verdict, block, inputs_.client, port));
        continue;
      }
      if (!list.AddNext(OriginOf(rule, i))) {
        decision.rules_not_tried = list.rest();
        return;
      }
      if (list.rest() == 0 && IsCatchAll(block)) return;
    }
  }
}

}  // namespace meshroute
