// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_TLS_CHANNEL_H_
#define MESHROUTE_LIB_HTTP_TLS_CHANNEL_H_

#include <memory>
#include <string>
#include <string_view>

#include "lib/http/byte_channel.h"
#include "lib/http/io_limits.h"
#include "lib/http/tls_context.h"
#include "meshroute/message/outcome.h"
#include "meshroute/upstream/tls_names.h"

namespace meshroute {

// How the TLS connections to one endpoint are made.
struct TlsSettings {
  std::shared_ptr<TlsContext> context;  // nullptr: plain text.
  TlsNames names;

  // Tells these settings and this endpoint from all others that share the context.
  std::string purpose;
};

// TLS on a connected socket, which stays the caller's and may be one that blocks.
//
//   TlsChannel channel(socket, settings);
//   if (channel.Handshake(until, limits) != Outcome::Kind::kResponse) return channel.failure();
//   Wire wire(socket, channel, limits);
//   ...
//   channel.Close();  // while the socket is open
//
// Thread-compatible.
class TlsChannel final : public ByteChannel {
 public:
  TlsChannel(int socket, TlsSettings settings);

  // Makes the connection, by `until` and the limits' deadline however slowly the peer
  // answers. Returns kResponse, or why there is none: kConnectFailed, kConnectTimeout
  // (`until`), kTimeout (the deadline), kCancelled.
  Outcome::Kind Handshake(TimePoint until, const IoLimits& limits);

  Step Receive(char* buffer, size_t size) override;
  Step Send(std::string_view data) override;
  bool IsQuiet() override;

  // Tells the peer that no more will come, without waiting.
  void Close();

  // Why the connection failed: "TLS: certificate has expired"; empty where TLS is not to
  // blame.
  const std::string& failure() const { return failure_; }

  // The peer has refused the connection by an alert after its own part of the handshake
  // was over, as TLS 1.3 has it where a client's certificate is missing or not to its
  // liking: no byte of what was sent has been looked at.
  bool refused() const { return refused_; }

  // For TlsContext: what OpenSSL calls.
  static int VerifyPeer(X509_STORE_CTX* chain, void*);
  static int KeepSession(SSL* connection, SSL_SESSION* session);
  static OpensslPtr<BIO_METHOD> MakeSocketMethod();

 private:
  // What OpenSSL reads from and writes to.
  struct Socket {
    const int descriptor;
    bool ended = false;  // The peer has closed it.
  };

  static int ReadSocket(BIO* bio, char* buffer, int size);
  static int WriteSocket(BIO* bio, const char* data, int size);
  static long ControlSocket(BIO* bio, int command, long number, void* argument);

  bool Prepare();
  int Verify(X509_STORE_CTX* chain);
  Step NotMoved(int result);
  void NoteFailure(int error);

  Socket socket_;
  const TlsSettings settings_;
  OpensslPtr<SSL> connection_;
  bool made_ = false;      // The handshake is over, as far as this side can see.
  bool received_ = false;  // Something of the peer's application.
  bool refused_ = false;
  std::string names_failure_;  // The chain is good, but the certificate is another's.
  std::string failure_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_TLS_CHANNEL_H_
