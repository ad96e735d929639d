// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_STICKY_SPLIT_H_
#define MESHROUTE_CONFIG_STICKY_SPLIT_H_

#include <optional>
#include <string>

namespace meshroute {

// What of a request tells who it is for. At most one is set. A value that is absent
// or empty is no key: the request is then drawn for by itself.
// CallOptions::sticky_key, where the caller gives one, goes before it.
struct StickyKey {
  // The first line of this name.
  std::optional<std::string> http_header_name{};

  // The value of this cookie. None is made up.
  std::optional<std::string> http_cookie_name{};

  // The first parameter of this name, as it stands in the query.
  std::optional<std::string> http_query_parameter_name{};

  bool operator==(const StickyKey&) const = default;
};

// Makes a weighted split stick to a key: which destination a key gets is its hash
// against the weights, so that all calls of a user go to one version, in every
// process, and a change of weights moves no more users than it must. An extension:
// Istio's split is an independent draw per request. Asked for by an annotation of a
// VirtualService, as strict as everything else, or by a rollout's sessionAffinity:
//
//   metadata:
//     annotations:
//       meshroute.io/sticky-split: '{"key": {"httpHeaderName": "x-user"}}'
struct StickySplit {
  StickyKey key{};

  // Mixed into the hash, so that the users who go first here are not those who go
  // first elsewhere. Splits with the same salt agree on the order of users.
  std::string salt{};

  bool operator==(const StickySplit&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_STICKY_SPLIT_H_
