// SPDX-License-Identifier: Apache-2.0
#include "lib/config/policy_merge.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/config/destination_rule_fields.h"
#include "lib/config/field_table.h"

namespace meshroute {
namespace {

// Blocks whose members are set one by one; any other is taken whole.
template <typename T>
constexpr bool kIsMerged = false;
template <>
constexpr bool kIsMerged<LoadBalancerSettings> = true;
template <>
constexpr bool kIsMerged<ConnectionPoolSettings> = true;
template <>
constexpr bool kIsMerged<TcpSettings> = true;
template <>
constexpr bool kIsMerged<TcpKeepalive> = true;
template <>
constexpr bool kIsMerged<HttpSettings> = true;
template <>
constexpr bool kIsMerged<OutlierDetection> = true;
template <>
constexpr bool kIsMerged<RetryBudget> = true;

// Members that exclude each other by a rule of Validate, besides those of a oneof.
constexpr std::array<std::array<std::string_view, 2>, 4> kAlternatives{{
    {"localityLbSetting", "zoneAwareLbSetting"},
    {"warmup", "warmupDurationSecs"},
    {"h2UpgradePolicy", "useClientProtocol"},
    {"tunnel", "proxyProtocol"},
}};

// The name of the group of which one member is set at most, or "".
std::string_view GroupOf(const FieldFacts& facts) {
  if (!facts.one_of.empty()) return facts.one_of;
  for (const auto& [first, second] : kAlternatives) {
    if (facts.name == first || facts.name == second) return first;
  }
  return {};
}

// Takes what one source sets, noting whose it is.
class Filling {
 public:
  Filling(std::string_view origin, PartOrigins* origins) : origin_(origin), origins_(origins) {}

  template <typename Struct>
  void Fill(const Struct& source, Struct& target, const std::string& path) {
    const std::set<std::string_view> decided = DecidedGroups(target);
    ForEachField<FieldTable<Struct>>([&](const auto& field, size_t) {
      if (IsUnset(field, source)) return;
      const std::string member_path = PartOrigins::Join(path, field.facts.name);
      const bool is_new = IsUnset(field, target);
      if (is_new && decided.contains(GroupOf(field.facts))) return;
      FillMember(source.*(field.member), target.*(field.member), is_new, member_path);
    });
  }

 private:
  template <typename FieldType, typename Struct>
  static bool IsUnset(const FieldType& field, const Struct& value) {
    static const Struct kDefault{};
    return value.*(field.member) == kDefault.*(field.member);
  }

  template <typename Struct>
  static std::set<std::string_view> DecidedGroups(const Struct& target) {
    std::set<std::string_view> groups;
    ForEachField<FieldTable<Struct>>([&](const auto& field, size_t) {
      const std::string_view group = GroupOf(field.facts);
      if (!group.empty() && !IsUnset(field, target)) groups.insert(group);
    });
    return groups;
  }

  template <typename T>
  void FillMember(const T& source, T& target, bool is_new, const std::string& path) {
    if (!is_new) return;
    target = source;
    Note(path);
  }

  template <typename T>
  void FillMember(const std::optional<T>& source, std::optional<T>& target, bool is_new,
                  const std::string& path) {
    if constexpr (kIsMerged<T>) {
      if (!is_new) return Fill(*source, *target, path);
    }
    if (!is_new) return;
    target = source;
    Note(path);
  }

  void FillMember(const std::vector<PortTrafficPolicy>& source,
                  std::vector<PortTrafficPolicy>& target, bool, const std::string& path) {
    std::set<uint32_t> seen;
    for (const PortTrafficPolicy& level : source) {
      if (!level.port || !seen.insert(level.port->number).second) continue;
      const uint32_t number = level.port->number;
      const std::string level_path = absl::StrCat(path, "[", number, "]");
      const auto found = std::find_if(
          target.begin(), target.end(),
          [number](const PortTrafficPolicy& known) { return known.port->number == number; });
      if (found != target.end()) {
        Fill(level, *found, level_path);
      } else {
        target.push_back(level);
        Note(level_path);
      }
    }
  }

  void Note(const std::string& path) {
    if (origins_ != nullptr) origins_->Add(path, origin_);
  }

  const std::string_view origin_;
  PartOrigins* const origins_;
};

}  // namespace

PolicyMerge::PolicyMerge(TrafficPolicy& target, std::string path, PartOrigins* origins)
    : target_(target), path_(std::move(path)), origins_(origins) {}

void PolicyMerge::Fill(const TrafficPolicy& source, std::string_view origin) {
  Filling(origin, origins_).Fill(source, target_, path_);
}

std::string PortPart(uint32_t port) { return absl::StrCat("portLevelSettings[", port, "]"); }

std::string SubsetPart(std::string_view name) {
  return absl::StrCat("subsets[", std::string(name), "]");
}

}  // namespace meshroute
