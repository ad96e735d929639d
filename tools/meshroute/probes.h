// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_PROBES_H_
#define MESHROUTE_TOOLS_MESHROUTE_PROBES_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "meshroute/config/resources.h"
#include "meshroute/routing/route.h"

namespace meshroute::tool {

// Requests at the borders of the rules of some configurations, where a change of
// the rules shows: for every host and port, each match block's request, and those
// just beside it (another path, a header absent or other, another method). A
// border that only one of two configurations has is tried on both. Thread-compatible.
class ProbeSet {
 public:
  // Hosts are completed with `cluster_domain`. No more than `maximum` are kept.
  ProbeSet(std::string cluster_domain, size_t maximum)
      : cluster_domain_(std::move(cluster_domain)), maximum_(maximum) {}

  void Add(const Resources& resources);

  // Each once, in the order in which they came up.
  const std::vector<RequestHead>& probes() const { return probes_; }

  // Those beyond the maximum.
  size_t left_out() const { return left_out_; }

  // Regular expressions for which no example was found.
  const std::set<std::string>& without_example() const { return without_example_; }

 private:
  class BlockProbes;

  void AddRules(const VirtualService& service, const Resources& resources);
  void Keep(RequestHead head);

  const std::string cluster_domain_;
  const size_t maximum_;
  std::vector<RequestHead> probes_;
  std::set<std::string> seen_;
  size_t left_out_ = 0;
  std::set<std::string> without_example_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_PROBES_H_
