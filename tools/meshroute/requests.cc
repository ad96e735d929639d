// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/requests.h"

#include <algorithm>
#include <utility>

#include "tools/meshroute/arguments.h"
#include "tools/meshroute/console.h"

namespace meshroute::tool {
namespace {

// RFC 9110's token: what methods and header names are made of.
bool IsToken(std::string_view text) {
  static constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

bool IsPrintable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F;
  });
}

absl::Status ParseUrl(std::string_view url, RequestHead& head) {
  const std::string shown = "'" + Visible(url) + "'";
  constexpr std::string_view kHint = "write it as for curl: http://reviews:9080/path?query";
  if (!IsPrintable(url)) return UsageError("the URL " + shown + " has blanks in it", kHint);
  head.scheme = "http";
  if (const size_t end = url.find("://"); end != std::string_view::npos) {
    head.scheme = url.substr(0, end);
    url.remove_prefix(end + 3);
  }
  if (head.scheme != "http" && head.scheme != "https") {
    return UsageError("the URL " + shown + " is neither of http nor of https", kHint);
  }
  url = url.substr(0, url.find('#'));
  const size_t end = std::min(url.find_first_of("/?"), url.size());
  head.authority = url.substr(0, end);
  head.path = url.substr(end);
  if (!head.path.starts_with('/')) head.path.insert(0, "/");
  if (head.authority.find('@') != std::string::npos) {
    return UsageError("the URL " + shown + " has a user in it",
                      "send it as a header: -H 'authorization: ...'");
  }
  if (head.authority.empty()) return UsageError("the URL " + shown + " has no host", kHint);
  return absl::OkStatus();
}

absl::Status AddHeaderLine(std::string_view line, RequestHead& head) {
  const size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !IsToken(name)) {
    return UsageError("-H '" + Visible(line) + "' is no header", "write it as -H 'name: value'");
  }
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  if (Visible(value) != value) {
    return UsageError("-H '" + Visible(line) + "' has control characters in its value");
  }
  if (EqualsIgnoreCase(name, "host")) {
    head.authority = value;
  } else {
    head.headers.push_back({std::string(name), std::string(value)});
  }
  return absl::OkStatus();
}

// `text` as one word of a POSIX shell.
std::string ShellWord(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/:.-_=%,@+").find(c) != std::string_view::npos;
  });
  if (plain && !text.empty()) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace

absl::StatusOr<RequestHead> ParseRequest(std::string_view method, std::string_view url,
                                         std::span<const std::string> header_lines) {
  RequestHead head;
  head.method = method;
  if (!IsToken(method)) {
    return UsageError("'" + Visible(method) + "' is no HTTP method", "GET, POST, PUT, ...");
  }
  if (absl::Status status = ParseUrl(url, head); !status.ok()) return status;
  for (const std::string& line : header_lines) {
    if (absl::Status status = AddHeaderLine(line, head); !status.ok()) return status;
  }
  return head;
}

std::string CurlLine(const RequestHead& head) {
  std::string line = "curl";
  if (head.method != "GET") line += " -X " + ShellWord(head.method);
  for (const Header& header : head.headers) {
    line += " -H " + ShellWord(header.name + ": " + header.value);
  }
  return line + " " + ShellWord(head.scheme + "://" + head.authority + head.path);
}

OwnedRequest::OwnedRequest(RequestHead head) : head_(std::move(head)) {
  for (const Header& header : head_.headers) headers_.push_back({header.name, header.value});
}

RequestView OwnedRequest::view() const {
  return {.method = head_.method,
          .scheme = head_.scheme,
          .authority = head_.authority,
          .path = head_.path,
          .headers = headers_};
}

}  // namespace meshroute::tool
