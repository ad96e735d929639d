// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_CHECK_COVERAGE_H_
#define MESHROUTE_TOOLS_MESHROUTE_CHECK_COVERAGE_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/routing/route.h"
#include "meshroute/routing/route_table.h"

namespace meshroute::tool {

// Which of the rules some test asks about. What counts is a match block of a
// VirtualService, and each destination of its split by itself; the default routes
// of services do not count.
class CheckCoverage {
 public:
  // Takes the rules of `table` into account, besides those of others.
  void AddRules(const RouteTable& table);

  // A test that reached `route`, and its destination at `position`, has asked for
  // `field` and got it.
  void Mark(const Route& route, size_t position, std::string_view field);

  size_t rule_count() const { return fields_.size(); }
  size_t covered_count() const;

  // Rules with a field that was asked for, in percent. 100 where there is no rule.
  double Percent() const;

  // The mean share of the fields of a rule that were asked for, in percent: of
  // cluster_name, virtual_host_name, host_rewrite and path_rewrite, or, of a rule
  // that answers, of virtual_host_name, code_redirect and path_redirect.
  double PercentOfFields() const;

  // "VirtualService prod/reviews http[2] match[0] -> outbound|9080|v2|...".
  std::vector<std::string> NotCovered() const;

 private:
  struct Fields {
    std::set<std::string, std::less<>> assertable;
    std::set<std::string, std::less<>> marked;  // Those not assertable as well.
  };

  static std::string KeyOf(const Route& route, size_t position);

  std::map<std::string, Fields> fields_;
  std::map<std::string, std::string> names_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_CHECK_COVERAGE_H_
