// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_ORACLE_LOCALITY_NAIVE_H_
#define MESHROUTE_TESTS_ORACLE_LOCALITY_NAIVE_H_

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "meshroute/config/load_balancer_settings.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/metadata.h"
#include "meshroute/upstream/endpoint.h"

// The locality settings as their descriptions tell them, step by step and slow, for the
// real ones to be compared with. Nothing here is shared with them.
namespace meshroute::naive {

inline std::array<std::string, 3> Parts(const std::string& locality) {
  std::array<std::string, 3> parts;
  size_t part = 0;
  for (const char c : locality) {
    if (c == '/') ++part;
    if (part > 2) break;
    if (c != '/') parts[part] += c;
  }
  return parts;
}

inline bool Matches(const std::string& locality, const std::string& rule) {
  const auto is = Parts(locality);
  const auto wanted = Parts(rule);
  if (wanted[0] != "*" && wanted[0] != is[0]) return false;
  if (wanted[1] != "*" && !wanted[1].empty() && wanted[1] != is[1]) return false;
  return wanted[2] == "*" || wanted[2].empty() || wanted[2] == is[2];
}

// 0 .. 3 by how many parts are equal from the left, 4 for a region that failover does not
// name where it names another.
inline int PlacePriority(const std::string& client, const std::string& endpoint,
                         const std::vector<LocalityLbSetting::Failover>& failover) {
  const auto a = Parts(client);
  const auto b = Parts(endpoint);
  if (a == b) return 0;
  if (a[0] == b[0] && a[1] == b[1]) return 1;
  if (a[0] == b[0]) return 2;
  for (const auto& entry : failover) {
    if (entry.from == a[0]) return entry.to == b[0] ? 3 : 4;
  }
  return 3;
}

inline std::string LabelOf(const Labels& labels, const std::string& key) {
  return labels.contains(key) ? labels.at(key) : "";
}

inline int LabelPriority(const Labels& client, const Labels& endpoint,
                         const std::vector<std::string>& list) {
  const int n = static_cast<int>(list.size());
  int network = 0;
  for (int i = 0; i < n; ++i) {
    const std::string& item = list[static_cast<size_t>(i)];
    const std::string key = item.substr(0, item.find('='));
    const std::string wanted = key == item ? LabelOf(client, key) : item.substr(item.find('=') + 1);
    if (LabelOf(endpoint, key) == wanted) continue;
    if (i == 0 && key == "topology.istio.io/network") {
      network = n;
      continue;
    }
    return network + n - i;
  }
  return network;
}

struct Plan {
  std::vector<std::optional<int>> priorities;          // By endpoint.
  std::map<std::pair<int, std::string>, int> weights;  // Empty: localities are pooled.
};

// Numbers that nobody has are closed up.
inline void CloseUp(std::vector<std::optional<int>>& priorities) {
  std::set<int> used;
  for (const auto& priority : priorities) {
    if (priority) used.insert(*priority);
  }
  for (auto& priority : priorities) {
    if (!priority) continue;
    int number = 0;
    for (const int one : used) number += one < *priority ? 1 : 0;
    priority = number;
  }
}

inline Plan PlanOf(const LocalityLbSetting& setting, bool detects, const ClientIdentity& client,
                   const std::vector<EndpointSpec>& endpoints) {
  Plan plan;
  plan.priorities.assign(endpoints.size(), 0);
  std::map<std::string, int> sums;
  for (const EndpointSpec& endpoint : endpoints) {
    sums[endpoint.locality] += static_cast<int>(endpoint.weight == 0 ? 1 : endpoint.weight);
  }
  if (!setting.distribute.empty()) {
    for (const auto& [locality, sum] : sums) plan.weights[{0, locality}] = sum;
    for (const auto& entry : setting.distribute) {
      if (!Matches(client.locality, entry.from)) continue;
      plan.weights.clear();
      for (const auto& [to, share] : entry.to) {
        double total = 0;
        for (const auto& [locality, sum] : sums) total += Matches(locality, to) ? sum : 0;
        for (const auto& [locality, sum] : sums) {
          if (!Matches(locality, to)) continue;
          plan.weights[{0, locality}] =
              static_cast<int>(std::ceil(static_cast<double>(sum) * share / total));
        }
      }
      for (size_t i = 0; i < endpoints.size(); ++i) {
        if (!plan.weights.contains({0, endpoints[i].locality})) plan.priorities[i].reset();
      }
      break;
    }
    return plan;
  }
  if (!detects) return plan;
  const Labels labels =
      WithTopologyLabels(client.labels, client.locality, client.network, client.cluster);
  const bool by_place =
      (setting.failover_priority.empty() || !setting.failover.empty()) && !client.locality.empty();
  for (size_t i = 0; i < endpoints.size(); ++i) {
    int priority = 0;
    if (!labels.empty()) {
      priority = LabelPriority(
          labels, WithTopologyLabels(endpoints[i].labels, endpoints[i].locality, "", ""),
          setting.failover_priority);
    }
    if (by_place) {
      priority =
          priority * 5 + PlacePriority(client.locality, endpoints[i].locality, setting.failover);
    }
    plan.priorities[i] = priority;
  }
  CloseUp(plan.priorities);
  if (setting.failover.empty() && setting.failover_priority.empty()) return plan;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    plan.weights[{*plan.priorities[i], endpoints[i].locality}] +=
        static_cast<int>(endpoints[i].weight == 0 ? 1 : endpoints[i].weight);
  }
  return plan;
}

}  // namespace meshroute::naive

#endif  // MESHROUTE_TESTS_ORACLE_LOCALITY_NAIVE_H_
