// SPDX-License-Identifier: Apache-2.0
#include "lib/http/response_head.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "lib/http/tokens.h"
#include "meshroute/base/random_source.h"

namespace meshroute {
namespace {

using Framing = ResponseHead::Framing;

TEST(ResponseHeadTest, KeepsHeadersAsTheyCame) {
  const auto head = ParseResponseHead(
      "HTTP/1.1 200 Very OK\r\nSet-Cookie: a=1\r\nX-Raw: a%20b%0d%0ac\r\nEmpty:\r\n"
      "set-cookie:b=2 \t\r\nContent-Length: 3\r\n\r\n",
      "GET");
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->headers, (Headers{{"Set-Cookie", "a=1"},
                                    {"X-Raw", "a%20b%0d%0ac"},
                                    {"Empty", ""},
                                    {"set-cookie", "b=2"},
                                    {"Content-Length", "3"}}));
  EXPECT_EQ(head->framing, Framing::kLength);
  EXPECT_EQ(head->content_length, 3u);
  EXPECT_TRUE(head->keep_alive);
}

struct FramingCase {
  std::string status_line;
  std::string headers;
  std::string method;
  Framing framing;
  bool keep_alive;
};

TEST(ResponseHeadTest, TellsHowTheBodyEndsAndWhetherTheConnectionCarriesOn) {
  const FramingCase table[] = {
      {"HTTP/1.1 200 OK", "", "GET", Framing::kUntilClose, false},
      {"HTTP/1.1 200 OK", "content-length: 0\r\n", "GET", Framing::kLength, true},
      {"HTTP/1.1 200 OK", "Content-Length: 5\r\nContent-Length: 5\r\n", "GET", Framing::kLength,
       true},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: Chunked\r\n", "GET", Framing::kChunked, true},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "GET",
       Framing::kChunked, false},
      {"HTTP/1.1 200 OK", "Content-Length: 5\r\nConnection: x, Close\r\n", "GET", Framing::kLength,
       false},
      {"HTTP/1.1 200 OK", "Content-Length: 5\r\nConnection: keep-alive\r\nConnection: close\r\n",
       "GET", Framing::kLength, false},
      {"HTTP/1.0 200 OK", "Content-Length: 5\r\n", "GET", Framing::kLength, false},
      {"HTTP/1.0 200 OK", "Content-Length: 5\r\nConnection: keep-alive\r\n", "GET",
       Framing::kLength, true},
      {"HTTP/1.1 204 No Content", "", "GET", Framing::kNone, true},
      {"HTTP/1.1 304 Not Modified", "Content-Length: 5\r\n", "GET", Framing::kNone, true},
      {"HTTP/1.1 200 OK", "Content-Length: 5\r\n", "HEAD", Framing::kNone, true},
      {"HTTP/1.1 100 Continue", "", "GET", Framing::kNone, true},
  };
  for (const FramingCase& test : table) {
    const std::string text = test.status_line + "\r\n" + test.headers + "\r\n";
    const auto head = ParseResponseHead(text, test.method);
    ASSERT_TRUE(head.has_value()) << text;
    EXPECT_EQ(head->framing, test.framing) << text;
    EXPECT_EQ(head->keep_alive, test.keep_alive) << text;
  }
}

TEST(ResponseHeadTest, RefusesWhatCouldBeReadInTwoWays) {
  const std::string table[] = {
      "",
      "\r\n\r\n",
      "HTTP/1.1\r\n\r\n",
      "HTTP/1.1 20\r\n\r\n",
      "HTTP/1.1 2000\r\n\r\n",
      "HTTP/1.1  200\r\n\r\n",
      "HTTP/1.1 099 x\r\n\r\n",
      "HTTP/1.1 600 x\r\n\r\n",
      "HTTP/2.0 200 OK\r\n\r\n",
      "http/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 200 a\rb\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
      "HTTP/1.1 200 OK\r\nname : x\r\n\r\n",
      "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\na: x\ry\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
  };
  for (const std::string& text : table) {
    EXPECT_FALSE(ParseResponseHead(text, "GET").has_value()) << text;
  }
}

TEST(ResponseHeadTest, WhatIsReadOfMutatedHeadsIsWellFormed) {
  const std::string seeds[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: keep-alive, x\r\n\r\n",
      "HTTP/1.0 304 Not Modified\nTransfer-Encoding: chunked\nX:\n\n"};
  constexpr uint64_t kSeed = 20261123;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  int read = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = seeds[random.Below(2)];
    for (uint64_t edits = 1 + random.Below(4); edits > 0; --edits) {
      const size_t at = random.Below(text.size());
      const uint64_t kind = random.Below(3);
      if (kind == 0) text[at] = static_cast<char>(random.Below(256));
      if (kind == 1) text.erase(at, 1 + random.Below(4));
      if (kind == 2) text.insert(at, text.substr(random.Below(text.size()), random.Below(8)));
      if (text.empty()) break;
    }
    const auto head = ParseResponseHead(text, "GET");
    if (!head.has_value()) continue;
    ++read;
    EXPECT_GE(head->status, 100);
    EXPECT_LE(head->status, 599);
    for (const Header& header : head->headers) {
      EXPECT_TRUE(IsToken(header.name)) << text;
      EXPECT_TRUE(IsFieldValue(header.value)) << text;
    }
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace meshroute
