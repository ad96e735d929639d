// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_OPENSSL_H_
#define MESHROUTE_LIB_HTTP_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace meshroute {

// Frees what OpenSSL has given out.
struct OpensslDelete {
  void operator()(BIO* it) const { BIO_free_all(it); }
  void operator()(BIO_METHOD* it) const { BIO_meth_free(it); }
  void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
  void operator()(GENERAL_NAMES* it) const { GENERAL_NAMES_free(it); }
  void operator()(SSL* it) const { SSL_free(it); }
  void operator()(SSL_CTX* it) const { SSL_CTX_free(it); }
  void operator()(SSL_SESSION* it) const { SSL_SESSION_free(it); }
  void operator()(X509* it) const { X509_free(it); }
  void operator()(X509_CRL* it) const { X509_CRL_free(it); }
};

template <typename T>
using OpensslPtr = std::unique_ptr<T, OpensslDelete>;

// What the calling thread's last call of OpenSSL had to complain of, the queue of
// complaints emptied: "wrong version number".
inline std::string TakeOpensslError() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* const reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "unknown error" : reason;
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_OPENSSL_H_
