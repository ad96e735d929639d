// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kRule[] = "hosts: [a]\nhttp: [{@}]";
constexpr char kRoutedRule[] = "hosts: [a]\nhttp: [{route: [{destination: {host: b}}], @}]";

TEST(ValidateRedirect, ChangesSomething) {
  ExpectErrors("VirtualService", kRule,
               {{"redirect: {}", "redirect: {uri: /x}", "spec.http[0].redirect", "must set one of"},
                {"redirect: {redirectCode: 302}", "redirect: {derivePort: FROM_REQUEST_PORT}",
                 "spec.http[0].redirect", "must set one of"}});
}

TEST(ValidateRedirect, PartsAreLegal) {
  ExpectErrors("VirtualService", kRule,
               {{"redirect: {scheme: ftp}", "redirect: {scheme: https}",
                 "spec.http[0].redirect.scheme", "must be http or https, got \"ftp\""},
                {"redirect: {scheme: HTTP}", "redirect: {scheme: http}",
                 "spec.http[0].redirect.scheme", "got \"HTTP\""},
                {"redirect: {port: 65536}", "redirect: {port: 65535}", "spec.http[0].redirect.port",
                 "got 65536"},
                {"redirect: {uri: '/a b'}", "redirect: {uri: /a%20b}", "spec.http[0].redirect.uri",
                 "must not have spaces"},
                {"redirect: {authority: \"a\\r\\nx: y\"}", "redirect: {authority: 'a:80'}",
                 "spec.http[0].redirect.authority", "control characters, got \"a??x: y\""},
                {"redirect: {uri: /a, prefixRewrite: /b}", "redirect: {prefixRewrite: /b}",
                 "spec.http[0].redirect.prefixRewrite", "beside uri"}});
  EXPECT_THAT(ProblemsOf("VirtualService", Filled(kRule, "redirect: {port: 0, uri: /x}")),
              IsEmpty());
}

TEST(ValidateRedirect, PrefixRewriteNeedsPrefixMatches) {
  ExpectErrors("VirtualService", kRule,
               {{"match: [{uri: {prefix: /a}}, {uri: {exact: /b}}], redirect: {prefixRewrite: /x}",
                 "match: [{uri: {prefix: /a}}, {method: {exact: GET}}], "
                 "redirect: {prefixRewrite: /x}",
                 "spec.http[0].redirect.prefixRewrite", "to be a prefix"}});
}

TEST(ValidateRedirect, OnlyTheCodesThatRedirectAreLegal) {
  for (const std::string code : {"200", "300", "304", "305", "306", "309", "400"}) {
    ExpectErrors(
        "VirtualService", kRule,
        {{"redirect: {uri: /x, redirectCode: " + code + "}", "redirect: {uri: /x}",
          "spec.http[0].redirect.redirectCode", "must be 301, 302, 303, 307 or 308, got " + code}});
  }
  for (const std::string code : {"0", "301", "302", "303", "307", "308"}) {
    EXPECT_THAT(ProblemsOf("VirtualService",
                           Filled(kRule, "redirect: {uri: /x, redirectCode: " + code + "}")),
                IsEmpty());
  }
}

TEST(ValidateDirectResponse, StatusIsRequired) {
  ExpectErrors("VirtualService", kRule,
               {{"directResponse: {}", "directResponse: {status: 200}",
                 "spec.http[0].directResponse.status", "from 200 to 599, got 0"},
                {"directResponse: {status: 199}", "directResponse: {status: 599}",
                 "spec.http[0].directResponse.status", "got 199"},
                {"directResponse: {status: 601}", "directResponse: {status: 600}",
                 "spec.http[0].directResponse.status", "got 601"}});
}

TEST(ValidateDirectResponse, BodiesAreBounded) {
  const auto with_body = [](size_t size) {
    return "directResponse: {status: 200, body: {string: '" + std::string(size, 'x') + "'}}";
  };
  ExpectErrors("VirtualService", kRule,
               {{with_body(1048577), with_body(102400), "spec.http[0].directResponse.body",
                 "at most 1048576 bytes, got 1048577"}});
  ExpectWarnings(
      "VirtualService", kRule,
      {{with_body(102401), with_body(102400), "spec.http[0].directResponse.body",
        "is large: 102401 bytes"},
       {with_body(1048576), with_body(0), "spec.http[0].directResponse.body", "is large"}});
}

TEST(ValidateRewrite, SaysWhatToRewriteOnce) {
  ExpectErrors(
      "VirtualService", kRoutedRule,
      {{"rewrite: {}", "rewrite: {uri: /x}", "spec.http[0].rewrite", "must set one of"},
       {"rewrite: {uri: ''}", "rewrite: {authority: x}", "spec.http[0].rewrite", "must set one of"},
       {"rewrite: {uri: /x, uriRegexRewrite: {match: a, rewrite: b}}",
        "rewrite: {authority: x, uriRegexRewrite: {match: a, rewrite: b}}",
        "spec.http[0].rewrite.uriRegexRewrite", "beside uri"},
       {"rewrite: {uri: \"/x\\n\"}", "rewrite: {uri: /x}", "spec.http[0].rewrite.uri",
        "control characters"},
       {"rewrite: {authority: 'a b'}", "rewrite: {authority: a-b}",
        "spec.http[0].rewrite.authority", "must not have spaces"}});
}

TEST(ValidateRewrite, RegexAndReplacementFitTogether) {
  const std::string at = "spec.http[0].rewrite.uriRegexRewrite.";
  const auto rewrite = [](const std::string& match, const std::string& to) {
    return "rewrite: {uriRegexRewrite: {match: '" + match + "', rewrite: '" + to + "'}}";
  };
  ExpectErrors("VirtualService", kRoutedRule,
               {{rewrite("", "/x"), rewrite("a", "/x"), at + "match", "must not be empty"},
                {rewrite("a", ""), rewrite("a", "b"), at + "rewrite", "must not be empty"},
                {rewrite("(", "/x"), rewrite("()", "/x"), at + "match", "RE2 syntax"},
                {rewrite(std::string(1025, 'a'), "/x"), rewrite(std::string(1024, 'a'), "/x"),
                 at + "match", "at most 1024 bytes"},
                {rewrite("^/s/([^/]+)(/.*)$", "/p\\3"), rewrite("^/s/([^/]+)(/.*)$", "/p\\2/\\1"),
                 at + "rewrite", "must refer to captures"},
                {rewrite("a", "b\\"), rewrite("a", "b\\0"), at + "rewrite", "captures"}});
}

TEST(ValidateRetries, AttemptsAndTimesAreLegal) {
  ExpectErrors(
      "VirtualService", kRoutedRule,
      {{"retries: {attempts: -1}", "retries: {attempts: 0}", "spec.http[0].retries.attempts",
        "0 or more, got -1"},
       {"retries: {attempts: 0, perTryTimeout: 1s}", "retries: {attempts: 1, perTryTimeout: 1s}",
        "spec.http[0].retries.attempts", "must be 1 or more"},
       {"retries: {retryOn: 5xx}", "retries: {attempts: 1, retryOn: 5xx}",
        "spec.http[0].retries.attempts", "must be 1 or more"},
       {"retries: {retryRemoteLocalities: false}", "retries: {retryIgnorePreviousHosts: false}",
        "spec.http[0].retries.attempts", "must be 1 or more"},
       {"retries: {attempts: 1, perTryTimeout: 0s}", "retries: {attempts: 1, perTryTimeout: 1ms}",
        "spec.http[0].retries.perTryTimeout", "1ms or more"},
       {"retries: {backoff: 1500us}", "retries: {backoff: 2ms}", "spec.http[0].retries.backoff",
        "whole number"}});
}

TEST(ValidateRetries, ConditionsAreKnown) {
  const auto on = [](const std::string& conditions) {
    return "retries: {attempts: 1, retryOn: '" + conditions + "'}";
  };
  const std::string at = "spec.http[0].retries.retryOn";
  ExpectErrors("VirtualService", kRoutedRule,
               {{on("5xx, reset"), on("5xx,reset"), at, "no spaces between, got \" reset\""},
                {on("5xx,"), on("5xx"), at, "got \"\""},
                {on("4xx"), on("retriable-4xx"), at, "got \"4xx\""},
                {on("5XX"), on("5xx"), at, "got \"5XX\""},
                {on("306"), on("305,307"), at, "got \"306\""},
                {on("419"), on("418,421"), at, "got \"419\""},
                {on("599"), on("511,451,226,100"), at, "got \"599\""}});
  EXPECT_THAT(
      ProblemsOf(
          "VirtualService",
          Filled(kRoutedRule,
                 on("5xx,gateway-error,reset,reset-before-request,connect-failure,retriable-4xx,"
                    "refused-stream,retriable-status-codes,retriable-headers,envoy-ratelimited,"
                    "http3-post-connect-failure,cancelled,deadline-exceeded,internal,"
                    "resource-exhausted,unavailable,503"))),
      IsEmpty());
}

TEST(ValidateFault, DelaysAndAbortsAreLegal) {
  ExpectErrors(
      "VirtualService", kRoutedRule,
      {{"fault: {}", "fault: {delay: {}}", "spec.http[0].fault", "delay and abort, or both"},
       {"fault: {delay: {fixedDelay: 0s}}", "fault: {delay: {fixedDelay: 1ms}}",
        "spec.http[0].fault.delay.fixedDelay", "1ms or more"},
       {"fault: {delay: {exponentialDelay: 1s}}", "fault: {delay: {fixedDelay: 1s}}",
        "spec.http[0].fault.delay.exponentialDelay", "is not supported"},
       {"fault: {delay: {percentage: {value: 0.00001}}}",
        "fault: {delay: {percentage: {value: 0.0001}}}", "spec.http[0].fault.delay.percentage",
        "from 0.0001 to 100"},
       {"fault: {delay: {percentage: {value: -1}}}", "fault: {delay: {percentage: {value: 0}}}",
        "spec.http[0].fault.delay.percentage", "got -1"},
       {"fault: {abort: {httpStatus: 500, percentage: {value: 100.5}}}",
        "fault: {abort: {httpStatus: 500, percentage: {value: 100}}}",
        "spec.http[0].fault.abort.percentage", "got 100.5"},
       {"fault: {abort: {httpStatus: 199}}", "fault: {abort: {httpStatus: 200}}",
        "spec.http[0].fault.abort.httpStatus", "got 199"},
       {"fault: {abort: {httpStatus: 601}}", "fault: {abort: {httpStatus: 600}}",
        "spec.http[0].fault.abort.httpStatus", "got 601"},
       {"fault: {abort: {grpcStatus: '14'}}", "fault: {abort: {grpcStatus: UNAVAILABLE}}",
        "spec.http[0].fault.abort.grpcStatus", "got \"14\""},
       {"fault: {abort: {grpcStatus: unavailable}}", "fault: {abort: {grpcStatus: OK}}",
        "spec.http[0].fault.abort.grpcStatus", "name of a gRPC status"},
       {"fault: {abort: {http2Error: NO_ERROR}}", "fault: {abort: {grpcStatus: INTERNAL}}",
        "spec.http[0].fault.abort.http2Error", "is not supported"}});
}

TEST(ValidateFault, AnAbortWithoutAKindIsWarnedOf) {
  ExpectWarnings("VirtualService", kRoutedRule,
                 {{"fault: {abort: {}}", "fault: {abort: {httpStatus: 503}}",
                   "spec.http[0].fault.abort", "does nothing"},
                  {"fault: {delay: {percent: 1}}", "fault: {delay: {percent: 0}}",
                   "spec.http[0].fault.delay.percent", "is deprecated"}});
  const std::vector<ConfigProblem> problems =
      ProblemsOf("VirtualService", Filled(kRoutedRule, "fault: {delay: {percent: 101}}"));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].istio_code, "IST0002");
}

TEST(ValidateCors, PartsAreLegal) {
  const auto cors = [](const std::string& text) { return "corsPolicy: {" + text + "}"; };
  const std::string at = "spec.http[0].corsPolicy.";
  ExpectErrors(
      "VirtualService", kRoutedRule,
      {{cors("allowOrigins: [{exact: ''}]"), cors("allowOrigins: [{exact: '*'}]"),
        at + "allowOrigins[0]", "not empty"},
       {cors("allowOrigins: [{}]"), cors("allowOrigins: []"), at + "allowOrigins[0]", "not empty"},
       {cors("allowOrigins: [{prefix: a}, {regex: '['}]"),
        cors("allowOrigins: [{prefix: a}, {regex: '[a]'}]"), at + "allowOrigins[1].regex",
        "RE2 syntax"},
       {cors("allowMethods: [GET, get]"), cors("allowMethods: [GET, '*']"), at + "allowMethods[1]",
        "got \"get\""},
       {cors("allowHeaders: ['a b']"), cors("allowHeaders: [a-b]"), at + "allowHeaders[0]",
        "got \"a b\""},
       {cors("exposeHeaders: ['']"), cors("exposeHeaders: ['*']"), at + "exposeHeaders[0]",
        "name of a header"},
       {cors("maxAge: 0s"), cors("maxAge: 1s"), at + "maxAge", "1ms or more"},
       {cors("maxAge: 1.5s"), cors("maxAge: 24h"), at + "maxAge",
        "whole number of seconds, got 1.5s"}});
}

TEST(ValidateHttpActions, BothMembersOfAOneofAreRefused) {
  HttpRedirect redirect;
  redirect.port = 80;
  redirect.derive_port = HttpRedirect::DerivePort::kFromRequestPort;
  HttpDirectResponse response;
  response.status = 200;
  response.body.emplace();
  response.body->string = "a";
  response.body->bytes = "b";
  HttpRouteDestination to;
  to.destination.emplace().host = "b";
  FaultAbort abort;
  abort.http_status = 500;
  abort.grpc_status = "INTERNAL";

  Resources resources;
  VirtualService& service = resources.virtual_services.emplace_back();
  service.hosts = {"a"};
  service.http.resize(3);
  service.http[0].redirect = redirect;
  service.http[1].direct_response = response;
  service.http[2].route = {to};
  service.http[2].fault.emplace().abort = abort;
  ConfigErrors errors;
  EXPECT_FALSE(Validate(resources, errors, nullptr).ok());
  std::vector<std::string> paths;
  for (const ConfigProblem& problem : errors.problems()) {
    if (problem.severity == ConfigProblem::Severity::kError) paths.push_back(problem.path);
  }
  EXPECT_THAT(paths, ElementsAre("spec.http[0].redirect.derivePort",
                                 "spec.http[1].directResponse.body.bytes",
                                 "spec.http[2].fault.abort.grpcStatus"));
}

}  // namespace
}  // namespace meshroute
