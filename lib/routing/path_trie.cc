// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/path_trie.h"

#include <algorithm>
#include <cstddef>
#include <deque>

namespace meshroute {
namespace {

size_t CommonPrefixLength(std::string_view a, std::string_view b) {
  const size_t length = std::min(a.size(), b.size());
  const auto end = a.begin() + static_cast<ptrdiff_t>(length);
  return static_cast<size_t>(std::mismatch(a.begin(), end, b.begin()).first - a.begin());
}

}  // namespace

// Works through ranges of the sorted keys, breadth first, so that the children
// of a node get neighbouring places.
class PathTrie::Builder {
 public:
  Builder(PathTrie& trie, const Lists& lists) : trie_(trie) {
    for (const auto& entry : lists) entries_.push_back(&entry);
  }

  void Build() {
    if (entries_.empty()) return;
    AddNode({0, entries_.size(), 0, 0});
    while (!pending_.empty()) {
      const Range range = pending_.front();
      pending_.pop_front();
      Fill(range);
    }
    SumUpLowestRules();
  }

 private:
  // The keys [begin, end), which agree in their first `depth` bytes.
  struct Range {
    size_t begin;
    size_t end;
    size_t depth;
    size_t node;
  };

  std::string_view Key(size_t i) const { return entries_[i]->first; }

  void AddNode(Range range) {
    range.node = trie_.nodes_.size();
    trie_.nodes_.emplace_back();
    trie_.first_bytes_.push_back(Key(range.begin).size() > range.depth
                                     ? Key(range.begin)[range.depth]
                                     : '\0');  // Only of a root for the key "".
    pending_.push_back(range);
  }

  void Fill(Range range) {
    Node node;
    // Sorted, so what the first and the last share is shared by all.
    const size_t shared = CommonPrefixLength(Key(range.begin), Key(range.end - 1));
    node.label = trie_.labels_.size();
    node.label_length = static_cast<uint32_t>(shared - range.depth);
    trie_.labels_ += Key(range.begin).substr(range.depth, shared - range.depth);
    node.first_candidate = static_cast<uint32_t>(trie_.candidates_.size());
    if (Key(range.begin).size() == shared) {
      const std::vector<Candidate>& list = entries_[range.begin]->second;
      trie_.candidates_.insert(trie_.candidates_.end(), list.begin(), list.end());
      node.candidate_count = static_cast<uint32_t>(list.size());
      node.lowest_rule = list.front().rule;
      ++range.begin;
    }
    node.first_child = static_cast<uint32_t>(trie_.nodes_.size());
    while (range.begin < range.end) {
      const char byte = Key(range.begin)[shared];
      size_t end = range.begin + 1;
      while (end < range.end && Key(end)[shared] == byte) ++end;
      AddNode({range.begin, end, shared, 0});
      range.begin = end;
    }
    node.child_count = static_cast<uint32_t>(trie_.nodes_.size()) - node.first_child;
    trie_.nodes_[range.node] = node;
  }

  void SumUpLowestRules() {
    for (size_t i = trie_.nodes_.size(); i-- > 0;) {
      Node& node = trie_.nodes_[i];
      for (uint32_t child = 0; child < node.child_count; ++child) {
        node.lowest_rule =
            std::min(node.lowest_rule, trie_.nodes_[node.first_child + child].lowest_rule);
      }
    }
  }

  PathTrie& trie_;
  std::vector<const Lists::value_type*> entries_;
  std::deque<Range> pending_;
};

PathTrie::PathTrie(PathCondition::Case letter_case, const Lists& lists) : case_(letter_case) {
  Builder(*this, lists).Build();
}

}  // namespace meshroute
