// SPDX-License-Identifier: Apache-2.0
// A slow and plain reading of Istio's routing rules, straight from the config
// structs: no index, no compilation, nothing shared with lib/routing.
#ifndef MESHROUTE_TESTS_ORACLE_ROUTE_NAIVE_H_
#define MESHROUTE_TESTS_ORACLE_ROUTE_NAIVE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/mesh_options.h"
#include "meshroute/config/resources.h"
#include "meshroute/message/request_view.h"

namespace meshroute {

// What the rules say about one request.
struct NaiveAnswer {
  bool host_known = false;
  std::string virtual_host;

  // "<rule name>.<block name>" or "<rule name>", "default" of a default route,
  // "" where no rule matches.
  std::string route;

  // "port host" of each destination of the route that gets traffic.
  std::vector<std::string> destinations;

  bool operator==(const NaiveAnswer&) const = default;
};

// Answers for one client. ServiceEntries must be visible to all and have one
// host each; the path of a request must be normal.
class NaiveRoutes {
 public:
  using Merging = MeshOptions::VirtualServiceMerging;

  NaiveRoutes(Resources resources, ClientIdentity client, Merging merging = Merging::kNone);

  NaiveAnswer Match(const RequestView& request);

 private:
  struct Candidate {
    const VirtualService* service;
    int group;
  };

  const ServiceEntry* FindService(const std::string& host) const;
  std::vector<std::string> VirtualHosts() const;
  std::vector<const VirtualService*> Governing(const std::string& virtual_host) const;
  std::optional<std::string> FindExact(const std::string& host) const;
  bool Answers(const std::string& virtual_host, std::string_view given_port,
               const RequestView& request, NaiveAnswer& answer);

  // A match block that can hold, with what it stands in.
  struct Block {
    const VirtualService* service;
    const HttpRoute* rule;
    HttpMatchRequest block;
  };

  std::vector<Block> BlocksOf(const VirtualService& service, uint32_t port) const;
  static std::vector<Block> CatchAllsLast(std::vector<Block> blocks);
  bool AnswersByBlocks(const std::vector<Block>& blocks, uint32_t port, const RequestView& request,
                       NaiveAnswer& answer);
  std::string Target(const std::string& host, std::optional<uint32_t> named, uint32_t port) const;
  bool BlockExists(const HttpMatchRequest& block, uint32_t port) const;
  bool BlockMatches(const HttpMatchRequest& block, const RequestView& request);
  bool TextMatches(const StringMatch& match, const std::string& text);
  bool PathMatches(const HttpMatchRequest& block, std::string path);

  Resources resources_;
  ClientIdentity client_;
  Merging merging_;
  std::vector<Candidate> candidates_;  // Visible, in order of precedence.
  std::map<std::string, std::regex> regexes_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ORACLE_ROUTE_NAIVE_H_
