// SPDX-License-Identifier: Apache-2.0
#include "lib/http/tls_source.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/call/ask_provider.h"

namespace meshroute {
namespace {

using Mode = ClientTlsSettings::Mode;

// Far beyond any bundle of CAs.
constexpr std::streamsize kMaximumFileBytes = std::streamsize{16} << 20;

bool ComesFromProvider(const ClientTlsSettings& settings) {
  return settings.mode == Mode::kIstioMutual || !settings.credential_name.empty();
}

// The files that the mode looks at: SIMPLE shows no certificate of the client's.
std::vector<std::string> FilesOf(const ClientTlsSettings& settings) {
  std::vector<std::string> files;
  if (ComesFromProvider(settings)) return files;
  if (settings.mode == Mode::kMutual) {
    files = {settings.client_certificate, settings.private_key};
  }
  if (!settings.ca_certificates.empty()) files.push_back(settings.ca_certificates);
  if (!settings.ca_crl.empty()) files.push_back(settings.ca_crl);
  return files;
}

std::string NameOf(const ClientTlsSettings& settings, const std::vector<std::string>& files) {
  if (settings.mode == Mode::kIstioMutual) return "the workload's credential";
  if (!settings.credential_name.empty()) return "credential " + settings.credential_name;
  return files.empty() ? "the system's CAs" : absl::StrJoin(files, ", ");
}

absl::Status ReadFile(const std::string& path, std::string& text) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  text.assign(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  if (text.empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": is empty"));
  return absl::OkStatus();
}

absl::Status CheckSize(const std::string& path) {
  struct stat facts {};
  if (path.empty() || stat(path.c_str(), &facts) != 0) return absl::OkStatus();
  if (!S_ISREG(facts.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is no regular file"));
  }
  if (facts.st_size <= kMaximumFileBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": has more than ", kMaximumFileBytes, " bytes"));
}

}  // namespace

TlsSource::TlsSource(ClientTlsSettings settings, CredentialProvider* provider)
    : settings_(std::move(settings)),
      provider_(provider),
      from_provider_(ComesFromProvider(settings_)),
      files_(FilesOf(settings_)),
      name_(NameOf(settings_, files_)) {}

absl::StatusOr<std::string> TlsSource::Version() const {
  std::string version;
  if (from_provider_ && provider_ == nullptr) return version;
  if (from_provider_) {
    const absl::StatusOr<uint64_t> number = AskForVersion(*provider_, settings_.credential_name);
    if (!number.ok()) return OfProvider(number.status());
    return absl::StrCat(*number);
  }
  for (const std::string& path : files_) {
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) facts = {};
    absl::StrAppend(&version, facts.st_ino, ".", facts.st_size, ".", facts.st_mtim.tv_sec, ".",
                    facts.st_mtim.tv_nsec, " ");
  }
  return version;
}

absl::StatusOr<TlsCredential> TlsSource::Read(TimePoint deadline) const {
  return from_provider_ ? Fetch(deadline) : ReadFiles();
}

absl::Status TlsSource::OfProvider(const absl::Status& status) const {
  return absl::Status(status.code(), absl::StrCat(name_, ": ", std::string(status.message())));
}

absl::StatusOr<TlsCredential> TlsSource::Fetch(TimePoint deadline) const {
  if (provider_ == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat(name_, " is missing: there is no CredentialProvider"));
  }
  absl::StatusOr<TlsCredential> found =
      AskForCredential(*provider_, settings_.credential_name, deadline);
  if (!found.ok()) return OfProvider(found.status());
  const bool verifies = !settings_.insecure_skip_verify.value_or(false);
  if (verifies && found->ca_certificates.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(name_, ": has no CA certificates"));
  }
  if (settings_.mode == Mode::kSimple) {
    found->certificate_chain.clear();
    found->private_key.clear();
  } else if (found->certificate_chain.empty() || found->private_key.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(name_, ": has no certificate with its key"));
  }
  return found;
}

absl::StatusOr<TlsCredential> TlsSource::ReadFiles() const {
  TlsCredential texts;
  for (const std::string& path : files_) {
    if (absl::Status status = CheckSize(path); !status.ok()) return status;
  }
  absl::Status status;
  if (settings_.mode == Mode::kMutual) {
    status = ReadFile(settings_.client_certificate, texts.certificate_chain);
    if (status.ok()) status = ReadFile(settings_.private_key, texts.private_key);
  }
  if (status.ok()) status = ReadFile(settings_.ca_certificates, texts.ca_certificates);
  if (status.ok()) status = ReadFile(settings_.ca_crl, texts.ca_crl);
  if (!status.ok()) return status;
  return texts;
}

}  // namespace meshroute
