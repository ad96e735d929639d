// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_PART_ORIGINS_H_
#define MESHROUTE_CONFIG_PART_ORIGINS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace meshroute {

// Where the parts of something that was put together come from, by their paths:
//
//   origins.Add("trafficPolicy", "DestinationRule prod/reviews");
//   origins.Add("trafficPolicy.tls", "DestinationRule istio-system/all");
//   origins.Of("trafficPolicy.tls.mode");       // "DestinationRule istio-system/all"
//   origins.Of("trafficPolicy.loadBalancer");   // "DestinationRule prod/reviews"
//
// A path that is not listed is as the nearest one above it; "" is above all.
// Thread-compatible.
class PartOrigins {
 public:
  void Add(std::string path, std::string_view origin);

  // "": not known.
  std::string_view Of(std::string_view path) const;

  // Whether a part below `path` is listed.
  bool IsDivided(std::string_view path) const;

  // "a.b" of "a" and "b"; an empty one adds nothing.
  static std::string Join(std::string_view path, std::string_view name);

 private:
  std::map<std::string, std::string, std::less<>> origins_;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_PART_ORIGINS_H_
