// SPDX-License-Identifier: Apache-2.0
// Redirects and direct responses.
#include <gtest/gtest.h>

#include <string>

#include "tests/routing/mesh.h"

namespace meshroute {
namespace {

// The answer of a rule with these members to `request`.
LocalReply Answer(const std::string& members, const RequestView& request) {
  const Mesh mesh(
      Object("VirtualService", "default/vs", "hosts: [k, k.example]\nhttp:\n- " + members));
  const RouteMatch match = mesh.Match(request);
  EXPECT_NE(match.route, nullptr);
  EXPECT_NE(match.route->action, Route::Action::kForward);
  return match.route->MakeLocalReply(request, match.port);
}

RequestView Request(std::string_view authority, std::string_view path,
                    std::string_view scheme = "http") {
  RequestView request;
  request.authority = authority;
  request.path = path;
  request.scheme = scheme;
  return request;
}

std::string Location(const std::string& redirect, const RequestView& request,
                     const std::string& match = "{}") {
  const LocalReply reply = Answer("match: [" + match + "]\n  redirect: " + redirect, request);
  return std::string(FindHeader(reply.headers, "location"));
}

TEST(RedirectTest, ChangesThePathAndKeepsTheQueryUnlessItBringsOne) {
  const RequestView request = Request("k:8080", "/a/x?q=1");
  EXPECT_EQ(Location("{uri: /new}", request), "http://k:8080/new?q=1");
  EXPECT_EQ(Location("{uri: \"/new?own\"}", request), "http://k:8080/new?own");
  EXPECT_EQ(Location("{uri: new}", Request("k", "/a")), "http://k/new");
  EXPECT_EQ(Location("{authority: other}", request), "http://other/a/x?q=1");
}

TEST(RedirectTest, ReplacesTheMatchedPrefix) {
  const RequestView request = Request("k", "/a/x?q=1");
  EXPECT_EQ(Location("{prefixRewrite: /b}", request, "{uri: {prefix: /a}}"), "http://k/b/x?q=1");
  EXPECT_EQ(Location("{prefixRewrite: /b/}", request), "http://k/b/a/x?q=1");
}

TEST(RedirectTest, SchemeAndPortFollowIstio) {
  const struct {
    const char* redirect;
    const char* authority;
    const char* scheme;
    const char* location;
  } rows[] = {
      {"{scheme: https}", "k", "http", "https://k/"},
      {"{scheme: https}", "k:80", "http", "https://k/"},
      {"{scheme: https}", "k:8080", "http", "https://k:8080/"},
      {"{scheme: https}", "k:443", "https", "https://k:443/"},
      {"{scheme: http}", "k:443", "https", "http://k/"},
      {"{scheme: https, port: 443}", "k:8080", "http", "https://k/"},
      {"{port: 80}", "k:8080", "http", "http://k/"},
      {"{port: 81}", "k:8080", "http", "http://k:81/"},
      {"{port: 443}", "k", "http", "http://k:443/"},
      {"{authority: o, port: 8443, scheme: https}", "k", "http", "https://o:8443/"},
      {"{authority: o}", "k:8080", "http", "http://o/"},
      {"{authority: o, derivePort: FROM_REQUEST_PORT}", "k:8080", "http", "http://o:8080/"},
      {"{derivePort: FROM_REQUEST_PORT}", "k", "http", "http://k/"},
      {"{uri: /, derivePort: FROM_PROTOCOL_DEFAULT}", "k:8080", "http", "http://k:8080/"},
      {"{scheme: https, derivePort: FROM_PROTOCOL_DEFAULT}", "k:80", "http", "https://k/"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.redirect) + " " + row.authority + " " + row.scheme);
    EXPECT_EQ(Location(row.redirect, Request(row.authority, "/", row.scheme)), row.location);
  }
}

TEST(RedirectTest, TheCodeIs301UnlessTheRuleNamesOne) {
  EXPECT_EQ(Answer("redirect: {uri: /x}", Request("k", "/")).status, 301);
  for (const int code : {301, 302, 303, 307, 308}) {
    EXPECT_EQ(
        Answer("redirect: {uri: /x, redirectCode: " + std::to_string(code) + "}", Request("k", "/"))
            .status,
        code);
  }
}

TEST(RedirectTest, ResponseEditsOfTheRuleApply) {
  const LocalReply reply =
      Answer("redirect: {uri: /x}\n  headers: {response: {set: {a: b}}, request: {set: {c: d}}}",
             Request("k", "/"));
  EXPECT_EQ(reply.headers, (Headers{{"location", "http://k/x"}, {"a", "b"}}));
  EXPECT_EQ(reply.body, "");
}

TEST(DirectResponseTest, AnswersWithStatusAndBodyAsText) {
  const LocalReply reply =
      Answer("directResponse: {status: 503, body: {string: \"gone\"}}", Request("k", "/"));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "gone");
  EXPECT_EQ(reply.headers, (Headers{{"content-type", "text/plain"}}));
}

TEST(DirectResponseTest, WithoutABodyThereIsNoContentType) {
  const LocalReply reply = Answer("directResponse: {status: 204}", Request("k", "/"));
  EXPECT_EQ(reply.status, 204);
  EXPECT_TRUE(reply.headers.empty());
}

TEST(DirectResponseTest, BytesAreABodyTooAndResponseEditsMayNameItsType) {
  const LocalReply reply = Answer(
      "directResponse: {status: 200, body: {bytes: e30=}}\n"
      "  headers: {response: {set: {Content-Type: application/json}}}",
      Request("k", "/"));
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(reply.headers, (Headers{{"Content-Type", "application/json"}}));
}

TEST(DirectResponseTest, CreatedAndRedirectingStatusesPointToTheRequest) {
  for (const int status : {201, 302}) {
    const LocalReply reply = Answer("directResponse: {status: " + std::to_string(status) + "}",
                                    Request("k.example:81", "/a?b"));
    EXPECT_EQ(reply.headers, (Headers{{"location", "http://k.example:81/a?b"}}));
  }
}

}  // namespace
}  // namespace meshroute
