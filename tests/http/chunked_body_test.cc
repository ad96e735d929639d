// SPDX-License-Identifier: Apache-2.0
// Chunks and trailers, however their bytes come in.
#include "lib/http/chunked_body.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace meshroute {
namespace {

// What came of a body.
struct Read {
  std::string body{};
  std::string trailers{};  // "name=value;" each.
  bool done = false;
  bool broken = false;
  std::string rest{};  // Behind its end.

  bool operator==(const Read&) const = default;
};

void PrintTo(const Read& it, std::ostream* out) {
  *out << "body " << it.body << ", trailers " << it.trailers << (it.done ? ", done" : "")
       << (it.broken ? ", broken" : "") << ", rest " << it.rest;
}

// Reads `text` in pieces of `piece` bytes into a buffer of `room`.
Read ReadIn(const std::string& text, size_t piece, size_t room) {
  ChunkedBody chunks;
  Read read;
  std::vector<char> buffer(room);
  size_t at = 0;
  while (at < text.size() && !chunks.done() && !chunks.broken()) {
    const std::string_view given = std::string_view(text).substr(at, piece);
    std::string_view left = given;
    while (!left.empty() && !chunks.done() && !chunks.broken()) {
      read.body.append(buffer.data(), chunks.Take(left, buffer.data(), buffer.size()));
    }
    at += given.size() - left.size();
  }
  for (const Header& trailer : chunks.trailers()) {
    read.trailers += trailer.name + "=" + trailer.value + ";";
  }
  read.done = chunks.done();
  read.broken = chunks.broken();
  if (read.done) read.rest = text.substr(at);
  return read;
}

// The same however it is cut.
Read ReadOf(const std::string& text) {
  const Read whole = ReadIn(text, text.size() + 1, 1 << 16);
  for (const size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{7}}) {
    EXPECT_EQ(ReadIn(text, piece, 1 << 16), whole) << "in pieces of " << piece;
    EXPECT_EQ(ReadIn(text, 1 << 20, piece), whole) << "into " << piece;
  }
  return whole;
}

bool IsBroken(const std::string& text) { return ReadOf(text).broken; }

std::string Repeated(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(ChunkedBodyTest, GivesWhatIsInTheChunks) {
  EXPECT_EQ(ReadOf("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), (Read{.body = "abcde", .done = true}));
  EXPECT_EQ(ReadOf("0\r\n\r\n"), (Read{.done = true}));
  EXPECT_EQ(ReadOf("00A\r\n0123456789\r\n000\r\n\r\n"), (Read{.body = "0123456789", .done = true}));
  EXPECT_EQ(ReadOf("2 \t\r\n\r\n\r\n0;a=b\r\n\r\n"), (Read{.body = "\r\n", .done = true}));
}

TEST(ChunkedBodyTest, GivesTheTrailersInOrder) {
  EXPECT_EQ(ReadOf("2\r\nok\r\n0\r\ngrpc-status: 14\r\nX:\r\nX: \t y z \r\n\r\n"),
            (Read{.body = "ok", .trailers = "grpc-status=14;X=;X=y z;", .done = true}));
}

TEST(ChunkedBodyTest, LeavesWhatIsBehindItsEnd) {
  EXPECT_EQ(ReadOf("1\r\na\r\n0\r\n\r\nHTTP/1.1"),
            (Read{.body = "a", .done = true, .rest = "HTTP/1.1"}));
}

TEST(ChunkedBodyTest, IsNotDoneBeforeTheEmptyLine) {
  const std::string text = "1\r\na\r\n0\r\nx: y\r\n\r\n";
  for (size_t length = 0; length < text.size(); ++length) {
    const Read read = ReadOf(text.substr(0, length));
    EXPECT_FALSE(read.done) << length;
    EXPECT_FALSE(read.broken) << length;
  }
}

TEST(ChunkedBodyTest, WhatIsNoChunkIsBroken) {
  for (const char* text :
       {"\r\n", " 1\r\na\r\n", "-1\r\na\r\n", "0x1\r\na\r\n", "1 2\r\na\r\n", "g\r\n",
        "1\na\n0\n\n", "1\r\nab\r\n", "1\r\na0\r\n\r\n", "1\r\na\n0\r\n\r\n", ";a\r\n",
        "1;\x01\r\na\r\n", "1000000000000000\r\n"}) {
    EXPECT_TRUE(IsBroken(text)) << text;
  }
  EXPECT_FALSE(IsBroken("fffffffffffffff\r\n")) << "fifteen digits";
}

TEST(ChunkedBodyTest, WhatIsNoTrailerIsBroken) {
  for (const std::string trailer :
       {"x\r\n", ": y\r\n", "a b: y\r\n", "x : y\r\n", " x: y\r\n", "x: a\x02\r\n", "x: y\n"}) {
    EXPECT_TRUE(IsBroken("0\r\n" + trailer + "\r\n")) << trailer;
  }
}

TEST(ChunkedBodyTest, ThePeerCannotHaveMuchKept) {
  const auto trailers = [](size_t count, size_t size) {
    return "0\r\n" + Repeated("x:" + std::string(size - 2, 'y') + "\r\n", count) + "\r\n";
  };
  EXPECT_TRUE(ReadOf(trailers(ChunkedBody::kMaximumTrailers, 10)).done);
  EXPECT_TRUE(IsBroken(trailers(ChunkedBody::kMaximumTrailers + 1, 10)));
  EXPECT_TRUE(ReadOf(trailers(16, 1 << 10)).done);
  EXPECT_TRUE(IsBroken(trailers(17, 1 << 10)));
  EXPECT_TRUE(IsBroken("1;" + std::string(ChunkedBody::kMaximumLineBytes, 'a')));
  EXPECT_TRUE(IsBroken("0\r\nx: " + std::string(ChunkedBody::kMaximumLineBytes, 'a')));
}

}  // namespace
}  // namespace meshroute
