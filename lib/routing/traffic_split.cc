// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/traffic_split.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_sticky_split.h"
#include "lib/config/validate_virtual_service.h"
#include "meshroute/config/errors.h"

namespace meshroute {
namespace {

void ValidateArm(const char* field, const Destination& destination, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, field);
  ValidateDestination(destination, errors);
}

void CheckProbability(ConfigErrors& errors, const char* field, double value, double most) {
  if (value >= 0 && value <= most) return;
  AddAt(errors, field, absl::StrCat("must be between 0 and ", most, ", got ", value));
}

void ValidateFreshBaseline(const TrafficSplit& split, ConfigErrors& errors) {
  const double most = split.fresh_baseline ? std::max(0.0, 1 - split.weight) : 0;
  CheckProbability(errors, "fresh_weight", split.fresh_weight, most);
  if (!split.fresh_baseline) return;
  const ConfigErrors::Scope scope(errors, "fresh_baseline");
  ValidateDestination(split.fresh_baseline, errors);
  if (split.fresh_baseline == split.baseline || split.fresh_baseline == split.canary) {
    errors.Add("must be another destination than the baseline and the canary");
  }
  if (split.sticky) errors.Add("must not stand beside sticky");
}

void ValidateSplit(const TrafficSplit& split, ConfigErrors& errors) {
  if (split.namespace_name.empty()) AddAt(errors, "namespace_name", "must not be empty");
  if (split.virtual_service.empty()) AddAt(errors, "virtual_service", "must not be empty");
  ValidateArm("baseline", split.baseline, errors);
  ValidateArm("canary", split.canary, errors);
  if (split.baseline == split.canary) {
    AddAt(errors, "canary", "must be another destination than the baseline");
  }
  CheckProbability(errors, "weight", split.weight, 1);
  CheckProbability(errors, "match_weight", split.match_weight, 1);
  CheckProbability(errors, "mirror", split.mirror, 1);
  ValidateFreshBaseline(split, errors);
  if (split.sticky) {
    const ConfigErrors::Scope scope(errors, "sticky");
    ValidateStickySplit(*split.sticky, errors);
  }
  VirtualService owner;
  owner.gateways = {"mesh"};
  for (size_t i = 0; i < split.match.size(); ++i) {
    const ConfigErrors::Scope scope(errors, "match", i);
    ValidateHttpMatch(split.match[i], owner, errors);
  }
}

}  // namespace

absl::Status ValidateSplits(const std::vector<TrafficSplit>& splits) {
  ConfigErrors errors;
  std::set<std::tuple<std::string, std::string, std::string>> identities;
  for (const TrafficSplit& split : splits) {
    const std::string name =
        absl::StrCat("split of VirtualService ", split.namespace_name, "/", split.virtual_service);
    const ConfigErrors::ResourceScope scope(errors, name, nullptr, {});
    ValidateSplit(split, errors);
    if (!identities.emplace(split.namespace_name, split.virtual_service, split.route).second) {
      AddAt(errors, "route",
            absl::StrCat("is managed by an earlier split, got ", Quoted(split.route)));
    }
  }
  return errors.ToStatus();
}

bool CompileAlike(const TrafficSplit& a, const TrafficSplit& b) {
  return std::tie(a.namespace_name, a.virtual_service, a.route, a.baseline, a.canary,
                  a.fresh_baseline, a.sticky,
                  a.match) == std::tie(b.namespace_name, b.virtual_service, b.route, b.baseline,
                                       b.canary, b.fresh_baseline, b.sticky, b.match);
}

}  // namespace meshroute
