// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CALL_CREDENTIAL_PROVIDER_H_
#define MESHROUTE_CALL_CREDENTIAL_PROVIDER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

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
// second by timed work, which does nothing else meanwhile. No deadline ends either method:
// both should answer from memory. Calls of the same destination wait for the first Fetch,
// each until its own deadline. Thread-safe.
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;

  // The credential as it is now. `name` as the rule writes it: "edge",
  // "kubernetes://edge", "configmap://ns/cas"; empty: the workload's own. A Status
  // tells operators what is missing.
  virtual absl::StatusOr<TlsCredential> Fetch(std::string_view name) = 0;

  // A number that changes whenever Fetch would give something else. What was fetched
  // under the same number is not fetched again.
  virtual uint64_t Version(std::string_view name) = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_CALL_CREDENTIAL_PROVIDER_H_
