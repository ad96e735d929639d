// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_TLS_CONTEXT_H_
#define MESHROUTE_LIB_HTTP_TLS_CONTEXT_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/http/openssl.h"
#include "meshroute/base/mutex.h"
#include "meshroute/call/credential_provider.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// What the TLS connections of one destination share: trusted CAs, the client's
// certificate, sessions to resume. TLS 1.2 and 1.3. Built once from texts; other
// texts make another context, and this one is retired: its connections end with the
// exchange that they carry. Thread-safe.
class TlsContext {
 public:
  // For connections by `settings`, of which the files' names are not looked at: what they
  // hold is in `credential`. Without CA certificates there the system's are trusted.
  // InvalidArgument names what cannot be used.
  static absl::StatusOr<std::shared_ptr<TlsContext>> Create(const ClientTlsSettings& settings,
                                                            const TlsCredential& credential,
                                                            const MeshOptions& mesh);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A connection's state; nullptr without memory. The context must outlive it.
  OpensslPtr<SSL> NewConnection() const { return OpensslPtr<SSL>(SSL_new(context_.get())); }

  // Reads and writes a socket without blocking and without SIGPIPE.
  const BIO_METHOD* socket_method() const { return socket_method_.get(); }

  // Sessions by what they are for, which must tell apart whatever is checked
  // differently: a resumed session is not verified again.
  void KeepSession(const std::string& purpose, OpensslPtr<SSL_SESSION> session);
  OpensslPtr<SSL_SESSION> TakeSession(const std::string& purpose);

  void Retire() { retired_.store(true, std::memory_order_release); }
  bool retired() const { return retired_.load(std::memory_order_acquire); }

 private:
  TlsContext(OpensslPtr<SSL_CTX> context, OpensslPtr<BIO_METHOD> socket_method)
      : context_(std::move(context)), socket_method_(std::move(socket_method)) {}

  const OpensslPtr<SSL_CTX> context_;
  const OpensslPtr<BIO_METHOD> socket_method_;
  std::atomic<bool> retired_{false};
  Mutex mutex_;
  std::map<std::string, OpensslPtr<SSL_SESSION>> sessions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_TLS_CONTEXT_H_
