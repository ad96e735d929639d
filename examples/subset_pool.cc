// SPDX-License-Identifier: Apache-2.0
// Balancing alone, for a program with a client of its own: one destination's endpoints with their
// balancer, breaker and outlier detection. One endpoint fails, and is set aside after three
// failures in a row.
#include <cstdio>

#include "meshroute/upstream/subset_pool.h"

int main() {
  meshroute::EffectivePolicy policy;
  policy.load_balancer.emplace().simple = meshroute::LoadBalancerSettings::Simple::kRoundRobin;
  policy.outlier_detection.emplace().consecutive_5xx_errors = 3;
  policy.outlier_detection->max_ejection_percent = 50;  // One of three may be out.
  meshroute::SubsetPool pool(
      {.host = "reviews", .port = 9080}, policy,
      {{.address = "10.0.0.1:9080"}, {.address = "10.0.0.2:9080"}, {.address = "10.0.0.3:9080"}});

  for (int i = 0; i < 30; ++i) {
    absl::StatusOr<meshroute::Lease> lease = pool.Acquire();
    if (!lease.ok()) return 1;
    // Here you send your request to lease->endpoint().address().
    const int status = lease->endpoint().address() == "10.0.0.2:9080" ? 503 : 200;
    lease->Finish(meshroute::Outcome::Status(status));
  }

  for (size_t i = 0; i < pool.endpoints().size(); ++i) {
    const meshroute::Endpoint& endpoint = pool.endpoints().at(i);
    std::printf("%s: %d requests%s\n", endpoint.spec().address.c_str(),
                static_cast<int>(endpoint.total_requests()), endpoint.ejected() ? ", ejected" : "");
  }
  return pool.endpoints().available_size() == 2 ? 0 : 1;
}
