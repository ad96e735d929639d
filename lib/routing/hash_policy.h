// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_HASH_POLICY_H_
#define MESHROUTE_LIB_ROUTING_HASH_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/routing/request_field.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/load_balancer_extension.h"
#include "meshroute/config/load_balancer_settings.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// The hash keys of a rule's destinations, joined to one: rotl(h, 1) xor h2, in
// the order of the destinations, over those that give a key. Immutable once built.
class HashPolicies {
 public:
  // A key that is terminal ends the list for a call that has one, from it or from those
  // before it.
  void Append(const ConsistentHash& settings);
  void Append(const HashPolicySettings& settings);

  bool empty() const { return policies_.empty(); }

  // `source_address` is "ip:port", or "ip"; empty: the call is made on nobody's behalf,
  // and `useSourceIp` gives no key.
  HashKey Hash(const RequestView& request, RandomSource& random,
               std::string_view source_address) const;

 private:
  struct ByHeader {
    RequestField field;
  };
  struct ByParameter {
    std::string name;
  };
  struct BySourceIp {};
  using ByCookie = HttpCookie;
  using Kind = std::variant<ByHeader, ByParameter, ByCookie, BySourceIp>;

  struct Policy {
    Kind kind;
    bool terminal = false;
  };

  // What is hashed.
  struct Source {
    const RequestView& request;
    std::string_view address;
  };

  static std::optional<uint64_t> HashOf(const ByHeader& policy, const Source& source);
  static std::optional<uint64_t> HashOf(const ByParameter& policy, const Source& source);
  static std::optional<uint64_t> HashOf(const ByCookie& policy, const Source& source);
  static std::optional<uint64_t> HashOf(const BySourceIp& policy, const Source& source);

  std::vector<Policy> policies_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_HASH_POLICY_H_
