// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/destination_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/field_merged_rules.h"
#include "lib/config/policy_extension_fields.h"
#include "lib/config/policy_merge.h"
#include "lib/config/rule_exports.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

bool SameSelector(const DestinationRule& a, const DestinationRule& b) {
  return a.workload_selector == b.workload_selector;
}

std::string NameOfRule(const DestinationRule& rule) {
  return absl::StrCat("DestinationRule ", rule.metadata.namespace_name, "/", rule.metadata.name);
}

// With complete hosts, in Istio's order of precedence.
std::vector<DestinationRule> SortedRules(const ValidatedConfig& config, const MeshOptions& mesh) {
  std::vector<DestinationRule> rules = config.resources().destination_rules;
  for (DestinationRule& rule : rules) {
    rule.host = CompleteHost(rule.host, rule.metadata.namespace_name, mesh.cluster_domain);
  }
  std::stable_sort(rules.begin(), rules.end(),
                   [](const DestinationRule& a, const DestinationRule& b) {
                     const bool a_selects = a.workload_selector.has_value();
                     if (a_selects != b.workload_selector.has_value()) return a_selects;
                     return CreatedBefore(a.metadata, b.metadata);
                   });
  return rules;
}

}  // namespace

DestinationRules::DestinationRules(const ValidatedConfig& config, const ClientIdentity& client,
                                   const MeshOptions& mesh)
    : client_namespace_(client.namespace_name),
      client_labels_(ClientLabels(client)),
      root_namespace_(mesh.root_namespace) {
  std::vector<DestinationRule> rules = SortedRules(config, mesh);
  if (mesh.destination_rule_merging == MeshOptions::DestinationRuleMerging::kByField) {
    by_field_ = std::make_unique<const FieldMergedRules>(std::move(rules), client, mesh);
    return;
  }
  for (const DestinationRule& rule : rules) Add(rule, mesh);
}

DestinationRules::~DestinationRules() = default;

void DestinationRules::Add(const DestinationRule& rule, const MeshOptions& mesh) {
  const std::string& own = rule.metadata.namespace_name;
  const ExportSet export_to = ExportSetOf(rule);
  if (IsSeenAtHome(export_to, own)) Merge(rule, export_to, local_[own]);
  if (!IsPrivate(export_to, own, mesh)) {
    Merge(rule, export_to, exported_[own]);
  } else if (own == root_namespace_) {
    Merge(rule, export_to, root_private_);
  }
}

void DestinationRules::Merge(const DestinationRule& rule, const ExportSet& export_to,
                             RulesByHost& rules) const {
  HostRules& of_host = rules[rule.host];
  std::vector<Entry>& entries = of_host.entries;
  // Whether the rule also stands for itself is what the comparison with the last
  // entry says: a rule can be merged into several and lose its own place, as in
  // Istio.
  bool stands_alone = true;
  for (const size_t index : FindMergeable(rule, export_to, of_host)) {
    Entry& entry = entries[index];
    Absorb(rule, entry);
    if (index + 1 < entries.size()) continue;
    stands_alone = export_to != entry.export_to && !SameSelector(rule, entry.rule);
  }
  if (!stands_alone) return;
  Mergeable& mergeable = of_host.mergeable[export_to.empty() ? "" : *export_to.rbegin()];
  if (rule.workload_selector) {
    mergeable.by_selector.emplace(rule.workload_selector->labels, entries.size());
  } else {
    mergeable.for_everyone.push_back(entries.size());
  }
  Entry& added = entries.emplace_back(Entry{rule, export_to, {}, {}});
  for (const Subset& subset : rule.subsets) added.subset_names.insert(subset.name);
  added.origins.Add("", NameOfRule(rule));
}

// The entries that `rule` is merged into: those of the same exportTo or of a part
// of it, unless both have selectors and these differ.
std::set<size_t> DestinationRules::FindMergeable(const DestinationRule& rule,
                                                 const ExportSet& export_to,
                                                 const HostRules& rules) {
  std::set<size_t> found;
  const auto take = [&](size_t index) {
    const ExportSet& other = rules.entries[index].export_to;
    if (std::includes(export_to.begin(), export_to.end(), other.begin(), other.end())) {
      found.insert(index);
    }
  };
  const auto take_from = [&](std::string_view last) {
    const auto place = rules.mergeable.find(last);
    if (place == rules.mergeable.end()) return;
    for (const size_t index : place->second.for_everyone) take(index);
    if (!rule.workload_selector) {
      for (const auto& [selector, index] : place->second.by_selector) take(index);
      return;
    }
    const auto same = place->second.by_selector.find(rule.workload_selector->labels);
    if (same != place->second.by_selector.end()) take(same->second);
  };
  if (export_to.empty()) take_from("");
  for (const std::string& last : export_to) take_from(last);
  return found;
}

// Adds what `target` lacks: subsets by name, the traffic policy as a whole, and each
// extension.
// Rules that select other clients are never chosen, and stay as they are.
void DestinationRules::Absorb(const DestinationRule& source, Entry& target) const {
  const std::optional<WorkloadSelector>& selector = target.rule.workload_selector;
  if (selector && !LabelsCover(client_labels_, selector->labels)) return;
  for (const Subset& subset : source.subsets) {
    if (!target.subset_names.insert(subset.name).second) continue;
    target.rule.subsets.push_back(subset);
    target.origins.Add(SubsetPart(subset.name), NameOfRule(source));
  }
  if (!target.rule.traffic_policy && source.traffic_policy) {
    target.rule.traffic_policy = source.traffic_policy;
    target.origins.Add("trafficPolicy", NameOfRule(source));
  }
  ForEachField<DestinationRuleExtensions>([&](const auto& field, size_t) {
    auto& extension = target.rule.*(field.member);
    if (extension || !(source.*(field.member))) return;
    extension = source.*(field.member);
    target.origins.Add(std::string(field.facts.name), NameOfRule(source));
  });
}

const DestinationRule* DestinationRules::Find(std::string_view service_host,
                                              std::string_view service_namespace) const {
  return FindFrom(client_namespace_, service_host, service_namespace);
}

const DestinationRule* DestinationRules::FindFrom(std::string_view client_namespace,
                                                  std::string_view service_host,
                                                  std::string_view service_namespace) const {
  if (by_field_ != nullptr) {
    const auto* merged = by_field_->Find(client_namespace, service_host, service_namespace);
    return merged == nullptr ? nullptr : &merged->rule;
  }
  const HostRules* at_home = nullptr;
  if (client_namespace == root_namespace_) {
    at_home = FindHost(root_private_, service_host);
  } else if (const auto own = local_.find(client_namespace); own != local_.end()) {
    at_home = FindHost(own->second, service_host);
  }
  if (at_home != nullptr) {
    std::vector<const Entry*> candidates;
    for (const Entry& entry : at_home->entries) candidates.push_back(&entry);
    return Choose(client_namespace, candidates);
  }
  if (!service_namespace.empty()) {
    const DestinationRule* rule = FindExported(client_namespace, service_namespace, service_host);
    if (rule != nullptr) return rule;
  }
  return FindExported(client_namespace, root_namespace_, service_host);
}

const DestinationRule* DestinationRules::FindExported(std::string_view client_namespace,
                                                      std::string_view namespace_name,
                                                      std::string_view host) const {
  const auto rules = exported_.find(namespace_name);
  if (rules == exported_.end()) return nullptr;
  const HostRules* of_host = FindHost(rules->second, host);
  if (of_host == nullptr) return nullptr;
  std::vector<const Entry*> visible;
  for (const Entry& entry : of_host->entries) {
    if (IsSeenFrom(entry.export_to, client_namespace)) visible.push_back(&entry);
  }
  return Choose(client_namespace, visible);
}

const DestinationRule* DestinationRules::Choose(std::string_view client_namespace,
                                                const std::vector<const Entry*>& entries) const {
  const DestinationRule* for_everyone = nullptr;
  for (const Entry* entry : entries) {
    const std::optional<WorkloadSelector>& selector = entry->rule.workload_selector;
    if (!selector) {
      for_everyone = &entry->rule;
    } else if (entry->rule.metadata.namespace_name == client_namespace &&
               LabelsCover(client_labels_, selector->labels)) {
      return &entry->rule;
    }
  }
  return for_everyone;
}

const DestinationRules::Entry* DestinationRules::FindEntry(const RulesByHost& rules,
                                                           const DestinationRule& rule) {
  const auto of_host = rules.find(rule.host);
  if (of_host == rules.end()) return nullptr;
  const std::vector<Entry>& entries = of_host->second.entries;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&rule](const Entry& entry) { return &entry.rule == &rule; });
  return found == entries.end() ? nullptr : &*found;
}

const PartOrigins* DestinationRules::OriginsOf(const DestinationRule& rule) const {
  if (by_field_ != nullptr) {
    const FieldMergedRules::Merged* const merged = by_field_->Of(rule);
    return merged == nullptr ? nullptr : &merged->origins;
  }
  const Entry* entry = FindEntry(root_private_, rule);
  for (const RulesByNamespace* const rules : {&local_, &exported_}) {
    const auto own = rules->find(rule.metadata.namespace_name);
    if (entry == nullptr && own != rules->end()) entry = FindEntry(own->second, rule);
  }
  return entry == nullptr ? nullptr : &entry->origins;
}

std::vector<const DestinationRule*> DestinationRules::PartsOf(const DestinationRule& rule) const {
  const FieldMergedRules::Merged* const merged =
      by_field_ == nullptr ? nullptr : by_field_->Of(rule);
  return merged == nullptr ? std::vector<const DestinationRule*>() : merged->parts;
}

const Subset* DestinationRules::FindSubset(const DestinationRule* rule, std::string_view name) {
  if (rule == nullptr) return nullptr;
  const auto found = std::find_if(rule->subsets.begin(), rule->subsets.end(),
                                  [name](const Subset& subset) { return subset.name == name; });
  return found == rule->subsets.end() ? nullptr : &*found;
}

}  // namespace meshroute
