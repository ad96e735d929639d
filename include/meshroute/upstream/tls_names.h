// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_UPSTREAM_TLS_NAMES_H_
#define MESHROUTE_UPSTREAM_TLS_NAMES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/destination_key.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// Whom a TLS connection to a destination asks for, and whom it accepts.
struct TlsNames {
  // How far the server's certificate is checked.
  enum class Check : uint8_t {
    kNothing,  // insecureSkipVerify.
    kChain,    // It must be of a trusted CA; whose it is does not matter.
    kNames,    // Besides, one of its subject alternative names must be `accepted`.
  };

  std::string server_name;  // SNI; empty: none is sent.
  Check check = Check::kNames;
  std::vector<std::string> accepted;  // Of kNames.

  bool operator==(const TlsNames&) const = default;
};

// The names of a connection to `key` that carries requests for `authority` ("host:port",
// as it is sent). Of SIMPLE and MUTUAL: the server name is `sni`, else the authority's host
// unless that is an address; accepted are `subjectAltNames`, and where neither they nor
// `sni` is set the authority's host. With `sni` alone the chain is checked and nothing
// else, as in Istio. Of ISTIO_MUTUAL: `sni`, else the name by which a sidecar knows the
// destination; accepted are `subjectAltNames`, and without them any workload of the mesh.
TlsNames TlsNamesOf(const ClientTlsSettings& tls, const DestinationKey& key,
                    std::string_view authority);

}  // namespace meshroute

#endif  // MESHROUTE_UPSTREAM_TLS_NAMES_H_
