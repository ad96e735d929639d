// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/analysis.h"

#include "lib/config/analysis_facts.h"
#include "lib/config/analyze_claims.h"
#include "lib/config/analyze_delegates.h"
#include "lib/config/analyze_destination_rule.h"
#include "lib/config/analyze_ingress.h"
#include "lib/config/analyze_rollout.h"
#include "lib/config/analyze_rule_use.h"
#include "lib/config/analyze_service_entry.h"
#include "lib/config/analyze_virtual_service.h"

namespace meshroute {

std::vector<ConfigProblem> Analyze(const ValidatedConfig& config,
                                   const std::optional<ClientIdentity>& client,
                                   const MeshOptions& mesh) {
  const AnalysisFacts facts(config, client, mesh);
  const HostClaims claims(facts);
  const DelegateChecks delegates(facts);
  const IngressChecks ingress(facts);
  const RuleUse rule_use(facts);
  const ServiceEntryChecks service_entries(facts);
  const RolloutChecks rollouts(facts);
  ConfigErrors errors;

  for (const VirtualService& service : config.resources().virtual_services) {
    if (!facts.IsSeen(service)) continue;
    const ConfigErrors::ResourceScope scope(errors, "VirtualService", service.metadata,
                                            config.sources());
    claims.Check(service, errors);
    delegates.Check(service, errors);
    ingress.Check(service, errors);
    VirtualServiceCheck(facts, service, errors).Run();
  }
  for (const DestinationRule& rule : config.resources().destination_rules) {
    const ConfigErrors::ResourceScope scope(errors, "DestinationRule", rule.metadata,
                                            config.sources());
    rule_use.Check(rule, errors);
    DestinationRuleCheck(facts, rule, errors).Run();
  }
  for (const ServiceEntry& entry : config.resources().service_entries) {
    const ConfigErrors::ResourceScope scope(errors, "ServiceEntry", entry.metadata,
                                            config.sources());
    service_entries.Check(entry, errors);
  }
  for (const RolloutPlan& plan : config.resources().rollouts) {
    const ConfigErrors::ResourceScope scope(errors, "Rollout", plan.metadata, config.sources());
    rollouts.Check(plan, errors);
  }
  return errors.problems();
}

}  // namespace meshroute
