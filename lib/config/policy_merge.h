// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_POLICY_MERGE_H_
#define MESHROUTE_LIB_CONFIG_POLICY_MERGE_H_

#include <string>
#include <string_view>

#include "meshroute/config/part_origins.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// Puts one policy together out of several, member by member, the most specific first:
//
//   TrafficPolicy policy;
//   PolicyMerge merge(policy, "trafficPolicy", &origins);
//   merge.Fill(of_the_clients_rule, "DestinationRule prod/reviews");
//   merge.Fill(of_the_roots_rule, "DestinationRule istio-system/all");
//
// A member that has its default counts as not set, as in Istio's own format. What makes
// sense only together is taken from one place whole: `tls`, `tunnel`, `proxyProtocol`,
// `consistentHash`, locality settings, `warmup`, `http2KeepAlive` and every list. Of members
// that exclude each other (`simple` and `consistentHash`, say) the most specific place that
// sets one decides.
class PolicyMerge {
 public:
  // Goes on from what `target` has. What is taken is noted in `origins` (may be null)
  // under `path`. Both outlive this.
  PolicyMerge(TrafficPolicy& target, std::string path, PartOrigins* origins);

  // Takes from `source` what is not there yet; of its portLevelSettings the first entry
  // of each port. `origin` is who says so.
  void Fill(const TrafficPolicy& source, std::string_view origin);

 private:
  TrafficPolicy& target_;
  const std::string path_;
  PartOrigins* const origins_;
};

// "portLevelSettings[80]", "subsets[v1]": parts of a rule, by what they are found by.
std::string PortPart(uint32_t port);
std::string SubsetPart(std::string_view name);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_POLICY_MERGE_H_
