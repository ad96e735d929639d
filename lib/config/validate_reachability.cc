// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {
namespace {

// Blocks of other conditions that are compared with a block at most: hostile
// texts must not stall a load. Blocks of the same conditions are always found.
constexpr size_t kMaximumComparisons = 64;

std::string NameOf(const HttpRoute& route, size_t index) {
  return route.name.empty() ? absl::StrCat("#", index) : Quoted(route.name);
}
std::string NameOf(const TlsRoute&, size_t index) { return absl::StrCat("#", index); }
std::string NameOf(const TcpRoute&, size_t index) { return absl::StrCat("#", index); }

// A text that two match blocks share exactly if they ask for the same.
class MatchKey {
 public:
  static std::string Of(const HttpMatchRequest& match) {
    MatchKey key;
    for (const auto* condition : {&match.uri, &match.scheme, &match.method, &match.authority}) {
      key.Add(condition->has_value());
      if (*condition) key.Add(**condition);
    }
    for (const auto* map : {&match.headers, &match.query_params, &match.without_headers}) {
      key.Add(*map);
    }
    key.AddPlace(match);
    key.Add(match.ignore_uri_case);
    key.Add(match.stat_prefix);
    return key.text_;
  }

  static std::string Of(const TlsMatchAttributes& match) {
    MatchKey key;
    key.Add(match.sni_hosts);
    key.Add(match.destination_subnets);
    key.AddPlace(match);
    return key.text_;
  }

  static std::string Of(const L4MatchAttributes& match) {
    MatchKey key;
    key.Add(match.destination_subnets);
    key.Add(match.source_subnet);
    key.AddPlace(match);
    return key.text_;
  }

 private:
  // What all three have.
  template <typename Match>
  void AddPlace(const Match& match) {
    Add(match.port);
    Add(match.source_labels);
    Add(match.gateways);
    Add(match.source_namespace);
  }

  void Add(size_t number) { absl::StrAppend(&text_, number, ";"); }
  void Add(const std::string& text) {
    Add(text.size());
    text_ += text;
  }
  void Add(const StringMatch& match) {
    Add(static_cast<size_t>(match.kind));
    Add(match.value);
  }
  void Add(const std::vector<std::string>& texts) {
    Add(texts.size());
    for (const std::string& text : texts) Add(text);
  }
  template <typename T>
  void Add(const std::map<std::string, T>& map) {
    Add(map.size());
    for (const auto& [key, value] : map) {
      Add(key);
      Add(value);
    }
  }

  std::string text_;
};

// Remembers the match blocks of the rules before.
class SeenMatches {
 public:
  // Warns of the blocks of `rule` that repeat one seen before; returns how many.
  template <typename Rule>
  size_t WarnOfRepeats(const std::vector<Rule>& rules, size_t index, ConfigErrors& errors) {
    const Rule& rule = rules[index];
    size_t repeats = 0;
    for (size_t i = 0; i < rule.match.size(); ++i) {
      const auto [seen, is_new] = rule_by_key_.emplace(MatchKey::Of(rule.match[i]), index);
      if (is_new) continue;
      ++repeats;
      const ConfigErrors::Scope block(errors, "match", i);
      errors.Report(ProblemCode::kIneffectiveMatch,
                    absl::StrCat("is never used: rule ", NameOf(rules[seen->second], seen->second),
                                 " has the same match before"));
    }
    return repeats;
  }

 private:
  std::unordered_map<std::string, size_t> rule_by_key_;
};

template <typename Rule>
void WarnOfUnreachable(std::string_view field, const std::vector<Rule>& rules,
                       ConfigErrors& errors) {
  SeenMatches seen;
  std::string catch_all;  // The last rule without matches so far.
  for (size_t i = 0; i < rules.size(); ++i) {
    const ConfigErrors::Scope scope(errors, field, i);
    if (rules[i].match.empty()) {
      if (!catch_all.empty()) {
        errors.Report(ProblemCode::kUnreachableRule,
                      "is never used: only the last rule can have no matches");
      }
      catch_all = NameOf(rules[i], i);
    } else if (!catch_all.empty()) {
      for (size_t j = 0; j < rules[i].match.size(); ++j) {
        const ConfigErrors::Scope block(errors, "match", j);
        errors.Report(ProblemCode::kUnreachableRule,
                      absl::StrCat("is never used: rule ", catch_all, " before has no matches"));
      }
    } else if (seen.WarnOfRepeats(rules, i, errors) == rules[i].match.size()) {
      errors.Report(ProblemCode::kUnreachableRule,
                    "is never used: rules before have all of its matches");
    }
  }
}

// A condition as Istio compares it here: regexes and presence count as nothing.
std::string ComparedText(const StringMatch& match) {
  if (match.kind == StringMatch::Kind::kExact) return absl::StrCat("exact:", match.value);
  if (match.kind == StringMatch::Kind::kPrefix) return absl::StrCat("prefix:", match.value);
  return "";
}

std::string ComparedText(const std::optional<StringMatch>& match) {
  return match ? ComparedText(*match) : "";
}

std::string MethodText(const HttpMatchRequest& match) {
  const std::string text = ComparedText(match.method);
  return text.empty() ? "exact:GET" : text;
}

bool TextCovers(const std::string& earlier, const std::string& later) {
  return earlier.starts_with(later);
}

bool MapCovers(const std::map<std::string, StringMatch>& earlier,
               const std::map<std::string, StringMatch>& later) {
  if (earlier.size() != later.size()) return false;
  for (auto a = earlier.begin(), b = later.begin(); a != earlier.end(); ++a, ++b) {
    if (a->first != b->first) return false;
    if (!TextCovers(ComparedText(a->second), ComparedText(b->second))) return false;
  }
  return true;
}

// Whether Istio holds `later` for hidden by `earlier`; both have a prefix. It
// looks at fewer conditions than there are, so this can be a false alarm.
bool PrefixCovers(const HttpMatchRequest& earlier, const HttpMatchRequest& later) {
  return later.uri->value != earlier.uri->value &&
         later.uri->value.starts_with(earlier.uri->value) && later.port == earlier.port &&
         TextCovers(MethodText(earlier), MethodText(later)) &&
         TextCovers(ComparedText(earlier.authority), ComparedText(later.authority)) &&
         MapCovers(earlier.headers, later.headers) &&
         MapCovers(earlier.query_params, later.query_params) &&
         MapCovers(earlier.without_headers, later.without_headers);
}

struct PrefixBlock {
  const HttpMatchRequest* match;
  size_t rule;
  size_t index;
};

// The blocks with a prefix that requests can reach, each once.
std::vector<PrefixBlock> PrefixBlocks(const std::vector<HttpRoute>& rules) {
  std::vector<PrefixBlock> blocks;
  std::unordered_map<std::string, size_t> seen;
  for (size_t i = 0; i < rules.size() && !rules[i].match.empty(); ++i) {
    for (size_t j = 0; j < rules[i].match.size(); ++j) {
      const HttpMatchRequest& match = rules[i].match[j];
      if (!match.uri || match.uri->kind != StringMatch::Kind::kPrefix) continue;
      if (match.uri->value.empty() || !seen.emplace(MatchKey::Of(match), i).second) continue;
      blocks.push_back({&match, i, j});
    }
  }
  return blocks;
}

// Finds which of the blocks before hides a block, without comparing each pair:
// by the hashes of all beginnings of its prefix.
class EarlierPrefixes {
 public:
  // A block that hides `later`, that of the shortest prefix first; or nullptr.
  const PrefixBlock* FindCover(const PrefixBlock& later) const {
    const Hashes hashes(*later.match);
    const std::string& prefix = later.match->uri->value;
    uint64_t hash = hashes.shape;
    size_t comparisons = 0;
    for (size_t i = 0; i + 1 < prefix.size(); ++i) {
      hash = Extended(hash, std::string_view(prefix).substr(i, 1));
      const auto others = by_prefix_.find(hash);
      if (others == by_prefix_.end()) continue;
      const auto alike = by_conditions_.find(hash ^ hashes.conditions);
      if (alike != by_conditions_.end() && PrefixCovers(*alike->second.match, *later.match)) {
        return &alike->second;
      }
      for (const PrefixBlock& other : others->second) {
        if (++comparisons > kMaximumComparisons) break;
        if (PrefixCovers(*other.match, *later.match)) return &other;
      }
    }
    return nullptr;
  }

  void Add(const PrefixBlock& block) {
    const Hashes hashes(*block.match);
    const uint64_t hash = Extended(hashes.shape, block.match->uri->value);
    by_conditions_.emplace(hash ^ hashes.conditions, block);
    std::vector<PrefixBlock>& others = by_prefix_[hash];
    if (others.size() < kMaximumComparisons) others.push_back(block);
  }

 private:
  // What a block must share with one that hides it, and what else it asks for.
  // Where hashes agree by accident, PrefixCovers tells.
  struct Hashes {
    explicit Hashes(const HttpMatchRequest& match)
        : shape(Extended(kOffset, absl::StrCat(match.port))),
          conditions(Extended(Extended(kOffset, MethodText(match)),
                              absl::StrCat(";", ComparedText(match.authority)))) {
      for (const auto* map : {&match.headers, &match.query_params, &match.without_headers}) {
        shape = Extended(shape, absl::StrCat(";", map->size()));
        for (const auto& [key, value] : *map) {
          shape = Extended(shape, absl::StrCat(";", key));
          conditions = Extended(conditions, absl::StrCat(";", ComparedText(value)));
        }
      }
    }

    uint64_t shape;
    uint64_t conditions;
  };
  static constexpr uint64_t kOffset = 0xcbf29ce484222325U;

  // FNV-1a over `text`, going on from `hash`.
  static uint64_t Extended(uint64_t hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3U;
    return hash;
  }

  std::unordered_map<uint64_t, std::vector<PrefixBlock>> by_prefix_;
  std::unordered_map<uint64_t, PrefixBlock> by_conditions_;
};

void WarnOfHiddenPrefixes(const std::vector<HttpRoute>& rules, ConfigErrors& errors) {
  EarlierPrefixes earlier;
  for (const PrefixBlock& block : PrefixBlocks(rules)) {
    if (const PrefixBlock* const cover = earlier.FindCover(block)) {
      const ConfigErrors::Scope rule(errors, "http", block.rule);
      const ConfigErrors::Scope match(errors, "match", block.index);
      errors.Report(
          ProblemCode::kIneffectiveMatch,
          absl::StrCat("may never be used: rule ", NameOf(rules[cover->rule], cover->rule),
                       " matches the shorter prefix ", Quoted(cover->match->uri->value),
                       " before"));
    }
    earlier.Add(block);
  }
}

}  // namespace

void WarnOfUnreachableRules(const VirtualService& service, ConfigErrors& errors) {
  WarnOfUnreachable("http", service.http, errors);
  WarnOfHiddenPrefixes(service.http, errors);
  WarnOfUnreachable("tls", service.tls, errors);
  WarnOfUnreachable("tcp", service.tcp, errors);
}

}  // namespace meshroute
