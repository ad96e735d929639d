// SPDX-License-Identifier: Apache-2.0
#include "lib/http/url.h"

#include <gtest/gtest.h>

#include <string>

namespace meshroute {
namespace {

struct Good {
  std::string_view text;
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
};

TEST(UrlTest, IsReadInParts) {
  const Good table[] = {
      {"http://reviews:9080/reviews/1?verbose", "http", "reviews:9080", "/reviews/1?verbose"},
      {"http://reviews", "http", "reviews", "/"},
      {"http://reviews/", "http", "reviews", "/"},
      {"http://reviews?a=b", "http", "reviews", "/?a=b"},
      {"https://Example.COM/A", "https", "example.com", "/A"},
      {"HTTP://x/y", "http", "x", "/y"},
      {"http://x/y#part", "http", "x", "/y"},
      {"http://x#part/y", "http", "x", "/"},
      {"http://[::1]:80/y", "http", "[::1]:80", "/y"},
      {"http://[2001:db8::1]", "http", "[2001:db8::1]", "/"},
      {"http://x/a//b/../c%2Fd", "http", "x", "/a//b/../c%2Fd"},
      {"http://x/?u=http://y@z", "http", "x", "/?u=http://y@z"},
      {"http://x/\xc3\xa4", "http", "x", "/\xc3\xa4"},
  };
  for (const Good& good : table) {
    const absl::StatusOr<Url> url = ParseUrl(good.text);
    ASSERT_TRUE(url.ok()) << good.text << ": " << url.status().message();
    EXPECT_EQ(url->scheme, good.scheme) << good.text;
    EXPECT_EQ(url->authority, good.authority) << good.text;
    EXPECT_EQ(url->path, good.path) << good.text;
  }
}

TEST(UrlTest, IsRefusedWhereARequestCouldNotBeWritten) {
  using std::string_view_literals::operator""sv;
  const std::string_view table[] = {
      "",
      "reviews",
      "/reviews",
      "ftp://x/",
      "://x/",
      "http:/x",
      "http://",
      "http:///path",
      "http://:80/",
      "http://x:/",
      "http://x:0/",
      "http://x:65536/",
      "http://x:80a/",
      "http://x:+80/",
      "http://user@x/",
      "http://user:password@x/",
      "http://x y/",
      "http://x/a b",
      "http://x/a\r\nHost: evil",
      "http://x\r\n/",
      "http://x/a\tb",
      "http://x/a\0b"sv,
      "http://x/\x7f",
      "http://[::1/",
      "http://[]/",
      "http://[x]/",
      "http://[::1]x/",
      "http://::1/",
      "http://x\xc3\xa4/",
  };
  for (const std::string_view text : table) {
    const absl::StatusOr<Url> url = ParseUrl(text);
    EXPECT_EQ(url.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace meshroute
