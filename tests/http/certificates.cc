// SPDX-License-Identifier: Apache-2.0
#include "tests/http/certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace meshroute {
namespace {

// No test can go on without its certificates.
void Check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "certificates: %s: %s\n", what, TakeOpensslError().c_str());
  std::abort();
}

long NextSerial() {
  static std::atomic<long> serial{1000};
  return ++serial;
}

std::string TextOf(BIO* written) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(written, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Pem(X509* certificate) {
  const OpensslPtr<BIO> out(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_X509(out.get(), certificate) == 1, "write certificate");
  return TextOf(out.get());
}

std::string Pem(EVP_PKEY* key) {
  const OpensslPtr<BIO> out(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "write key");
  return TextOf(out.get());
}

OpensslPtr<EVP_PKEY> NewKey() {
  OpensslPtr<EVP_PKEY> key(EVP_EC_gen("P-256"));
  Check(key != nullptr, "key");
  return key;
}

void AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  Check(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void SetName(X509_NAME* name, const std::string& common_name) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
}

// A certificate for `key` that is still to be signed.
OpensslPtr<X509> Draft(EVP_PKEY* key, const TestSubject& subject) {
  OpensslPtr<X509> draft(X509_new());
  X509_set_version(draft.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(draft.get()), NextSerial());
  X509_gmtime_adj(X509_getm_notBefore(draft.get()),
                  std::chrono::duration_cast<std::chrono::seconds>(subject.valid_from).count());
  X509_gmtime_adj(X509_getm_notAfter(draft.get()),
                  std::chrono::duration_cast<std::chrono::seconds>(subject.valid_until).count());
  SetName(X509_get_subject_name(draft.get()), subject.common_name);
  X509_set_pubkey(draft.get(), key);
  return draft;
}

TestCertificate Sign(const TestSubject& subject, X509* issuer, EVP_PKEY* issuer_key) {
  const OpensslPtr<EVP_PKEY> key = NewKey();
  const OpensslPtr<X509> draft = Draft(key.get(), subject);
  X509* const signer = issuer == nullptr ? draft.get() : issuer;
  X509_set_issuer_name(draft.get(), X509_get_subject_name(signer));
  if (!subject.names.empty()) {
    AddExtension(draft.get(), signer, NID_subject_alt_name, subject.names);
  }
  Check(X509_sign(draft.get(), issuer == nullptr ? key.get() : issuer_key, EVP_sha256()) > 0,
        "sign");
  return {Pem(draft.get()), Pem(key.get()), ASN1_INTEGER_get(X509_get0_serialNumber(draft.get()))};
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) : key_(NewKey()) {
  TestSubject subject;
  subject.common_name = name;
  issuer_ = Draft(key_.get(), subject);
  X509_set_issuer_name(issuer_.get(), X509_get_subject_name(issuer_.get()));
  AddExtension(issuer_.get(), issuer_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(issuer_.get(), issuer_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(issuer_.get(), issuer_.get(), NID_subject_key_identifier, "hash");
  Check(X509_sign(issuer_.get(), key_.get(), EVP_sha256()) > 0, "sign CA");
  certificate_ = Pem(issuer_.get());
}

TestCertificate TestAuthority::Issue(const TestSubject& subject) const {
  return Sign(subject, issuer_.get(), key_.get());
}

TestCertificate TestAuthority::SelfSigned(const TestSubject& subject) {
  return Sign(subject, nullptr, nullptr);
}

std::string TestAuthority::RevocationList(const std::vector<long>& serials) const {
  const OpensslPtr<X509_CRL> list(X509_CRL_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer_.get()));
  ASN1_TIME* const time = ASN1_TIME_new();
  X509_gmtime_adj(time, -3600);
  X509_CRL_set1_lastUpdate(list.get(), time);
  X509_gmtime_adj(time, 24 * 3600);
  X509_CRL_set1_nextUpdate(list.get(), time);
  X509_gmtime_adj(time, -60);
  for (const long serial : serials) {
    X509_REVOKED* const revoked = X509_REVOKED_new();
    ASN1_INTEGER* const number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(revoked, number);
    X509_REVOKED_set_revocationDate(revoked, time);
    X509_CRL_add0_revoked(list.get(), revoked);
    ASN1_INTEGER_free(number);
  }
  ASN1_TIME_free(time);
  X509_CRL_sort(list.get());
  Check(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) > 0, "sign revocation list");
  const OpensslPtr<BIO> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(out.get(), list.get());
  return TextOf(out.get());
}

}  // namespace meshroute
