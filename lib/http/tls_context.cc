// SPDX-License-Identifier: Apache-2.0
#include "lib/http/tls_context.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/http/tls_channel.h"

namespace meshroute {
namespace {

using Mode = ClientTlsSettings::Mode;

// Sessions of one context that are kept for later.
constexpr size_t kMaximumSessions = 1000;

absl::Status Unusable(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(what), ": ", TakeOpensslError()));
}

OpensslPtr<BIO> Reading(const std::string& text) {
  return OpensslPtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A library must not ask a terminal for a password.
int NoPassword(char*, int, int, void*) { return 0; }

// Whether the last reader stopped because no more PEM blocks of its kind follow, and not
// at one that is broken.
bool ReadToTheEnd() { return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE; }

// Adds the certificates of `text` to what is trusted.
absl::Status AddAuthorities(const std::string& text, SSL_CTX* context) {
  const OpensslPtr<BIO> reader = Reading(text);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  size_t count = 0;
  for (;; ++count) {
    const OpensslPtr<X509> next(PEM_read_bio_X509_AUX(reader.get(), nullptr, NoPassword, nullptr));
    if (next == nullptr) break;
    if (X509_STORE_add_cert(store, next.get()) != 1) return Unusable("CA certificates");
  }
  if (count == 0 || !ReadToTheEnd()) return Unusable("CA certificates");
  ERR_clear_error();
  return absl::OkStatus();
}

absl::Status AddRevocations(const std::string& text, SSL_CTX* context) {
  const OpensslPtr<BIO> reader = Reading(text);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  size_t count = 0;
  for (;; ++count) {
    const OpensslPtr<X509_CRL> next(
        PEM_read_bio_X509_CRL(reader.get(), nullptr, NoPassword, nullptr));
    if (next == nullptr) break;
    if (X509_STORE_add_crl(store, next.get()) != 1) return Unusable("revocation list");
  }
  if (count == 0 || !ReadToTheEnd()) return Unusable("revocation list");
  ERR_clear_error();
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return absl::OkStatus();
}

// The client's own certificate with its chain, and the key that belongs to it.
absl::Status SetIdentity(const TlsCredential& credential, SSL_CTX* context) {
  const OpensslPtr<BIO> reader = Reading(credential.certificate_chain);
  const OpensslPtr<X509> own(PEM_read_bio_X509_AUX(reader.get(), nullptr, NoPassword, nullptr));
  if (own == nullptr || SSL_CTX_use_certificate(context, own.get()) != 1) {
    return Unusable("client certificate");
  }
  for (;;) {
    const OpensslPtr<X509> issuer(PEM_read_bio_X509(reader.get(), nullptr, NoPassword, nullptr));
    if (issuer == nullptr) break;
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1) return Unusable("client certificate");
  }
  if (!ReadToTheEnd()) return Unusable("client certificate's issuers");
  ERR_clear_error();
  const OpensslPtr<BIO> key_reader = Reading(credential.private_key);
  const OpensslPtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(key_reader.get(), nullptr, NoPassword, nullptr));
  if (key == nullptr || SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return Unusable("private key");
  }
  return absl::OkStatus();
}

absl::Status SetTrust(const ClientTlsSettings& settings, const TlsCredential& credential,
                      SSL_CTX* context) {
  if (settings.insecure_skip_verify.value_or(false)) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    return absl::OkStatus();
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, TlsChannel::VerifyPeer, nullptr);
  if (credential.ca_certificates.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) return Unusable("the system's CAs");
  } else if (absl::Status status = AddAuthorities(credential.ca_certificates, context);
             !status.ok()) {
    return status;
  }
  if (credential.ca_crl.empty()) return absl::OkStatus();
  return AddRevocations(credential.ca_crl, context);
}

// tlsDefaults of the mesh, and what a sidecar's listener tells mesh traffic by.
absl::Status SetProtocol(Mode mode, const MeshOptions& mesh, SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (mode == Mode::kIstioMutual) {
    static constexpr unsigned char kAlpn[] = "\016istio-http/1.1\005istio\010http/1.1";
    SSL_CTX_set_alpn_protos(context, kAlpn, sizeof(kAlpn) - 1);
    return absl::OkStatus();
  }
  const std::string suites = absl::StrJoin(mesh.tls_cipher_suites, ":");
  if (!suites.empty() && SSL_CTX_set_cipher_list(context, suites.c_str()) != 1) {
    return Unusable(absl::StrCat("tlsDefaults cipher suites ", suites));
  }
  const std::string curves = absl::StrJoin(mesh.tls_ecdh_curves, ":");
  if (!curves.empty() && SSL_CTX_set1_groups_list(context, curves.c_str()) != 1) {
    return Unusable(absl::StrCat("tlsDefaults ECDH curves ", curves));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<TlsContext>> TlsContext::Create(const ClientTlsSettings& settings,
                                                               const TlsCredential& credential,
                                                               const MeshOptions& mesh) {
  ERR_clear_error();
  OpensslPtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  OpensslPtr<BIO_METHOD> method = TlsChannel::MakeSocketMethod();
  if (context == nullptr || method == nullptr) return Unusable("OpenSSL");
  absl::Status status = SetProtocol(settings.mode, mesh, context.get());
  if (status.ok()) status = SetTrust(settings, credential, context.get());
  if (status.ok() && !credential.certificate_chain.empty()) {
    status = SetIdentity(credential, context.get());
  }
  if (!status.ok()) return status;
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), TlsChannel::KeepSession);
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(context), std::move(method)));
}

void TlsContext::KeepSession(const std::string& purpose, OpensslPtr<SSL_SESSION> session) {
  const MutexLock lock(mutex_);
  if (sessions_.size() >= kMaximumSessions) sessions_.clear();
  sessions_[purpose] = std::move(session);
}

OpensslPtr<SSL_SESSION> TlsContext::TakeSession(const std::string& purpose) {
  const MutexLock lock(mutex_);
  const auto found = sessions_.find(purpose);
  if (found == sessions_.end()) return nullptr;
  OpensslPtr<SSL_SESSION> session = std::move(found->second);
  sessions_.erase(found);
  return session;
}

}  // namespace meshroute
