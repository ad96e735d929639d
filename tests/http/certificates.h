// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_HTTP_CERTIFICATES_H_
#define MESHROUTE_TESTS_HTTP_CERTIFICATES_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/http/openssl.h"

namespace meshroute {

// A certificate and its key, as PEM texts.
struct TestCertificate {
  std::string certificate;
  std::string key;
  long serial = 0;
};

// What a certificate is to say. Times are relative to now.
struct TestSubject {
  // As OpenSSL writes it: "DNS:a.example,IP:127.0.0.1,URI:spiffe://td/ns/a/sa/b"; may be empty.
  std::string names = "DNS:reviews.example";
  std::string common_name = "test";
  std::chrono::hours valid_from{-1};
  std::chrono::hours valid_until{24};
};

// A certification authority of a test's own, made as it runs: nothing that could expire
// lies in a file.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "meshroute test CA");

  const std::string& certificate() const { return certificate_; }

  TestCertificate Issue(const TestSubject& subject = {}) const;

  // The list of certificates that are revoked, signed now.
  std::string RevocationList(const std::vector<long>& serials) const;

  // A certificate that nobody but itself has signed.
  static TestCertificate SelfSigned(const TestSubject& subject = {});

 private:
  OpensslPtr<EVP_PKEY> key_;
  OpensslPtr<X509> issuer_;
  std::string certificate_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_HTTP_CERTIFICATES_H_
