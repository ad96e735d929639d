// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/managed_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/routing/live_shares.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

constexpr char kUnused[] = "does not apply to this client";

std::string NameOf(const Destination& destination) {
  std::string name = destination.host;
  if (!destination.subset.empty()) absl::StrAppend(&name, " subset ", destination.subset);
  if (destination.port) absl::StrAppend(&name, " port ", destination.port->number);
  return name;
}

// The destinations of one split among those of a rule.
class Arms {
 public:
  Arms(const TrafficSplit& split, const HttpRoute& rule, const MeshOptions& mesh)
      : split_(split), rule_(rule), mesh_(mesh) {}

  // The first destination with weight that is none of them, or nullptr.
  const Destination* Other() const {
    for (const HttpRouteDestination* share : LiveShares(rule_.route)) {
      const Destination& listed = *share->destination;
      if (!Means(split_.baseline, listed) && !Means(split_.canary, listed) &&
          !(split_.fresh_baseline && Means(*split_.fresh_baseline, listed))) {
        return &listed;
      }
    }
    return nullptr;
  }

  // Each as the rule lists it, with the edits that stand there; at their positions of
  // RouteSplit.
  std::vector<HttpRouteDestination> All() const {
    std::vector<HttpRouteDestination> shares{ShareOf(split_.baseline, split_.canary),
                                             ShareOf(split_.canary, split_.baseline)};
    if (split_.fresh_baseline) shares.push_back(ShareOf(*split_.fresh_baseline, split_.baseline));
    return shares;
  }

 private:
  std::string HostOf(const Destination& destination) const {
    return CompleteHost(destination.host, split_.namespace_name, mesh_.cluster_domain);
  }

  bool Means(const Destination& arm, const Destination& listed) const {
    return (!arm.port || arm.port == listed.port) && arm.subset == listed.subset &&
           HostOf(arm) == HostOf(listed);
  }

  const HttpRouteDestination* Listed(const Destination& arm) const {
    const auto found = std::find_if(
        rule_.route.begin(), rule_.route.end(),
        [&](const HttpRouteDestination& share) { return Means(arm, *share.destination); });
    return found == rule_.route.end() ? nullptr : &*found;
  }

  HttpRouteDestination ShareOf(const Destination& arm, const Destination& other) const {
    HttpRouteDestination share;
    if (const HttpRouteDestination* const listed = Listed(arm)) {
      share = *listed;
    } else {
      share.destination = arm;
      const HttpRouteDestination* const beside = Listed(other);
      if (!arm.port && beside != nullptr && HostOf(arm) == HostOf(other)) {
        share.destination->port = beside->destination->port;
      }
    }
    share.weight = 1;  // Both are to be compiled, whatever the split gives them.
    return share;
  }

  const TrafficSplit& split_;
  const HttpRoute& rule_;
  const MeshOptions& mesh_;
};

// "baseline and canary": what one destination is; empty: each is another.
std::string TwiceIn(const std::vector<HttpRouteDestination>& shares) {
  static constexpr const char* kNames[] = {"baseline", "canary", "fresh baseline"};
  for (size_t i = 1; i < shares.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (shares[i].destination == shares[j].destination) {
        return absl::StrCat(kNames[j], " and ", kNames[i]);
      }
    }
  }
  return "";
}

std::string Named(const TrafficSplit& split) {
  return split.route.empty() ? std::string() : absl::StrCat(" named \"", split.route, "\"");
}

}  // namespace

ManagedRules::ManagedRules(const Resources& resources, const MeshOptions& mesh,
                           std::span<const TrafficSplit> splits)
    : mesh_(mesh), splits_(splits) {
  for (uint32_t i = 0; i < splits.size(); ++i) problems_.push_back(Bind(resources, i));
}

std::string ManagedRules::Bind(const Resources& resources, uint32_t number) {
  const TrafficSplit& split = splits_[number];
  const auto service =
      std::find_if(resources.virtual_services.begin(), resources.virtual_services.end(),
                   [&split](const VirtualService& candidate) {
                     return candidate.metadata.namespace_name == split.namespace_name &&
                            candidate.metadata.name == split.virtual_service;
                   });
  if (service == resources.virtual_services.end()) return "does not exist";
  std::vector<size_t> rules;
  for (size_t i = 0; i < service->http.size(); ++i) {
    if (split.route.empty() || service->http[i].name == split.route) rules.push_back(i);
  }
  if (rules.size() != 1) {
    return absl::StrCat("must have one http rule", Named(split), ", has ", rules.size());
  }
  return Manage(*service, rules.front(), number);
}

std::string ManagedRules::Manage(const VirtualService& service, size_t index, uint32_t number) {
  const HttpRoute& rule = service.http[index];
  const std::string place = absl::StrCat("http[", index, "]");
  if (rule.route.empty()) return place + " has no destinations to split between";
  const auto [entry, is_new] = by_rule_.emplace(std::pair(&service, index), nullptr);
  if (!is_new) return place + " is managed by another split";
  const Arms arms(splits_[number], rule, mesh_);
  if (const Destination* const third = arms.Other()) {
    by_rule_.erase(entry);
    return absl::StrCat(place, " sends traffic to a third destination, ", NameOf(*third));
  }
  HttpRoute managed = rule;
  managed.route = arms.All();
  if (const std::string twice = TwiceIn(managed.route); !twice.empty()) {
    by_rule_.erase(entry);
    return absl::StrCat(place, " has one destination that is ", twice, " at once");
  }
  bindings_.push_back({std::move(managed), number});
  entry->second = &bindings_.back();
  return kUnused;  // Until it is taken.
}

ManagedRules::Rule ManagedRules::Take(const VirtualService& service, size_t index) {
  const auto found = by_rule_.find({&service, index});
  if (found == by_rule_.end()) return {&service.http[index]};
  const Binding& binding = *found->second;
  problems_[binding.split].clear();
  return {&binding.route, binding.split};
}

std::vector<std::string> ManagedRules::Problems() const {
  std::vector<std::string> problems;
  for (size_t i = 0; i < problems_.size(); ++i) {
    const TrafficSplit& split = splits_[i];
    problems.push_back(problems_[i].empty()
                           ? std::string()
                           : absl::StrCat("VirtualService ", split.namespace_name, "/",
                                          split.virtual_service, " ", problems_[i]));
  }
  return problems;
}

}  // namespace meshroute
