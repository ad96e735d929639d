// SPDX-License-Identifier: Apache-2.0
// Operators in the values of header edits.
#include "lib/routing/edited_value.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

using Direction = HeaderValueParts::Direction;
using std::chrono::milliseconds;
using std::chrono::seconds;

// 2026-01-02T03:04:05.678901234Z
const WallTime kMoment{seconds(1767323045) + Duration(678901234)};

// A value of a response's edit, in a call about which everything is known.
std::string Expand(std::string_view value) {
  const HeaderView lines[] = {{"X-Id", "7"}, {"x-id", "8"}, {"empty", ""}};
  const Headers response{{"X-Out", "o"}, {"x-out", "p"}};
  EditContext context;
  context.start_time = kMoment;
  context.hostname = "pod-1";
  context.upstream_host = "10.0.0.7:9080";
  context.destination = "outbound|9080|v1|reviews";
  context.response_code = 503;
  context.response_flags = Flag::kRetryLimitExceeded;
  EditSources sources{.route_name = "rule.block", .context = context};
  sources.request = {"POST", "https", "k:81", "/p?q=1", lines};
  sources.response = &response;
  return EditedValue(value, Direction::kResponse).Expand(sources);
}

TEST(EditedValueTest, EachOperatorTellsItsFact) {
  EXPECT_EQ(Expand("%REQ(x-id)%"), "7");
  EXPECT_EQ(Expand("%REQ(:method)% %REQ(:scheme)% %REQ(:authority)% %REQ(:path)%"),
            "POST https k:81 /p?q=1");
  EXPECT_EQ(Expand("%RESP(x-out)%"), "o");
  EXPECT_EQ(Expand("%PROTOCOL%"), "HTTP/1.1");
  EXPECT_EQ(Expand("%HOSTNAME%"), "pod-1");
  EXPECT_EQ(Expand("%START_TIME%"), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(Expand("%ROUTE_NAME%"), "rule.block");
  EXPECT_EQ(Expand("%UPSTREAM_CLUSTER%"), "outbound|9080|v1|reviews");
  EXPECT_EQ(Expand("%UPSTREAM_HOST%"), "10.0.0.7:9080");
  EXPECT_EQ(Expand("%RESPONSE_CODE%"), "503");
  EXPECT_EQ(Expand("%RESPONSE_FLAGS%"), "URX");
}

TEST(EditedValueTest, AnAbsentHeaderAddsNothingUnlessAnotherStandsIn) {
  EXPECT_EQ(Expand("<%REQ(none)%>"), "<>");
  EXPECT_EQ(Expand("%REQ(none?x-id)%"), "7");
  EXPECT_EQ(Expand("%REQ(x-id?none)%"), "7");
  EXPECT_EQ(Expand("<%REQ(empty?x-id)%>"), "<>");  // It is there.
  EXPECT_EQ(Expand("%RESP(none?X-OUT)%"), "o");
}

TEST(EditedValueTest, TextStandsBetweenOperators) {
  EXPECT_EQ(Expand("100%% of %REQ(x-id)%%%, %HOSTNAME%"), "100% of 7%, pod-1");
  EXPECT_FALSE(EditedValue("%REQ(x)%", Direction::kRequest).is_text());
  const EditedValue text("50%%", Direction::kRequest);
  EXPECT_TRUE(text.is_text());
  EXPECT_EQ(text.text(), "50%");
}

TEST(EditedValueTest, GrpcRunsOnHttp2) {
  const std::pair<const char*, const char*> rows[] = {{"application/grpc", "HTTP/2"},
                                                      {"application/grpc+proto", "HTTP/2"},
                                                      {"application/grpc-web", "HTTP/1.1"},
                                                      {"application/grpcx", "HTTP/1.1"}};
  for (const auto& [type, protocol] : rows) {
    const HeaderView line{"content-type", type};
    const EditContext context;
    EditSources sources{.context = context};
    sources.request.headers = HeaderSpan(&line, 1);
    EXPECT_EQ(EditedValue("%PROTOCOL%", Direction::kRequest).Expand(sources), protocol) << type;
  }
}

TEST(EditedValueTest, ATimeMayHaveAFormat) {
  EXPECT_EQ(FormatTime(kMoment, "%Y/%m/%d %H:%M:%S"), "2026/01/02 03:04:05");
  EXPECT_EQ(FormatTime(kMoment, "%s.%3f %f %9f %1f"), "1767323045.678 678901234 678901234 6");
  EXPECT_EQ(FormatTime(kMoment, "a%%b%"), "a%b%");
  EXPECT_EQ(FormatTime(WallTime(milliseconds(-1)), ""), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(Expand("%START_TIME(%Y)%"), "2026");
}

class OperatorEditsTest : public testing::Test {
 protected:
  // The request after the edits of a rule for host "k" with these `headers`.
  static RequestHead Edit(const std::string& headers, Headers of_caller,
                          const std::string& route = "[{destination: {host: a}}]") {
    const Mesh mesh(Object("VirtualService", "default/vs",
                           "hosts: [k]\nhttp: [{name: r, headers: {request: " + headers +
                               "}, rewrite: {uri: /new}, route: " + route + "}]"));
    const RouteMatch match = mesh.Get("k");
    RequestHead head{"GET", "http", "k", "/old", std::move(of_caller)};
    EditContext context;
    context.start_time = kMoment;
    match.route->EditRequest(0, head, context);
    return head;
  }
};

TEST_F(OperatorEditsTest, ValuesAreOfTheHeadersBeforeTheLevelButAfterItsRemovals) {
  const RequestHead head = Edit(
      "{set: {a: new, b: '%REQ(a)%'}, add: {c: '%REQ(a)%', d: 'x%REQ(gone)%'}, remove: [gone]}",
      {{"a", "old"}, {"gone", "1"}});
  EXPECT_EQ(FindHeader(head.headers, "a"), "new");
  EXPECT_EQ(FindHeader(head.headers, "b"), "old");
  EXPECT_EQ(FindHeader(head.headers, "c"), "old");
  EXPECT_EQ(FindHeader(head.headers, "d"), "x");
}

TEST_F(OperatorEditsTest, AValueOfNothingEditsNothing) {
  const RequestHead head =
      Edit("{set: {a: '%REQ(none)%'}, add: {b: '%UPSTREAM_CLUSTER%'}}", {{"a", "old"}});
  EXPECT_EQ(FindHeader(head.headers, "a"), "old");
  EXPECT_EQ(FindHeader(head.headers, "b").data(), nullptr);
}

TEST_F(OperatorEditsTest, ThePathIsTheOneBeforeTheRewrite) {
  const RequestHead head = Edit("{set: {was: '%REQ(:path)% %ROUTE_NAME%'}}", {});
  EXPECT_EQ(FindHeader(head.headers, "was"), "/old r");
  EXPECT_EQ(head.path, "/newold");
}

TEST_F(OperatorEditsTest, TheRulesLevelSeesWhatTheDestinationsLevelWrote) {
  const RequestHead head =
      Edit("{set: {seen: '%REQ(x)%'}}", {{"x", "caller"}},
           "[{destination: {host: a}, weight: 1, headers: {request: {set: {x: destination}}}}, "
           "{destination: {host: b}, weight: 1}]");
  EXPECT_EQ(FindHeader(head.headers, "seen"), "destination");
}

TEST_F(OperatorEditsTest, AnswersThatARuleMakesItselfKnowRequestAndCode) {
  const Mesh mesh(Object("VirtualService", "default/vs",
                         "hosts: [k]\nhttp: [{directResponse: {status: 204}, headers: {response: "
                         "{set: {x: '%RESPONSE_CODE% %REQ(:path)%'}}}}]"));
  RequestView request;
  request.authority = "k";
  request.path = "/p";
  const LocalReply reply = mesh.Match(request).route->MakeLocalReply(request, 80);
  EXPECT_EQ(FindHeader(reply.headers, "x"), "204 /p");
}

}  // namespace
}  // namespace meshroute
