// SPDX-License-Identifier: Apache-2.0
#include "lib/http/response_head.h"

#include <algorithm>
#include <string>

#include "lib/http/tokens.h"

namespace meshroute {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the first line off `text`, without its end.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "HTTP/1.1 200 OK". The minor version goes to `minor`.
bool ReadStatusLine(std::string_view line, int& status, int& minor) {
  constexpr std::string_view kVersion = "HTTP/1.";
  if (!line.starts_with(kVersion) || line.size() < 12) return false;
  if (!IsDigit(line[7]) || line[8] != ' ') return false;
  if (!IsDigit(line[9]) || !IsDigit(line[10]) || !IsDigit(line[11])) return false;
  if (line.size() > 12 && line[12] != ' ') return false;
  minor = line[7] - '0';
  status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return status >= 100 && status <= 599 && IsFieldValue(line);
}

// All digits, and few enough for no overflow.
bool ReadLength(std::string_view text, uint64_t& length) {
  constexpr size_t kMostDigits = 18;
  if (text.empty() || text.size() > kMostDigits) return false;
  length = 0;
  for (const char c : text) {
    if (!IsDigit(c)) return false;
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  return true;
}

// Works `head.framing` out of the headers.
bool ReadFraming(ResponseHead& head) {
  bool has_length = false;
  for (const Header& header : head.headers) {
    if (EqualsIgnoreCase(header.name, "transfer-encoding")) {
      if (head.framing == ResponseHead::Framing::kChunked) return false;
      if (!EqualsIgnoreCase(header.value, "chunked")) return false;
      head.framing = ResponseHead::Framing::kChunked;
    } else if (EqualsIgnoreCase(header.name, "content-length")) {
      uint64_t length = 0;
      if (!ReadLength(header.value, length)) return false;
      if (has_length && length != head.content_length) return false;
      has_length = true;
      head.content_length = length;
    }
  }
  if (head.framing == ResponseHead::Framing::kChunked) {
    if (has_length) head.keep_alive = false;
  } else if (has_length) {
    head.framing = ResponseHead::Framing::kLength;
  }
  return true;
}

bool HasNoBody(int status, std::string_view method) {
  return method == "HEAD" || status < 200 || status == 204 || status == 304;
}

}  // namespace

bool ReadHeader(std::string_view line, Headers& headers) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) return false;
  const std::string_view value = TrimSpace(line.substr(colon + 1));
  if (!IsFieldValue(value)) return false;
  headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  return true;
}

std::optional<ResponseHead> ParseResponseHead(std::string_view text, std::string_view method) {
  ResponseHead head;
  int minor = 0;
  if (!ReadStatusLine(TakeLine(text), head.status, minor)) return std::nullopt;
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (line.empty()) break;
    if (!ReadHeader(line, head.headers)) return std::nullopt;
  }
  head.keep_alive = minor >= 1;
  for (const Header& header : head.headers) {
    if (!EqualsIgnoreCase(header.name, "connection")) continue;
    if (ListContains(header.value, "keep-alive")) head.keep_alive = true;
  }
  if (!ReadFraming(head)) return std::nullopt;
  for (const Header& header : head.headers) {
    if (EqualsIgnoreCase(header.name, "connection") && ListContains(header.value, "close")) {
      head.keep_alive = false;
    }
  }
  if (HasNoBody(head.status, method)) head.framing = ResponseHead::Framing::kNone;
  if (head.framing == ResponseHead::Framing::kUntilClose) head.keep_alive = false;
  return head;
}

}  // namespace meshroute
