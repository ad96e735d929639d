// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {
namespace {

constexpr size_t kSegments = 3;  // region/zone/subzone

std::vector<std::string_view> Segments(std::string_view locality) {
  std::vector<std::string_view> segments;
  while (segments.size() + 1 < kSegments) {
    const size_t slash = locality.find('/');
    if (slash == std::string_view::npos) break;
    segments.push_back(locality.substr(0, slash));
    locality.remove_prefix(slash + 1);
  }
  segments.push_back(locality);
  return segments;
}

// The localities of one list so far, as a tree of regions, zones and subzones.
class SeenLocalities {
 public:
  // Adds `locality` unless an earlier one covers it or is part of it; returns
  // whether it was added. A '*' covers only what comes after it.
  bool Add(std::string_view locality) {
    Node* node = &root_;
    for (const std::string_view segment : Segments(locality)) {
      if (node->ends_here || node->children.contains("*")) return false;
      std::unique_ptr<Node>& child = node->children[std::string(segment)];
      if (child == nullptr) child = std::make_unique<Node>();
      node = child.get();
    }
    const bool is_new = !node->ends_here && node->children.empty();
    node->ends_here = true;
    return is_new;
  }

 private:
  struct Node {
    bool ends_here = false;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
  };
  Node root_;
};

void CheckLocality(ConfigErrors& errors, std::string_view locality, SeenLocalities& seen) {
  const size_t star = locality.find('*');
  if (star != std::string_view::npos && star + 1 != locality.size()) {
    errors.Add(absl::StrCat("must have '*' at its end only, got ", Quoted(locality)));
  }
  for (const std::string_view segment : Segments(locality)) {
    if (!segment.empty()) continue;
    errors.Add(
        absl::StrCat("must be region, region/zone or region/zone/subzone, got ", Quoted(locality)));
    return;
  }
  if (!seen.Add(locality)) {
    errors.Add(absl::StrCat("overlaps with an earlier locality: ", Quoted(locality)));
  }
}

void ValidateDistribute(const std::vector<LocalityLbSetting::Distribute>& distribute,
                        ConfigErrors& errors) {
  SeenLocalities sources;
  for (size_t i = 0; i < distribute.size(); ++i) {
    const ConfigErrors::Scope element(errors, "distribute", i);
    {
      const ConfigErrors::Scope from(errors, "from");
      CheckLocality(errors, distribute[i].from, sources);
    }
    const ConfigErrors::Scope to(errors, "to");
    SeenLocalities targets;
    uint64_t total = 0;
    for (const auto& [locality, share] : distribute[i].to) {
      const ConfigErrors::Scope key(errors, locality);
      CheckLocality(errors, locality, targets);
      total += share;
      if (share < 1 || share > 100) {
        errors.Add(absl::StrCat("must be a share from 1 to 100, got ", share));
      }
    }
    if (total != 100) errors.Add(absl::StrCat("must add up to 100, got ", total));
  }
}

void ValidateFailover(const std::vector<LocalityLbSetting::Failover>& failover,
                      ConfigErrors& errors) {
  for (size_t i = 0; i < failover.size(); ++i) {
    const ConfigErrors::Scope element(errors, "failover", i);
    const auto& [from, to] = failover[i];
    if (from == to) {
      errors.Add(absl::StrCat("must lead to another region, got ", Quoted(from), " twice"));
    }
    for (const auto& [field, region] : {std::pair("from", &from), std::pair("to", &to)}) {
      if (region->find_first_of("/*") == std::string::npos) continue;
      AddAt(errors, field,
            absl::StrCat("must be a region alone, without '/' and '*', got ", Quoted(*region)));
    }
  }
}

void RefuseTopologyLabels(const std::vector<std::string>& priorities, std::string_view why,
                          ConfigErrors& errors) {
  static constexpr std::array<std::string_view, 3> kLabels{kRegionLabel, kZoneLabel, kSubzoneLabel};
  for (size_t i = 0; i < priorities.size(); ++i) {
    if (std::find(kLabels.begin(), kLabels.end(), priorities[i]) == kLabels.end()) continue;
    const ConfigErrors::Scope element(errors, "failoverPriority", i);
    errors.Add(absl::StrCat("must not be ", priorities[i], ": ", std::string(why)));
  }
}

template <typename Setting>
void WarnWithoutOutlierDetection(const Setting& setting, WithOutlierDetection outlier,
                                 ConfigErrors& errors) {
  if (outlier == WithOutlierDetection::kYes) return;
  const char* const field = setting.failover.empty() ? "failoverPriority" : "failover";
  if (setting.failover.empty() && setting.failover_priority.empty()) return;
  ReportAt(errors, field, ProblemCode::kNoEffect,
           "does nothing without outlierDetection in the same policy");
}

}  // namespace

void ValidateLocalityLb(const LocalityLbSetting& setting, WithOutlierDetection outlier,
                        ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "localityLbSetting");
  if (!setting.distribute.empty() && !setting.failover.empty()) {
    AddAt(errors, "failover", "must not stand beside distribute");
  }
  ValidateDistribute(setting.distribute, errors);
  ValidateFailover(setting.failover, errors);
  if (!setting.failover.empty()) {
    RefuseTopologyLabels(setting.failover_priority, "failover orders the regions", errors);
  }
  WarnWithoutOutlierDetection(setting, outlier, errors);
}

void ValidateZoneAwareLb(const ZoneAwareLbSetting& setting, WithOutlierDetection outlier,
                         ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "zoneAwareLbSetting");
  ValidateFailover(setting.failover, errors);
  RefuseTopologyLabels(setting.failover_priority, "the setting orders regions and zones itself",
                       errors);
  if (setting.min_cluster_size && *setting.min_cluster_size == 0) {
    AddAt(errors, "minClusterSize", "must be 1 or more, got 0");
  }
  WarnWithoutOutlierDetection(setting, outlier, errors);
}

}  // namespace meshroute
