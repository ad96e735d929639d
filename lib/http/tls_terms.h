// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_TLS_TERMS_H_
#define MESHROUTE_LIB_HTTP_TLS_TERMS_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "meshroute/base/mutex.h"
#include "meshroute/config/destination_key.h"
#include "meshroute/config/traffic_policy.h"
#include "meshroute/upstream/tls_names.h"

namespace meshroute {

// What TLS connections to one destination have to be like that carry requests for one
// authority. Immutable.
struct TlsTerms {
  // What it was worked out from.
  ClientTlsSettings settings;
  DestinationKey destination;
  std::string authority;

  std::string context;  // TlsStore::KeyOf the settings.
  TlsNames names;

  // Everything that decides about what is checked, so that neither a connection nor a
  // session serves where another check would have been made.
  std::string kind;
};

// The terms of each destination, worked out once for as long as its settings and the
// authority stay the same, and not for every attempt. Thread-safe.
class TlsTermsCache {
 public:
  // Never out of date: what was worked out from anything else is not given out.
  std::shared_ptr<const TlsTerms> Find(const ClientTlsSettings& settings,
                                       const DestinationKey& destination,
                                       std::string_view authority);

 private:
  Mutex mutex_;
  std::map<DestinationKey, std::shared_ptr<const TlsTerms>> terms_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_TLS_TERMS_H_
