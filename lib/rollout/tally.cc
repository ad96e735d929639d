// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/tally.h"

#include <algorithm>

namespace meshroute {
namespace {

void AddTo(Tally::Pair& sum, const Tally::Pair& pair) {
  sum.bad += pair.bad;
  sum.good += pair.good;
}

}  // namespace

Tally::Signals& Tally::Step::At(Row row, size_t endpoint) {
  endpoint = std::min(endpoint, EndpointNames::kUnknown);
  switch (row) {
    case Row::kBaseline:
      return baseline;
    case Row::kBaselineUsers:
      return baseline_users;
    case Row::kMatched:
      return matched;
    case Row::kCanary:
      return canary[endpoint];
    case Row::kCanaryUsers:
      return canary_users[endpoint];
  }
  return baseline;
}

Tally::Pair Tally::Step::BaselineSum(size_t signal) const {
  Pair sum = baseline[signal];
  AddTo(sum, baseline_users[signal]);
  return sum;
}

Tally::Pair Tally::Step::CanarySum(size_t signal) const {
  Pair sum;
  for (const Signals& row : canary) AddTo(sum, row[signal]);
  for (const Signals& row : canary_users) AddTo(sum, row[signal]);
  return sum;
}

const Tally::Step& Tally::At(uint32_t tag) const {
  static const Step kNothing{};
  const auto step = steps_.find(tag);
  return step == steps_.end() ? kNothing : step->second;
}

Tally::Pair Tally::BaselineSum(size_t signal) const {
  Pair sum;
  for (const auto& [tag, step] : steps_) AddTo(sum, step.BaselineSum(signal));
  return sum;
}

Tally::Pair Tally::CanarySum(size_t signal) const {
  Pair sum;
  for (const auto& [tag, step] : steps_) AddTo(sum, step.CanarySum(signal));
  return sum;
}

uint64_t Tally::TrialsOf(size_t endpoint, size_t signals) const {
  uint64_t most = 0;
  for (size_t signal = 0; signal < signals; ++signal) {
    Pair sum;
    for (const auto& [tag, step] : steps_) {
      AddTo(sum, step.canary[endpoint][signal]);
      AddTo(sum, step.canary_users[endpoint][signal]);
    }
    most = std::max(most, sum.bad + sum.good);
  }
  return most;
}

std::vector<EvidenceShard::Counter> Tally::Export(const EndpointNames& names) const {
  std::vector<EvidenceShard::Counter> counters;
  for (const auto& [tag, step] : steps_) {
    const auto add = [&, tag = tag](const Signals& row, EvidenceShard::Group group,
                                    const std::string& endpoint) {
      for (size_t signal = 0; signal < row.size(); ++signal) {
        const Pair& pair = row[signal];
        if (pair.bad + pair.good == 0) continue;
        counters.push_back({.step = tag,
                            .group = group,
                            .endpoint = endpoint,
                            .signal = static_cast<uint16_t>(signal),
                            .bad = pair.bad,
                            .good = pair.good});
      }
    };
    add(step.baseline, EvidenceShard::Group::kBaseline, "");
    add(step.baseline_users, EvidenceShard::Group::kBaselineUsers, "");
    add(step.matched, EvidenceShard::Group::kMatched, "");
    for (size_t i = 0; i <= EndpointNames::kCapacity; ++i) {
      if (i >= names.size() && i != EndpointNames::kUnknown) continue;
      const std::string name = i == EndpointNames::kUnknown ? "" : names.name(i);
      add(step.canary[i], EvidenceShard::Group::kCanary, name);
      add(step.canary_users[i], EvidenceShard::Group::kCanaryUsers, name);
    }
  }
  return counters;
}

EvidenceShard::Group GroupOf(Row row) { return static_cast<EvidenceShard::Group>(row); }

Row RowOf(EvidenceShard::Group group) { return static_cast<Row>(group); }

}  // namespace meshroute
