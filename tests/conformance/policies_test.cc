// SPDX-License-Identifier: Apache-2.0
// VirtualService http[].retries and http[].corsPolicy.
#include "tests/conformance/conformance.h"

namespace meshroute {
namespace {

// The row's text are members of a rule to ratings.
class PolicyConformance : public testing::TestWithParam<ConformanceRow> {};

TEST_P(PolicyConformance, Holds) {
  const ConformanceRow& row = GetParam();
  ExpectRow(row, Object("VirtualService", "default/vs",
                        "hosts: [reviews]\nhttp: [{route: [{destination: {host: ratings}}], " +
                            row.rules + "}]"));
}

const ConformanceRow kRetries[] = {
    {"http.retries", "name: n", "GET reviews /",
     "attempts=2; retry-timeout=0; retry-backoff=25-250; retry-avoids=yes; retry-codes="},
    {"http.retries.attempts", "retries: {attempts: 0}", "GET reviews /", "attempts=0"},
    {"http.retries.perTryTimeout", "retries: {attempts: 1, perTryTimeout: 250ms}", "GET reviews /",
     "retry-timeout=250"},
    {"http.retries.retryOn", "retries: {attempts: 1, retryOn: '503,connect-failure,429'}",
     "GET reviews /", "retry-codes=429+503"},
    {"http.retries.backoff", "retries: {attempts: 1, backoff: 10ms}", "GET reviews /",
     "retry-backoff=10-100"},
    {"http.retries.retryIgnorePreviousHosts",
     "retries: {attempts: 1, retryIgnorePreviousHosts: false}", "GET reviews /", "retry-avoids=no"},
    {"http.retries.retryRemoteLocalities", "name: n", "GET reviews /", "retry-leaves=no"},
    {"http.retries.retryRemoteLocalities", "retries: {attempts: 1, retryRemoteLocalities: true}",
     "GET reviews /", "retry-leaves=yes"},
};
INSTANTIATE_TEST_SUITE_P(Retries, PolicyConformance, testing::ValuesIn(kRetries), RowName);

constexpr char kPreflight[] =
    "OPTIONS reviews / | origin: https://a | access-control-request-method: PUT | "
    "access-control-request-headers: x-a";
constexpr char kRequest[] = "GET reviews / | origin: https://a";

std::string Cors(const std::string& members) {
  return "corsPolicy: {allowOrigins: [{exact: 'https://a'}]" + members + "}";
}

const ConformanceRow kCors[] = {
    {"http.corsPolicy.allowOrigins", Cors(""), kPreflight,
     "^access-control-allow-origin=https://a"},
    {"http.corsPolicy.allowOrigins", Cors(""), kRequest, "^access-control-allow-origin=https://a"},
    {"http.corsPolicy.allowOrigins", "corsPolicy: {allowOrigins: [{exact: 'https://b'}]}", kRequest,
     "^access-control-allow-origin=upstream"},
    {"http.corsPolicy.allowOrigins", "corsPolicy: {allowOrigins: [{exact: '*'}]}", kRequest,
     "^access-control-allow-origin=https://a"},
    {"http.corsPolicy.allowOrigin", "corsPolicy: {allowOrigin: ['https://a']}", kRequest,
     "^access-control-allow-origin=https://a"},
    {"http.corsPolicy.allowMethods", Cors(", allowMethods: [GET, PUT]"), kPreflight,
     "^access-control-allow-methods=GET,PUT"},
    {"http.corsPolicy.allowMethods", Cors(", allowMethods: ['*']"), kPreflight,
     "^access-control-allow-methods=PUT"},
    {"http.corsPolicy.allowHeaders", Cors(", allowHeaders: [x-a, x-b]"), kPreflight,
     "^access-control-allow-headers=x-a,x-b"},
    {"http.corsPolicy.allowHeaders", Cors(", allowHeaders: ['*']"), kPreflight,
     "^access-control-allow-headers=x-a"},
    {"http.corsPolicy.exposeHeaders", Cors(", exposeHeaders: [x-a, x-b]"), kRequest,
     "^access-control-expose-headers=x-a,x-b"},
    {"http.corsPolicy.exposeHeaders", Cors(", exposeHeaders: [x-a]"), kPreflight,
     "^access-control-expose-headers="},
    {"http.corsPolicy.maxAge", Cors(", maxAge: 2m"), kPreflight, "^access-control-max-age=120"},
    {"http.corsPolicy.maxAge", Cors(", maxAge: 2m"), kRequest, "^access-control-max-age="},
    {"http.corsPolicy.allowCredentials", Cors(", allowCredentials: true"), kRequest,
     "^access-control-allow-credentials=true"},
    {"http.corsPolicy.allowCredentials", Cors(", allowCredentials: false"), kRequest,
     "^access-control-allow-credentials="},
    {"http.corsPolicy.unmatchedPreflights",
     "corsPolicy: {allowOrigins: [{exact: 'https://b'}], allowMethods: [GET]}", kPreflight,
     "^access-control-allow-methods="},
    {"http.corsPolicy.unmatchedPreflights",
     "corsPolicy: {allowOrigins: [{exact: 'https://b'}], allowMethods: [GET], "
     "unmatchedPreflights: IGNORE}",
     kPreflight, "^access-control-allow-methods=GET; ^access-control-allow-origin="},
};
INSTANTIATE_TEST_SUITE_P(Cors, PolicyConformance, testing::ValuesIn(kCors), RowName);

}  // namespace
}  // namespace meshroute
