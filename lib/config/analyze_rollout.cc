// SPDX-License-Identifier: Apache-2.0
#include "lib/config/analyze_rollout.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {

RolloutChecks::RolloutChecks(const AnalysisFacts& facts) : facts_(facts) {
  for (const VirtualService& service : facts.resources().virtual_services) {
    services_.emplace(Name(service.metadata.namespace_name, service.metadata.name), &service);
  }
  for (const RolloutPlan& plan : facts.resources().rollouts) {
    first_.emplace(std::pair(NameOfService(plan), plan.route), &plan);
  }
}

RolloutChecks::Name RolloutChecks::NameOfService(const RolloutPlan& plan) {
  const size_t slash = plan.virtual_service.find('/');
  if (slash == std::string::npos) return {plan.metadata.namespace_name, plan.virtual_service};
  return {plan.virtual_service.substr(0, slash), plan.virtual_service.substr(slash + 1)};
}

void RolloutChecks::Check(const RolloutPlan& plan, ConfigErrors& errors) const {
  const ConfigErrors::Scope spec(errors, "spec");
  const auto service = services_.find(NameOfService(plan));
  if (service == services_.end()) {
    ReportAt(errors, "virtualService", ProblemCode::kUnknownVirtualService,
             absl::StrCat("is no VirtualService that is there: ", Quoted(plan.virtual_service)),
             "a name without a namespace is looked for in the Rollout's own");
  } else {
    CheckRoute(plan, *service->second, errors);
  }
  const RolloutPlan* const first = first_.at(std::pair(NameOfService(plan), plan.route));
  if (first != &plan) {
    ReportAt(errors, "route", ProblemCode::kRouteSteeredTwice,
             absl::StrCat("is steered by ", NameOf("Rollout", first->metadata), " already"));
  }
  if (plan.baseline) CheckSubset("baseline", *plan.baseline, plan, errors);
  if (plan.canary) CheckSubset("canary", *plan.canary, plan, errors);
  if (plan.fresh_baseline) CheckSubset("freshBaseline", *plan.fresh_baseline, plan, errors);
}

void RolloutChecks::CheckRoute(const RolloutPlan& plan, const VirtualService& service,
                               ConfigErrors& errors) const {
  const std::string name = NameOf("VirtualService", service.metadata);
  if (plan.route.empty()) {
    if (service.http.size() == 1) return;
    ReportAt(errors, "route", ProblemCode::kUnknownRoute,
             absl::StrCat("must name one of the HTTP rules: ", name, " has ", service.http.size()));
    return;
  }
  const auto named = std::count_if(service.http.begin(), service.http.end(),
                                   [&](const HttpRoute& rule) { return rule.name == plan.route; });
  if (named == 1) return;
  ReportAt(errors, "route", ProblemCode::kUnknownRoute,
           absl::StrCat(name, " has ", named, " HTTP rules of the name ", Quoted(plan.route)));
}

void RolloutChecks::CheckSubset(std::string_view field, const Destination& destination,
                                const RolloutPlan& plan, ConfigErrors& errors) const {
  if (destination.subset.empty()) return;
  const std::string host = facts_.Complete(destination.host, plan.metadata);
  const DestinationRule* const rule = facts_.FindRule(host, facts_.ViewOf(plan.metadata));
  if (DestinationRules::FindSubset(rule, destination.subset) != nullptr) return;
  const ConfigErrors::Scope scope(errors, field);
  ReportAt(
      errors, "subset", ProblemCode::kUnknownSubset,
      absl::StrCat("is no subset of the host ", Quoted(host), ": ", Quoted(destination.subset)));
}

}  // namespace meshroute
