// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_DECISION_PROFILE_H_
#define MESHROUTE_TOOLS_MESHROUTE_DECISION_PROFILE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/config/resources.h"
#include "meshroute/message/headers.h"
#include "meshroute/router.h"
#include "tools/meshroute/examination.h"

namespace meshroute::tool {

// One side of what is compared: what a caller could notice of a decision, each
// aspect as a text ("timeout", "5s"). Aspects that do not apply are left out.
using Aspects = std::vector<std::pair<std::string, std::string>>;

struct DecisionProfile {
  std::string host;    // The virtual host.
  std::string origin;  // The rule, not compared: rules may move.
  Aspects aspects;

  // By cluster: the settings and endpoints of each destination. Owned by the profiler.
  std::map<std::string, const Aspects*> pools;
};

// What rules name that shows only in requests that have it.
struct ProfileHints {
  std::set<std::string> removed_headers;
  std::set<std::string> origins;  // Of corsPolicy: one that each of its matchers takes.

  void Add(const Resources& resources);
};

// Works out profiles by the rules of one configuration. Thread-compatible.
class Profiler {
 public:
  // `hints` are those of all configurations that are compared.
  Profiler(const Router& router, ProfileHints hints);

  DecisionProfile Examine(const RequestHead& head);

 private:
  void DescribeForward(const Examination& examination, const RequestHead& head,
                       DecisionProfile& profile);
  std::string RequestEdits(const Examination& examination, size_t position) const;
  std::string CorsAnswers(const Examination& examination, const RequestHead& head) const;
  const Aspects& PolicyOf(const SubsetPool& pool);

  const std::shared_ptr<const TrafficTables> tables_;
  const ProfileHints hints_;
  std::map<const SubsetPool*, Aspects> policies_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_DECISION_PROFILE_H_
