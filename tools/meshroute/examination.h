// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_EXAMINATION_H_
#define MESHROUTE_TOOLS_MESHROUTE_EXAMINATION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/call/traffic_tables.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/route.h"
#include "meshroute/routing/route_table.h"

namespace meshroute::tool {

// One request looked up in the tables that serve calls, and what its rule would do
// with it, piece by piece and for every share of the split. Unlike Router::Explain
// it draws nothing, and it costs as little as the look-up.
//
//   const Examination examination(*router.tables(), request);
//   if (examination.kind() == Examination::Kind::kForward) {
//     examination.ClusterOf(examination.route()->PickDestination(random_value));
//   }
//
// Immutable. The tables and the request's memory must outlive it.
class Examination {
 public:
  enum class Kind : uint8_t {
    kLetThrough,      // Nobody knows the host: it is called as it is dialled.
    kRefused,         // Nobody knows the host, and the mesh does not allow that.
    kNoRoute,         // No rule matches: 404 NR.
    kForward,         // To one of the destinations.
    kRedirect,        // Answered here ...
    kDirectResponse,  // ... the one way or the other.
  };

  Examination(const TrafficTables& tables, const RequestView& request);
  Examination(const Examination&) = delete;
  Examination& operator=(const Examination&) = delete;

  Kind kind() const;
  const RouteMatch& match() const { return match_; }
  const Route* route() const { return match_.route; }
  const TrafficTables& tables() const { return tables_; }

  // The virtual host's name as a sidecar has it: "allow_any" or "block_all" of an
  // unknown host, else without the port.
  std::string VirtualHost() const;

  // Of the share at `position` in route()->destinations, kForward only: its name,
  // its pool (nullptr: it does not exist), the request as it is sent there.
  const DestinationKey& KeyOf(size_t position) const;
  std::string ClusterOf(size_t position) const { return KeyOf(position).ToString(); }
  const SubsetPool* PoolOf(size_t position) const;
  RequestHead SentHead(size_t position) const;

  // The request before the edits of its rule, its path normalised.
  RequestHead OriginalHead() const;

  // What the rule makes of the upstream's response headers.
  Headers EditedResponse(size_t position, Headers headers) const;

  // The answer of kRedirect and kDirectResponse.
  LocalReply Reply() const;

  // The flag that a call ends in before anything is sent: "NR", "NC", "UH", or
  // empty. `position` counts for kForward only.
  std::string ErrorOf(size_t position) const;

 private:
  const TrafficTables& tables_;
  RequestView request_;
  std::optional<std::string> normal_path_;
  RouteMatch match_;
};

// The addresses of a pool's endpoints that may be picked now, sorted.
std::vector<std::string> EligibleEndpoints(const SubsetPool& pool);

// The value of a header of `reply`, or empty.
std::string HeaderOf(const Headers& headers, std::string_view name);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_EXAMINATION_H_
