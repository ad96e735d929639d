// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROUTING_TRAFFIC_SPLIT_H_
#define MESHROUTE_ROUTING_TRAFFIC_SPLIT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/config/http_match.h"
#include "meshroute/config/sticky_split.h"

namespace meshroute {

// How one HTTP rule of one VirtualService is divided between two destinations, in
// place of the weights that stand there: what a rollout steers.
//
//   router.SetSplits({{.namespace_name = "prod", .virtual_service = "reviews",
//                      .route = "default",
//                      .baseline = {.host = "reviews", .subset = "v1"},
//                      .canary = {.host = "reviews", .subset = "v2"},
//                      .weight = 0.05, .rollout = "prod/reviews"}});
//
// Everything else of the rule stays: conditions, edits, timeouts, retries. The rule
// may list the destinations, with any weights, or not; a third one that it gives
// weight makes it no rule for a split. A plain value.
struct TrafficSplit {
  // The VirtualService that holds the rule; a delegate's, where the rule is one's.
  std::string namespace_name;
  std::string virtual_service;

  // http[].name; empty: the VirtualService's only HTTP rule.
  std::string route;

  // Short hosts are completed with `namespace_name`. Without a port they go where
  // the rule sends them, or to the port that it names for the other destination.
  Destination baseline;
  Destination canary;

  // Probability of the canary, 0..1, to 53 bits.
  double weight = 0;

  // A third destination, and its probability: a young copy of the baseline's version,
  // with which alone the canary is compared. At most what `weight` leaves. Not beside
  // `sticky`.
  std::optional<Destination> fresh_baseline;
  double fresh_weight = 0;

  // The tag of every call that is drawn for (Assignment). `rollout` may be empty.
  std::string rollout;
  uint64_t generation = 0;
  uint32_t step = 0;

  // Set: calls with a key stick to their destination. Monotone in `weight`: from
  // 5 % to 10 % exactly the new 5 % of the keys move. The VirtualService's own
  // `sticky_split` does not count.
  std::optional<StickySplit> sticky;

  // Requests for which any of these blocks holds are drawn for with `match_weight`
  // instead of the weight, while `obeys_match`. 1: they go to the canary without a draw.
  std::vector<HttpMatchRequest> match;
  bool obeys_match = true;
  double match_weight = 1;

  // Retries of a call whose first attempt went to the canary go to the baseline.
  bool retry_on_baseline = false;

  // Share of the baseline's requests, 0..1, of which a copy goes to the canary: drawn by
  // chance for each, by itself. Only of calls that may be sent twice: GET, HEAD, OPTIONS,
  // TRACE, PUT and DELETE, unless CallOptions::idempotency says otherwise. Nobody waits
  // for the copy; Observer::OnMirrorEnd tells how it ended. Besides the rule's mirrors.
  double mirror = 0;

  bool operator==(const TrafficSplit&) const = default;
};

// Checks all that can be checked without a configuration, of all of `splits`.
// InvalidArgument with a line per problem.
absl::Status ValidateSplits(const std::vector<TrafficSplit>& splits);

// The chance of the canary for a call that went to it or to the fresh baseline, which
// have a `weight` and a `fresh_weight`; `weight` where there is no fresh baseline.
constexpr double ComparedWeight(double weight, double fresh_weight) {
  return fresh_weight > 0 ? weight / (weight + fresh_weight) : weight;
}

// Whether `a` and `b` differ in nothing but weights, tag, `obeys_match`,
// `retry_on_baseline` and `mirror`: what a compiled rule does not hang on.
bool CompileAlike(const TrafficSplit& a, const TrafficSplit& b);

}  // namespace meshroute

#endif  // MESHROUTE_ROUTING_TRAFFIC_SPLIT_H_
