// SPDX-License-Identifier: Apache-2.0
#include "lib/http/proxy_header.h"

#include <arpa/inet.h>

#include "absl/strings/str_cat.h"

namespace meshroute {
namespace {

using Family = SocketAddress::Family;

constexpr char kSignature[] = "\r\n\r\n\0\r\nQUIT\n";
constexpr char kLocal[] = "\x20\x00\x00\x00";  // Version 2, LOCAL; no family; no addresses.
constexpr char kProxyIpv4[] = "\x21\x11\x00\x0C";
constexpr char kProxyIpv6[] = "\x21\x21\x00\x24";

// A literal with its NULs.
template <size_t N>
std::string Bytes(const char (&text)[N]) {
  return std::string(text, N - 1);
}

bool HasIp(const SocketAddress& address) {
  return address.port != 0 && address.family != Family::kUnix;
}

// The address as one of IPv6.
std::string AsIpv6(const SocketAddress& address) {
  return address.family == Family::kIpv6 ? address.host : absl::StrCat("::ffff:", address.host);
}

std::string Binary(int family, const std::string& address) {
  char bytes[sizeof(in6_addr)] = {};
  inet_pton(family, address.c_str(), bytes);
  return std::string(bytes, family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr));
}

std::string Port(uint16_t port) {
  return {static_cast<char>(port >> 8), static_cast<char>(port & 0xFF)};
}

}  // namespace

std::string ProxyHeader(ProxyProtocol::Version version, const SocketAddress& source,
                        const SocketAddress& endpoint) {
  const bool text = version == ProxyProtocol::Version::kV1;
  if (!HasIp(source) || !HasIp(endpoint)) {
    return text ? "PROXY UNKNOWN\r\n" : Bytes(kSignature) + Bytes(kLocal);
  }
  const bool ipv4 = source.family == Family::kIpv4 && endpoint.family == Family::kIpv4;
  const std::string from = ipv4 ? source.host : AsIpv6(source);
  const std::string to = ipv4 ? endpoint.host : AsIpv6(endpoint);
  if (text) {
    return absl::StrCat("PROXY ", ipv4 ? "TCP4 " : "TCP6 ", from, " ", to, " ", source.port, " ",
                        endpoint.port, "\r\n");
  }
  const int family = ipv4 ? AF_INET : AF_INET6;
  return Bytes(kSignature) + (ipv4 ? Bytes(kProxyIpv4) : Bytes(kProxyIpv6)) + Binary(family, from) +
         Binary(family, to) + Port(source.port) + Port(endpoint.port);
}

}  // namespace meshroute
