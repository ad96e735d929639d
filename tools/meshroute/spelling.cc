// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/spelling.h"

#include <algorithm>
#include <cstddef>

namespace meshroute::tool {
namespace {

// Words longer than this are nobody's typing error.
constexpr size_t kLongestWord = 64;

// Edits that lead from `a` to `b`, where swapping two neighbours is one edit.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({change, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string_view NearestWord(std::string_view typed, const std::vector<std::string_view>& words) {
  if (typed.empty() || typed.size() > kLongestWord) return {};
  std::string_view nearest;
  size_t fewest = kLongestWord;
  for (const std::string_view word : words) {
    const size_t edits = EditDistance(typed, word);
    if (edits < fewest && edits * 3 <= std::max(word.size(), typed.size()) + 1) {
      nearest = word;
      fewest = edits;
    }
  }
  if (!nearest.empty()) return nearest;
  for (const std::string_view word : words) {
    if (typed.size() >= 3 && word.starts_with(typed)) return word;
  }
  return {};
}

std::vector<std::string_view> SplitChoices(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = text.find('|');
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::string ListWords(const std::vector<std::string_view>& words, std::string_view last) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last : std::string_view(", ");
    text += words[i];
  }
  return text;
}

}  // namespace meshroute::tool
