// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/tally.h"

#include <algorithm>

namespace meshroute {
namespace {

void AddTo(Tally::Pair& sum, const Tally::Pair& pair) {
  sum.bad += pair.bad;
  sum.good += pair.good;
}

void AddTo(PairCounts& sum, const PairCounts& more) {
  sum.canary_alone += more.canary_alone;
  sum.baseline_alone += more.baseline_alone;
  sum.both_bad += more.both_bad;
  sum.both_good += more.both_good;
}

// The row of an endpoint, made where there are none yet.
Tally::Signals& RowIn(std::vector<Tally::Signals>& rows, size_t endpoint) {
  if (rows.empty()) rows.resize(EndpointNames::kCapacity + 1);
  return rows[endpoint];
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
    case Row::kPairsApart:
      return RowIn(pairs_apart, endpoint);
    case Row::kPairsTogether:
      return RowIn(pairs_together, endpoint);
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

PairCounts Tally::Step::Pairs(size_t signal) const {
  Pair apart;
  Pair together;
  for (const Signals& row : pairs_apart) AddTo(apart, row[signal]);
  for (const Signals& row : pairs_together) AddTo(together, row[signal]);
  return {.canary_alone = static_cast<int64_t>(apart.bad),
          .baseline_alone = static_cast<int64_t>(apart.good),
          .both_bad = static_cast<int64_t>(together.bad),
          .both_good = static_cast<int64_t>(together.good)};
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

PairCounts Tally::Pairs(size_t signal) const {
  PairCounts sum;
  for (const auto& [tag, step] : steps_) AddTo(sum, step.Pairs(signal));
  return sum;
}

uint64_t Tally::TrialsOf(size_t endpoint, size_t signals) const {
  uint64_t most = 0;
  for (size_t signal = 0; signal < signals; ++signal) {
    Pair sum;
    for (const auto& [tag, step] : steps_) {
      AddTo(sum, step.canary[endpoint][signal]);
      AddTo(sum, step.canary_users[endpoint][signal]);
      if (!step.pairs_apart.empty()) AddTo(sum, step.pairs_apart[endpoint][signal]);
      if (!step.pairs_together.empty()) AddTo(sum, step.pairs_together[endpoint][signal]);
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
      if (!step.pairs_apart.empty()) {
        add(step.pairs_apart[i], EvidenceShard::Group::kPairsApart, name);
      }
      if (!step.pairs_together.empty()) {
        add(step.pairs_together[i], EvidenceShard::Group::kPairsTogether, name);
      }
    }
  }
  return counters;
}

EvidenceShard::Group GroupOf(Row row) { return static_cast<EvidenceShard::Group>(row); }

Row RowOf(EvidenceShard::Group group) { return static_cast<Row>(group); }

}  // namespace meshroute
