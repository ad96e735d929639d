// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_destination_rule.h"
#include "lib/config/validate_primitives.h"

namespace meshroute {
namespace {

using Mode = ClientTlsSettings::Mode;

void ValidateUnverified(const ClientTlsSettings& tls, ConfigErrors& errors) {
  static constexpr std::string_view kMessage =
      "must not stand beside insecureSkipVerify, which turns verification off";
  if (!tls.ca_certificates.empty()) AddAt(errors, "caCertificates", kMessage);
  if (!tls.subject_alt_names.empty()) AddAt(errors, "subjectAltNames", kMessage);
  if (tls.mode == Mode::kSimple && !tls.credential_name.empty()) {
    AddAt(errors, "credentialName", kMessage);
  }
}

// "configmap://name" or "configmap://namespace/name".
void ValidateConfigMap(std::string_view credential, std::string_view namespace_name,
                       ConfigErrors& errors) {
  static constexpr std::string_view kPrefix = "configmap://";
  if (!credential.starts_with(kPrefix)) return;
  const std::string_view path = credential.substr(kPrefix.size());
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos || path.substr(0, slash) == namespace_name) return;
  AddAt(errors, "credentialName",
        absl::StrCat("must name a config map of this object's own namespace, got ",
                     Quoted(credential)));
}

void ValidateCredential(const ClientTlsSettings& tls, std::string_view namespace_name,
                        ConfigErrors& errors) {
  static constexpr std::string_view kMessage =
      "must not stand beside credentialName, which brings keys and certificates";
  if (!tls.client_certificate.empty()) AddAt(errors, "clientCertificate", kMessage);
  if (!tls.private_key.empty()) AddAt(errors, "privateKey", kMessage);
  if (!tls.ca_certificates.empty()) AddAt(errors, "caCertificates", kMessage);
  if (!tls.ca_crl.empty()) AddAt(errors, "caCrl", kMessage);
  ValidateConfigMap(tls.credential_name, namespace_name, errors);
}

}  // namespace

void ValidateTls(const ClientTlsSettings& settings, std::string_view namespace_name,
                 ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "tls");
  if (settings.mode != Mode::kSimple && settings.mode != Mode::kMutual) return;
  if (settings.insecure_skip_verify.value_or(false)) ValidateUnverified(settings, errors);
  if (!settings.credential_name.empty()) {
    ValidateCredential(settings, namespace_name, errors);
  } else if (settings.mode == Mode::kMutual) {
    static constexpr std::string_view kMessage = "is missing, which mode MUTUAL needs";
    if (settings.client_certificate.empty()) AddAt(errors, "clientCertificate", kMessage);
    if (settings.private_key.empty()) AddAt(errors, "privateKey", kMessage);
  }
}

}  // namespace meshroute
