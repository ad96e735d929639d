// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {

void ValidateDestination(const std::optional<Destination>& destination, ConfigErrors& errors) {
  if (!destination) {
    errors.Add("is missing: it names the host to send to");
    return;
  }
  if (destination->host == "*") {
    AddAt(errors, "host", "must name one service, got \"*\"");
  } else {
    CheckWildcardDomain(errors, "host", destination->host);
  }
  if (!destination->subset.empty()) CheckDnsLabel(errors, "subset", destination->subset);
  if (destination->port) {
    const ConfigErrors::Scope port(errors, "port");
    CheckPort(errors, "number", destination->port->number);
  }
}

void ValidateWeights(const std::vector<int32_t>& weights, ConfigErrors& errors) {
  uint64_t total = 0;
  bool any_negative = false;
  for (size_t i = 0; i < weights.size(); ++i) {
    const ConfigErrors::Scope element(errors, "route", i);
    CheckNotNegative(errors, "weight", weights[i]);
    any_negative = any_negative || weights[i] < 0;
    total += static_cast<uint64_t>(std::max(weights[i], 0));
  }
  if (weights.size() > 1 && total == 0 && !any_negative) {
    AddAt(errors, "route", "must have a destination with a weight above 0, got 0 in all");
  }
  if (total > std::numeric_limits<uint32_t>::max()) {
    AddAt(errors, "route",
          absl::StrCat("must have weights that add up to less than 2^32, got ", total));
  }
}

}  // namespace meshroute
