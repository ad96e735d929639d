// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer on the wire: no crash; a head and a chunked body say the same however
// their bytes are cut, and what is kept is bounded.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/http/chunked_body.h"
#include "lib/http/response_head.h"

namespace {

struct Read {
  std::string body;
  size_t used = 0;
  meshroute::ChunkedBody chunks;
};

// Reads `text` in pieces of `piece` bytes into a buffer of `room`.
Read ReadIn(std::string_view text, size_t piece, size_t room) {
  Read read;
  std::string buffer(room, '\0');
  while (read.used < text.size() && !read.chunks.done() && !read.chunks.broken()) {
    std::string_view left = text.substr(read.used, piece);
    const size_t given = left.size();
    const size_t count = read.chunks.Take(left, buffer.data(), room);
    if (count > room || count > given - left.size()) std::abort();
    read.body.append(buffer.data(), count);
    read.used += given - left.size();
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto head = meshroute::ParseResponseHead(text, "GET");
  if (head.has_value() && (head->status < 100 || head->status > 599)) std::abort();

  const Read whole = ReadIn(text, size + 1, size + 1);
  size_t kept = 0;
  for (const meshroute::Header& trailer : whole.chunks.trailers()) {
    kept += trailer.name.size() + trailer.value.size();
  }
  if (kept > meshroute::ChunkedBody::kMaximumTrailerBytes) std::abort();
  for (const size_t cut : {size_t{1}, size_t{3}}) {
    for (const Read& other : {ReadIn(text, cut, size + 1), ReadIn(text, size + 1, cut)}) {
      const bool same = other.body == whole.body && other.chunks.done() == whole.chunks.done() &&
                        other.chunks.broken() == whole.chunks.broken() &&
                        other.chunks.trailers() == whole.chunks.trailers();
      if (!same) std::abort();
      if (whole.chunks.done() && other.used != whole.used) std::abort();
    }
  }
  return 0;
}
