// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::IsEmpty;

constexpr char kMatch[] = "hosts: [a]\nhttp: [{match: [{@}], route: [{destination: {host: b}}]}]";
constexpr char kAt[] = "spec.http[0].match[0].";

std::string At(const std::string& field) { return kAt + field; }

TEST(ValidateHttpMatch, UriMayHaveAnEmptyPrefixButNoBadRegex) {
  EXPECT_THAT(ProblemsOf("VirtualService", Filled(kMatch, "uri: {prefix: ''}")), IsEmpty());
  EXPECT_THAT(ProblemsOf("VirtualService", Filled(kMatch, "uri: {exact: ''}")), IsEmpty());
  ExpectErrors("VirtualService", kMatch,
               {{"uri: {regex: ''}", "uri: {regex: a}", At("uri.regex"), "must not be empty"},
                {"uri: {regex: '('}", "uri: {regex: '()'}", At("uri.regex"),
                 "must be a regex in RE2 syntax, got \"(\": missing"},
                {"uri: {regex: '(?=a)'}", "uri: {regex: '(?i)a'}", At("uri.regex"), "RE2 syntax"},
                {"uri: {regex: " + std::string(1025, 'a') + "}",
                 "uri: {regex: " + std::string(1024, 'a') + "}", At("uri.regex"),
                 "at most 1024 bytes, got 1025"}});
}

TEST(ValidateHttpMatch, OtherTextsHaveNoEmptyPrefix) {
  for (const std::string field :
       {"scheme", "method", "authority", "queryParams.q", "headers.h", "withoutHeaders.h"}) {
    const size_t dot = field.find('.');
    const std::string open = dot == std::string::npos
                                 ? field + ": "
                                 : field.substr(0, dot) + ": {" + field.substr(dot + 1) + ": ";
    const std::string close = dot == std::string::npos ? "" : "}";
    ExpectErrors(
        "VirtualService", kMatch,
        {{open + "{prefix: ''}" + close, open + "{prefix: a}" + close, At(field) + ".prefix",
          "must not be empty"},
         {open + "{regex: ''}" + close, open + "{exact: ''}" + close, At(field) + ".regex",
          "must not be empty"},
         {open + "{regex: '['}" + close, open + "{}" + close, At(field) + ".regex", "RE2 syntax"}});
  }
}

TEST(ValidateHttpMatch, AStarForPresenceIsLetThroughInWithoutHeadersAlone) {
  EXPECT_THAT(ProblemsOf("VirtualService", Filled(kMatch, "withoutHeaders: {h: {regex: '*'}}")),
              IsEmpty());
  ExpectErrors(
      "VirtualService", kMatch,
      {{"headers: {h: {regex: '*'}}", "headers: {h: {}}", At("headers.h.regex"), "got \"*\""},
       {"queryParams: {q: {regex: '*'}}", "queryParams: {q: {regex: '.*'}}",
        At("queryParams.q.regex"), "got \"*\""}});
}

TEST(ValidateHttpMatch, HeaderNamesAreTokensOrPseudoHeaders) {
  ExpectErrors("VirtualService", kMatch,
               {{"headers: {'': {}}", "headers: {x: {}}", At("headers."), "name of a header"},
                {"headers: {'a b': {}}", "headers: {a-b: {}}", At("headers.a b"), "got \"a b\""},
                {"headers: {':other': {}}", "headers: {':path': {}}", At("headers.:other"),
                 "got \":other\""},
                {"withoutHeaders: {'a:b': {}}", "withoutHeaders: {\"a!#$%&'*+-.^_`|~\": {}}",
                 At("withoutHeaders.a:b"), "got \"a:b\""},
                {"headers: {'@request.auth.claims': {}}", "headers: {':authority': {}}",
                 At("headers.@request.auth.claims"), "name of a header"}});
}

TEST(ValidateHttpMatch, PlacesAreChecked) {
  ExpectErrors(
      "VirtualService", kMatch,
      {{"port: 65536", "port: 65535", At("port"), "got 65536"},
       {"port: 70000", "port: 0", At("port"), "got 70000"},
       {"sourceNamespace: a.b", "sourceNamespace: a-b", At("sourceNamespace"), "DNS label"},
       {"gateways: [a_b]", "gateways: [mesh]", At("gateways[0]"), "got \"a_b\""},
       {"sourceLabels: {app: a/b}", "sourceLabels: {app: a.b_c-d}", At("sourceLabels.app"),
        "must be a label value"},
       {"sourceLabels: {-app: a}", "sourceLabels: {app: ''}", At("sourceLabels.-app"),
        "must be a label key"},
       {"sourceLabels: {a/b/c: x}", "sourceLabels: {a.example/c: x}", At("sourceLabels.a/b/c"),
        "must be a label key"},
       {"sourceLabels: {/c: x}", "sourceLabels: {c: x}", At("sourceLabels./c"), "label key"},
       {"sourceLabels: {a..b/c: x}", "sourceLabels: {a.b/c: x}", At("sourceLabels.a..b/c"),
        "label key"},
       {"sourceLabels: {" + std::string(64, 'a') + ": x}",
        "sourceLabels: {" + std::string(63, 'a') + ": x}",
        At("sourceLabels." + std::string(64, 'a')), "label key"}});
}

TEST(ValidateHttpMatch, LabelValuesMayBeLong) {
  EXPECT_THAT(ProblemsOf("VirtualService",
                         Filled(kMatch, "sourceLabels: {a: " + std::string(100, 'a') + "}")),
              IsEmpty());
}

TEST(ValidateHttpMatch, AnEmptyBlockMatchesEverythingAndIsFine) {
  EXPECT_THAT(ProblemsOf("VirtualService", Filled(kMatch, "")), IsEmpty());
}

}  // namespace
}  // namespace meshroute
