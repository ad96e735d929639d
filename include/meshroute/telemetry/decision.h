// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TELEMETRY_DECISION_H_
#define MESHROUTE_TELEMETRY_DECISION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/message/assignment.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/response_flags.h"

namespace meshroute {

// Everything that was decided for one request, and why: what Router::Explain
// gives, and what `meshroute explain` prints. Filled by the code that serves
// requests; parts that the request did not come to are empty.
struct Decision {
  // The head of a request, as it was asked or as it is sent.
  struct Head {
    std::string method;
    std::string scheme;
    std::string authority;
    std::string path;
    Headers headers;
  };

  // A VirtualService that names the addressed host, and what became of it.
  struct Candidate {
    std::string virtual_service;  // "VirtualService prod/reviews"
    std::string host;             // Its host that covers the addressed one: "*.prod.svc..."
    std::string verdict;          // "governs", "no rule for this client and port", ...
    bool governs = false;
  };

  // Which virtual host answers for the authority.
  struct Host {
    bool known = false;
    std::string name;                     // The virtual host: "reviews.prod.svc.cluster.local".
    std::string matched_name;             // The name that the authority fits: "*.prod.example.com".
    std::string reason;                   // "exact name", "wildcard", "nothing knows this host".
    uint32_t port = 0;                    // The addressed port ...
    std::string port_reason;              // ... and where it is from: "authority", "scheme http".
    std::string service;                  // What declares the host; empty: nothing.
    std::vector<Candidate> candidates{};  // In order of precedence.
  };

  // A match block that was looked at, in order.
  struct Rule {
    std::string origin;  // "VirtualService prod/reviews http[2]", its block: "match[1]".
    std::string name;    // "<rule>.<match>", may be empty.
    bool matched = false;
    std::string failed;  // The first condition that did not hold, with both values.
  };

  // One number drawn below a bound, and what it was for. 1,000,000ths for shares.
  struct Draw {
    uint64_t number = 0;
    uint64_t below = 0;   // The event happens for numbers below this one ...
    uint64_t out_of = 0;  // ... of so many.
    bool happens = false;
  };

  struct Fault {
    std::optional<Draw> delay_draw;
    Duration delay{0};
    std::optional<Draw> abort_draw;
    int abort_http_status = 0;
    int abort_grpc_status = -1;
  };

  // One destination of the rule with its share, or one mirror.
  struct Share {
    std::string cluster;  // "outbound|9080|v1|reviews.prod.svc.cluster.local"
    uint64_t weight = 0;  // Of mirrors: millionths of the requests.
    bool chosen = false;
  };

  // What a rollout's split gave the call: Assignment (message/assignment.h), with
  // memory of its own.
  struct Assigned {
    std::string rollout;
    uint64_t generation = 0;
    uint32_t step = 0;
    Arm arm = Arm::kBaseline;
    Assignment::Basis basis = Assignment::Basis::kDraw;
    double weight = 0;        // The canary's share of the calls like this one.
    double fresh_weight = 0;  // The fresh baseline's.

    // Drawn, or the key's: the canary's where below `weight`, the fresh baseline's in the
    // next `fresh_weight`.
    double position = 0;
    bool is_match = false;             // TrafficSplit::match holds, and is obeyed.
    bool retries_on_baseline = false;  // TrafficSplit::retry_on_baseline, of the canary's.
  };

  struct Split {
    std::vector<Share> shares;  // Of a rollout's split: by RouteSplit, in millionths.
    uint64_t total_weight = 0;

    // Number in [0, total_weight); unset: only one share, or `assignment` tells.
    std::optional<uint64_t> draw;

    // What the split sticks to: "header x-user", "the caller's key"; empty: nothing.
    std::string key;
    std::optional<uint64_t> unit;  // Hash of that of the request; unset: it has none.
    std::optional<Assigned> assignment;
  };

  // The copy that a rollout's split sends to the canary (TrafficSplit::mirror).
  struct Copy {
    std::string cluster;
    double share = 0;

    // Drawn; a copy is made where it is below `share`. Unset: the call may not be sent twice.
    std::optional<double> position;
  };

  struct Retries {
    uint32_t attempts = 0;
    std::string retry_on;  // As Istio writes it: "connect-failure,refused-stream,503".
    Duration per_try_timeout{0};
    Duration backoff_base{0};
    Duration backoff_maximum{0};
    bool avoid_previous_endpoints = false;
    bool leave_tried_priorities = false;
  };

  // What slow start makes of an endpoint that is young.
  struct Warmup {
    Duration age{0};
    double percent = 0;  // The part of its weight that it has now.
  };

  struct EndpointInfo {
    std::string address;

    // "healthy", "on trial after an ejection", "would be ejected (shadow)", ...
    std::string health;

    // Why outlier detection has it out, or in shadow mode would: "consecutive_5xx", as in
    // EjectionEvent; empty: it does not.
    std::string ejection_reason;
    bool eligible = false;
    bool chosen = false;
    uint32_t weight = 1;
    uint32_t priority = 0;
    uint32_t active_requests = 0;
    std::string locality;
    std::vector<std::pair<std::string, std::string>> labels;
    std::optional<Warmup> warmup;  // Unset: it has its whole weight.
  };

  // The share that one priority has of the requests now, and inside it each locality
  // between which a choice is made.
  struct PriorityShare {
    struct Locality {
      std::string name;     // Of a preferred zone: "region/zone".
      uint64_t weight = 0;  // 0: the choice is not by weight.
      double percent = 0;   // Of the priority's requests.
      size_t endpoint_count = 0;
      size_t eligible_count = 0;
    };

    uint32_t priority = 0;
    uint32_t percent = 0;           // To its healthy endpoints ...
    uint32_t degraded_percent = 0;  // ... and to its degraded ones.
    bool panic = false;             // Both go to all its endpoints, whatever their health.
    std::vector<Locality> localities{};
  };

  // The pool of the chosen destination. The first `kShownEndpoints` endpoints.
  struct Pool {
    static constexpr size_t kShownEndpoints = 1000;

    std::string cluster;
    std::string missing;           // Why there is no such pool (503 NC); empty: there is one.
    std::string destination_rule;  // "DestinationRule prod/reviews"; empty: none.
    std::vector<std::pair<std::string, std::string>> subset_labels;
    std::string load_balancer;          // "LEAST_REQUEST, best of 3 drawn", "PASSTHROUGH", ...
    std::vector<std::string> limits;    // "http2MaxRequests 3 of 100", ...
    std::vector<std::string> policies;  // Other blocks in short, each with its settings.

    // What priorities and localities are from: "localityLbSetting: distribute[0] (from *)".
    std::string locality_reason;
    std::string client_locality;  // Empty: not known.
    size_t left_out_count = 0;    // Endpoints that distribute leaves out.
    std::vector<PriorityShare> priorities;
    size_t endpoint_count = 0;
    size_t eligible_count = 0;
    std::vector<EndpointInfo> endpoints;
  };

  // How the call goes on.
  enum class Result : uint8_t {
    kSend,         // To `address`.
    kPassThrough,  // To the dialled authority: nothing chooses an endpoint.
    kReply,        // Answered here.
  };

  Head request;
  std::string normalized_path;  // Empty: the path was normal.
  Host host;
  std::vector<Rule> rules;
  size_t rules_not_tried = 0;  // Behind the one that matched.
  std::string route_name;      // Of the rule that matched; may be empty.
  std::string route_origin;    // "VirtualService prod/reviews http[2]"; empty: none.
  Fault fault;
  Split split;
  std::optional<uint64_t> hash;  // The key of consistent hashing.
  Duration timeout{0};           // 0: no limit.
  Retries retries;
  std::optional<uint64_t> mirror_draw;  // Out of 1,000,000; for all mirrors.
  std::vector<Share> mirrors;
  std::optional<Copy> copy;  // Of a rollout that compares copies; else unset.
  std::optional<Pool> pool;

  Result result = Result::kReply;
  ResponseFlags flags;
  int status = 0;            // Of kReply.
  std::string details;       // Of kReply: "route_not_found", "direct_response", ...
  Headers reply_headers;     // Of kReply.
  std::string reply_body;    // Of kReply.
  std::string address;       // Of kSend: the endpoint.
  std::optional<Head> sent;  // Of kSend and kPassThrough, edits and rewrites applied.
  std::vector<std::string> response_edits;  // What the rule does to the answer's headers.

  // For people: the order of work, a line a step.
  std::string ToText() const;

  // One JSON object with every field, named as here in lowerCamelCase; durations in
  // Istio's spelling ("1.5s").
  std::string ToJson() const;
};

}  // namespace meshroute

#endif  // MESHROUTE_TELEMETRY_DECISION_H_
