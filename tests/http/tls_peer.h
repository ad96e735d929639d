// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_HTTP_TLS_PEER_H_
#define MESHROUTE_TESTS_HTTP_TLS_PEER_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "lib/http/openssl.h"
#include "tests/http/certificates.h"
#include "tests/http/misbehaving_server.h"

namespace meshroute {

// How a test's server speaks TLS.
struct TlsServerOptions {
  std::string client_ca{};  // PEM; not empty: clients must show a certificate of this CA.
  int minimum_version = TLS1_2_VERSION;
  int maximum_version = TLS1_3_VERSION;
  std::chrono::milliseconds gap{0};  // Between any two bytes that the server sends.
};

// The server's end of TLS on a Peer. Sends and receives by the Peer alone, so that it ends
// with its server and raises no SIGPIPE.
class TlsPeer {
 public:
  TlsPeer(Peer& peer, const TestCertificate& certificate, const TlsServerOptions& options);

  // The handshake; false where the client breaks it off.
  bool Accept();

  // As Peer's.
  std::string ReadRequest();
  bool Send(std::string_view text);

  // Tells the client that no more will come.
  void Close();

  std::string server_name() const;  // SNI; empty: none.
  std::string protocol() const;     // "TLSv1.3"
  std::string alpn() const;         // All that the client offers, with commas.
  bool resumed() const;
  bool has_client_certificate() const;

 private:
  static int KeepAlpn(SSL*, const unsigned char**, unsigned char*, const unsigned char* offered,
                      unsigned size, void* self);
  bool Flush();
  bool Wait(int result);

  Peer& peer_;
  const std::chrono::milliseconds gap_;
  OpensslPtr<SSL_CTX> context_;
  OpensslPtr<SSL> connection_;
  std::string buffer_;
  std::string alpn_;
};

// A server that answers every request over TLS and remembers whom it spoke to.
class TlsServer {
 public:
  // What the server saw of one connection.
  struct Seen {
    std::string server_name;
    std::string protocol;
    std::string alpn;
    bool resumed = false;
    bool client_certificate = false;
  };

  explicit TlsServer(TestCertificate certificate, TlsServerOptions options = {},
                     std::string_view host = "127.0.0.1");

  const std::string& address() const { return server_.address(); }
  std::string port() const { return address().substr(address().rfind(':') + 1); }
  int connections() const { return server_.connections(); }

  // For connections from now on.
  void Use(TestCertificate certificate);

  std::vector<Seen> seen() const;
  std::vector<std::string> requests() const;

 private:
  void Serve(Peer& peer);

  const TlsServerOptions options_;
  mutable std::mutex mutex_;
  TestCertificate certificate_;
  std::vector<Seen> seen_;
  std::vector<std::string> requests_;
  MisbehavingServer server_;  // Last: its threads use the others.
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_HTTP_TLS_PEER_H_
