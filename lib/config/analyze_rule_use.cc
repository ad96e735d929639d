// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analyze_rule_use.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/config/analyze_virtual_service.h"
#include "lib/config/policy_extension_fields.h"
#include "lib/config/validate_primitives.h"
#include "meshroute/config/host_name.h"

namespace meshroute {
namespace {

bool IsExportedTo(const DestinationRule& rule, std::string_view namespace_name) {
  if (rule.workload_selector) return namespace_name == rule.metadata.namespace_name;
  return Visibility(rule.export_to, rule.metadata.namespace_name, {"*"}).Includes(namespace_name);
}

// Whether `rule` has a subset of this name with these labels.
bool HasSubset(const DestinationRule& rule, const Subset& wanted) {
  const Subset* const own = DestinationRules::FindSubset(&rule, wanted.name);
  return own != nullptr && own->labels == wanted.labels;
}

}  // namespace

RuleUse::RuleUse(const AnalysisFacts& facts) : facts_(facts) {
  std::vector<const DestinationRule*> rules;
  for (const DestinationRule& rule : facts.resources().destination_rules) rules.push_back(&rule);
  std::stable_sort(rules.begin(), rules.end(),
                   [](const DestinationRule* a, const DestinationRule* b) {
                     return CreatedBefore(a->metadata, b->metadata);
                   });
  for (const DestinationRule* rule : rules) {
    Group& group = groups_[GroupOf(*rule)];
    if (rule->traffic_policy && group.policy_owner == nullptr) group.policy_owner = rule;
    ForEachField<DestinationRuleExtensions>([&](const auto& field, size_t index) {
      if (rule->*(field.member)) group.extension_owners.emplace(index, rule);
    });
    for (const Subset& subset : rule->subsets) group.subset_owners.emplace(subset.name, rule);
  }
  for (const VirtualService& service : facts.resources().virtual_services) {
    ForEachDestination(service, [&](const Destination& destination) {
      if (destination.subset.empty()) return;
      wanted_subsets_.emplace(facts.Complete(destination.host, service.metadata),
                              destination.subset);
    });
  }
  if (!facts.client()) return;
  for (const auto& [host, service] : facts.services().all()) {
    for (const DestinationRule* rule : facts.FindRules(host, facts.client()->namespace_name)) {
      used_.emplace(rule->metadata.namespace_name, rule->host);
    }
  }
}

// A text that two rules share exactly if they are merged into one: host,
// namespace, exportTo, workloadSelector.
std::string RuleUse::GroupOf(const DestinationRule& rule) const {
  std::string group =
      absl::StrCat(rule.metadata.namespace_name, " ", facts_.Complete(rule.host, rule.metadata));
  if (rule.workload_selector) {
    for (const auto& [key, value] : rule.workload_selector->labels) {
      absl::StrAppend(&group, " ", key, "=", value);
    }
    return absl::StrCat(group, " selects");
  }
  std::vector<std::string> export_to = rule.export_to;
  std::sort(export_to.begin(), export_to.end());
  for (const std::string& name : export_to) absl::StrAppend(&group, " ", name);
  return group;
}

void RuleUse::Check(const DestinationRule& rule, ConfigErrors& errors) const {
  CheckExtensions(rule, errors);
  const ConfigErrors::Scope spec(errors, "spec");
  const std::string host = facts_.Complete(rule.host, rule.metadata);
  CheckMerge(rule, errors);
  CheckSubsets(rule, host, errors);
  if (facts_.services().all().empty()) return;
  const Service* const service = facts_.FirstCovered(host);
  if (service == nullptr) {
    return ReportAt(errors, "host", ProblemCode::kUnknownRuleHost,
                    absl::StrCat("matches no service that is declared: ", Quoted(host)),
                    facts_.HintFor(host));
  }
  if (facts_.client()) {
    CheckForClient(rule, host, *service, errors);
  } else {
    CheckExport(rule, *service, errors);
  }
}

void RuleUse::CheckMerge(const DestinationRule& rule, ConfigErrors& errors) const {
  const Group& group = groups_.find(GroupOf(rule))->second;
  const bool by_field =
      facts_.mesh().destination_rule_merging == MeshOptions::DestinationRuleMerging::kByField;
  if (rule.traffic_policy && group.policy_owner != &rule && !by_field) {
    ReportAt(errors, "trafficPolicy", ProblemCode::kPolicyDropped,
             absl::StrCat("is dropped: ", NameOf("DestinationRule", group.policy_owner->metadata),
                          " for the same host has one and comes first"),
             "rules of one host and namespace are merged, their policies are not");
  }
  for (size_t i = 0; i < rule.subsets.size(); ++i) {
    const DestinationRule* const owner = group.subset_owners.find(rule.subsets[i].name)->second;
    if (owner == &rule || (by_field && HasSubset(*owner, rule.subsets[i]))) continue;
    const ConfigErrors::Scope subset(errors, "subsets", i);
    ReportAt(errors, "name", ProblemCode::kPolicyDropped,
             absl::StrCat(
                 by_field ? "the labels of this subset are dropped: " : "this subset is dropped: ",
                 NameOf("DestinationRule", owner->metadata), " for the same host has ",
                 Quoted(rule.subsets[i].name), " and comes first"));
  }
}

void RuleUse::CheckExtensions(const DestinationRule& rule, ConfigErrors& errors) const {
  const Group& group = groups_.find(GroupOf(rule))->second;
  const ConfigErrors::Scope metadata(errors, "metadata");
  const ConfigErrors::Scope annotations(errors, "annotations");
  ForEachField<DestinationRuleExtensions>([&](const auto& field, size_t index) {
    if (!(rule.*(field.member))) return;
    const DestinationRule* const owner = group.extension_owners.find(index)->second;
    if (owner == &rule) return;
    ReportAt(errors, field.facts.name, ProblemCode::kPolicyDropped,
             absl::StrCat("is dropped: ", NameOf("DestinationRule", owner->metadata),
                          " for the same host has one and comes first"));
  });
}

void RuleUse::CheckSubsets(const DestinationRule& rule, const std::string& host,
                           ConfigErrors& errors) const {
  if (IsWildcardHost(host)) return;
  for (size_t i = 0; i < rule.subsets.size(); ++i) {
    if (wanted_subsets_.contains({host, rule.subsets[i].name})) continue;
    const ConfigErrors::Scope subset(errors, "subsets", i);
    ReportAt(errors, "name", ProblemCode::kUnusedSubset,
             absl::StrCat("no VirtualService sends anything to ", Quoted(rule.subsets[i].name)));
  }
}

void RuleUse::CheckExport(const DestinationRule& rule, const Service& service,
                          ConfigErrors& errors) const {
  const std::string& own = rule.metadata.namespace_name;
  if (rule.export_to.empty() || own == service.namespace_name ||
      own == facts_.mesh().root_namespace) {
    return;
  }
  const Visibility seen(rule.export_to, own, {});
  if (seen.is_private()) return;
  const std::string places =
      absl::StrCat("the service's (", service.namespace_name, ") and the root namespace (",
                   facts_.mesh().root_namespace, ")");
  ReportAt(errors, "exportTo", ProblemCode::kUnusedDestinationRule,
           IsExportedTo(rule, own)
               ? absl::StrCat("reaches no other namespace: clients look for rules in their own, ",
                              places)
               : absl::StrCat("leaves out its own namespace, and the rule is for no other: clients "
                              "look for rules in their own, ",
                              places),
           absl::StrCat("move the rule to namespace ", Quoted(service.namespace_name)));
}

void RuleUse::CheckForClient(const DestinationRule& rule, const std::string& host,
                             const Service& service, ConfigErrors& errors) const {
  const std::string& own = rule.metadata.namespace_name;
  const bool selects_other = rule.workload_selector && !LabelsCover(ClientLabels(*facts_.client()),
                                                                    rule.workload_selector->labels);
  if (used_.contains({own, host}) && !selects_other &&
      IsExportedTo(rule, facts_.client()->namespace_name)) {
    return;
  }
  const auto [reason, hint] = WhyUnused(rule, service);
  errors.Report(ProblemCode::kUnusedDestinationRule,
                absl::StrCat("never applies to this client: ", reason), hint);
}

std::pair<std::string, std::string> RuleUse::WhyUnused(const DestinationRule& rule,
                                                       const Service& service) const {
  const std::string& own = rule.metadata.namespace_name;
  const std::string& client = facts_.client()->namespace_name;
  if (rule.workload_selector && own != client) {
    return {"its workloadSelector counts only for clients of its own namespace", ""};
  }
  if (rule.workload_selector &&
      !LabelsCover(ClientLabels(*facts_.client()), rule.workload_selector->labels)) {
    return {"the client lacks labels of its workloadSelector", ""};
  }
  if (!IsExportedTo(rule, client)) {
    return {absl::StrCat("its exportTo leaves out namespace ", Quoted(client)), ""};
  }
  if (own != client && own != service.namespace_name && own != facts_.mesh().root_namespace) {
    return {absl::StrCat("clients look for rules in their own namespace, the service's (",
                         service.namespace_name, ") and the root namespace, not in ", Quoted(own)),
            absl::StrCat("move it to namespace ", Quoted(service.namespace_name))};
  }
  const DestinationRule* const other = facts_.FindRule(service.host, client);
  if (other == nullptr) return {"no service that it is for takes it", ""};
  return {
      absl::StrCat(NameOf("DestinationRule", other->metadata), " applies to ", Quoted(service.host),
                   " instead"),
      "the first namespace with a rule decides: the client's, the service's, the root; in it the "
      "most specific host; nothing is merged across them"};
}

}  // namespace meshroute
