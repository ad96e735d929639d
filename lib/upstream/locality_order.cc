// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/locality_order.h"

namespace meshroute {
namespace {

std::string_view ValueOf(const Labels& labels, const std::string& key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

// The labels of an endpoint's place follow from its locality, whether or not somebody
// has written them beside it.
std::string_view LabelOf(const EndpointSpec& endpoint, const std::string& key) {
  const LocalityName place(endpoint.locality);
  if (key == kRegionLabel && !place.region.empty()) return place.region;
  if (key == kZoneLabel && !place.zone.empty()) return place.zone;
  if (key == kSubzoneLabel && !place.subzone.empty()) return place.subzone;
  return ValueOf(endpoint.labels, key);
}

}  // namespace

LabelOrder::LabelOrder(const std::vector<std::string>& priorities, const Labels& client) {
  for (const std::string& priority : priorities) {
    const size_t equals = priority.find('=');
    std::string key = priority.substr(0, equals);
    std::string value = equals == std::string::npos ? std::string(ValueOf(client, key))
                                                    : priority.substr(equals + 1);
    wanted_.push_back({std::move(key), std::move(value)});
  }
  network_first_ = !wanted_.empty() && wanted_.front().key == kNetworkLabel;
}

uint64_t LabelOrder::Of(const EndpointSpec& endpoint) const {
  uint64_t behind = 0;
  for (size_t i = 0; i < wanted_.size(); ++i) {
    if (LabelOf(endpoint, wanted_[i].key) == wanted_[i].value) continue;
    if (i > 0 || !network_first_) return behind + wanted_.size() - i;
    behind = wanted_.size();
  }
  return behind;
}

PlaceOrder::PlaceOrder(LocalityName client,
                       const std::vector<LocalityLbSetting::Failover>& failover, Detail detail)
    : client_(client), detail_(detail) {
  for (const LocalityLbSetting::Failover& entry : failover) {
    if (entry.from != client_.region) continue;
    failover_to_ = entry.to;
    return;
  }
}

uint64_t PlaceOrder::Of(std::string_view locality) const {
  const LocalityName place(locality);
  const uint64_t region = detail_ == Detail::kSubzones ? 2 : 0;
  if (place.region != client_.region) {
    return failover_to_.has_value() && place.region != *failover_to_ ? region + 2 : region + 1;
  }
  if (region == 0) return 0;
  if (place.zone != client_.zone) return 2;
  return place.subzone == client_.subzone ? 0 : 1;
}

}  // namespace meshroute
