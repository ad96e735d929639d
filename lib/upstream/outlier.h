// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_OUTLIER_H_
#define MESHROUTE_LIB_UPSTREAM_OUTLIER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "meshroute/config/policy_extensions.h"
#include "meshroute/config/traffic_policy.h"
#include "meshroute/upstream/endpoint.h"

namespace meshroute {

// What decides for one generation of a destination.
struct DetectionRules {
  bool detects = true;  // False: nobody is set aside, and nobody stays so.
  OutlierDetection settings;
  OutlierDetectionExtension extension;
};

// Why an endpoint is to be ejected, as EjectionEvent tells it.
struct Finding {
  std::string_view reason;   // A literal.
  uint32_t enforcing = 100;  // Percent of the findings of this kind that eject.
  double value = 0;
  double threshold = 0;
  double peers = 0;
  uint32_t one_in = 1;  // EjectionAsk::one_in.
};

// An endpoint that was judged at a sweep and found wanting.
struct Outlier {
  const Endpoint* endpoint = nullptr;
  Finding finding;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_OUTLIER_H_
