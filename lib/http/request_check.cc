// SPDX-License-Identifier: Apache-2.0
#include "lib/http/request_check.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/http/tokens.h"

namespace meshroute {
namespace {

constexpr std::array<std::string_view, 10> kConnectionHeaders = {
    "host", "content-length", "connection", "keep-alive", "proxy-connection", "transfer-encoding",
    "te",   "trailer",        "upgrade",    "expect"};

bool IsPort(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  int port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + (c - '0');
  }
  return port >= 1 && port <= 65535;
}

bool IsHostCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f &&
         std::string_view("/?#@[]:\\\"<>^`{|}").find(c) == std::string_view::npos;
}

bool IsAddressCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
         c == '.';
}

absl::Status Refuse(std::string_view part, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(part), ": ", std::string(why)));
}

}  // namespace

bool IsAuthority(std::string_view text) {
  size_t host_end = 0;
  if (text.starts_with('[')) {
    host_end = text.find(']');
    if (host_end == std::string_view::npos || host_end < 3) return false;
    const std::string_view address = text.substr(1, host_end - 1);
    if (!std::all_of(address.begin(), address.end(), IsAddressCharacter)) return false;
    ++host_end;
  } else {
    host_end = std::min(text.find(':'), text.size());
    const std::string_view host = text.substr(0, host_end);
    if (host.empty() || !std::all_of(host.begin(), host.end(), IsHostCharacter)) return false;
  }
  if (host_end == text.size()) return true;
  return text[host_end] == ':' && IsPort(text.substr(host_end + 1));
}

bool IsRequestPath(std::string_view text) {
  if (!text.starts_with('/') && text != "*") return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '#';
  });
}

absl::Status CheckRequest(const RequestHead& head) {
  if (!IsToken(head.method)) return Refuse("method", "must be a token");
  if (head.method == "CONNECT") return Refuse("method", "CONNECT is not supported");
  if (!IsAuthority(head.authority)) return Refuse("authority", "must be host or host:port");
  if (!IsRequestPath(head.path)) {
    return Refuse("path", "must begin with / and hold no space, # or control character");
  }
  for (const Header& header : head.headers) {
    if (!IsToken(header.name)) return Refuse("header", "a name must be a token");
    if (!IsFieldValue(header.value)) {
      return Refuse(header.name, "a value must not hold control characters");
    }
  }
  return absl::OkStatus();
}

bool IsConnectionHeader(std::string_view name) {
  return std::any_of(kConnectionHeaders.begin(), kConnectionHeaders.end(),
                     [name](std::string_view own) { return EqualsIgnoreCase(name, own); });
}

absl::Status TakeConnectionHeaders(Headers& headers, size_t body_size, std::string& authority) {
  bool has_host = false;
  for (const Header& header : headers) {
    if (EqualsIgnoreCase(header.name, "content-length") &&
        header.value != absl::StrCat(body_size)) {
      return Refuse("content-length", "must be the length of the body");
    }
    if (!EqualsIgnoreCase(header.name, "host")) continue;
    if (has_host) return Refuse("host", "must be given once");
    has_host = true;
    authority = header.value;
  }
  std::erase_if(headers, [](const Header& header) { return IsConnectionHeader(header.name); });
  return absl::OkStatus();
}

}  // namespace meshroute
