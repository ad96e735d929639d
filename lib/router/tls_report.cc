// SPDX-License-Identifier: Apache-2.0
#include "lib/router/tls_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/call/ask_provider.h"
#include "meshroute/message/headers.h"
#include "meshroute/upstream/tls_names.h"

namespace meshroute {
namespace {

using Mode = ClientTlsSettings::Mode;

const char* NameOf(Mode mode) {
  switch (mode) {
    case Mode::kSimple:
      return "SIMPLE";
    case Mode::kMutual:
      return "MUTUAL";
    case Mode::kIstioMutual:
      return "ISTIO_MUTUAL";
    case Mode::kDisable:
      break;
  }
  return "DISABLE";
}

std::string CheckOf(const TlsNames& names) {
  switch (names.check) {
    case TlsNames::Check::kNothing:
      return "the server's certificate is not checked (insecureSkipVerify)";
    case TlsNames::Check::kChain:
      return "whose certificate the server shows does not matter (no subjectAltNames)";
    case TlsNames::Check::kNames:
      break;
  }
  return absl::StrCat("the server's certificate must be for ",
                      absl::StrJoin(names.accepted, " or "));
}

// Why there is no credential; empty where there is one, or none is needed.
std::string Missing(const ClientTlsSettings& tls, CredentialProvider* credentials,
                    TimePoint deadline) {
  const bool own = tls.mode == Mode::kIstioMutual;
  if (!own && tls.credential_name.empty()) return {};
  const std::string name =
      own ? "the workload's credential" : absl::StrCat("credential ", tls.credential_name);
  if (credentials == nullptr) {
    return absl::StrCat(name, " is missing: there is no CredentialProvider");
  }
  const std::string_view asked = own ? std::string_view() : std::string_view(tls.credential_name);
  const absl::Status status = AskForCredential(*credentials, asked, deadline).status();
  return status.ok() ? "" : absl::StrCat(name, ": ", std::string(status.message()));
}

}  // namespace

std::optional<std::string> ReportTls(const SubsetPool& pool, const RequestView& request,
                                     CredentialProvider* credentials, TimePoint deadline) {
  const std::optional<ClientTlsSettings>& tls = pool.policy().tls;
  if (!tls.has_value() || tls->mode == Mode::kDisable) {
    if (!EqualsIgnoreCase(request.scheme, "https")) return std::nullopt;
    return "TLS as the URL asks for: HttpClientOptions::https says how";
  }
  const std::string missing = Missing(*tls, credentials, deadline);
  if (!missing.empty()) {
    return absl::StrCat("TLS ", NameOf(tls->mode),
                        ": HttpClient answers 503 UF and sends nothing: ", missing);
  }
  const TlsNames names = TlsNamesOf(*tls, pool.key(), request.authority);
  return absl::StrCat("TLS ", NameOf(tls->mode), ": server name ",
                      names.server_name.empty() ? "none" : names.server_name, "; ", CheckOf(names));
}

}  // namespace meshroute
