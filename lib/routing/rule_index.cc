// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/rule_index.h"

#include <map>
#include <string>
#include <utility>

namespace meshroute {

// What one look-up has found so far.
struct RuleIndex::Search {
  const std::vector<RuleConditions>& rules;
  const RequestView& request;
  std::string_view path;
  uint32_t best = kNone;

  void Try(std::span<const Candidate> candidates) {
    for (const Candidate candidate : candidates) {
      if (candidate.rule >= best) return;
      if (candidate.certain || Matches(rules[candidate.rule])) {
        best = candidate.rule;
        return;
      }
    }
  }

  // The list may have been found by less than the whole path condition. That is
  // checked last, since a regex costs most.
  bool Matches(const RuleConditions& rule) const {
    return rule.others.Hold(request) && rule.path.Matches(path);
  }
};

RuleIndex::RuleIndex(std::vector<RuleConditions> rules)
    : rules_(std::move(rules)),
      prefixes_(PathCondition::Case::kSensitive),
      folded_(PathCondition::Case::kIgnored) {
  std::map<std::string, uint32_t> exact;
  PathTrie::Lists prefixes;
  PathTrie::Lists folded;
  for (uint32_t rule = 0; rule < rules_.size(); ++rule) {
    const PathCondition& path = rules_[rule].path;
    Candidate candidate{rule, rules_[rule].others.empty()};
    if (path.letter_case() == PathCondition::Case::kIgnored) {
      if (path.kind() != PathCondition::Kind::kPrefix) candidate.certain = false;
      folded[path.literal()].push_back(candidate);
    } else if (path.kind() == PathCondition::Kind::kExact) {
      const auto list = static_cast<uint32_t>(exact_lists_.size());
      const auto [entry, inserted] = exact.emplace(path.literal(), list);
      if (inserted) exact_lists_.emplace_back();
      exact_lists_[entry->second].push_back(candidate);
    } else {
      if (path.kind() == PathCondition::Kind::kRegex) candidate.certain = false;
      prefixes[path.literal()].push_back(candidate);
    }
  }
  exact_ = StringTable(exact);
  prefixes_ = PathTrie(PathCondition::Case::kSensitive, prefixes);
  folded_ = PathTrie(PathCondition::Case::kIgnored, folded);
}

uint32_t RuleIndex::FindFirst(const RequestView& request) const {
  Search search{rules_, request, PathWithoutQuery(request.path), kNone};
  const uint32_t list = exact_.Find(search.path);
  if (list != StringTable::kNone) search.Try(exact_lists_[list]);
  const auto try_candidates = [&search](std::span<const Candidate> list_of_prefix) {
    search.Try(list_of_prefix);
  };
  prefixes_.Visit(search.path, search.best, try_candidates);
  folded_.Visit(search.path, search.best, try_candidates);
  return search.best;
}

}  // namespace meshroute
