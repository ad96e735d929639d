// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/traffic_split.h"

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

void ValidateSplit(const TrafficSplit& split, ConfigErrors& errors) {
  if (split.namespace_name.empty()) AddAt(errors, "namespace_name", "must not be empty");
  if (split.virtual_service.empty()) AddAt(errors, "virtual_service", "must not be empty");
  ValidateArm("baseline", split.baseline, errors);
  ValidateArm("canary", split.canary, errors);
  if (split.baseline == split.canary) {
    AddAt(errors, "canary", "must be another destination than the baseline");
  }
  if (!(split.weight >= 0 && split.weight <= 1)) {
    AddAt(errors, "weight", absl::StrCat("must be between 0 and 1, got ", split.weight));
  }
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
  return std::tie(a.namespace_name, a.virtual_service, a.route, a.baseline, a.canary, a.sticky,
                  a.match) == std::tie(b.namespace_name, b.virtual_service, b.route, b.baseline,
                                       b.canary, b.sticky, b.match);
}

}  // namespace meshroute
