// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_TLS_SOURCE_H_
#define MESHROUTE_LIB_HTTP_TLS_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/call/credential_provider.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// Where the texts of one destination's TLS settings come from: its files, or the
// embedder's provider. Thread-compatible (const calls may run together).
class TlsSource {
 public:
  // `provider` may be null; else it must outlive the source.
  TlsSource(ClientTlsSettings settings, CredentialProvider* provider);

  // For messages: "/etc/certs/ca.pem, /etc/certs/key.pem", "credential edge".
  const std::string& name() const { return name_; }
  const ClientTlsSettings& settings() const { return settings_; }

  // Changes when Read would give something else: the files' times and sizes, or the
  // provider's version. Cheap. To be taken before Read. A Status: the provider threw.
  absl::StatusOr<std::string> Version() const;

  // The texts as they are now, checked for what the mode needs. A Status names the file,
  // the credential or the provider that is missing. `deadline` is the provider's.
  absl::StatusOr<TlsCredential> Read(TimePoint deadline) const;

 private:
  absl::StatusOr<TlsCredential> Fetch(TimePoint deadline) const;
  absl::Status OfProvider(const absl::Status& status) const;
  absl::StatusOr<TlsCredential> ReadFiles() const;

  const ClientTlsSettings settings_;
  CredentialProvider* const provider_;
  const bool from_provider_;
  std::vector<std::string> files_;
  std::string name_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_TLS_SOURCE_H_
