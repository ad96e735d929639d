// SPDX-License-Identifier: Apache-2.0
// VirtualService http[].match[]: what each condition means for a client.
#include "tests/conformance/conformance.h"

namespace meshroute {
namespace {

// Requests that the row's block matches go to v1, others to v2.
class MatchConformance : public testing::TestWithParam<ConformanceRow> {};

constexpr char kHit[] = "to=9080|v1|reviews";
constexpr char kMiss[] = "to=9080|v2|reviews";

TEST_P(MatchConformance, Holds) {
  const ConformanceRow& row = GetParam();
  ExpectRow(row, Object("VirtualService", "default/reviews",
                        "hosts: [reviews]\nhttp:\n- match: [" + row.rules +
                            "]\n  route: [{destination: {host: reviews, subset: v1}}]\n"
                            "- route: [{destination: {host: reviews, subset: v2}}]"));
}

const ConformanceRow kUri[] = {
    // The path ends at the first '?' or '#'; bytes are compared.
    {"http.match.uri.exact", "{uri: {exact: /a}}", "GET reviews /a", kHit},
    {"http.match.uri.exact", "{uri: {exact: /a}}", "GET reviews /a?x=1", kHit},
    {"http.match.uri.exact", "{uri: {exact: /a}}", "GET reviews /a#x", kHit},
    {"http.match.uri.exact", "{uri: {exact: /a}}", "GET reviews /a/", kMiss},
    {"http.match.uri.exact", "{uri: {exact: /a}}", "GET reviews /A", kMiss},
    {"http.match.uri.exact", "{uri: {exact: '/a%2Fb'}}", "GET reviews /a/b", kMiss},
    // A prefix knows no segments.
    {"http.match.uri.prefix", "{uri: {prefix: /foo}}", "GET reviews /foobar", kHit},
    {"http.match.uri.prefix", "{uri: {prefix: /foo/}}", "GET reviews /foo", kMiss},
    {"http.match.uri.prefix", "{uri: {prefix: /foo}}", "GET reviews /fo?o", kMiss},
    {"http.match.uri.prefix", "{uri: {prefix: ''}}", "GET reviews /x", kHit},
    // A regex must match the whole path, and '.' is no newline.
    {"http.match.uri.regex", "{uri: {regex: '/a.*'}}", "GET reviews /a/b?c", kHit},
    {"http.match.uri.regex", "{uri: {regex: '/a'}}", "GET reviews /ab", kMiss},
    {"http.match.uri.regex", "{uri: {regex: 'a'}}", "GET reviews /a", kMiss},
    {"http.match.uri.regex", "{uri: {regex: '(?i)/a'}}", "GET reviews /A", kHit},
    {"http.match.uri.regex", "{uri: {regex: '/a|/b'}}", "GET reviews /b", kHit},
    {"http.match.ignoreUriCase", "{uri: {exact: /A}, ignoreUriCase: true}", "GET reviews /a", kHit},
    {"http.match.ignoreUriCase", "{uri: {prefix: /a}, ignoreUriCase: true}", "GET reviews /AB",
     kHit},
    {"http.match.ignoreUriCase", "{uri: {regex: '/a'}, ignoreUriCase: true}", "GET reviews /A",
     kMiss},
    {"http.match.ignoreUriCase", "{headers: {h: {exact: A}}, ignoreUriCase: true}",
     "GET reviews / | h: a", kMiss},
};
INSTANTIATE_TEST_SUITE_P(Uri, MatchConformance, testing::ValuesIn(kUri), RowName);

const ConformanceRow kHead[] = {
    {"http.match.scheme", "{scheme: {exact: https}}", "GET reviews / https", kHit},
    {"http.match.scheme", "{scheme: {exact: https}}", "GET reviews / http", kMiss},
    {"http.match.scheme", "{scheme: {prefix: http}}", "GET reviews / https", kHit},
    {"http.match.scheme", "{scheme: {}}", "GET reviews /", kHit},
    {"http.match.method", "{method: {exact: GET}}", "GET reviews /", kHit},
    {"http.match.method", "{method: {exact: get}}", "GET reviews /", kMiss},
    {"http.match.method", "{method: {regex: 'GET|PUT'}}", "PUT reviews /", kHit},
    {"http.match.method", "{method: {}}", "PUT reviews /", kHit},
    // The authority as it is written: with its port, case and all.
    {"http.match.authority", "{authority: {exact: 'reviews:9080'}}", "GET reviews:9080 /", kHit},
    {"http.match.authority", "{authority: {exact: reviews}}", "GET reviews:9080 /", kMiss},
    {"http.match.authority", "{authority: {prefix: reviews}}", "GET Reviews /", kMiss},
    {"http.match.authority", "{authority: {}}", "GET reviews /", kHit},
};
INSTANTIATE_TEST_SUITE_P(Head, MatchConformance, testing::ValuesIn(kHead), RowName);

const ConformanceRow kHeaders[] = {
    {"http.match.headers", "{headers: {X-User: {exact: amy}}}", "GET reviews / | x-user: amy",
     kHit},
    {"http.match.headers", "{headers: {x: {exact: amy}}}", "GET reviews / | x: Amy", kMiss},
    {"http.match.headers", "{headers: {x: {exact: ''}}}", "GET reviews / | x: ", kHit},
    {"http.match.headers", "{headers: {x: {exact: ''}}}", "GET reviews /", kMiss},
    {"http.match.headers", "{headers: {x: {prefix: a}}}", "GET reviews / | x: ab", kHit},
    {"http.match.headers", "{headers: {x: {prefix: a}}}", "GET reviews /", kMiss},
    {"http.match.headers", "{headers: {x: {regex: 'a.c'}}}", "GET reviews / | x: abc", kHit},
    {"http.match.headers", "{headers: {x: {regex: 'a.c'}}}", "GET reviews / | x: abcd", kMiss},
    {"http.match.headers", "{headers: {x: {regex: '.*'}}}", "GET reviews /", kMiss},
    {"http.match.headers", "{headers: {x: {}}}", "GET reviews / | x: ", kHit},
    {"http.match.headers", "{headers: {x: {}}}", "GET reviews /", kMiss},
    // Any line of a header may fit; all headers must.
    {"http.match.headers", "{headers: {x: {exact: a}}}", "GET reviews / | x: b | X: a", kHit},
    {"http.match.headers", "{headers: {x: {exact: 'b,a'}}}", "GET reviews / | x: b | x: a", kMiss},
    {"http.match.headers", "{headers: {x: {exact: a}, y: {exact: b}}}", "GET reviews / | x: a",
     kMiss},
    // "host" reads the authority; other names are ordinary headers.
    {"http.match.headers", "{headers: {host: {exact: reviews}}}", "GET reviews /", kHit},
    {"http.match.headers", "{headers: {':method': {exact: PUT}}}", "PUT reviews /", kHit},
    {"http.match.headers", "{headers: {':path': {prefix: '/a?'}}}", "GET reviews /a?b", kHit},
    {"http.match.headers", "{headers: {uri: {exact: /a}}}", "GET reviews /a", kMiss},
    {"http.match.headers", "{headers: {method: {exact: x}}}", "GET reviews / | method: x", kHit},
};
INSTANTIATE_TEST_SUITE_P(Headers, MatchConformance, testing::ValuesIn(kHeaders), RowName);

const ConformanceRow kWithoutHeaders[] = {
    // An absent header counts as "", but for `{}`.
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {}}}", "GET reviews /", kHit},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {}}}", "GET reviews / | x: ", kMiss},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {}}}", "GET reviews / | x: a", kMiss},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {regex: '*'}}}", "GET reviews /", kHit},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {regex: '*'}}}", "GET reviews / | x: a",
     kMiss},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {exact: a}}}", "GET reviews /", kHit},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {exact: ''}}}", "GET reviews /", kMiss},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {exact: a}}}", "GET reviews / | x: a",
     kMiss},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {exact: a}}}", "GET reviews / | x: b",
     kHit},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {prefix: a}}}", "GET reviews /", kHit},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {prefix: a}}}", "GET reviews / | x: ab",
     kMiss},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {regex: 'a+'}}}", "GET reviews /", kHit},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {regex: 'a*'}}}", "GET reviews /", kMiss},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: {regex: '.*'}}}", "GET reviews / | x: b",
     kMiss},
    {"http.match.withoutHeaders", "{withoutHeaders: {x: ~}}", "GET reviews /", kHit},
};
INSTANTIATE_TEST_SUITE_P(WithoutHeaders, MatchConformance, testing::ValuesIn(kWithoutHeaders),
                         RowName);

const ConformanceRow kQueryParams[] = {
    {"http.match.queryParams", "{queryParams: {q: {exact: a}}}", "GET reviews /?q=a", kHit},
    {"http.match.queryParams", "{queryParams: {q: {exact: a}}}", "GET reviews /?Q=a", kMiss},
    {"http.match.queryParams", "{queryParams: {q: {exact: a}}}", "GET reviews /?q=b&q=a", kMiss},
    {"http.match.queryParams", "{queryParams: {q: {exact: 'a b'}}}", "GET reviews /?q=a%20b",
     kMiss},
    {"http.match.queryParams", "{queryParams: {q: {exact: ''}}}", "GET reviews /?q", kHit},
    {"http.match.queryParams", "{queryParams: {q: {}}}", "GET reviews /?q", kHit},
    {"http.match.queryParams", "{queryParams: {q: {}}}", "GET reviews /", kMiss},
    {"http.match.queryParams", "{queryParams: {q: {prefix: a}}}", "GET reviews /?x=1&q=ab", kHit},
    {"http.match.queryParams", "{queryParams: {q: {regex: '[0-9]+'}}}", "GET reviews /?q=12a",
     kMiss},
    {"http.match.queryParams", "{queryParams: {q: {exact: a}}}", "GET reviews /#?q=a", kMiss},
};
INSTANTIATE_TEST_SUITE_P(QueryParams, MatchConformance, testing::ValuesIn(kQueryParams), RowName);

const ConformanceRow kStatic[] = {
    // Decided for the client and the port, not per request.
    {"http.match.port", "{port: 9080}", "GET reviews:9080 /", kHit},
    {"http.match.port", "{port: 9080}", "GET reviews /", kHit},  // The service's only port.
    {"http.match.port", "{port: 9081}", "GET reviews:9080 /", kMiss},
    {"http.match.sourceLabels", "{sourceLabels: {app: web}}", "GET reviews /", kHit},
    {"http.match.sourceLabels", "{sourceLabels: {app: web, tier: back}}", "GET reviews /", kMiss},
    {"http.match.sourceNamespace", "{sourceNamespace: default}", "GET reviews /", kHit},
    {"http.match.sourceNamespace", "{sourceNamespace: other}", "GET reviews /", kMiss},
    {"http.match.gateways", "{gateways: [mesh]}", "GET reviews /", kHit},
    {"http.match.gateways", "{gateways: [ns/edge]}", "GET reviews /", kMiss},
    // A block that names gateways is not asked for its sources.
    {"http.match.gateways", "{gateways: [mesh], sourceLabels: {app: db}}", "GET reviews /", kHit},
    {"http.match.gateways", "{gateways: [mesh], sourceNamespace: other}", "GET reviews /", kHit},
    {"http.match.gateways", "{gateways: [mesh], port: 1}", "GET reviews /", kMiss},
    // Blocks are alternatives in order; the conditions of one block must all hold.
    {"http.match", "{uri: {exact: /a}}, {method: {exact: PUT}}", "PUT reviews /b", kHit},
    {"http.match", "{uri: {exact: /a}, method: {exact: PUT}}", "PUT reviews /b", kMiss},
    {"http.match", "{}", "GET reviews /x", kHit},
    {"http.match", "~", "GET reviews /x", kHit},
    {"http.match.name", "{name: n}", "GET reviews /", "name=.n"},
    {"http.match.name", "{uri: {exact: /a}, name: m}, {name: n}", "GET reviews /b", "name=.n"},
    {"http.match.statPrefix", "{uri: {exact: /a}, statPrefix: s}, {}", "GET reviews /a", "stat=s"},
    {"http.match.statPrefix", "{uri: {exact: /a}, statPrefix: s}, {}", "GET reviews /b", "stat="},
};
INSTANTIATE_TEST_SUITE_P(Static, MatchConformance, testing::ValuesIn(kStatic), RowName);

}  // namespace
}  // namespace meshroute
