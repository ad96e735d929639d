// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_SERVICE_NAMES_H_
#define MESHROUTE_LIB_CONFIG_SERVICE_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

namespace meshroute {

// The namespace that a complete host tells: "b" of "a.b.svc.cluster.local"; ""
// of a host that does not lie in the cluster's domain.
std::string_view NamespaceIn(std::string_view host, std::string_view cluster_domain);

// The further names that `host` answers to for a client in `client_namespace`:
// "a.b.svc.cluster.local." and, in the cluster's domain, "a.b", "a.b.svc" and for
// clients in b also "a". An IPv6 address answers in brackets, a wildcard to
// nothing besides.
std::vector<std::string> FurtherNames(const std::string& host, std::string_view client_namespace,
                                      std::string_view cluster_domain);

// The name under which a virtual IP of a service occurs in an authority: IPv6 in
// brackets. "" of a range of addresses, which is no name.
std::string NameOfAddress(std::string_view address);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_SERVICE_NAMES_H_
