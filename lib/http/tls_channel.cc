// SPDX-License-Identifier: Apache-2.0
#include "lib/http/tls_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/http/certificate_names.h"

namespace meshroute {
namespace {

using Kind = Outcome::Kind;
using State = ByteChannel::Step::State;

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

int MarkReady(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

// An alert by which a server turns a client's certificate, or the lack of one, down.
bool IsRefusal(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return false;
  switch (ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET) {
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_DECRYPT_ERROR:
    case SSL_AD_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

// In words that help more than OpenSSL's.
std::string Explain(unsigned long error, std::string reason) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return reason;
  switch (ERR_GET_REASON(error)) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return "the peer closed the connection";
    case SSL_R_WRONG_VERSION_NUMBER:
      return "wrong version number: the peer does not speak TLS";
    default:
      return reason;
  }
}

}  // namespace

int TlsChannel::ReadSocket(BIO* bio, char* buffer, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  for (;;) {
    const ssize_t count = recv(socket.descriptor, buffer, static_cast<size_t>(size), MSG_DONTWAIT);
    if (count > 0) return static_cast<int>(count);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) socket.ended = true;
    if (count < 0 && WouldBlock()) BIO_set_retry_read(bio);
    return static_cast<int>(count);
  }
}

int TlsChannel::WriteSocket(BIO* bio, const char* data, int size) {
  const auto& socket = *static_cast<const Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  for (;;) {
    const ssize_t count =
        send(socket.descriptor, data, static_cast<size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) return static_cast<int>(count);
    if (errno == EINTR) continue;
    if (WouldBlock()) BIO_set_retry_write(bio);
    return -1;
  }
}

long TlsChannel::ControlSocket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return static_cast<const Socket*>(BIO_get_data(bio))->ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;  // Nothing is held back.
}

OpensslPtr<BIO_METHOD> TlsChannel::MakeSocketMethod() {
  // A process has little more than a hundred of these.
  static const int kType = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK;
  OpensslPtr<BIO_METHOD> method(BIO_meth_new(kType, "meshroute socket"));
  if (method == nullptr) return method;
  BIO_meth_set_read(method.get(), ReadSocket);
  BIO_meth_set_write(method.get(), WriteSocket);
  BIO_meth_set_ctrl(method.get(), ControlSocket);
  BIO_meth_set_create(method.get(), MarkReady);
  return method;
}

TlsChannel::TlsChannel(int socket, TlsSettings settings)
    : socket_{socket},
      settings_(std::move(settings)),
      connection_(settings_.context->NewConnection()) {
  if (!Prepare()) connection_.reset();
}

bool TlsChannel::Prepare() {
  if (connection_ == nullptr) return false;
  SSL* const connection = connection_.get();
  BIO* const bio = BIO_new(settings_.context->socket_method());
  if (bio == nullptr) return false;
  BIO_set_data(bio, &socket_);
  SSL_set_bio(connection, bio, bio);
  SSL_set_app_data(connection, this);
  SSL_set_connect_state(connection);
  const std::string& name = settings_.names.server_name;
  if (!name.empty() && SSL_set_tlsext_host_name(connection, name.c_str()) != 1) return false;
  OpensslPtr<SSL_SESSION> session = settings_.context->TakeSession(settings_.purpose);
  if (session == nullptr) return true;
  SSL_set_session(connection, session.get());
  // Those of TLS 1.3 are for one use each, and every connection brings new ones.
  if (SSL_SESSION_get_protocol_version(session.get()) < TLS1_3_VERSION) {
    settings_.context->KeepSession(settings_.purpose, std::move(session));
  }
  return true;
}

int TlsChannel::KeepSession(SSL* connection, SSL_SESSION* session) {
  const auto& channel = *static_cast<const TlsChannel*>(SSL_get_app_data(connection));
  channel.settings_.context->KeepSession(channel.settings_.purpose,
                                         OpensslPtr<SSL_SESSION>(session));
  return 1;
}

int TlsChannel::VerifyPeer(X509_STORE_CTX* chain, void*) {
  auto* const connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  return static_cast<TlsChannel*>(SSL_get_app_data(connection))->Verify(chain);
}

int TlsChannel::Verify(X509_STORE_CTX* chain) {
  if (X509_verify_cert(chain) != 1) return 0;
  const TlsNames& names = settings_.names;
  if (names.check != TlsNames::Check::kNames) return 1;
  const CertificateNames theirs(*X509_STORE_CTX_get0_cert(chain));
  const bool accepted = std::any_of(names.accepted.begin(), names.accepted.end(),
                                    [&](const std::string& name) { return theirs.Has(name); });
  if (accepted) return 1;
  names_failure_ =
      absl::StrCat("the certificate is not for ", absl::StrJoin(names.accepted, " or "),
                   " but for: ", theirs.ToString());
  X509_STORE_CTX_set_error(chain, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

// Says which check failed, if one did, else what OpenSSL complains of.
void TlsChannel::NoteFailure(int error) {
  const unsigned long first = ERR_peek_error();
  const std::string reason = Explain(first, TakeOpensslError());
  const bool verifies = settings_.names.check != TlsNames::Check::kNothing;
  const long verdict = verifies ? SSL_get_verify_result(connection_.get()) : X509_V_OK;
  if (!names_failure_.empty()) {
    failure_ = absl::StrCat("TLS: ", names_failure_);
  } else if (verdict != X509_V_OK) {
    failure_ = absl::StrCat("TLS: ", X509_verify_cert_error_string(verdict));
  } else if (error == SSL_ERROR_SYSCALL || first == 0) {
    failure_ = "TLS: the connection broke";
  } else {
    failure_ = absl::StrCat("TLS: ", reason);
  }
  refused_ = made_ && !received_ && IsRefusal(first);
}

ByteChannel::Step TlsChannel::NotMoved(int result) {
  const int error = SSL_get_error(connection_.get(), result);
  switch (error) {
    case SSL_ERROR_WANT_READ:
      return {State::kLater, 0, POLLIN};
    case SSL_ERROR_WANT_WRITE:
      return {State::kLater, 0, POLLOUT};
    case SSL_ERROR_ZERO_RETURN:
      return {State::kClosed};
    default:
      NoteFailure(error);
      return {State::kBroken};
  }
}

Kind TlsChannel::Handshake(TimePoint until, const IoLimits& limits) {
  if (connection_ == nullptr) {
    failure_ = absl::StrCat("TLS: no connection can be made: ", TakeOpensslError());
    return Kind::kConnectFailed;
  }
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(connection_.get());
    if (result == 1) {
      made_ = true;
      return Kind::kResponse;
    }
    const Step step = NotMoved(result);
    if (step.state == State::kClosed) failure_ = "TLS: the peer closed the connection";
    if (step.state != State::kLater) return Kind::kConnectFailed;
    switch (WaitForSocket(socket_.descriptor, step.events, until, limits)) {
      case WaitResult::kReady:
        break;
      case WaitResult::kStopped:
        return Kind::kCancelled;
      case WaitResult::kTimeout:
        failure_ = "TLS: the handshake is not over";
        return limits.clock->Now() >= limits.deadline ? Kind::kTimeout : Kind::kConnectTimeout;
    }
  }
}

ByteChannel::Step TlsChannel::Receive(char* buffer, size_t size) {
  ERR_clear_error();
  size_t bytes = 0;
  const int result = SSL_read_ex(connection_.get(), buffer, size, &bytes);
  if (result != 1) return NotMoved(result);
  received_ = true;
  return {State::kMoved, bytes};
}

ByteChannel::Step TlsChannel::Send(std::string_view data) {
  ERR_clear_error();
  size_t bytes = 0;
  const int result = SSL_write_ex(connection_.get(), data.data(), data.size(), &bytes);
  return result == 1 ? Step{State::kMoved, bytes} : NotMoved(result);
}

// Session tickets and the like may have come, which is no noise.
bool TlsChannel::IsQuiet() {
  if (settings_.context->retired()) return false;
  ERR_clear_error();
  char byte;
  size_t bytes = 0;
  const int result = SSL_peek_ex(connection_.get(), &byte, 1, &bytes);
  return result != 1 && NotMoved(result).state == State::kLater;
}

void TlsChannel::Close() {
  ERR_clear_error();
  if (made_) SSL_shutdown(connection_.get());
  ERR_clear_error();
}

}  // namespace meshroute
