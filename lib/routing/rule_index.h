// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_RULE_INDEX_H_
#define MESHROUTE_LIB_ROUTING_RULE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/routing/path_condition.h"
#include "lib/routing/path_trie.h"
#include "lib/routing/request_conditions.h"
#include "lib/routing/string_table.h"
#include "lib/routing/value_group.h"
#include "meshroute/message/request_view.h"

namespace meshroute {

// The conditions of one match block, compiled. All must hold.
struct RuleConditions {
  PathCondition path;
  RequestConditions others;

  // The first condition that `request` fails, for people; empty: all hold.
  std::string FirstFailure(const RequestView& request) const;
};

// The rules of one virtual host in their order, indexed by path, so that the
// first one that matches is found without trying them all: exact paths in a
// hash table, prefixes (and the literal beginnings of regexes) in radix trees.
// Among the rules found so, the lowest number whose conditions hold wins, which
// is what a scan from the first rule on would give. Many rules of one path that
// ask for different exact values of a header or query parameter are found by the
// request's value (ValueGroup); what differs otherwise is tried one by one.
//
// Immutable, thread-safe; FindFirst does not allocate.
class RuleIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit RuleIndex(std::vector<RuleConditions> rules);

  // The number of the first rule that matches, or kNone.
  uint32_t FindFirst(const RequestView& request) const;

  // The rules in their order.
  const std::vector<RuleConditions>& rules() const { return rules_; }

 private:
  struct Search;

  std::vector<RuleConditions> rules_;
  StringTable exact_;  // Numbers of lists in exact_lists_.
  std::vector<std::vector<Candidate>> exact_lists_;
  PathTrie prefixes_;
  PathTrie folded_;                 // Prefix and exact conditions that ignore case.
  std::vector<ValueGroup> groups_;  // By Candidate::group.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_RULE_INDEX_H_
