// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_METADATA_H_
#define MESHROUTE_CONFIG_METADATA_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace meshroute {

// A label map: `app: reviews`. Ordered, so that nothing hangs on a hash table.
using Labels = std::map<std::string, std::string>;

// Whether `labels` has every pair of `selector`. An empty selector covers all.
bool LabelsCover(const Labels& labels, const Labels& selector);

// The part of a Kubernetes object's `metadata` that Istio looks at.
struct Metadata {
  std::string name;

  // Absent in the file: the loader's default namespace ("default").
  std::string namespace_name;

  Labels labels;
  Labels annotations;

  // RFC 3339 ("2026-01-02T03:04:05Z"), or empty. Older objects win where two
  // claim one host; objects without a time are ordered by name, then namespace.
  std::string creation_timestamp;

  bool operator==(const Metadata&) const = default;
};

// The labels that tell where an endpoint or a client is.
inline constexpr char kRegionLabel[] = "topology.kubernetes.io/region";
inline constexpr char kZoneLabel[] = "topology.kubernetes.io/zone";
inline constexpr char kSubzoneLabel[] = "topology.istio.io/subzone";
inline constexpr char kNetworkLabel[] = "topology.istio.io/network";
inline constexpr char kClusterLabel[] = "topology.istio.io/cluster";

// `labels` and those that follow from a place: the parts of `locality`
// ("region/zone/subzone") replace labels of the same name, `network` and
// `cluster` stand in where the label is missing. Empty parts add nothing.
Labels WithTopologyLabels(Labels labels, std::string_view locality, std::string_view network,
                          std::string_view cluster);

// The "region/zone/subzone" that `topology.istio.io/locality`, else `istio-locality`
// gives, or nothing. Kubernetes forbids '/' in labels, so '.' stands for it.
std::string LocalityOfLabels(const Labels& labels);

// The moment that an RFC 3339 text means, to the second: "2026-01-02T03:04:05Z",
// "2026-01-02T05:04:05+02:00". nullopt: no such text.
std::optional<std::chrono::sys_seconds> ParseTimestamp(std::string_view text);

// Istio's order among objects that claim the same thing: the older first, then
// by name, then by namespace. An object without a timestamp is older than all
// with one.
bool CreatedBefore(const Metadata& a, const Metadata& b);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_METADATA_H_
