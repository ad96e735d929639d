// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analyze_delegates.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "lib/config/delegates.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {
namespace {

std::pair<std::string, std::string> IdentityOf(const Delegate& delegate,
                                               const VirtualService& root) {
  return {delegate.namespace_name.empty() ? root.metadata.namespace_name : delegate.namespace_name,
          delegate.name};
}

// A rule of the matches alone: all that decides whether two rules conflict.
HttpRoute MatchesOf(const HttpRoute& rule) {
  HttpRoute matches;
  matches.match = rule.match;
  return matches;
}

}  // namespace

DelegateChecks::DelegateChecks(const AnalysisFacts& facts) : facts_(facts) {
  for (const VirtualService& service : facts.resources().virtual_services) {
    by_name_.emplace(Identity(service.metadata.namespace_name, service.metadata.name), &service);
    for (const HttpRoute& rule : service.http) {
      if (rule.delegate) wanted_.insert(IdentityOf(*rule.delegate, service));
    }
  }
}

void DelegateChecks::Check(const VirtualService& service, ConfigErrors& errors) const {
  const ConfigErrors::Scope spec(errors, "spec");
  const Metadata& metadata = service.metadata;
  if (service.hosts.empty() && !wanted_.contains({metadata.namespace_name, metadata.name})) {
    ReportAt(errors, "hosts", ProblemCode::kUnusedDelegate,
             "is empty, which makes this a delegate, and no VirtualService delegates to it");
  }
  for (size_t i = 0; i < service.http.size(); ++i) {
    if (!service.http[i].delegate) continue;
    const ConfigErrors::Scope rule(errors, "http", i);
    const ConfigErrors::Scope field(errors, "delegate");
    CheckRule(service, i, errors);
  }
}

void DelegateChecks::CheckRule(const VirtualService& root, size_t index,
                               ConfigErrors& errors) const {
  const Identity identity = IdentityOf(*root.http[index].delegate, root);
  const std::string name = absl::StrCat("VirtualService ", identity.first, "/", identity.second);
  const auto drop = [&errors, &name](const char* reason, const char* hint) {
    errors.Report(ProblemCode::kUnusableDelegate,
                  absl::StrCat("this rule disappears: ", name, reason), hint);
  };
  const auto found = by_name_.find(identity);
  if (found == by_name_.end()) {
    return drop(" is not there", "without a namespace the delegate is looked for in the root's");
  }
  const VirtualService& delegate = *found->second;
  if (!delegate.hosts.empty()) return drop(" has hosts", "a delegate is one without hosts");
  const Visibility seen(delegate.export_to, delegate.metadata.namespace_name,
                        facts_.mesh().default_virtual_service_export_to);
  if (!seen.Includes(root.metadata.namespace_name)) {
    return drop(" is not exported to this namespace", "name the root's namespace in its exportTo");
  }
  const HttpRoute root_rule = MatchesOf(root.http[index]);
  for (size_t i = 0; i < delegate.http.size(); ++i) {
    if (MergeDelegate(root_rule, MatchesOf(delegate.http[i]))) continue;
    errors.Report(ProblemCode::kDelegateConflict,
                  absl::StrCat("rule #", i, " of ", name,
                               " disappears: its match contradicts every match of this rule"),
                  "a delegate may only narrow what its root matches: the same exact value, or a "
                  "longer prefix");
  }
}

}  // namespace meshroute
