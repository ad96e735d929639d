// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_PROXY_HEADER_H_
#define MESHROUTE_LIB_HTTP_PROXY_HEADER_H_

#include <string>

#include "lib/http/address.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// The first bytes of a connection under trafficPolicy.proxyProtocol: on whose behalf it is
// made, `source`, to `endpoint`. Where there is no source (port 0), or where either is no IP
// address, the header says that the connection is the sender's own: UNKNOWN in
// version 1, LOCAL in version 2. If only one of the two is of IPv6 the other is written as
// the IPv6 address that stands for it (::ffff:10.0.0.1).
std::string ProxyHeader(ProxyProtocol::Version version, const SocketAddress& source,
                        const SocketAddress& endpoint);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_PROXY_HEADER_H_
