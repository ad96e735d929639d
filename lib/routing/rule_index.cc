// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/rule_index.h"

#include <map>
#include <string>
#include <utility>

#include "lib/routing/candidate_sorter.h"

namespace meshroute {
namespace {

// Rules by the literal of their path condition, in ascending order.
using NumbersByPath = std::map<std::string, std::vector<uint32_t>>;

PathTrie MakeTrie(PathCondition::Case letter_case, const NumbersByPath& numbers,
                  CandidateSorter& sorter) {
  PathTrie::Lists lists;
  for (const auto& [path, list] : numbers) lists.emplace(path, sorter.Arrange(list));
  return PathTrie(letter_case, lists);
}

}  // namespace

// What one look-up has found so far.
struct RuleIndex::Search {
  const std::vector<RuleConditions>& rules;
  const std::vector<ValueGroup>& groups;
  const RequestView& request;
  std::string_view path;
  uint32_t best = kNone;

  void Try(std::span<const Candidate> candidates) {
    for (const Candidate candidate : candidates) {
      if (candidate.rule >= best) return;
      if (candidate.group != Candidate::kNoGroup) {
        groups[candidate.group].Visit(request,
                                      [this](std::span<const Candidate> group) { Try(group); });
      } else if (candidate.certain || Matches(rules[candidate.rule])) {
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
  NumbersByPath exact;
  NumbersByPath prefixes;
  NumbersByPath folded;
  for (uint32_t rule = 0; rule < rules_.size(); ++rule) {
    const PathCondition& path = rules_[rule].path;
    if (path.letter_case() == PathCondition::Case::kIgnored) {
      folded[path.literal()].push_back(rule);
    } else if (path.kind() == PathCondition::Kind::kExact) {
      exact[path.literal()].push_back(rule);
    } else {
      prefixes[path.literal()].push_back(rule);
    }
  }
  CandidateSorter sorter(rules_, groups_);
  std::map<std::string, uint32_t> exact_numbers;
  for (const auto& [path, numbers] : exact) {
    exact_numbers.emplace(path, static_cast<uint32_t>(exact_lists_.size()));
    exact_lists_.push_back(sorter.Arrange(numbers));
  }
  exact_ = StringTable(exact_numbers);
  prefixes_ = MakeTrie(PathCondition::Case::kSensitive, prefixes, sorter);
  folded_ = MakeTrie(PathCondition::Case::kIgnored, folded, sorter);
}

uint32_t RuleIndex::FindFirst(const RequestView& request) const {
  Search search{rules_, groups_, request, PathWithoutQuery(request.path), kNone};
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
