// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROUTING_ROUTE_SPLIT_H_
#define MESHROUTE_ROUTING_ROUTE_SPLIT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "meshroute/message/request_view.h"

namespace meshroute {

// How a rule chooses among its destinations where it is not by an independent draw
// on its own weights: a TrafficSplit manages it, or its draw is sticky, or both.
// Shared by the match blocks of a rule. Immutable, thread-safe.
class RouteSplit {
 public:
  static constexpr uint32_t kUnmanaged = UINT32_MAX;

  // Positions in Route::destinations of a managed rule.
  static constexpr size_t kBaseline = 0;
  static constexpr size_t kCanary = 1;
  static constexpr size_t kFreshBaseline = 2;  // Where the split has one.

  ~RouteSplit();
  RouteSplit(const RouteSplit&) = delete;
  RouteSplit& operator=(const RouteSplit&) = delete;

  // The number of the TrafficSplit in TrafficTables::splits; kUnmanaged: the rule's
  // own weights count.
  uint32_t managed_by() const { return managed_by_; }

  // The hash of the key of `request` with the salt: where PositionOf(unit) stands
  // among the weights decides (Route::PlaceOf). `given` is the caller's own key, may be empty.
  // nullopt: there is no key, or the split does not stick.
  std::optional<uint64_t> UnitOf(const RequestView& request, std::string_view given) const;

  // Where UnitOf looks, for people: "header x-user", "the caller's key". Empty: the
  // split does not stick.
  std::string NameOfKey(std::string_view given) const;

  // Whether some block of TrafficSplit::match holds.
  bool Matches(const RequestView& request) const;

 private:
  friend class RouteCompiler;
  struct Parts;

  RouteSplit(uint32_t managed_by, std::unique_ptr<const Parts> parts);

  const uint32_t managed_by_;
  const std::unique_ptr<const Parts> parts_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROUTING_ROUTE_SPLIT_H_
