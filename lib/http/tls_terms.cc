// SPDX-License-Identifier: Apache-2.0
#include "lib/http/tls_terms.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/http/tls_store.h"

namespace meshroute {
namespace {

// Destinations that updates have taken away are not told of: beyond this all are forgotten.
constexpr size_t kMost = 4096;

std::string KindOf(const TlsTerms& terms) {
  std::string kind = absl::StrCat("tls\n", terms.context, "\n", terms.names.server_name, "\n",
                                  static_cast<int>(terms.names.check));
  for (const std::string& name : terms.names.accepted) {
    absl::StrAppend(&kind, "\n", name.size(), ":", name);
  }
  return kind;
}

std::shared_ptr<const TlsTerms> MakeTerms(const ClientTlsSettings& settings,
                                          const DestinationKey& destination,
                                          std::string_view authority) {
  auto terms = std::make_shared<TlsTerms>();
  terms->settings = settings;
  terms->destination = destination;
  terms->authority = std::string(authority);
  terms->context = TlsStore::KeyOf(settings);
  terms->names = TlsNamesOf(settings, destination, authority);
  terms->kind = KindOf(*terms);
  return terms;
}

}  // namespace

std::shared_ptr<const TlsTerms> TlsTermsCache::Find(const ClientTlsSettings& settings,
                                                    const DestinationKey& destination,
                                                    std::string_view authority) {
  std::shared_ptr<const TlsTerms> found;
  {
    const MutexLock lock(mutex_);
    const auto it = terms_.find(destination);
    if (it != terms_.end()) found = it->second;
  }
  if (found != nullptr && found->authority == authority && found->settings == settings) {
    return found;
  }
  found = MakeTerms(settings, destination, authority);
  const MutexLock lock(mutex_);
  if (terms_.size() >= kMost) terms_.clear();
  terms_[destination] = found;
  return found;
}

}  // namespace meshroute
