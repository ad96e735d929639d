// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTER_TLS_REPORT_H_
#define MESHROUTE_LIB_ROUTER_TLS_REPORT_H_

#include <optional>
#include <string>

#include "meshroute/base/clock.h"
#include "meshroute/call/credential_provider.h"
#include "meshroute/message/request_view.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {

// What HttpClient does about TLS for `request` (as it is sent) to `pool`, in a line for
// people, and why it refuses the destination where it does; nothing where plain text is
// sent. `credentials` may be null; it is asked for the credential that the pool needs, by
// `deadline`.
std::optional<std::string> ReportTls(const SubsetPool& pool, const RequestView& request,
                                     CredentialProvider* credentials, TimePoint deadline);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTER_TLS_REPORT_H_
