// SPDX-License-Identifier: Apache-2.0
#include "lib/http/request_check.h"

#include <gtest/gtest.h>

#include <string>

namespace meshroute {
namespace {

RequestHead GoodHead() {
  RequestHead head;
  head.method = "GET";
  head.scheme = "http";
  head.authority = "reviews:9080";
  head.path = "/";
  return head;
}

TEST(RequestCheckTest, PassesWhatHttpAllows) {
  RequestHead head = GoodHead();
  head.method = "PURGE-2";
  head.path = "/a?b=\"c\"&d=\xc3\xa4";
  head.headers = {{"x-a", ""}, {"X_b.c~", "tab\tand \xff"}, {"x", ", ;=\""}};
  EXPECT_TRUE(CheckRequest(head).ok());
  head.path = "*";
  EXPECT_TRUE(CheckRequest(head).ok());
}

TEST(RequestCheckTest, NamesThePartThatCannotBeSent) {
  using std::string_literals::operator""s;
  struct Bad {
    std::string method, authority, path, name, value;
    std::string_view part;
  };
  const Bad table[] = {
      {"", "x", "/", "n", "v", "method"},
      {"GET /evil", "x", "/", "n", "v", "method"},
      {"G\r\nT", "x", "/", "n", "v", "method"},
      {"CONNECT", "x", "/", "n", "v", "method"},
      {"GET", "", "/", "n", "v", "authority"},
      {"GET", "x\r\nX: y", "/", "n", "v", "authority"},
      {"GET", "x y", "/", "n", "v", "authority"},
      {"GET", "x", "", "n", "v", "path"},
      {"GET", "x", "a", "n", "v", "path"},
      {"GET", "x", "/a HTTP/1.1\r\nX: y", "n", "v", "path"},
      {"GET", "x", "/a\0"s, "n", "v", "path"},
      {"GET", "x", "/a#b", "n", "v", "path"},
      {"GET", "x", "/", "", "v", "header"},
      {"GET", "x", "/", "a b", "v", "header"},
      {"GET", "x", "/", "a:", "v", "header"},
      {"GET", "x", "/", "a\r\nb", "v", "header"},
      {"GET", "x", "/", "n", "v\r\nx: y", "n"},
      {"GET", "x", "/", "n", "v\n", "n"},
      {"GET", "x", "/", "n", "v\0"s, "n"},
      {"GET", "x", "/", "n", "\x7f", "n"},
  };
  for (const Bad& bad : table) {
    RequestHead head = GoodHead();
    head.method = bad.method;
    head.authority = bad.authority;
    head.path = bad.path;
    head.headers = {{"fine", "fine"}, {bad.name, bad.value}};
    const absl::Status status = CheckRequest(head);
    ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.part;
    const std::string message(status.message());
    EXPECT_EQ(message.substr(0, bad.part.size() + 1), std::string(bad.part) + ":");
  }
}

TEST(RequestCheckTest, TakesOutWhatConcernsOneConnection) {
  Headers headers = {{"Host", "other:81"},       {"X-A", "1"},
                     {"connection", "close"},    {"Keep-Alive", "5"},
                     {"Transfer-Encoding", "x"}, {"TE", "trailers"},
                     {"Expect", "100-continue"}, {"Upgrade", "h2c"},
                     {"Content-Length", "3"},    {"Trailer", "x"},
                     {"Proxy-Connection", "x"},  {"X-B", "2"}};
  std::string authority = "reviews:9080";
  ASSERT_TRUE(TakeConnectionHeaders(headers, 3, authority).ok());
  EXPECT_EQ(headers, (Headers{{"X-A", "1"}, {"X-B", "2"}}));
  EXPECT_EQ(authority, "other:81");
}

TEST(RequestCheckTest, RefusesALengthThatIsNotTheBodys) {
  std::string authority = "x";
  for (const char* length : {"4", "03", "", "3, 3", "x"}) {
    Headers headers = {{"content-length", length}};
    EXPECT_FALSE(TakeConnectionHeaders(headers, 3, authority).ok()) << length;
  }
  Headers twice = {{"host", "a"}, {"Host", "a"}};
  EXPECT_FALSE(TakeConnectionHeaders(twice, 0, authority).ok());
}

}  // namespace
}  // namespace meshroute
