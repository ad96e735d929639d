// SPDX-License-Identifier: Apache-2.0
#include "lib/config/field_merged_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/policy_extension_fields.h"
#include "lib/config/policy_merge.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

std::string NameOfRule(const DestinationRule& rule) {
  return absl::StrCat("DestinationRule ", rule.metadata.namespace_name, "/", rule.metadata.name);
}

// Puts one rule together out of several, the first of them first.
class RuleMerge {
 public:
  explicit RuleMerge(FieldMergedRules::Merged& into) : into_(into) {}

  void Add(const DestinationRule& source) {
    const std::string origin = NameOfRule(source);
    if (source.traffic_policy) {
      AddPolicy(*source.traffic_policy, "trafficPolicy", origin, into_.rule.traffic_policy);
    }
    for (const Subset& subset : source.subsets) AddSubset(subset, origin);
    ForEachField<DestinationRuleExtensions>([&](const auto& field, size_t) {
      auto& target = into_.rule.*(field.member);
      if (target || !(source.*(field.member))) return;
      target = source.*(field.member);
      into_.origins.Add(std::string(field.facts.name), origin);
    });
  }

 private:
  // Subsets add up; of one name the labels are those of the first, which says what it is.
  void AddSubset(const Subset& source, const std::string& origin) {
    std::vector<Subset>& subsets = into_.rule.subsets;
    const std::string path = SubsetPart(source.name);
    const auto [place, is_new] = subset_places_.try_emplace(source.name, subsets.size());
    if (is_new) {
      subsets.push_back({source.name, source.labels, std::nullopt});
      into_.origins.Add(path, origin);
    }
    if (!source.traffic_policy) return;
    AddPolicy(*source.traffic_policy, PartOrigins::Join(path, "trafficPolicy"), origin,
              subsets[place->second].traffic_policy);
  }

  void AddPolicy(const TrafficPolicy& source, const std::string& path, const std::string& origin,
                 std::optional<TrafficPolicy>& target) {
    if (!target) target.emplace();
    PolicyMerge(*target, path, &into_.origins).Fill(source, origin);
  }

  FieldMergedRules::Merged& into_;
  std::map<std::string, size_t, std::less<>> subset_places_;
};

std::unique_ptr<const FieldMergedRules::Merged> Merge(std::vector<const DestinationRule*> parts) {
  auto merged = std::make_unique<FieldMergedRules::Merged>();
  merged->rule.metadata = parts.front()->metadata;
  merged->rule.host = parts.front()->host;
  RuleMerge merge(*merged);
  for (const DestinationRule* part : parts) merge.Add(*part);
  merged->parts = std::move(parts);
  return merged;
}

// Calls `visit` with the entries of `table` that cover `host`, the most specific first.
template <typename Table, typename Visit>
void ForEachCovering(const Table& table, std::string_view host, Visit&& visit) {
  if (IsWildcardHost(host)) {
    host.remove_prefix(1);
  } else if (const auto exact = table.find(host); exact != table.end()) {
    visit(exact->second);
  }
  for (std::string wildcard;; host.remove_prefix(1)) {
    wildcard.assign(1, '*').append(host);
    if (const auto found = table.find(wildcard); found != table.end()) visit(found->second);
    if (host.empty()) return;
  }
}

}  // namespace

FieldMergedRules::FieldMergedRules(std::vector<DestinationRule> rules, const ClientIdentity& client,
                                   const MeshOptions& mesh)
    : rules_(std::move(rules)),
      client_labels_(ClientLabels(client)),
      root_namespace_(mesh.root_namespace) {
  for (const DestinationRule& rule : rules_) {
    const std::string& own = rule.metadata.namespace_name;
    ExportSet export_to = ExportSetOf(rule);
    const bool is_private = IsPrivate(export_to, own, mesh);
    by_namespace_[own][rule.host].push_back({&rule, std::move(export_to), is_private});
  }
}

const FieldMergedRules::Merged* FieldMergedRules::Find(std::string_view client_namespace,
                                                       std::string_view host,
                                                       std::string_view service_namespace) const {
  const MutexLock lock(mutex_);
  Question question{client_namespace, host, service_namespace};
  if (const auto found = merged_.find(question); found != merged_.end()) return found->second.get();
  std::vector<const DestinationRule*> parts = PartsOf(client_namespace, host, service_namespace);
  if (parts.empty()) return nullptr;
  return merged_.emplace(std::move(question), Merge(std::move(parts))).first->second.get();
}

const FieldMergedRules::Merged* FieldMergedRules::Of(const DestinationRule& rule) const {
  const MutexLock lock(mutex_);
  const auto found = std::find_if(merged_.begin(), merged_.end(), [&rule](const auto& entry) {
    return &entry.second->rule == &rule;
  });
  return found == merged_.end() ? nullptr : found->second.get();
}

std::vector<const DestinationRule*> FieldMergedRules::PartsOf(
    std::string_view client_namespace, std::string_view host,
    std::string_view service_namespace) const {
  Parts parts;
  const bool in_root = client_namespace == root_namespace_;
  Collect(
      client_namespace, client_namespace, host,
      [&](const Candidate& candidate) {
        return in_root ? candidate.is_private : IsSeenAtHome(candidate.export_to, client_namespace);
      },
      parts);
  const auto is_exported = [client_namespace](const Candidate& candidate) {
    return !candidate.is_private && IsSeenFrom(candidate.export_to, client_namespace);
  };
  if (!service_namespace.empty()) {
    Collect(client_namespace, service_namespace, host, is_exported, parts);
  }
  Collect(client_namespace, root_namespace_, host, is_exported, parts);
  return std::move(parts.rules);
}

void FieldMergedRules::Collect(std::string_view client_namespace, std::string_view namespace_name,
                               std::string_view host,
                               const std::function<bool(const Candidate&)>& is_seen,
                               Parts& parts) const {
  const auto rules = by_namespace_.find(namespace_name);
  if (rules == by_namespace_.end()) return;
  ForEachCovering(rules->second, host, [&](const Candidates& candidates) {
    for (const Candidate& candidate : candidates) {
      const std::optional<WorkloadSelector>& selector = candidate.rule->workload_selector;
      const bool selects_others = selector && (namespace_name != client_namespace ||
                                               !LabelsCover(client_labels_, selector->labels));
      if (selects_others || !is_seen(candidate)) continue;
      if (parts.known.insert(candidate.rule).second) parts.rules.push_back(candidate.rule);
    }
  });
}

}  // namespace meshroute
