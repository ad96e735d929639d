// SPDX-License-Identifier: Apache-2.0
#include "lib/http/chunked_body.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/http/response_head.h"
#include "lib/http/tokens.h"

namespace meshroute {
namespace {

// "1a", "1A ;name=value": a size, and extensions that nobody looks at. So few digits that
// it does not overflow.
bool ReadSize(std::string_view line, uint64_t& size) {
  constexpr size_t kMostDigits = 15;
  if (!IsFieldValue(line)) return false;
  const std::string_view digits = TrimSpace(line.substr(0, line.find(';')));
  if (digits.empty() || digits.size() > kMostDigits || digits.front() != line.front()) return false;
  size = 0;
  for (const char c : digits) {
    uint64_t value = 0;
    if (c >= '0' && c <= '9') {
      value = static_cast<uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = static_cast<uint64_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      value = static_cast<uint64_t>(c - 'A' + 10);
    } else {
      return false;
    }
    size = size * 16 + value;
  }
  return true;
}

}  // namespace

// Completes line_; false where it is not complete yet, or is none.
bool ChunkedBody::TakeLine(std::string_view& bytes) {
  const size_t end = bytes.find('\n');
  const std::string_view part = bytes.substr(0, end);
  if (part.size() > kMaximumLineBytes - line_.size()) {
    state_ = State::kBroken;
    return false;
  }
  line_.append(part);
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  if (end == std::string_view::npos) return false;
  if (!line_.ends_with('\r')) {
    state_ = State::kBroken;
    return false;
  }
  line_.pop_back();
  return true;
}

ChunkedBody::State ChunkedBody::AfterLine(std::string_view line) {
  switch (state_) {
    case State::kSize:
      if (!ReadSize(line, left_)) return State::kBroken;
      return left_ == 0 ? State::kTrailer : State::kData;
    case State::kDataEnd:
      return line.empty() ? State::kSize : State::kBroken;
    case State::kTrailer:
      return AfterTrailer(line);
    case State::kData:
    case State::kDone:
    case State::kBroken:
      break;
  }
  return State::kBroken;
}

ChunkedBody::State ChunkedBody::AfterTrailer(std::string_view line) {
  if (line.empty()) return State::kDone;
  trailer_bytes_ += line.size();
  if (trailer_bytes_ > kMaximumTrailerBytes || trailers_.size() >= kMaximumTrailers) {
    return State::kBroken;
  }
  return ReadHeader(line, trailers_) ? State::kTrailer : State::kBroken;
}

size_t ChunkedBody::Take(std::string_view& bytes, char* buffer, size_t size) {
  while (!bytes.empty() && !done() && !broken()) {
    if (state_ == State::kData) {
      const auto count = static_cast<size_t>(
          std::min<uint64_t>(left_, static_cast<uint64_t>(std::min(size, bytes.size()))));
      std::memcpy(buffer, bytes.data(), count);
      bytes.remove_prefix(count);
      left_ -= count;
      if (left_ == 0) state_ = State::kDataEnd;
      return count;
    }
    if (!TakeLine(bytes)) return 0;
    state_ = AfterLine(std::exchange(line_, {}));
  }
  return 0;
}

}  // namespace meshroute
