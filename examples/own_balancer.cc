// SPDX-License-Identifier: Apache-2.0
// A balancer of your own. This one asks the first endpoint that is idle, else the first of all.
#include <cstdio>

#include "meshroute/upstream/subset_pool.h"

class FirstIdle final : public meshroute::LoadBalancer {
 public:
  explicit FirstIdle(const meshroute::EndpointList& endpoints) : endpoints_(endpoints) {}

  const meshroute::Endpoint* Pick(const meshroute::PickContext&) override {
    for (size_t i = 0; i < endpoints_.size(); ++i) {
      if (endpoints_.active_requests_at(i) == 0) return endpoints_.at(i);
    }
    return endpoints_.size() == 0 ? nullptr : endpoints_.at(0);
  }

 private:
  const meshroute::EndpointList& endpoints_;
};

int main() {
  meshroute::CustomBalancers own;
  own.by_name["first-idle"] = [](const meshroute::EndpointList& endpoints, auto&) {
    return std::make_unique<FirstIdle>(endpoints);
  };
  own.for_all = "first-idle";  // Or for one DestinationRule: the annotation
                               // meshroute.io/load-balancer: '{"custom": "first-idle"}'
  meshroute::SubsetPool pool({.host = "reviews", .port = 9080}, {},
                             {{.address = "10.0.0.1:9080"}, {.address = "10.0.0.2:9080"}},
                             {.balancers = &own});

  const absl::StatusOr<meshroute::Lease> first = pool.Acquire();
  const absl::StatusOr<meshroute::Lease> second = pool.Acquire();  // The first is busy.
  std::printf("%s, then %s\n", first->endpoint().spec().address.c_str(),
              second->endpoint().spec().address.c_str());
  return second->endpoint().address() == "10.0.0.2:9080" ? 0 : 1;
}
