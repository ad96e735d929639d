// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_CREDENTIAL_PROVIDER_H_
#define MESHROUTE_CALL_CREDENTIAL_PROVIDER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"

namespace meshroute {

// What a TLS connection is made with, as PEM texts.
struct TlsCredential {
  // The client's certificate and then its issuers', and the key; both empty: the
  // client shows none (not enough for MUTUAL and ISTIO_MUTUAL).
  std::string certificate_chain;
  std::string private_key;

  // Whose certificates are trusted. Needed, unless the rule skips verification.
  std::string ca_certificates;

  // Revocation lists of every CA in a chain; empty: nothing is revoked.
  std::string ca_crl;

  bool operator==(const TlsCredential&) const = default;
};

// Gives what `credentialName` of a DestinationRule names, and for mode ISTIO_MUTUAL
// the workload's own certificate: from Kubernetes secrets, SPIFFE, a vault. Written by
// the embedder (RouterOptions::credentials). Without one such destinations are
// refused, never called in plain text.
//
// Asked when a destination is first called, in that call's thread, and from then on once a
// second by timed work, which does nothing else meanwhile. Best answer from memory: nobody
// but the provider can end a Fetch, and the call that waits for it goes beyond its deadline
// where Fetch does. Other calls of the destination wait for it too, each until its own
// deadline. What either method throws counts as a Status that says so. Thread-safe.
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;

  // The credential as it is now. `name` as the rule writes it: "edge",
  // "kubernetes://edge", "configmap://ns/cas"; empty: the workload's own. A Status
  // tells operators what is missing, and holds for a second.
  //
  // `deadline`, by the Router's clock, is that of the call that asks (kNever: it has none),
  // and ten seconds away where timed work or Explain does. One that asks others should give up by
  // then and return DeadlineExceeded, which is not held against the credential where a call had
  // less than those ten seconds: timed work asks next, within a second, and calls with as little
  // time wait for it. So a Fetch may take longer than any call has.
  virtual absl::StatusOr<TlsCredential> Fetch(std::string_view name, TimePoint deadline) = 0;

  // A number that changes whenever Fetch would give something else. What was fetched
  // under the same number is not fetched again. Has to answer from memory.
  virtual uint64_t Version(std::string_view name) = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_CREDENTIAL_PROVIDER_H_
