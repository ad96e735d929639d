// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_HTTP_ACTION_FIELDS_H_
#define MESHROUTE_LIB_CONFIG_HTTP_ACTION_FIELDS_H_

#include <array>
#include <string>
#include <string_view>
#include <tuple>

#include "lib/config/codec.h"
#include "lib/config/field_table.h"
#include "meshroute/config/http_actions.h"

namespace meshroute {

inline constexpr std::string_view kNeverSupported = "Istio never supported it";

template <>
struct FieldTable<Percent> {
  static constexpr std::tuple kFields{
      MakeField("value", &Percent::value),
  };
};

template <>
struct FieldTable<PortSelector> {
  static constexpr std::tuple kFields{
      MakeField("number", &PortSelector::number),
  };
};

template <>
struct FieldTable<Destination> {
  static constexpr std::tuple kFields{
      MakeField("host", &Destination::host),
      MakeField("subset", &Destination::subset),
      MakeField("port", &Destination::port),
  };
};

template <>
struct FieldTable<HeaderOperations> {
  static constexpr std::tuple kFields{
      MakeField("set", &HeaderOperations::set),
      MakeField("add", &HeaderOperations::add),
      MakeField("remove", &HeaderOperations::remove),
  };
};

template <>
struct FieldTable<HeaderEdits> {
  static constexpr std::tuple kFields{
      MakeField("request", &HeaderEdits::request),
      MakeField("response", &HeaderEdits::response),
  };
};

template <>
struct FieldTable<HttpRouteDestination> {
  static constexpr std::tuple kFields{
      MakeField("destination", &HttpRouteDestination::destination),
      MakeField("weight", &HttpRouteDestination::weight),
      MakeField("headers", &HttpRouteDestination::headers),
  };
};

template <>
struct FieldTable<RegexRewrite> {
  static constexpr std::tuple kFields{
      MakeField("match", &RegexRewrite::match),
      MakeField("rewrite", &RegexRewrite::rewrite),
  };
};

template <>
struct FieldTable<HttpRewrite> {
  static constexpr std::tuple kFields{
      MakeField("uri", &HttpRewrite::uri),
      MakeField("authority", &HttpRewrite::authority),
      MakeField("uriRegexRewrite", &HttpRewrite::uri_regex_rewrite),
  };
};

template <>
struct FieldTable<HttpRetry> {
  static constexpr std::tuple kFields{
      MakeField("attempts", &HttpRetry::attempts),
      MakeField("perTryTimeout", &HttpRetry::per_try_timeout),
      MakeField("retryOn", &HttpRetry::retry_on),
      MakeField("retryRemoteLocalities", &HttpRetry::retry_remote_localities),
      MakeField("retryIgnorePreviousHosts", &HttpRetry::retry_ignore_previous_hosts),
      MakeField("backoff", &HttpRetry::backoff),
  };
};

template <>
struct FieldTable<FaultDelay> {
  static constexpr std::tuple kFields{
      MakeField("fixedDelay", &FaultDelay::fixed_delay).OneOf("delay kind"),
      MakeField("exponentialDelay", &FaultDelay::exponential_delay)
          .Refused(kNeverSupported)
          .OneOf("delay kind"),
      MakeField("percentage", &FaultDelay::percentage),
      MakeField("percent", &FaultDelay::percent),
  };
};

template <>
struct FieldTable<FaultAbort> {
  static constexpr std::tuple kFields{
      MakeField("httpStatus", &FaultAbort::http_status).OneOf("abort kind"),
      MakeField("grpcStatus", &FaultAbort::grpc_status).OneOf("abort kind"),
      MakeField("http2Error", &FaultAbort::http2_error)
          .Refused(kNeverSupported)
          .OneOf("abort kind"),
      MakeField("percentage", &FaultAbort::percentage),
  };
};

template <>
struct FieldTable<HttpFaultInjection> {
  static constexpr std::tuple kFields{
      MakeField("delay", &HttpFaultInjection::delay),
      MakeField("abort", &HttpFaultInjection::abort),
  };
};

template <>
struct EnumTable<CorsPolicy::UnmatchedPreflights> {
  static constexpr std::array kValues{
      EnumValue<CorsPolicy::UnmatchedPreflights>{"UNSPECIFIED",
                                                 CorsPolicy::UnmatchedPreflights::kUnspecified},
      EnumValue<CorsPolicy::UnmatchedPreflights>{"FORWARD",
                                                 CorsPolicy::UnmatchedPreflights::kForward},
      EnumValue<CorsPolicy::UnmatchedPreflights>{"IGNORE",
                                                 CorsPolicy::UnmatchedPreflights::kIgnore},
  };
};

template <>
struct FieldTable<CorsPolicy> {
  static constexpr std::tuple kFields{
      MakeField("allowOrigin", &CorsPolicy::allow_origin),
      MakeField("allowOrigins", &CorsPolicy::allow_origins),
      MakeField("allowMethods", &CorsPolicy::allow_methods),
      MakeField("allowHeaders", &CorsPolicy::allow_headers),
      MakeField("exposeHeaders", &CorsPolicy::expose_headers),
      MakeField("maxAge", &CorsPolicy::max_age),
      MakeField("allowCredentials", &CorsPolicy::allow_credentials),
      MakeField("unmatchedPreflights", &CorsPolicy::unmatched_preflights),
  };
};

template <>
struct EnumTable<HttpRedirect::DerivePort> {
  static constexpr std::array kValues{
      EnumValue<HttpRedirect::DerivePort>{"FROM_PROTOCOL_DEFAULT",
                                          HttpRedirect::DerivePort::kFromProtocolDefault},
      EnumValue<HttpRedirect::DerivePort>{"FROM_REQUEST_PORT",
                                          HttpRedirect::DerivePort::kFromRequestPort},
  };
};

template <>
struct FieldTable<HttpRedirect> {
  static constexpr std::tuple kFields{
      MakeField("uri", &HttpRedirect::uri),
      MakeField("authority", &HttpRedirect::authority),
      MakeField("port", &HttpRedirect::port).OneOf("redirect port"),
      MakeField("derivePort", &HttpRedirect::derive_port).OneOf("redirect port"),
      MakeField("scheme", &HttpRedirect::scheme),
      MakeField("redirectCode", &HttpRedirect::redirect_code),
      MakeField("prefixRewrite", &HttpRedirect::prefix_rewrite),
  };
};

template <>
struct FieldTable<HttpBody> {
  static constexpr std::tuple kFields{
      MakeField("string", &HttpBody::string).OneOf("body"),
      MakeFieldAs<OptionalCodec<std::string, Base64Codec>>("bytes", &HttpBody::bytes).OneOf("body"),
  };
};

template <>
struct FieldTable<HttpDirectResponse> {
  static constexpr std::tuple kFields{
      MakeField("status", &HttpDirectResponse::status),
      MakeField("body", &HttpDirectResponse::body),
  };
};

template <>
struct FieldTable<HttpMirrorPolicy> {
  static constexpr std::tuple kFields{
      MakeField("destination", &HttpMirrorPolicy::destination),
      MakeField("percentage", &HttpMirrorPolicy::percentage),
  };
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_HTTP_ACTION_FIELDS_H_
