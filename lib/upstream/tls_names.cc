// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/tls_names.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "meshroute/message/request_view.h"

namespace meshroute {
namespace {

// Of "[::1]:80" "::1"; of "A.example.:80" "a.example".
std::string HostOf(std::string_view authority) {
  std::string_view host = SplitAuthority(authority).host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  return absl::AsciiStrToLower(std::string(host));
}

bool IsAddress(const std::string& host) {
  in6_addr binary;
  return inet_pton(AF_INET, host.c_str(), &binary) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &binary) == 1;
}

}  // namespace

TlsNames TlsNamesOf(const ClientTlsSettings& tls, const DestinationKey& key,
                    std::string_view authority) {
  TlsNames names;
  const bool istio = tls.mode == ClientTlsSettings::Mode::kIstioMutual;
  const std::string host = HostOf(authority);
  names.server_name = tls.sni;
  if (tls.sni.empty()) {
    names.server_name =
        istio ? absl::StrCat("outbound_.", key.port, "_.", key.subset, "_.", key.host) : host;
  }
  // Addresses may not stand in SNI (RFC 6066, 3).
  if (IsAddress(names.server_name)) names.server_name.clear();

  if (tls.insecure_skip_verify.value_or(false)) {
    names.check = TlsNames::Check::kNothing;
  } else if (!tls.subject_alt_names.empty()) {
    names.accepted = tls.subject_alt_names;
  } else if (istio || !tls.sni.empty()) {
    names.check = TlsNames::Check::kChain;
  } else {
    names.accepted = {host};
  }
  return names;
}

}  // namespace meshroute
