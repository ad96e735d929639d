// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_SIMULATION_BEHAVIOUR_H_
#define MESHROUTE_SIMULATION_BEHAVIOUR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/config/metadata.h"

namespace meshroute {

struct UniformLatency {
  Duration minimum{0};
  Duration maximum{0};

  bool operator==(const UniformLatency&) const = default;
};

// exp of a normal distribution: most real latencies look like one.
struct LogNormalLatency {
  Duration median{0};
  double sigma = 0.5;  // 0.5: the p99 is 3.2 times the median.

  bool operator==(const LogNormalLatency&) const = default;
};

// `floor` and on top of it an exponential of this mean.
struct ExponentialLatency {
  Duration mean{0};
  Duration floor{0};

  bool operator==(const ExponentialLatency&) const = default;
};

// How long an endpoint works on a request. Exactly one member is set.
struct LatencyModel {
  std::optional<Duration> constant{};
  std::optional<UniformLatency> uniform{};
  std::optional<LogNormalLatency> log_normal{};
  std::optional<ExponentialLatency> exponential{};

  // Measured: "50": 5ms, "99": 40ms, "100": 80ms; straight lines between, from 0
  // at the bottom, and the last for all above.
  std::map<std::string, Duration> percentiles{};

  bool operator==(const LatencyModel&) const = default;
};

// How a share of requests goes wrong.
struct FailureModel {
  enum class Kind : uint8_t {
    kStatus,           // Answered with `status`, in the time of any answer.
    kConnectFailure,   // No connection; by default within a millisecond.
    kReset,            // The connection dies before the answer, in its time.
    kResetInResponse,  // ... within it.
    kHang,             // Never answered: somebody's timeout ends it, or nothing does.
    kRefusedStream,    // Never processed.
    kProtocolError,    // The answer is no HTTP.
  };

  double percent = 100;
  Kind kind = Kind::kStatus;
  int32_t status = 503;
  std::optional<Duration> after{};  // How long it takes, where that differs.

  bool operator==(const FailureModel&) const = default;
};

// What an endpoint can work on at one time. What comes in above waits; above the
// queue it is answered 503 at once. Work goes on where the caller has given up.
struct CapacityModel {
  uint32_t concurrency = 0;
  uint32_t queue = 1024;

  bool operator==(const CapacityModel&) const = default;
};

// Slow at first: the latency is `factor` times as long with the first request that
// an endpoint serves, and comes down to itself in this time.
struct ColdStart {
  double factor = 1;
  Duration lasts{0};

  bool operator==(const ColdStart&) const = default;
};

// Which endpoints are meant: all that have these labels and, where addresses are
// listed, one of these addresses. Nothing said: all.
struct EndpointSelector {
  Labels labels{};
  std::vector<std::string> addresses{};

  bool operator==(const EndpointSelector&) const = default;
};

// How endpoints behave from `from` until `until`. Where several speak of one
// endpoint, the last one that says something of a matter is right: begin with all
// endpoints, then versions, then single addresses. Without any: 200 at once.
struct EndpointBehaviour {
  EndpointSelector select{};
  Duration from{0};
  std::optional<Duration> until{};

  std::optional<LatencyModel> latency{};
  std::optional<std::vector<FailureModel>> failures{};  // The shares add up.
  std::optional<CapacityModel> capacity{};
  std::optional<ColdStart> cold_start{};

  bool operator==(const EndpointBehaviour&) const = default;
};

// Something that goes wrong for a while, on top of how endpoints behave: an outage,
// a dependency that all of them share, a slow network.
struct Incident {
  std::string name{};
  EndpointSelector select{};
  Duration from{0};
  std::optional<Duration> until{};
  std::vector<FailureModel> failures{};  // Drawn before the endpoint's own.
  double slowdown = 1;                   // Latencies are that many times as long.

  bool operator==(const Incident&) const = default;
};

}  // namespace meshroute

#endif  // MESHROUTE_SIMULATION_BEHAVIOUR_H_
