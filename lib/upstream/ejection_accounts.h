// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_EJECTION_ACCOUNTS_H_
#define MESHROUTE_LIB_UPSTREAM_EJECTION_ACCOUNTS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/upstream/outlier.h"
#include "meshroute/base/clock.h"
#include "meshroute/upstream/endpoint_set.h"

namespace meshroute {

// Who of one generation's endpoints is out, and how many: sets them aside and puts
// them back, and knows whether one more may go. In shadow mode endpoints are out in
// the accounts alone. Not thread-safe: the ledger's lock guards it.
class EjectionAccounts {
 public:
  // Counts those who are out already. Both must outlive it.
  EjectionAccounts(const EndpointSet& endpoints, const DetectionRules& rules);

  const EndpointSet& endpoints() const { return endpoints_; }
  const DetectionRules& rules() const { return rules_; }
  size_t out() const { return out_; }

  // Whether `endpoint`, which is not out, may be: one more is within
  // maxEjectionPercent and one in `one_in`, and enough remain available.
  bool AllowsOneMore(const Endpoint& endpoint, uint32_t one_in) const;

  // The same limits in words, for one who is refused.
  std::string LimitsOf(uint32_t one_in) const;

  // Sets `endpoint` aside for the n-th time, `jitter` longer than that says. Returns
  // how long it is to be out. Of one on trial: again.
  Duration Eject(const Endpoint& endpoint, Duration jitter, TimePoint now);

  // Whether the time of `endpoint`, which is out, is over.
  bool IsDue(const Endpoint& endpoint, TimePoint now) const;

  void Readmit(const Endpoint& endpoint, TimePoint now);

 private:
  const EndpointSet& endpoints_;
  const DetectionRules& rules_;
  size_t out_ = 0;
  size_t available_ = 0;  // Declared healthy and not out.
};

// How long the ejection of an endpoint with this multiplier lasts, jitter apart.
Duration EjectionTime(const DetectionRules& rules, uint32_t multiplier);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_EJECTION_ACCOUNTS_H_
