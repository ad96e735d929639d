// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CALL_ASK_PROVIDER_H_
#define MESHROUTE_LIB_CALL_ASK_PROVIDER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/call/credential_provider.h"

namespace meshroute {

// What the embedder's provider says, and Internal with the exception's words where it
// throws: no exception of its passes through the library.
absl::StatusOr<TlsCredential> AskForCredential(CredentialProvider& provider, std::string_view name,
                                               TimePoint deadline);
absl::StatusOr<uint64_t> AskForVersion(CredentialProvider& provider, std::string_view name);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CALL_ASK_PROVIDER_H_
