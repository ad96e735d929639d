// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LOCALITY_ORDER_H_
#define MESHROUTE_LIB_UPSTREAM_LOCALITY_ORDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/upstream/locality_name.h"
#include "meshroute/config/load_balancer_settings.h"
#include "meshroute/config/metadata.h"
#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// How near an endpoint is by failoverPriority: 0 where every label is as it should be,
// otherwise what is left of the list where the first one is not. Pure.
class LabelOrder {
 public:
  // `client` are the client's labels with those of its place.
  LabelOrder(const std::vector<std::string>& priorities, const Labels& client);

  uint64_t Of(const EndpointSpec& endpoint) const;

 private:
  // What an endpoint's label must be. A label that is missing is as one that is empty.
  struct Wanted {
    std::string key;
    std::string value;
  };

  std::vector<Wanted> wanted_;
  bool network_first_ = false;
};

// How near an endpoint is by place. Pure.
class PlaceOrder {
 public:
  enum class Detail : uint8_t {
    kSubzones,  // 0 subzone, 1 zone, 2 region, 3 (the region of failover), 4 elsewhere.
    kRegions,   // 0 region, 1 (the region of failover), 2 elsewhere.
  };
  static constexpr uint64_t kPlaces = 5;  // More than any number that Of returns.

  // `client` and `failover` must outlive this.
  PlaceOrder(LocalityName client, const std::vector<LocalityLbSetting::Failover>& failover,
             Detail detail);

  uint64_t Of(std::string_view locality) const;

 private:
  const LocalityName client_;
  const Detail detail_;
  std::optional<std::string_view> failover_to_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LOCALITY_ORDER_H_
