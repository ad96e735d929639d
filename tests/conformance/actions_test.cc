// SPDX-License-Identifier: Apache-2.0
// VirtualService http[]: what a rule does with a request that it matches.
#include "tests/conformance/conformance.h"

namespace meshroute {
namespace {

// The row's text is the `http` list of a VirtualService for reviews and shop.
class RuleConformance : public testing::TestWithParam<ConformanceRow> {};

TEST_P(RuleConformance, Holds) {
  const ConformanceRow& row = GetParam();
  ExpectRow(row, Object("VirtualService", "default/reviews",
                        "hosts: [reviews, shop]\nhttp: " + row.rules));
}

// A rule to ratings with these members.
std::string To(const std::string& members) {
  return "[{route: [{destination: {host: ratings}}], " + members + "}]";
}

// Two destinations, the first with these members.
std::string Split(const std::string& first, const std::string& rule) {
  return "[{route: [{destination: {host: ratings}, weight: 1, " + first +
         "}, {destination: {host: reviews}, weight: 1}], " + rule + "}]";
}

const ConformanceRow kRules[] = {
    {"http", "[{match: [{uri: {prefix: /a}}], redirect: {uri: /1}}, {redirect: {uri: /2}}]",
     "GET reviews /a", "<location=http://reviews/1"},
    // The first that matches, not the most specific.
    {"http",
     "[{match: [{uri: {prefix: /}}], name: one, redirect: {uri: /1}}, {match: [{uri: {exact: "
     "/a}}], redirect: {uri: /2}}]",
     "GET reviews /a", "name=one"},
    {"http", "[{match: [{uri: {exact: /a}}], redirect: {uri: /1}}]", "GET reviews /b", "to=NR"},
    // Without a rule for the port the whole object counts as absent.
    {"http", "[{match: [{port: 1}], redirect: {uri: /1}}]", "GET reviews /", "to=9080||reviews"},
    {"http.name", "[{name: n, redirect: {uri: /1}}]", "GET reviews /", "name=n"},
    {"http.name", "[{name: n, match: [{name: m}], redirect: {uri: /1}}]", "GET reviews /",
     "name=n.m"},
    {"http.route.weight", "[{route: [{destination: {host: ratings}, weight: 0}]}]", "GET reviews /",
     "shares=9080||ratings*1"},
    {"http.route.weight",
     "[{route: [{destination: {host: ratings}, weight: 0}, {destination: "
     "{host: reviews}, weight: 3}]}]",
     "GET reviews /", "shares=9080||reviews*3"},
    {"http.route.weight",
     "[{route: [{destination: {host: ratings}, weight: 1}, {destination: "
     "{host: reviews}, weight: 3}]}]",
     "GET reviews /", "shares=9080||ratings*1 9080||reviews*3"},
    {"http.route.destination.host", "[{route: [{destination: {host: a.b}}]}]", "GET reviews /",
     "to=0||a.b"},
    {"http.route.destination.subset", "[{route: [{destination: {host: reviews, subset: v2}}]}]",
     "GET reviews /", "to=9080|v2|reviews"},
    // The port: named; else the addressed one if the destination has it; else its only one.
    {"http.route.destination.port",
     "[{route: [{destination: {host: shop, port: {number: 8080}}}]}]", "GET reviews /",
     "to=8080||shop"},
    {"http.route.destination.port", "[{route: [{destination: {host: shop}}]}]", "GET shop:8080 /",
     "to=8080||shop"},
    {"http.route.destination.port", "[{route: [{destination: {host: ratings}}]}]",
     "GET shop:8080 /", "to=9080||ratings"},
    {"http.route.destination.port", "[{route: [{destination: {host: shop}}]}]", "GET reviews /",
     "to=0||shop"},
    {"http.timeout", To("name: n"), "GET reviews /", "timeout=0"},
    {"http.timeout", To("timeout: 1.5s"), "GET reviews /", "timeout=1500"},
    {"http.retries", To("name: n"), "GET reviews /", "attempts=2"},
    {"http.retries", To("retries: {}"), "GET reviews /", "attempts=0"},
    {"http.retries.attempts", To("retries: {attempts: 5}"), "GET reviews /", "attempts=5"},
    {"http.fault.delay.percentage",
     To("fault: {delay: {fixedDelay: 1s, percentage: {value: 0.1}}}"), "GET reviews /",
     "delay=1000"},
    {"http.fault.delay.percent", To("fault: {delay: {fixedDelay: 1s, percent: 50}}"),
     "GET reviews /", "delay=500000"},
    {"http.fault.delay.percentage", To("fault: {delay: {fixedDelay: 1s}}"), "GET reviews /",
     "delay=0"},
    {"http.fault.abort", To("fault: {abort: {httpStatus: 503, percentage: {value: 100}}}"),
     "GET reviews /", "abort=503 1000000"},
    {"http.fault.abort.percentage", To("fault: {abort: {httpStatus: 503}}"), "GET reviews /",
     "abort=503 0"},
    {"http.mirror", To("mirror: {host: shop, port: {number: 80}}"), "GET reviews /",
     "mirrors=80||shop*1000000"},
    {"http.mirrorPercentage",
     To("mirror: {host: ratings}, mirrorPercentage: {value: 12.5}, mirrorPercent: 50"),
     "GET reviews /", "mirrors=9080||ratings*125000"},
    {"http.mirrorPercent", To("mirror: {host: ratings}, mirrorPercent: 50"), "GET reviews /",
     "mirrors=9080||ratings*500000"},
    {"http.mirrorPercent", To("mirror: {host: ratings}, mirrorPercent: 0"), "GET reviews /",
     "mirrors="},
    {"http.mirrors",
     To("mirrors: [{destination: {host: ratings}}, {destination: {host: reviews}, percentage: "
        "{value: 1}}, {destination: {host: shop}, percentage: {value: 0}}]"),
     "GET reviews /", "mirrors=9080||ratings*1000000 9080||reviews*10000"},
};
INSTANTIATE_TEST_SUITE_P(Rules, RuleConformance, testing::ValuesIn(kRules), RowName);

const ConformanceRow kHeaders[] = {
    {"http.headers.request.set", To("headers: {request: {set: {x: a}}}"),
     "GET reviews / | x: 1 | X: 2", ">x=a"},
    {"http.headers.request.add", To("headers: {request: {add: {x: a}}}"), "GET reviews / | x: 1",
     ">x=1+a"},
    {"http.headers.request.remove", To("headers: {request: {remove: [X]}}"),
     "GET reviews / | x: 1 | x: 2 | y: 3", ">x=; >y=3"},
    // Removals, then sets, then adds.
    {"http.headers.request", To("headers: {request: {remove: [x], set: {x: s}, add: {x: a}}}"),
     "GET reviews / | x: 1", ">x=s+a"},
    {"http.headers.request.set", To("headers: {request: {set: {Host: other}}}"), "GET reviews /",
     "authority=other; >host="},
    {"http.headers.request.set",
     To("headers: {request: {set: {':authority': one}}}, rewrite: {uri: /b}"), "GET reviews /",
     "authority=one"},
    {"http.headers.request.set", To("headers: {request: {set: {x: '100%%'}}}"), "GET reviews /",
     ">x=100%"},
    {"http.headers.request.set", To("headers: {request: {set: {x: '%REQ(y)%-%PROTOCOL%'}}}"),
     "GET reviews / | y: 1", ">x=1-HTTP/1.1"},
    {"http.headers.request.set", To("headers: {request: {set: {x: ''}}}"), "GET reviews / | x: 1",
     ">x=1"},
    {"http.headers.response", To("headers: {response: {set: {x: s}, add: {x: a}}}"),
     "GET reviews /", "<x=s+a"},
    // Of a single destination both levels are one, and the destination's set wins.
    {"http.route.headers",
     "[{headers: {request: {set: {x: r}, add: {y: r}}}, route: [{destination: {host: ratings}, "
     "headers: {request: {set: {x: d}, add: {y: d}}}}]}]",
     "GET reviews / | x: 0", ">x=d; >y=r+d"},
    {"http.route.headers",
     "[{headers: {request: {set: {x: r}}}, route: [{destination: {host: ratings}, headers: "
     "{request: {remove: [x]}}}]}]",
     "GET reviews / | x: 0", ">x=r"},
    // Of several the destination's level is done first, and the rule's wins.
    {"http.route.headers",
     Split("headers: {request: {set: {x: d}, add: {y: d}}}",
           "headers: {request: {set: {x: r}, add: {y: r}}}"),
     "GET reviews / | x: 0", ">x=r; >y=d+r"},
    {"http.route.headers",
     Split("headers: {request: {set: {x: d}}}", "headers: {request: {remove: [x]}}"),
     "GET reviews / | x: 0", ">x="},
    {"http.route.headers",
     Split("headers: {response: {set: {x: d}}}", "headers: {response: {add: {x: r}}}"),
     "GET reviews /", "<x=d+r"},
    {"http.route.headers", Split("headers: {request: {set: {host: d}}}", "rewrite: {authority: r}"),
     "GET reviews /", "authority=r"},
    {"http.route.headers", Split("headers: {request: {set: {host: d}}}", "name: n"),
     "GET reviews /", "authority=d"},
};
INSTANTIATE_TEST_SUITE_P(Headers, RuleConformance, testing::ValuesIn(kHeaders), RowName);

// A rule for `uri` that rewrites.
std::string Rewrite(const std::string& uri, const std::string& rewrite) {
  return To("match: [{" + uri + "}], rewrite: {" + rewrite + "}");
}

const ConformanceRow kRewrites[] = {
    {"http.rewrite.uri", Rewrite("uri: {prefix: /a}", "uri: /b"), "GET reviews /a/x?q=1",
     "path=/b/x?q=1; >x-envoy-original-path=/a/x?q=1"},
    {"http.rewrite.uri", Rewrite("uri: {prefix: /a}", "uri: /"), "GET reviews /a/x", "path=//x"},
    {"http.rewrite.uri", Rewrite("uri: {prefix: /a/}", "uri: /"), "GET reviews /a/x", "path=/x"},
    {"http.rewrite.uri", Rewrite("uri: {prefix: /a}", "uri: /b"), "GET reviews /abc", "path=/bbc"},
    {"http.rewrite.uri", Rewrite("uri: {prefix: ''}", "uri: /b"), "GET reviews /x", "path=/b/x"},
    {"http.rewrite.uri", Rewrite("uri: {exact: /a}", "uri: /b"), "GET reviews /a?q=1",
     "path=/b?q=1"},
    {"http.rewrite.uri", Rewrite("uri: {regex: '/a/.*'}", "uri: /b"), "GET reviews /a/x?q=1",
     "path=/b?q=1"},
    {"http.rewrite.uri", Rewrite("method: {exact: GET}", "uri: /b"), "GET reviews /x", "path=/bx"},
    {"http.rewrite.uri", Rewrite("uri: {prefix: /A}, ignoreUriCase: true", "uri: /b"),
     "GET reviews /a/x", "path=/b/x"},
    {"http.rewrite.uriRegexRewrite",
     Rewrite("uri: {prefix: /}",
             "uriRegexRewrite: {match: '^/s/([^/]+)(/.*)$', rewrite: '/p\\2/\\1'}"),
     "GET reviews /s/u/v1?z", "path=/p/v1/u?z"},
    {"http.rewrite.uriRegexRewrite",
     Rewrite("uri: {prefix: /}", "uriRegexRewrite: {match: a, rewrite: b}"), "GET reviews /a/aa?a",
     "path=/b/bb?a"},
    {"http.rewrite.authority", Rewrite("uri: {prefix: /}", "authority: 'other:81'"),
     "GET reviews /", "authority=other:81; >x-envoy-original-host=reviews"},
};
INSTANTIATE_TEST_SUITE_P(Rewrites, RuleConformance, testing::ValuesIn(kRewrites), RowName);

std::string Redirect(const std::string& members) { return "[{redirect: {" + members + "}}]"; }

const ConformanceRow kRedirects[] = {
    {"http.redirect.uri", Redirect("uri: /b"), "GET reviews /a?q=1",
     "status=301; <location=http://reviews/b?q=1"},
    {"http.redirect.uri", Redirect("uri: '/b?own'"), "GET reviews /a?q=1",
     "<location=http://reviews/b?own"},
    {"http.redirect.uri", Redirect("uri: b"), "GET reviews /a", "<location=http://reviews/b"},
    {"http.redirect.prefixRewrite",
     "[{match: [{uri: {prefix: /a}}], redirect: {prefixRewrite: /b}}]", "GET reviews /a/x?q=1",
     "<location=http://reviews/b/x?q=1"},
    {"http.redirect.prefixRewrite", Redirect("prefixRewrite: /b/"), "GET reviews /x",
     "<location=http://reviews/b/x"},
    {"http.redirect.authority", Redirect("authority: other"), "GET reviews:9080 /a",
     "<location=http://other/a"},
    {"http.redirect.authority", Redirect("authority: '[::1]'"), "GET reviews /a",
     "<location=http://[::1]/a"},
    {"http.redirect.scheme", Redirect("scheme: https"), "GET reviews:9080 /",
     "<location=https://reviews:9080/"},
    {"http.redirect.scheme", Redirect("scheme: https"), "GET reviews:80 /",
     "<location=https://reviews/"},
    {"http.redirect.scheme", Redirect("scheme: http"), "GET reviews:443 / https",
     "<location=http://reviews/"},
    {"http.redirect.scheme", Redirect("scheme: https"), "GET reviews:443 / https",
     "<location=https://reviews:443/"},
    // A port that is the scheme's default is not written.
    {"http.redirect.port", Redirect("port: 8443, scheme: https"), "GET reviews:9080 /",
     "<location=https://reviews:8443/"},
    {"http.redirect.port", Redirect("port: 80"), "GET reviews:9080 /", "<location=http://reviews/"},
    {"http.redirect.port", Redirect("port: 443, scheme: https"), "GET reviews:9080 /",
     "<location=https://reviews/"},
    {"http.redirect.port", Redirect("port: 443"), "GET reviews /", "<location=http://reviews:443/"},
    {"http.redirect.port", Redirect("port: 80, scheme: https"), "GET reviews /",
     "<location=https://reviews:80/"},
    {"http.redirect.port", Redirect("port: 81, authority: '[2001:db8::1]'"), "GET reviews /",
     "<location=http://[2001:db8::1]:81/"},
    {"http.redirect.derivePort", Redirect("derivePort: FROM_REQUEST_PORT, authority: other"),
     "GET shop:8080 /", "<location=http://other:8080/"},
    {"http.redirect.derivePort", Redirect("derivePort: FROM_REQUEST_PORT, authority: other"),
     "GET shop:80 /", "<location=http://other/"},
    {"http.redirect.derivePort", Redirect("derivePort: FROM_REQUEST_PORT"), "GET reviews /",
     "<location=http://reviews:9080/"},
    {"http.redirect.derivePort", Redirect("derivePort: FROM_PROTOCOL_DEFAULT"), "GET shop:8080 /",
     "<location=http://shop:8080/"},
    {"http.redirect.redirectCode", Redirect("uri: /b, redirectCode: 308"), "GET reviews /",
     "status=308"},
    {"http.headers.response", "[{redirect: {uri: /b}, headers: {response: {set: {x: s}}}}]",
     "GET reviews /", "<x=s; <location=http://reviews/b"},
};
INSTANTIATE_TEST_SUITE_P(Redirects, RuleConformance, testing::ValuesIn(kRedirects), RowName);

const ConformanceRow kDirect[] = {
    {"http.directResponse.status", "[{directResponse: {status: 404}}]", "GET reviews /",
     "to=reply; status=404; body=; <content-type="},
    {"http.directResponse.body.string", "[{directResponse: {status: 200, body: {string: hi}}}]",
     "GET reviews /", "body=hi; <content-type=text/plain"},
    {"http.directResponse.body.bytes", "[{directResponse: {status: 200, body: {bytes: aGk=}}}]",
     "GET reviews /", "body=hi"},
    {"http.directResponse.status", "[{directResponse: {status: 201}}]", "GET reviews /a",
     "<location=http://reviews/a"},
    {"http.directResponse",
     "[{directResponse: {status: 200, body: {string: '{}'}}, headers: {response: {set: "
     "{content-type: application/json}}}}]",
     "GET reviews /", "<content-type=application/json"},
};
INSTANTIATE_TEST_SUITE_P(Direct, RuleConformance, testing::ValuesIn(kDirect), RowName);

}  // namespace
}  // namespace meshroute
