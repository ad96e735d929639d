// SPDX-License-Identifier: Apache-2.0
#include "lib/http/certificate_names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace meshroute {
namespace {

std::string TextOf(const ASN1_STRING* value) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                     static_cast<size_t>(ASN1_STRING_length(value)));
}

// The bytes of an address that is written out; empty of anything else.
std::string AddressBytes(std::string_view text) {
  const std::string copy(text);
  char bytes[sizeof(in6_addr)];
  if (inet_pton(AF_INET, copy.c_str(), bytes) == 1) return std::string(bytes, 4);
  if (inet_pton(AF_INET6, copy.c_str(), bytes) == 1) return std::string(bytes, 16);
  return {};
}

std::string AddressText(const std::string& bytes) {
  char text[INET6_ADDRSTRLEN] = "?";
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof(text));
  return text;
}

// A star stands for the first label, which must not be all there is.
bool Covers(std::string_view pattern, std::string_view name) {
  if (pattern == name) return true;
  if (!pattern.starts_with("*.") || pattern.find('.', 2) == std::string_view::npos) return false;
  const size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && name.substr(dot) == pattern.substr(1);
}

template <typename List>
bool Contains(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

CertificateNames::CertificateNames(const X509& certificate) {
  const OpensslPtr<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    switch (name->type) {
      case GEN_DNS:
        dns_.push_back(absl::AsciiStrToLower(TextOf(name->d.dNSName)));
        break;
      case GEN_URI:
        exact_.push_back(TextOf(name->d.uniformResourceIdentifier));
        break;
      case GEN_EMAIL:
        exact_.push_back(TextOf(name->d.rfc822Name));
        break;
      case GEN_IPADD: {
        std::string bytes = TextOf(name->d.iPAddress);
        if (bytes.size() == 4 || bytes.size() == 16) addresses_.push_back(std::move(bytes));
        break;
      }
      default:
        break;
    }
  }
}

bool CertificateNames::Has(std::string_view name) const {
  if (const std::string bytes = AddressBytes(name); !bytes.empty()) {
    return Contains(addresses_, bytes);
  }
  const std::string lower = absl::AsciiStrToLower(std::string(name));
  const bool as_dns = std::any_of(
      dns_.begin(), dns_.end(), [&](const std::string& pattern) { return Covers(pattern, lower); });
  return as_dns || Contains(exact_, name);
}

std::string CertificateNames::ToString() const {
  std::vector<std::string> all = dns_;
  all.insert(all.end(), exact_.begin(), exact_.end());
  std::transform(addresses_.begin(), addresses_.end(), std::back_inserter(all), AddressText);
  if (all.empty()) return "none";
  constexpr size_t kShown = 10;
  const size_t more = all.size() - std::min(all.size(), kShown);
  all.resize(all.size() - more);
  std::string text = absl::StrJoin(all, ", ");
  // The peer chose these: they must not break a log's lines.
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return !absl::ascii_isprint(static_cast<unsigned char>(c)); }, '?');
  return more == 0 ? text : absl::StrCat(text, " and ", more, " more");
}

}  // namespace meshroute
