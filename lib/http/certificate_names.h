// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_CERTIFICATE_NAMES_H_
#define MESHROUTE_LIB_HTTP_CERTIFICATE_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "lib/http/openssl.h"

namespace meshroute {

// Whose a certificate is, by its subject alternative names; the subject itself does not
// count. Immutable.
class CertificateNames {
 public:
  explicit CertificateNames(const X509& certificate);

  // Whether one of its names is `name`: a DNS name without regard to case, also where a
  // certificate for "*.example.com" covers "a.example.com" (one label, not more); a URI
  // ("spiffe://...") or e-mail address exactly; an IP address in whatever spelling.
  bool Has(std::string_view name) const;

  // For messages: "a.example, 10.0.0.1"; "none".
  std::string ToString() const;

 private:
  std::vector<std::string> dns_;  // In lower case.
  std::vector<std::string> exact_;
  std::vector<std::string> addresses_;  // 4 or 16 bytes.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_CERTIFICATE_NAMES_H_
