// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROUTING_ROUTE_H_
#define MESHROUTE_ROUTING_ROUTE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/random_source.h"
#include "meshroute/message/assignment.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/request_view.h"
#include "meshroute/message/response_flags.h"
#include "meshroute/routing/policies.h"
#include "meshroute/routing/route_split.h"

namespace meshroute {

// The head of a request with memory of its own, on its way to the upstream.
struct RequestHead {
  std::string method;
  std::string scheme;
  std::string authority;
  std::string path;
  Headers headers;
};

// An answer that is made here, without an upstream.
struct LocalReply {
  int status = 0;
  Headers headers;
  std::string body;
};

// The key of consistent hashing for one request.
struct HashKey {
  std::optional<uint64_t> hash;

  // Cookies that were made up because the request had none: values of Set-Cookie
  // headers for the response, one per cookie that a destination asks for. All have
  // the same value. Mostly empty.
  std::vector<std::string> set_cookies;
};

// What operators in header values tell of a call (`%START_TIME%`), besides the
// message whose headers are edited. What is not known yet is left out: a value of
// nothing but such operators edits nothing. Views.
struct EditContext {
  WallTime start_time{};                 // %START_TIME%
  std::string_view hostname{};           // %HOSTNAME%
  std::string_view upstream_host{};      // %UPSTREAM_HOST%: "10.0.0.7:9080"; of responses.
  std::string_view destination{};        // %UPSTREAM_CLUSTER%: "outbound|9080|v1|reviews..."
  int response_code = 0;                 // %RESPONSE_CODE%; of responses.
  ResponseFlags response_flags{};        // %RESPONSE_FLAGS%; of responses.
  const RequestView* request = nullptr;  // %REQ(x)% of responses: the request as it was sent.
};

// What a rule does besides choosing a destination (lib/routing/route_actions.h).
struct RouteActions;

// One match block of one rule of one VirtualService, compiled for one client: an
// action and the policies that go with it. Made by RouteTable::Compile alone.
// Immutable; lives as long as its RouteTable.
class Route {
 public:
  enum class Action : uint8_t { kForward, kRedirect, kDirectResponse };

  // One share of a kForward rule.
  struct WeightedDestination {
    uint32_t destination = 0;  // Index into RouteTable::destinations().
    uint32_t weight = 0;       // Above 0; 1 of a single destination.
  };

  // A copy of the request goes there too.
  struct Mirror {
    uint32_t destination = 0;  // Index into RouteTable::destinations().
    uint32_t millionths = 0;   // Share of the requests.
  };

  Action action = Action::kForward;

  // "<rule>" or "<rule>.<match>"; may be empty.
  std::string name;

  // "VirtualService prod/reviews http[2]": for people.
  std::string origin;

  // `statPrefix` of the match block: for statistics (CallEvent); mostly empty.
  std::string stat_prefix;

  // Which of the rule's match blocks; -1: the rule has none.
  int32_t match_index = -1;

  // Without those of weight 0. Never empty for kForward.
  std::vector<WeightedDestination> destinations;
  uint64_t total_weight = 0;

  // What chooses in place of an independent draw by the weights; mostly nullptr.
  std::shared_ptr<const RouteSplit> split;

  Duration timeout{0};  // 0: no limit.
  RetryPolicy retry;
  FaultPolicy fault;
  std::vector<Mirror> mirrors;
  bool has_request_edits = false;   // EditRequest changes something.
  bool has_response_edits = false;  // EditResponse changes something.
  bool has_hash_policy = false;     // Hash may give a key.
  bool has_cors_policy = false;     // The two functions on CORS do something.
  bool edits_read_context = false;  // Some edit looks at its EditContext.

  // Position in `destinations` for a number drawn from all 64-bit numbers:
  // `random % total_weight` on the cumulative weights, in order.
  size_t PickDestination(uint64_t random) const {
    return PickByWeight(destinations, total_weight, random);
  }

  // The number in [0, total_weight) that a sticky key's hash stands at.
  uint64_t PlaceOf(uint64_t unit) const {
    return static_cast<uint64_t>(PositionOf(unit) * static_cast<double>(total_weight));
  }

  // The same for any list of shares and its sum of weights.
  static size_t PickByWeight(const std::vector<WeightedDestination>& shares, uint64_t total_weight,
                             uint64_t random) {
    if (shares.size() == 1) return 0;
    uint64_t rest = random % total_weight;
    size_t index = 0;
    while (rest >= shares[index].weight) rest -= shares[index++].weight;
    return index;
  }

  // Header edits, authority and path rewrite for a request that goes to
  // destinations[position], in Istio's order. `head` holds the request as the
  // caller wrote it (its path normalised). For kForward.
  void EditRequest(size_t position, RequestHead& head, const EditContext& context = {}) const;

  // Header edits of the response. For local replies of the rule `position` is 0.
  void EditResponse(size_t position, Headers& headers, const EditContext& context = {}) const;

  // What EditResponse does, for people: "set x-a: b".
  std::vector<std::string> DescribeResponseEdits(size_t position) const;

  // The answer of kRedirect and kDirectResponse, response edits included.
  // `port` is the addressed port.
  LocalReply MakeLocalReply(const RequestView& request, uint32_t port,
                            const EditContext& context = {}) const;

  // The rule's corsPolicy, for kForward: the answer to a browser's preflight that is
  // made here, after faults and before any destination is chosen ...
  std::optional<LocalReply> AnswerPreflight(const RequestView& request) const;

  // ... and what it says in every later answer to `request`, after EditResponse.
  void AddCorsHeaders(const RequestView& request, Headers& headers) const;

  // The hash key of the destinations' consistentHash, joined as Envoy joins
  // them. `request` is the one after EditRequest. Draws from `random` only to make
  // up a cookie. `source_address` ("ip:port") is that on whose behalf the call is
  // made, for useSourceIp; empty: there is none, and it gives no key.
  HashKey Hash(const RequestView& request, RandomSource& random,
               std::string_view source_address = {}) const;

 private:
  friend class RouteCompiler;

  std::shared_ptr<const RouteActions> actions_;  // Shared by the blocks of a rule.

  // How many bytes of the path the block matched: what a rewrite replaces.
  size_t matched_length_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROUTING_ROUTE_H_
