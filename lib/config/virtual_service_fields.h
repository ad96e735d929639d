// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VIRTUAL_SERVICE_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_VIRTUAL_SERVICE_FIELDS_H_

#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "lib/config/http_action_fields.h"
#include "meshroute/config/virtual_service.h"

namespace meshroute {

template <>
struct FieldTable<HttpMatchRequest> {
  static constexpr std::tuple kFields{
      MakeField("name", &HttpMatchRequest::name),
      MakeField("uri", &HttpMatchRequest::uri),
      MakeField("scheme", &HttpMatchRequest::scheme),
      MakeField("method", &HttpMatchRequest::method),
      MakeField("authority", &HttpMatchRequest::authority),
      MakeField("headers", &HttpMatchRequest::headers),
      MakeField("port", &HttpMatchRequest::port),
      MakeField("sourceLabels", &HttpMatchRequest::source_labels),
      MakeField("gateways", &HttpMatchRequest::gateways),
      MakeField("queryParams", &HttpMatchRequest::query_params),
      MakeField("ignoreUriCase", &HttpMatchRequest::ignore_uri_case),
      MakeFieldAs<MapCodec<StringMatch, NullElements::kEmpty>>("withoutHeaders",
                                                               &HttpMatchRequest::without_headers),
      MakeField("sourceNamespace", &HttpMatchRequest::source_namespace),
      MakeField("statPrefix", &HttpMatchRequest::stat_prefix),
  };
};

template <>
struct FieldTable<Delegate> {
  static constexpr std::tuple kFields{
      MakeField("name", &Delegate::name),
      MakeField("namespace", &Delegate::namespace_name),
  };
};

template <>
struct FieldTable<HttpRoute> {
  static constexpr std::tuple kFields{
      MakeField("name", &HttpRoute::name),
      MakeFieldAs<ListCodec<HttpMatchRequest, NullElements::kEmpty>>("match", &HttpRoute::match),
      MakeField("route", &HttpRoute::route),
      MakeField("redirect", &HttpRoute::redirect),
      MakeField("directResponse", &HttpRoute::direct_response),
      MakeField("delegate", &HttpRoute::delegate),
      MakeField("rewrite", &HttpRoute::rewrite),
      MakeField("timeout", &HttpRoute::timeout),
      MakeField("retries", &HttpRoute::retries),
      MakeField("fault", &HttpRoute::fault),
      MakeField("mirror", &HttpRoute::mirror),
      MakeField("mirrors", &HttpRoute::mirrors),
      MakeField("mirrorPercent", &HttpRoute::mirror_percent),
      MakeField("mirrorPercentage", &HttpRoute::mirror_percentage),
      MakeField("corsPolicy", &HttpRoute::cors_policy),
      MakeField("headers", &HttpRoute::headers),
  };
};

template <>
struct FieldTable<RouteDestination> {
  static constexpr std::tuple kFields{
      MakeField("destination", &RouteDestination::destination),
      MakeField("weight", &RouteDestination::weight),
  };
};

template <>
struct FieldTable<TlsMatchAttributes> {
  static constexpr std::tuple kFields{
      MakeField("sniHosts", &TlsMatchAttributes::sni_hosts),
      MakeField("destinationSubnets", &TlsMatchAttributes::destination_subnets),
      MakeField("port", &TlsMatchAttributes::port),
      MakeField("sourceLabels", &TlsMatchAttributes::source_labels),
      MakeField("gateways", &TlsMatchAttributes::gateways),
      MakeField("sourceNamespace", &TlsMatchAttributes::source_namespace),
  };
};

template <>
struct FieldTable<TlsRoute> {
  static constexpr std::tuple kFields{
      MakeField("match", &TlsRoute::match),
      MakeField("route", &TlsRoute::route),
  };
};

template <>
struct FieldTable<L4MatchAttributes> {
  static constexpr std::tuple kFields{
      MakeField("destinationSubnets", &L4MatchAttributes::destination_subnets),
      MakeField("port", &L4MatchAttributes::port),
      MakeField("sourceSubnet", &L4MatchAttributes::source_subnet)
          .Ignored("Istio does not look at it either"),
      MakeField("sourceLabels", &L4MatchAttributes::source_labels),
      MakeField("gateways", &L4MatchAttributes::gateways),
      MakeField("sourceNamespace", &L4MatchAttributes::source_namespace),
  };
};

template <>
struct FieldTable<TcpRoute> {
  static constexpr std::tuple kFields{
      MakeField("match", &TcpRoute::match),
      MakeField("route", &TcpRoute::route),
  };
};

template <>
struct FieldTable<VirtualService> {
  static constexpr std::tuple kFields{
      MakeField("hosts", &VirtualService::hosts),
      MakeField("gateways", &VirtualService::gateways),
      MakeField("http", &VirtualService::http),
      MakeField("tls", &VirtualService::tls),  // For Router::MatchConnection.
      MakeField("tcp", &VirtualService::tcp),
      MakeField("exportTo", &VirtualService::export_to),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VIRTUAL_SERVICE_FIELDS_H_
