// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_UPSTREAM_ENDPOINTS_H_
#define MESHROUTE_TESTS_UPSTREAM_ENDPOINTS_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "meshroute/upstream/endpoint_set.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// "10.0.0.0:80", "10.0.0.1:80", ... "10.0.1.0:80" ...
inline std::string AddressOf(size_t index) {
  return "10." + std::to_string(index >> 16) + "." + std::to_string((index >> 8) & 255) + "." +
         std::to_string(index & 255) + ":80";
}

inline std::vector<EndpointSpec> Specs(size_t count) {
  std::vector<EndpointSpec> specs(count);
  for (size_t i = 0; i < count; ++i) specs[i].address = AddressOf(i);
  return specs;
}

inline std::vector<EndpointSpec> SpecsOfWeights(const std::vector<uint32_t>& weights) {
  std::vector<EndpointSpec> specs = Specs(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) specs[i].weight = weights[i];
  return specs;
}

// The set's endpoint number `index` as one letter: 'A' is the first.
inline char LetterOf(const EndpointSet& endpoints, const Endpoint* endpoint) {
  if (endpoint == nullptr) return '-';
  for (size_t i = 0; i < endpoints.size(); ++i) {
    if (&endpoints.at(i) == endpoint) return static_cast<char>('A' + i);
  }
  return '?';
}

// What `count` picks in a row choose: "ABCA".
inline std::string Picks(LoadBalancer& balancer, const EndpointSet& endpoints, size_t count) {
  std::string letters;
  for (size_t i = 0; i < count; ++i) letters += LetterOf(endpoints, balancer.Pick({}));
  return letters;
}

// Takes an endpoint out, or back in, as the outlier detector would.
inline void SetEjected(EndpointSet& endpoints, size_t index, bool ejected) {
  endpoints.at(index).state().ejected.store(ejected);
  endpoints.Refresh();
}

inline EffectivePolicy PolicyOf(LoadBalancerSettings::Simple simple) {
  EffectivePolicy policy;
  policy.load_balancer.emplace().simple = simple;
  return policy;
}

inline EffectivePolicy RingPolicy(uint64_t minimum_size) {
  EffectivePolicy policy;
  policy.load_balancer.emplace().consistent_hash.emplace().ring_hash = RingHash{minimum_size};
  return policy;
}

inline EffectivePolicy MaglevPolicy(uint64_t table_size) {
  EffectivePolicy policy;
  policy.load_balancer.emplace().consistent_hash.emplace().maglev = Maglev{table_size};
  return policy;
}

// A set with a balancer that follows its changes, as a pool has them.
struct Balanced {
  Balanced(std::vector<EndpointSpec> specs, const EffectivePolicy& policy, RandomSource& random)
      : endpoints(MakeEndpoints(std::move(specs))),
        balancer(
            MakeLoadBalancer(policy, endpoints, {.random = random, .rotations = MakeRotations()})) {
    endpoints.SetListener([this] { balancer->OnAvailabilityChange(); }, endpoints.refreshes());
  }

  std::string Next(size_t count) { return Picks(*balancer, endpoints, count); }
  char Of(uint64_t hash, uint32_t repick = 0) {
    return LetterOf(endpoints, balancer->Pick({.hash = hash, .tried = {}, .repick = repick}));
  }

  EndpointSet endpoints;
  std::unique_ptr<LoadBalancer> balancer;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_UPSTREAM_ENDPOINTS_H_
