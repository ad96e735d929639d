// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_CORS_ANSWER_H_
#define MESHROUTE_LIB_ROUTING_CORS_ANSWER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/routing/string_matcher.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// A rule's corsPolicy: which pages may read its answers. Concerns requests with an
// `Origin` alone, that is those that a browser's page began and this process hands
// on. Immutable; move-only.
class CorsAnswer {
 public:
  explicit CorsAnswer(const CorsPolicy& policy);

  // The answer to a preflight: an OPTIONS that carries Origin and
  // Access-Control-Request-Method. nullopt where `request` is none, and where its
  // origin is not allowed and unmatchedPreflights leaves it to the upstream.
  std::optional<LocalReply> AnswerPreflight(const RequestView& request) const;

  // Says in the headers of the answer to `request` that its origin may read it, in
  // place of what the upstream says there. Leaves the answer to any other origin
  // as it is.
  void Edit(const RequestView& request, Headers& headers) const;

 private:
  bool Allows(std::string_view origin) const;
  LocalReply MakeAnswer(const RequestView& request, std::string_view allowed_origin) const;

  std::vector<StringMatcher> origins_;
  bool allows_every_origin_ = false;
  bool allows_credentials_ = false;
  bool answers_unmatched_ = false;  // unmatchedPreflights: IGNORE
  std::string methods_;             // Joined; "*": those asked for.
  std::string headers_;             // The same.
  std::string exposed_headers_;
  std::string max_age_;  // In seconds; empty: not said.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_CORS_ANSWER_H_
