// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_PATH_TRIE_H_
#define MESHROUTE_LIB_ROUTING_PATH_TRIE_H_

#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/routing/candidate.h"
#include "lib/routing/path_condition.h"

namespace meshroute {

// Candidates by text, for finding those of every text that a path begins with:
// a radix tree in flat arrays. Immutable.
class PathTrie {
 public:
  // Keys as PathCondition::literal() gives them; lists in ascending order.
  using Lists = std::map<std::string, std::vector<Candidate>>;

  // Compares letters as `letter_case` says; for kIgnored, keys are lower case.
  explicit PathTrie(PathCondition::Case letter_case) : case_(letter_case) {}
  PathTrie(PathCondition::Case letter_case, const Lists& lists);

  // Calls `visit` with the candidates of each prefix of `path`, shortest first.
  // `bound` is a rule number that `visit` may lower: what lies above it no longer
  // matters, and parts of the tree that hold nothing else are skipped.
  template <typename Visitor>
  void Visit(std::string_view path, const uint32_t& bound, Visitor visit) const {
    if (case_ == PathCondition::Case::kIgnored) {
      VisitFolded<FoldedBytes>(path, bound, visit);
    } else {
      VisitFolded<PlainBytes>(path, bound, visit);
    }
  }

 private:
  struct Node {
    size_t label = 0;  // In labels_.
    uint32_t label_length = 0;
    uint32_t first_child = 0;  // Children lie side by side.
    uint32_t child_count = 0;
    uint32_t first_candidate = 0;
    uint32_t candidate_count = 0;
    uint32_t lowest_rule = UINT32_MAX;  // Of the node and all below it.
  };

  struct PlainBytes {
    static char Of(char c) { return c; }
    static bool Equal(const char* path, const char* label, size_t length) {
      return length == 0 || std::memcmp(path, label, length) == 0;
    }
  };
  struct FoldedBytes {
    static char Of(char c) { return FoldCase(c); }
    static bool Equal(const char* path, const char* label, size_t length) {
      for (size_t i = 0; i < length; ++i) {
        if (FoldCase(path[i]) != label[i]) return false;
      }
      return true;
    }
  };

  class Builder;

  template <typename Bytes, typename Visitor>
  void VisitFolded(std::string_view path, const uint32_t& bound, Visitor& visit) const {
    if (nodes_.empty()) return;
    const Node* node = nodes_.data();
    while (node->lowest_rule < bound && path.size() >= node->label_length &&
           Bytes::Equal(path.data(), labels_.data() + node->label, node->label_length)) {
      if (node->candidate_count > 0) {
        visit(std::span(candidates_.data() + node->first_candidate, node->candidate_count));
      }
      path.remove_prefix(node->label_length);
      if (path.empty() || node->child_count == 0) return;
      const char* const bytes = first_bytes_.data() + node->first_child;
      const void* const found = std::memchr(bytes, Bytes::Of(path.front()), node->child_count);
      if (found == nullptr) return;
      node = nodes_.data() + node->first_child + (static_cast<const char*>(found) - bytes);
    }
  }

  PathCondition::Case case_;
  std::vector<Node> nodes_;  // The root first, each node before its children.
  std::string first_bytes_;  // Of each node's label.
  std::string labels_;
  std::vector<Candidate> candidates_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_PATH_TRIE_H_
