// SPDX-License-Identifier: Apache-2.0
// VirtualService: every field with a text that is accepted and, where there is one, a
// text that is refused or doubted. A row's name is the path of the field.
#include <string>
#include <vector>

#include "tests/conformance/field_rows.h"

namespace meshroute {
namespace {

class VirtualServiceField : public testing::TestWithParam<FieldRow> {};

TEST_P(VirtualServiceField, Holds) { ExpectFieldRow("VirtualService", GetParam()); }

const std::string kTo = "route: [{destination: {host: b}}]";

std::string Vs(const std::string& members) { return "{hosts: [a.com], " + members + "}"; }
std::string Top(const std::string& members) { return "{" + members + ", http: [{" + kTo + "}]}"; }

// A rule with these members alone, and one that also has a destination.
std::string Rule(const std::string& members) { return Vs("http: [{" + members + "}]"); }
std::string To(const std::string& members) { return Rule(kTo + ", " + members); }
std::string Match(const std::string& members) { return To("match: [{" + members + "}]"); }
std::string Route(const std::string& members) {
  return Rule("route: [{destination: {host: b}, " + members + "}]");
}
std::string Dest(const std::string& members) {
  return Rule("route: [{destination: {" + members + "}}]");
}
std::string Mirror(const std::string& members) { return To("mirror: {" + members + "}"); }
std::string Mirrors(const std::string& members) { return To("mirrors: [{" + members + "}]"); }
std::string Redirect(const std::string& members) { return Rule("redirect: {" + members + "}"); }
std::string Reply(const std::string& members) { return Rule("directResponse: {" + members + "}"); }
std::string Rewrite(const std::string& members) { return To("rewrite: {" + members + "}"); }
std::string Retries(const std::string& members) { return To("retries: {" + members + "}"); }
std::string Delay(const std::string& members) { return To("fault: {delay: {" + members + "}}"); }
std::string Abort(const std::string& members) { return To("fault: {abort: {" + members + "}}"); }
std::string Cors(const std::string& members) { return To("corsPolicy: {" + members + "}"); }
std::string Headers(const std::string& members) { return To("headers: {" + members + "}"); }
std::string RouteHeaders(const std::string& members) { return Route("headers: {" + members + "}"); }
std::string Tls(const std::string& match) {
  return Vs("tls: [{match: [{sniHosts: [a.com], " + match + "}], " + kTo + "}]");
}
std::string TlsTo(const std::string& route) {
  return Vs("tls: [{match: [{sniHosts: [a.com]}], route: [" + route + "]}]");
}
std::string Tcp(const std::string& match) {
  return Vs("tcp: [{match: [{" + match + "}], " + kTo + "}]");
}
std::string TcpTo(const std::string& route) { return Vs("tcp: [{route: [" + route + "]}]"); }

std::vector<FieldRow> TopRows() {
  return {
      {"hosts[]", Top("hosts: ['*.a.com', b, 10.0.0.1]"), Top("hosts: ['a.*']")},
      {"hosts[]", Top("hosts: ['*.a.com', a.com]"), Top("hosts: ['*.a.com', b.a.com]"), "hosts[1]"},
      {"hosts[]", Top("hosts: ['*'], gateways: [x]"), Top("hosts: ['*']")},
      {"gateways[]", Top("hosts: [a], gateways: [ns/x, mesh]"),
       Top("hosts: [a], gateways: ['*/x']")},
      {"gateways[]", Top("hosts: [a], gateways: [mesh]"), Top("hosts: [a], gateways: [x.y]"), "",
       Severity::kWarning},
      {"gateways[]", "{http: [{" + kTo + "}]}", "{gateways: [mesh], http: [{" + kTo + "}]}",
       "gateways"},
      {"http[]", Rule(kTo), Rule("route: [{destination: {host: b}}], redirect: {uri: /}"),
       "http[].redirect"},
      {"tls[]", TlsTo("{destination: {host: b}}"), Vs("tls: [{match: [{sniHosts: [a.com]}]}]"),
       "tls[].route"},
      {"tcp[]", TcpTo("{destination: {host: b}}"), "{tcp: [{" + kTo + "}]}", "tcp"},
      {"exportTo[]", Top("hosts: [a], exportTo: ['.', x]"), Top("hosts: [a], exportTo: ['~']")},
      {"exportTo[]", Top("hosts: [a], exportTo: ['*']"), Top("hosts: [a], exportTo: ['*', x]"),
       "exportTo[1]"},
      {"http[].name", To("name: 'any thing'"), ""},
      {"http[].match[]", To("match: [{}]"), ""},
      {"http[].route[]", Rule(kTo), Rule("timeout: 1s"), "http[]"},
      {"http[].redirect", Redirect("uri: /x"), To("redirect: {uri: /x}"), "http[].redirect"},
      {"http[].directResponse", Reply("status: 200"), To("directResponse: {status: 200}"),
       "http[].directResponse"},
      {"http[].delegate", Rule("delegate: {name: d}, timeout: 1s"), To("delegate: {name: d}"),
       "http[].route"},
      {"http[].delegate.name", Rule("delegate: {namespace: x}"), ""},
      {"http[].delegate.namespace", Rule("delegate: {name: d, namespace: x}"), ""},
      {"http[].rewrite", Rewrite("uri: /x"), Rewrite("")},
      {"http[].timeout", To("timeout: 1ms"), To("timeout: 0s")},
      {"http[].timeout", To("timeout: 1h"), To("timeout: 1500us")},
      {"http[].retries", Retries(""), ""},
      {"http[].fault", Abort("httpStatus: 200"), To("fault: {}")},
      {"http[].mirror", Mirror("host: c"), Mirror("subset: v1"), "http[].mirror.host"},
      {"http[].mirrors[]", Mirrors("destination: {host: c}"),
       To("mirror: {host: c}, mirrors: [{destination: {host: c}}]"), "http[].mirror"},
      {"http[].mirrorPercent", To("timeout: 1s"), To("mirrorPercent: 100"), "", Severity::kWarning},
      {"http[].mirrorPercentage", To("mirrorPercentage: {}"), ""},
      {"http[].mirrorPercentage.value", To("mirrorPercentage: {value: 100}"),
       To("mirrorPercentage: {value: 100.5}"), "http[].mirrorPercentage"},
      {"http[].corsPolicy", Cors(""), ""},
      {"http[].headers", Headers(""), ""},
  };
}
INSTANTIATE_TEST_SUITE_P(Top, VirtualServiceField, testing::ValuesIn(TopRows()), NameOfField);

std::vector<FieldRow> MatchRows() {
  const std::string at = "http[].match[].";
  return {
      {at + "name", Match("name: x"), ""},
      {at + "uri", Match("uri: {prefix: ''}"), Match("uri: {regex: '['}"), at + "uri.regex"},
      {at + "uri", Match("uri: {exact: ''}"), Match("uri: {regex: ''}"), at + "uri.regex"},
      {at + "scheme", Match("scheme: {}"), Match("scheme: {prefix: ''}"), at + "scheme.prefix"},
      {at + "method", Match("method: {exact: ''}"), Match("method: {prefix: ''}"),
       at + "method.prefix"},
      {at + "authority", Match("authority: {regex: a}"), Match("authority: {regex: ''}"),
       at + "authority.regex"},
      {at + "headers{}", Match("headers: {x: {}}"), Match("headers: {'a b': {}}"),
       at + "headers.a b"},
      {at + "headers{}", Match("headers: {':path': {exact: /}}"),
       Match("headers: {x: {regex: '*'}}"), at + "headers.x.regex"},
      {at + "port", Match("port: 65535"), Match("port: 65536")},
      {at + "sourceLabels{}", Match("sourceLabels: {a: b}"), Match("sourceLabels: {a: 'b c'}"),
       at + "sourceLabels.a"},
      {at + "sourceNamespace", Match("sourceNamespace: x"), Match("sourceNamespace: x_y")},
      {at + "gateways[]", Match("gateways: [mesh, 'a b']"), Match("gateways: ['a b']")},
      {at + "queryParams{}", Match("queryParams: {q: {}}"), Match("queryParams: {q: {prefix: ''}}"),
       at + "queryParams.q.prefix"},
      {at + "ignoreUriCase", Match("ignoreUriCase: true"), ""},
      {at + "withoutHeaders{}", Match("withoutHeaders: {x: {regex: '*'}}"),
       Match("withoutHeaders: {x: {regex: '['}}"), at + "withoutHeaders.x.regex"},
      {at + "statPrefix", Match("statPrefix: x"), ""},
  };
}
INSTANTIATE_TEST_SUITE_P(Matches, VirtualServiceField, testing::ValuesIn(MatchRows()), NameOfField);

// A destination's fields under `at`, `dest` being the spec around its members.
void AddDestinationRows(const std::string& at, std::string (*dest)(const std::string&),
                        std::vector<FieldRow>& rows) {
  rows.push_back({at + "host", dest("host: '*.b'"), dest("host: '*'"), ""});
  rows.push_back({at + "subset", dest("host: b, subset: v1"), dest("host: b, subset: v_1"), ""});
  rows.push_back({at + "port", dest("host: b, port: {number: 1}"), dest("host: b, port: {}"),
                  at + "port.number"});
  rows.push_back({at + "port.number", dest("host: b, port: {number: 65535}"),
                  dest("host: b, port: {number: 65536}"), ""});
}

// The header edits under `at`.
void AddHeaderRows(const std::string& at, std::string (*headers)(const std::string&),
                   std::vector<FieldRow>& rows) {
  const auto request = [&](const std::string& text) { return headers("request: {" + text + "}"); };
  const auto response = [&](const std::string& text) {
    return headers("response: {" + text + "}");
  };
  rows.push_back({at + "request", request(""), "", ""});
  rows.push_back({at + "request.set{}", request("set: {':authority': x}"),
                  request("set: {':path': x}"), at + "request.set.:path"});
  rows.push_back({at + "request.add{}", request("add: {host: x}"), request("add: {'': x}"),
                  at + "request.add."});
  rows.push_back({at + "request.add{}", request("add: {a: '100%%'}"), request("add: {a: '100%'}"),
                  at + "request.add.a"});
  rows.push_back({at + "request.remove[]", request("remove: [a]"), request("remove: [host]"), ""});
  rows.push_back({at + "response", response(""), "", ""});
  rows.push_back({at + "response.set{}", response("set: {a: b}"), response("set: {host: x}"),
                  at + "response.set.host"});
  rows.push_back({at + "response.add{}", response("add: {a: b}"), response("add: {':status': x}"),
                  at + "response.add.:status"});
  rows.push_back(
      {at + "response.remove[]", response("remove: [a]"), response("remove: [':a']"), ""});
}

std::string MirrorsTo(const std::string& members) {
  return Mirrors("destination: {" + members + "}");
}
std::string TlsDest(const std::string& members) {
  return TlsTo("{destination: {" + members + "}}");
}
std::string TcpDest(const std::string& members) {
  return TcpTo("{destination: {" + members + "}}");
}

std::vector<FieldRow> DestinationRows() {
  const std::string two = "{destination: {host: b}, weight: 1}, {destination: {host: c}, weight: ";
  const std::string none = "{destination: {host: b}}, {destination: {host: c}}";
  std::vector<FieldRow> rows{
      {"http[].route[].destination", Route("weight: 0"), Rule("route: [{weight: 1}]")},
      {"http[].route[].weight", Rule("route: [" + two + "5}]"), Rule("route: [" + two + "-1}]"),
       "http[].route[1].weight"},
      {"http[].route[].weight", Route("weight: 0"), Rule("route: [" + none + "]"), "http[].route"},
      {"http[].route[].headers", RouteHeaders(""), ""},
      {"http[].mirrors[].destination", Mirrors("destination: {host: c}"),
       Mirrors("percentage: {}")},
      {"http[].mirrors[].percentage", Mirrors("destination: {host: c}, percentage: {}"), ""},
      {"http[].mirrors[].percentage.value",
       Mirrors("destination: {host: c}, percentage: {value: 0}"),
       Mirrors("destination: {host: c}, percentage: {value: -1}"), "http[].mirrors[].percentage"},
  };
  AddDestinationRows("http[].route[].destination.", Dest, rows);
  AddDestinationRows("http[].mirror.", Mirror, rows);
  AddDestinationRows("http[].mirrors[].destination.", MirrorsTo, rows);
  AddDestinationRows("tls[].route[].destination.", TlsDest, rows);
  AddDestinationRows("tcp[].route[].destination.", TcpDest, rows);
  AddHeaderRows("http[].headers.", Headers, rows);
  AddHeaderRows("http[].route[].headers.", RouteHeaders, rows);
  return rows;
}
INSTANTIATE_TEST_SUITE_P(Destinations, VirtualServiceField, testing::ValuesIn(DestinationRows()),
                         NameOfField);

std::vector<FieldRow> ActionRows() {
  const std::string redirect = "http[].redirect.";
  const std::string reply = "http[].directResponse.";
  const std::string regex = "http[].rewrite.uriRegexRewrite";
  const std::string retries = "http[].retries.";
  return {
      {redirect + "uri", Redirect("uri: /x"), Redirect(""), "http[].redirect"},
      {redirect + "prefixRewrite", Redirect("prefixRewrite: /x"),
       Redirect("prefixRewrite: /x, uri: /y")},
      {redirect + "authority", Redirect("authority: x"), ""},
      {redirect + "port", Redirect("port: 65535"), Redirect("port: 65536")},
      {redirect + "derivePort", Redirect("derivePort: FROM_REQUEST_PORT"), ""},
      {redirect + "scheme", Redirect("scheme: https"), Redirect("scheme: ftp")},
      {redirect + "redirectCode", Redirect("uri: /, redirectCode: 308"),
       Redirect("uri: /, redirectCode: 400")},
      {reply + "status", Reply("status: 599"), Reply("status: 199")},
      {reply + "body", Reply("status: 200, body: {}"), ""},
      {reply + "body.string", Reply("status: 200, body: {string: x}"), ""},
      {reply + "body.bytes", Reply("status: 200, body: {bytes: eA==}"), ""},
      {"http[].rewrite.uri", Rewrite("uri: /x"),
       Rewrite("uri: /x, uriRegexRewrite: {match: a, rewrite: b}"), regex},
      {"http[].rewrite.authority", Rewrite("authority: x"),
       To("rewrite: {authority: x}, headers: {request: {set: {host: y}}}"), "http[]"},
      {regex, Rewrite("uriRegexRewrite: {match: a, rewrite: b}"), ""},
      {regex + ".match", Rewrite("uriRegexRewrite: {match: '(a)', rewrite: '\\1'}"),
       Rewrite("uriRegexRewrite: {match: '[', rewrite: b}")},
      {regex + ".rewrite", Rewrite("uriRegexRewrite: {match: a, rewrite: b}"),
       Rewrite("uriRegexRewrite: {match: a}")},
      {retries + "attempts", Retries("attempts: 1"), Retries("attempts: -1")},
      {retries + "perTryTimeout", Retries("attempts: 1, perTryTimeout: 1ms"),
       Retries("attempts: 1, perTryTimeout: 0s")},
      {retries + "retryOn", Retries("attempts: 1, retryOn: '5xx,503'"),
       Retries("attempts: 1, retryOn: '5xx, reset'")},
      {retries + "retryRemoteLocalities", Retries("attempts: 1, retryRemoteLocalities: true"),
       Retries("retryRemoteLocalities: true"), retries + "attempts"},
      {retries + "retryIgnorePreviousHosts", Retries("retryIgnorePreviousHosts: false"), ""},
      {retries + "backoff", Retries("backoff: 1ms"), Retries("backoff: 0s")},
      {"http[].fault.delay", Delay(""), ""},
      {"http[].fault.delay.fixedDelay", Delay("fixedDelay: 1ms"), Delay("fixedDelay: 0s")},
      {"http[].fault.delay.exponentialDelay", Delay(""), Delay("exponentialDelay: 1s")},
      {"http[].fault.delay.percentage", Delay("fixedDelay: 1s, percentage: {}"), ""},
      {"http[].fault.delay.percentage.value", Delay("fixedDelay: 1s, percentage: {value: 0.0001}"),
       Delay("fixedDelay: 1s, percentage: {value: 0.00001}"), "http[].fault.delay.percentage"},
      {"http[].fault.delay.percent", Delay("fixedDelay: 1s"), Delay("fixedDelay: 1s, percent: 5"),
       "", Severity::kWarning},
      {"http[].fault.abort", Abort("httpStatus: 503"), Abort(""), "", Severity::kWarning},
      {"http[].fault.abort.httpStatus", Abort("httpStatus: 200"), Abort("httpStatus: 199")},
      {"http[].fault.abort.grpcStatus", Abort("grpcStatus: UNAVAILABLE"),
       Abort("grpcStatus: '14'")},
      {"http[].fault.abort.http2Error", Abort("httpStatus: 200"), Abort("http2Error: x")},
      {"http[].fault.abort.percentage", Abort("httpStatus: 200, percentage: {}"), ""},
      {"http[].fault.abort.percentage.value", Abort("httpStatus: 200, percentage: {value: 100}"),
       Abort("httpStatus: 200, percentage: {value: 101}"), "http[].fault.abort.percentage"},
      {"http[].corsPolicy.allowOrigins[]", Cors("allowOrigins: [{exact: '*'}]"),
       Cors("allowOrigins: [{exact: ''}]"), ""},
      {"http[].corsPolicy.allowOrigin[]", Cors("allowOrigin: [x]"), ""},
      {"http[].corsPolicy.allowMethods[]", Cors("allowMethods: [GET, '*']"),
       Cors("allowMethods: [get]")},
      {"http[].corsPolicy.allowHeaders[]", Cors("allowHeaders: ['*', x-a]"),
       Cors("allowHeaders: ['a b']")},
      {"http[].corsPolicy.exposeHeaders[]", Cors("exposeHeaders: [x-a]"),
       Cors("exposeHeaders: ['']")},
      {"http[].corsPolicy.maxAge", Cors("maxAge: 1s"), Cors("maxAge: 1500ms")},
      {"http[].corsPolicy.allowCredentials", Cors("allowCredentials: false"), ""},
      {"http[].corsPolicy.unmatchedPreflights", Cors("unmatchedPreflights: IGNORE"), ""},
  };
}
INSTANTIATE_TEST_SUITE_P(Actions, VirtualServiceField, testing::ValuesIn(ActionRows()),
                         NameOfField);

std::vector<FieldRow> ConnectionRows() {
  const std::string tls = "tls[].match[].";
  const std::string tcp = "tcp[].match[].";
  const std::string none = "{destination: {host: b}}, {destination: {host: c}}";
  const std::string sni_of = "tls: [{match: [{sniHosts: [";
  return {
      {"tls[].match[]", Tls("port: 1"), Vs("tls: [{" + kTo + "}]"), "tls[].match"},
      {tls + "sniHosts[]", "{hosts: ['*.a.com'], " + sni_of + "'*.b.a.com']}], " + kTo + "}]}",
       "{hosts: ['*.a.com'], " + sni_of + "b.com]}], " + kTo + "}]}"},
      {tls + "sniHosts[]", Tls("port: 1"), Vs("tls: [{match: [{port: 1}], " + kTo + "}]"),
       tls + "sniHosts"},
      {tls + "destinationSubnets[]", Tls("destinationSubnets: [10.0.0.0/8]"),
       Tls("destinationSubnets: [10.0.0.0/33]")},
      {tls + "port", Tls("port: 65535"), Tls("port: 65536")},
      {tls + "sourceLabels{}", Tls("sourceLabels: {a: b}"), Tls("sourceLabels: {'': b}"),
       tls + "sourceLabels."},
      {tls + "gateways[]", Tls("gateways: [mesh]"), Tls("gateways: ['x/']")},
      {tls + "sourceNamespace", Tls("sourceNamespace: 'x y'"), ""},
      {"tls[].route[]", TlsTo("{destination: {host: b}}"),
       Vs("tls: [{match: [{sniHosts: [a.com]}]}]"), "tls[].route"},
      {"tls[].route[].destination", TlsTo("{destination: {host: b}}"), TlsTo("{weight: 1}")},
      {"tls[].route[].weight", TlsTo("{destination: {host: b}, weight: 0}"), TlsTo(none),
       "tls[].route"},
      {"tcp[].match[]", Tcp(""), ""},
      {tcp + "destinationSubnets[]", Tcp("destinationSubnets: ['2001:db8::/32', 10.1.2.3]"),
       Tcp("destinationSubnets: [a.com]")},
      {tcp + "port", Tcp("port: 0"), Tcp("port: 65536")},
      {tcp + "sourceSubnet", Tcp("sourceSubnet: 'any thing'"), ""},
      {tcp + "sourceLabels{}", Tcp("sourceLabels: {a: ''}"), Tcp("sourceLabels: {a: 'b c'}"),
       tcp + "sourceLabels.a"},
      {tcp + "gateways[]", Tcp("gateways: [ns/x]"), Tcp("gateways: ['*/x']")},
      {tcp + "sourceNamespace", Tcp("sourceNamespace: 'x y'"), ""},
      {"tcp[].route[]", TcpTo("{destination: {host: b}}"), Vs("tcp: [{}]"), "tcp[].route"},
      {"tcp[].route[].destination", TcpTo("{destination: {host: b}}"), TcpTo("{weight: 1}")},
      {"tcp[].route[].weight", TcpTo("{destination: {host: b}, weight: 0}"),
       TcpTo("{destination: {host: b}, weight: -1}")},
  };
}
INSTANTIATE_TEST_SUITE_P(Connections, VirtualServiceField, testing::ValuesIn(ConnectionRows()),
                         NameOfField);

// A field that is added to the tables has to get its row here.
TEST(FieldRows, NameEveryFieldOfAVirtualService) {
  std::vector<FieldRow> all;
  for (const auto& rows :
       {TopRows(), MatchRows(), DestinationRows(), ActionRows(), ConnectionRows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  ExpectAllFieldsNamed("VirtualService", all, {});
}

}  // namespace
}  // namespace meshroute
