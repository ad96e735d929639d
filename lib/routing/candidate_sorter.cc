// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/candidate_sorter.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace meshroute {
namespace {

// Groups within groups beyond that many are not worth their memory.
constexpr size_t kDeepest = 3;

using ExactValue = RequestConditions::ExactValue;
using Subject = RequestConditions::Subject;

// How many different values the rules ask for, by what they ask.
using Spreads = std::map<Subject, size_t>;

// What tells the rule best from the others, or nullptr.
const ExactValue* BestValue(const std::vector<ExactValue>& values, const Spreads& spreads) {
  const ExactValue* best = nullptr;
  size_t best_spread = CandidateSorter::kWorthAGroup - 1;
  for (const ExactValue& value : values) {
    const auto spread = spreads.find(value.subject);
    if (spread == spreads.end() || spread->second <= best_spread) continue;
    best = &value;
    best_spread = spread->second;
  }
  return best;
}

// Whether the look-up that yields a rule has seen its whole path condition.
bool IsFoundByPath(const PathCondition& path) {
  return path.kind() == PathCondition::Kind::kPrefix ||
         (path.kind() == PathCondition::Kind::kExact &&
          path.letter_case() == PathCondition::Case::kSensitive);
}

}  // namespace

std::map<Subject, size_t> CandidateSorter::CountValues(const std::vector<uint32_t>& numbers,
                                                       const std::vector<Subject>& known) const {
  std::map<Subject, std::set<std::string>> values;
  for (const uint32_t number : numbers) {
    for (ExactValue& value : rules_[number].others.ExactValues()) {
      const bool is_known = std::find(known.begin(), known.end(), value.subject) != known.end();
      if (!is_known) values[std::move(value.subject)].insert(std::move(value.text));
    }
  }
  std::map<Subject, size_t> counts;
  for (const auto& [subject, texts] : values) counts.emplace(subject, texts.size());
  return counts;
}

std::vector<Candidate> CandidateSorter::Arrange(const std::vector<uint32_t>& numbers,
                                                const std::vector<Subject>& known) {
  Spreads spreads;
  if (numbers.size() >= kWorthAGroup && known.size() < kDeepest) {
    spreads = CountValues(numbers, known);
  }
  std::map<Subject, std::vector<uint32_t>> grouped;
  std::vector<Candidate> arranged;
  for (const uint32_t number : numbers) {
    const RequestConditions& others = rules_[number].others;
    std::vector<ExactValue> exact;
    if (!spreads.empty()) exact = others.ExactValues();
    if (const ExactValue* best = BestValue(exact, spreads); best != nullptr) {
      grouped[best->subject].push_back(number);
    } else {
      const bool certain = IsFoundByPath(rules_[number].path) && others.size() == known.size();
      arranged.push_back({.rule = number, .certain = certain});
    }
  }
  for (const auto& [subject, members] : grouped) {
    arranged.push_back(AddGroup(subject, members, known));
  }
  std::sort(arranged.begin(), arranged.end(),
            [](const Candidate& a, const Candidate& b) { return a.rule < b.rule; });
  return arranged;
}

Candidate CandidateSorter::AddGroup(const Subject& subject, const std::vector<uint32_t>& numbers,
                                    const std::vector<Subject>& known) {
  std::map<std::string, std::vector<uint32_t>> by_value;
  for (const uint32_t number : numbers) {
    for (const ExactValue& value : rules_[number].others.ExactValues()) {
      if (value.subject != subject) continue;
      by_value[value.text].push_back(number);
      break;  // A second one on the same subject is left to be checked.
    }
  }
  std::vector<Subject> now_known = known;
  now_known.push_back(subject);
  ValueGroup::Lists lists;
  for (const auto& [text, members] : by_value) {
    lists.emplace(text, Arrange(members, now_known));
  }
  groups_.emplace_back(subject, lists);
  return {.rule = numbers.front(), .group = static_cast<uint32_t>(groups_.size() - 1)};
}

}  // namespace meshroute
