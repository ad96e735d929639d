// SPDX-License-Identifier: Apache-2.0
// The splits that rollouts steer, and what is told of an update.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "meshroute/router.h"

namespace meshroute {
namespace {

// The order in which the tables number splits, whatever the caller's was.
void Sort(std::vector<TrafficSplit>& splits) {
  std::sort(splits.begin(), splits.end(), [](const TrafficSplit& a, const TrafficSplit& b) {
    return std::tie(a.namespace_name, a.virtual_service, a.route) <
           std::tie(b.namespace_name, b.virtual_service, b.route);
  });
}

// The tables of `old` with other weights and tags.
std::shared_ptr<TrafficTables> WithSplits(const std::shared_ptr<const TrafficTables>& old,
                                          std::vector<TrafficSplit> splits) {
  auto tables = std::make_shared<TrafficTables>();
  tables->version = old->version + 1;
  tables->splits = std::move(splits);
  tables->config = old->config;
  tables->client = old->client;
  tables->mesh = old->mesh;
  tables->services = old->services;
  tables->destination_rules = old->destination_rules;
  tables->routes = old->routes;
  tables->pools = old->pools;
  tables->compiled = old->compiled != nullptr ? old->compiled : old;
  return tables;
}

// What is wrong with the splits in `tables`, a text each, those left out that are among
// `known`.
std::vector<std::string> ProblemsOf(const TrafficTables& tables,
                                    const std::vector<TrafficSplit>& known = {}) {
  std::vector<std::string> problems;
  for (size_t i = 0; i < tables.splits.size(); ++i) {
    const std::string& problem = tables.routes->split_problems()[i];
    if (problem.empty()) continue;
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const TrafficSplit& split) {
      return CompileAlike(split, tables.splits[i]);
    });
    if (!is_known) problems.push_back(absl::StrCat("a split has no rule: ", problem));
  }
  return problems;
}

}  // namespace

absl::Status Router::SetSplits(std::vector<TrafficSplit> splits) {
  if (absl::Status status = ValidateSplits(splits); !status.ok()) return status;
  Sort(splits);
  absl::StatusOr<NewTables> tables;
  {
    const MutexLock lock(update_mutex_);
    tables = PublishSplits(std::move(splits));
  }
  if (tables.ok()) Announce(**tables);
  return tables.status();
}

absl::StatusOr<Router::NewTables> Router::PublishSplits(std::vector<TrafficSplit> splits) {
  const std::shared_ptr<const TrafficTables> old = tables_.Get();
  std::shared_ptr<TrafficTables> tables;
  if (std::equal(splits.begin(), splits.end(), old->splits.begin(), old->splits.end(),
                 CompileAlike)) {
    tables = WithSplits(old, std::move(splits));
  } else {
    tables = Compile(old->config, std::move(splits));
    const std::vector<std::string> problems = ProblemsOf(*tables, old->splits);
    if (!problems.empty()) return absl::NotFoundError(absl::StrJoin(problems, "\n"));
  }
  tables_.Publish(tables);
  return NewTables(std::move(tables));
}

void Router::Announce(const TrafficTables& tables) const {
  for (const std::shared_ptr<SubsetPool>& pool : tables.pools) {
    if (pool != nullptr) pool->TellObserver();
  }
  if (options_.observer == nullptr) return;
  const std::string message = absl::StrJoin(ProblemsOf(tables), "\n");
  options_.observer->OnConfig({.applied = true, .version = tables.version, .message = message});
}

}  // namespace meshroute
