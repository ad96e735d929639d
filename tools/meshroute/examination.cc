// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/examination.h"

#include <algorithm>
#include <utility>

namespace meshroute::tool {

Examination::Examination(const TrafficTables& tables, const RequestView& request)
    : tables_(tables), request_(request) {
  if (tables.mesh.path_normalization == MeshOptions::PathNormalization::kBase) {
    normal_path_ = NormalizePath(request.path);
    if (normal_path_.has_value()) request_.path = *normal_path_;
  }
  match_ = tables.routes->Match(request_);
}

Examination::Kind Examination::kind() const {
  if (!match_.host_known) {
    const bool allowed =
        tables_.mesh.outbound_traffic_policy == MeshOptions::OutboundTrafficPolicy::kAllowAny;
    return allowed ? Kind::kLetThrough : Kind::kRefused;
  }
  if (match_.route == nullptr) return Kind::kNoRoute;
  switch (match_.route->action) {
    case Route::Action::kForward:
      return Kind::kForward;
    case Route::Action::kRedirect:
      return Kind::kRedirect;
    case Route::Action::kDirectResponse:
      break;
  }
  return Kind::kDirectResponse;
}

std::string Examination::VirtualHost() const {
  if (kind() == Kind::kLetThrough) return "allow_any";
  if (kind() == Kind::kRefused) return "block_all";
  return std::string(match_.virtual_host);
}

const DestinationKey& Examination::KeyOf(size_t position) const {
  return tables_.routes->destinations()[route()->destinations[position].destination].key;
}

const SubsetPool* Examination::PoolOf(size_t position) const {
  return tables_.pools[route()->destinations[position].destination].get();
}

RequestHead Examination::OriginalHead() const {
  RequestHead head{std::string(request_.method),
                   std::string(request_.scheme),
                   std::string(request_.authority),
                   std::string(request_.path),
                   {}};
  for (const HeaderView& header : request_.headers) {
    head.headers.push_back({std::string(header.name), std::string(header.value)});
  }
  return head;
}

RequestHead Examination::SentHead(size_t position) const {
  RequestHead head = OriginalHead();
  if (kind() == Kind::kForward) route()->EditRequest(position, head);
  return head;
}

Headers Examination::EditedResponse(size_t position, Headers headers) const {
  if (route() != nullptr) route()->EditResponse(position, headers);
  return headers;
}

LocalReply Examination::Reply() const { return route()->MakeLocalReply(request_, match_.port); }

std::string Examination::ErrorOf(size_t position) const {
  if (kind() == Kind::kNoRoute) return "NR";
  if (kind() != Kind::kForward) return "";
  const SubsetPool* const pool = PoolOf(position);
  if (pool == nullptr) return "NC";
  return !pool->passthrough() && pool->endpoints().available_size() == 0 ? "UH" : "";
}

std::vector<std::string> EligibleEndpoints(const SubsetPool& pool) {
  std::vector<std::string> addresses;
  for (const Endpoint* const endpoint : pool.endpoints().available().Eligibles()) {
    addresses.emplace_back(endpoint->address());
  }
  std::sort(addresses.begin(), addresses.end());
  return addresses;
}

std::string HeaderOf(const Headers& headers, std::string_view name) {
  return std::string(FindHeader(headers, name));
}

}  // namespace meshroute::tool
