// SPDX-License-Identifier: Apache-2.0
// VirtualService: which object governs which host, and delegates.
#include "tests/conformance/conformance.h"

namespace meshroute {
namespace {

// The row's text is the `spec` of a VirtualService in namespace default.
class ObjectConformance : public testing::TestWithParam<ConformanceRow> {};

TEST_P(ObjectConformance, Holds) {
  ExpectRow(GetParam(), Object("VirtualService", "default/vs", GetParam().rules));
}

const std::string kReply = "http: [{name: n, directResponse: {status: 200}}]";

const ConformanceRow kHosts[] = {
    // A short name is completed with the object's namespace.
    {"hosts", "hosts: [reviews]\n" + kReply, "GET reviews /", "to=reply"},
    {"hosts", "hosts: [reviews]\n" + kReply, "GET reviews.default /", "to=reply"},
    {"hosts", "hosts: [reviews]\n" + kReply, "GET reviews.default.svc /", "to=reply"},
    {"hosts", "hosts: [reviews]\n" + kReply, "GET reviews.default.svc.cluster.local. /",
     "to=reply"},
    {"hosts", "hosts: [reviews]\n" + kReply, "GET REVIEWS:1234 /", "to=reply"},
    {"hosts", "hosts: [reviews]\n" + kReply, "GET ratings /", "to=9080||ratings"},
    // With a dot a name is complete.
    {"hosts", "hosts: [reviews.default]\n" + kReply, "GET reviews.default.svc.cluster.local /",
     "to=9080||reviews"},
    {"hosts", "hosts: ['*.example.com']\n" + kReply, "GET a.b.example.com /", "to=reply"},
    {"hosts", "hosts: ['*.example.com']\n" + kReply, "GET example.com /", "to=unknown"},
    {"hosts", "hosts: ['*.example.com']\n" + kReply, "GET .example.com /", "to=unknown"},
    {"hosts", "hosts: ['*-b.example.com']\n" + kReply, "GET a-b.example.com /", "to=reply"},
    {"hosts", "hosts: [10.1.2.3]\n" + kReply, "GET 10.1.2.3:80 /", "to=reply"},
    {"hosts", "hosts: ['2001:db8::1']\n" + kReply, "GET [2001:db8::1]:80 /", "to=reply"},
    {"hosts", "hosts: ['*.cluster.local']\n" + kReply, "GET ratings /", "to=reply"},
    {"gateways", "hosts: [reviews]\ngateways: [mesh, ns/edge]\n" + kReply, "GET reviews /",
     "to=reply"},
    {"gateways", "hosts: [reviews]\ngateways: [ns/edge]\n" + kReply, "GET reviews /",
     "to=9080||reviews"},
    // What the object leaves out, its blocks do not bring back.
    {"gateways",
     "hosts: [reviews]\ngateways: [ns/edge]\nhttp: [{match: [{gateways: [mesh]}], directResponse: "
     "{status: 200}}]",
     "GET reviews /", "to=9080||reviews"},
    {"exportTo", "hosts: [reviews]\nexportTo: ['.']\n" + kReply, "GET reviews /", "to=reply"},
    {"exportTo", "hosts: [reviews]\nexportTo: [default]\n" + kReply, "GET reviews /", "to=reply"},
    {"exportTo", "hosts: [reviews]\nexportTo: [other]\n" + kReply, "GET reviews /",
     "to=9080||reviews"},
    {"exportTo", "hosts: [reviews]\nexportTo: ['*']\n" + kReply, "GET reviews /", "to=reply"},
};
INSTANTIATE_TEST_SUITE_P(Hosts, ObjectConformance, testing::ValuesIn(kHosts), RowName);

// The row's text is `root rule // rule of delegate default/d`.
class DelegateConformance : public testing::TestWithParam<ConformanceRow> {};

TEST_P(DelegateConformance, Holds) {
  const ConformanceRow& row = GetParam();
  const auto parts = ConformanceRequest::Split(row.rules, " // ");
  ExpectRow(row,
            Object("VirtualService", "default/root",
                   "hosts: [reviews]\nhttp: [{" + std::string(parts[0]) +
                       "}, {name: rest, directResponse: {status: 404}}]") +
                Object("VirtualService", "default/d", "http: [{" + std::string(parts[1]) + "}]"));
}

const std::string kToD = "delegate: {name: d}";
const std::string kToRatings = "route: [{destination: {host: ratings}}]";

const ConformanceRow kDelegates[] = {
    {"http.delegate", kToD + " // " + kToRatings, "GET reviews /", "to=9080||ratings"},
    {"http.delegate.name", "delegate: {name: nobody} // " + kToRatings, "GET reviews /",
     "name=rest"},
    {"http.delegate.namespace", "delegate: {name: d, namespace: default} // " + kToRatings,
     "GET reviews /", "to=9080||ratings"},
    {"http.delegate.namespace", "delegate: {name: d, namespace: other} // " + kToRatings,
     "GET reviews /", "name=rest"},
    {"http.delegate", "name: a, " + kToD + " // name: b, " + kToRatings, "GET reviews /",
     "name=a-b"},
    // Matches of both are combined; where they conflict the delegate's rule drops out.
    {"http.delegate",
     "match: [{uri: {prefix: /a}, name: r}], " + kToD +
         " // match: [{uri: {prefix: /a/b}, name: d}], " + kToRatings,
     "GET reviews /a/b", "to=9080||ratings; name=.r-d"},
    {"http.delegate",
     "match: [{uri: {prefix: /a}}], " + kToD + " // match: [{uri: {prefix: /a/b}}], " + kToRatings,
     "GET reviews /a", "name=rest"},
    {"http.delegate",
     "match: [{uri: {prefix: /a}}], " + kToD + " // match: [{uri: {prefix: /b}}], " + kToRatings,
     "GET reviews /b", "name=rest"},
    {"http.delegate",
     "match: [{uri: {regex: '/a'}}], " + kToD + " // match: [{uri: {regex: '/a'}}], " + kToRatings,
     "GET reviews /a", "name=rest"},
    {"http.delegate",
     "match: [{uri: {prefix: /a}}], " + kToD + " // match: [{headers: {h: {exact: x}}}], " +
         kToRatings,
     "GET reviews /a | h: x", "to=9080||ratings"},
    {"http.delegate",
     "match: [{headers: {h: {exact: x}}}], " + kToD + " // match: [{headers: {i: {exact: y}}}], " +
         kToRatings,
     "GET reviews / | i: y", "name=rest"},
    // The root's members are defaults; the delegate's replace them whole.
    {"http.delegate", "timeout: 1s, " + kToD + " // " + kToRatings, "GET reviews /",
     "timeout=1000"},
    {"http.delegate", "timeout: 1s, " + kToD + " // timeout: 2s, " + kToRatings, "GET reviews /",
     "timeout=2000"},
    {"http.delegate",
     "headers: {request: {set: {x: r, y: r}}}, " + kToD +
         " // headers: {request: {set: {x: d}}}, " + kToRatings,
     "GET reviews /", ">x=d; >y="},
    {"http.delegate", "retries: {attempts: 7}, " + kToD + " // " + kToRatings, "GET reviews /",
     "attempts=7"},
};
INSTANTIATE_TEST_SUITE_P(Delegates, DelegateConformance, testing::ValuesIn(kDelegates), RowName);

}  // namespace
}  // namespace meshroute
