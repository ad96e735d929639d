// SPDX-License-Identifier: Apache-2.0
#include "tests/http/tls_peer.h"

#include <openssl/pem.h>

#include <cstdlib>
#include <utility>

namespace meshroute {
namespace {

OpensslPtr<BIO> Reading(const std::string& text) {
  return OpensslPtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

OpensslPtr<X509> ReadCertificate(const std::string& text) {
  return OpensslPtr<X509>(PEM_read_bio_X509(Reading(text).get(), nullptr, nullptr, nullptr));
}

OpensslPtr<SSL_CTX> MakeContext(const TestCertificate& certificate,
                                const TlsServerOptions& options) {
  OpensslPtr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  if (options.minimum_version < TLS1_2_VERSION) SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), options.minimum_version);
  SSL_CTX_set_max_proto_version(context.get(), options.maximum_version);
  SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>("t"), 1);
  const OpensslPtr<X509> own = ReadCertificate(certificate.certificate);
  const OpensslPtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reading(certificate.key).get(), nullptr, nullptr, nullptr));
  if (SSL_CTX_use_certificate(context.get(), own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    std::abort();
  }
  if (options.client_ca.empty()) return context;
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()),
                      ReadCertificate(options.client_ca).get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

// One key for the tickets of all servers of a test: connections have contexts of their own.
void ShareTicketKeys(SSL_CTX* context) {
  static unsigned char keys[80] = {7};
  SSL_CTX_set_tlsext_ticket_keys(context, keys, sizeof(keys));
}

}  // namespace

TlsPeer::TlsPeer(Peer& peer, const TestCertificate& certificate, const TlsServerOptions& options)
    : peer_(peer), gap_(options.gap), context_(MakeContext(certificate, options)) {
  ShareTicketKeys(context_.get());
  SSL_CTX_set_alpn_select_cb(context_.get(), KeepAlpn, this);
  connection_.reset(SSL_new(context_.get()));
  SSL_set_bio(connection_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(connection_.get());
}

int TlsPeer::KeepAlpn(SSL*, const unsigned char**, unsigned char*, const unsigned char* offered,
                      unsigned size, void* self) {
  std::string& alpn = static_cast<TlsPeer*>(self)->alpn_;
  for (unsigned at = 0; at < size; at += offered[at] + 1U) {
    if (!alpn.empty()) alpn += ',';
    alpn.append(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
  }
  return SSL_TLSEXT_ERR_NOACK;
}

// Sends what OpenSSL has written.
bool TlsPeer::Flush() {
  BIO* const out = SSL_get_wbio(connection_.get());
  std::string bytes(static_cast<size_t>(BIO_pending(out)), '\0');
  if (bytes.empty()) return true;
  BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return gap_.count() > 0 ? peer_.Trickle(bytes, gap_) : peer_.Send(bytes);
}

// Whether the step that ended with `result` is to be tried again.
bool TlsPeer::Wait(int result) {
  const int error = SSL_get_error(connection_.get(), result);
  ERR_clear_error();
  if (!Flush() || error != SSL_ERROR_WANT_READ) return false;
  const std::string bytes = peer_.ReadSome();
  if (bytes.empty()) return false;
  BIO_write(SSL_get_rbio(connection_.get()), bytes.data(), static_cast<int>(bytes.size()));
  return true;
}

bool TlsPeer::Accept() {
  for (;;) {
    const int result = SSL_accept(connection_.get());
    if (result == 1) return Flush();
    if (!Wait(result)) return false;
  }
}

std::string TlsPeer::ReadRequest() {
  for (;;) {
    std::string request = TakeRequest(buffer_);
    if (!request.empty()) return request;
    char bytes[4096];
    const int count = SSL_read(connection_.get(), bytes, sizeof(bytes));
    if (count > 0) {
      buffer_.append(bytes, static_cast<size_t>(count));
    } else if (!Wait(count)) {
      return {};
    }
  }
}

bool TlsPeer::Send(std::string_view text) {
  return SSL_write(connection_.get(), text.data(), static_cast<int>(text.size())) > 0 && Flush();
}

void TlsPeer::Close() {
  SSL_shutdown(connection_.get());
  ERR_clear_error();
  Flush();
}

std::string TlsPeer::server_name() const {
  const char* const name = SSL_get_servername(connection_.get(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? "" : name;
}

std::string TlsPeer::protocol() const { return SSL_get_version(connection_.get()); }
std::string TlsPeer::alpn() const { return alpn_; }
bool TlsPeer::resumed() const { return SSL_session_reused(connection_.get()) == 1; }

bool TlsPeer::has_client_certificate() const {
  return SSL_get0_peer_certificate(connection_.get()) != nullptr;
}

TlsServer::TlsServer(TestCertificate certificate, TlsServerOptions options, std::string_view host)
    : options_(std::move(options)),
      certificate_(std::move(certificate)),
      server_([this](Peer& peer, int) { Serve(peer); }, host) {}

void TlsServer::Use(TestCertificate certificate) {
  const std::lock_guard<std::mutex> lock(mutex_);
  certificate_ = std::move(certificate);
}

void TlsServer::Serve(Peer& peer) {
  TestCertificate certificate;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    certificate = certificate_;
  }
  TlsPeer tls(peer, certificate, options_);
  if (!tls.Accept()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_.push_back({tls.server_name(), tls.protocol(), tls.alpn(), tls.resumed(),
                     tls.has_client_certificate()});
  }
  for (std::string request = tls.ReadRequest(); !request.empty(); request = tls.ReadRequest()) {
    const bool last = request.find("Connection: close") != std::string::npos;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      requests_.push_back(std::move(request));
    }
    if (!tls.Send(OkResponse("hello")) || last) break;
  }
  tls.Close();
}

std::vector<TlsServer::Seen> TlsServer::seen() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return seen_;
}

std::vector<std::string> TlsServer::requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

}  // namespace meshroute
