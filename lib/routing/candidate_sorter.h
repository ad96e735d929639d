// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_CANDIDATE_SORTER_H_
#define MESHROUTE_LIB_ROUTING_CANDIDATE_SORTER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "lib/routing/candidate.h"
#include "lib/routing/rule_index.h"
#include "lib/routing/value_group.h"

namespace meshroute {

// Arranges the rules that one path look-up yields so that few of them need to be
// tried: many that differ in an exact value become a ValueGroup. Those of one
// value are arranged again by what else they ask for. Used once per index.
class CandidateSorter {
 public:
  // Fewer rules than that are as fast to try one by one.
  static constexpr size_t kWorthAGroup = 8;

  // `rules` must outlive the sorter; groups are added to `groups`.
  CandidateSorter(const std::vector<RuleConditions>& rules, std::vector<ValueGroup>& groups)
      : rules_(rules), groups_(groups) {}

  // The list to be tried for `numbers`, which ascend.
  std::vector<Candidate> Arrange(const std::vector<uint32_t>& numbers) {
    return Arrange(numbers, {});
  }

 private:
  using Subject = RequestConditions::Subject;

  // `known`: what the groups around these rules have looked at.
  std::vector<Candidate> Arrange(const std::vector<uint32_t>& numbers,
                                 const std::vector<Subject>& known);
  std::map<Subject, size_t> CountValues(const std::vector<uint32_t>& numbers,
                                        const std::vector<Subject>& known) const;
  Candidate AddGroup(const Subject& subject, const std::vector<uint32_t>& numbers,
                     const std::vector<Subject>& known);

  const std::vector<RuleConditions>& rules_;
  std::vector<ValueGroup>& groups_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_CANDIDATE_SORTER_H_
