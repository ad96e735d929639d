// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_REQUEST_SOURCE_H_
#define MESHROUTE_LIB_SIMULATION_REQUEST_SOURCE_H_

#include <cstdint>
#include <vector>

#include "lib/simulation/call_table.h"
#include "meshroute/base/random_source.h"
#include "meshroute/message/request_view.h"
#include "meshroute/simulation/scenario.h"

namespace meshroute {

// Draws what is called, by whom and from which process. Thread-compatible.
class RequestSource {
 public:
  struct Drawn {
    RequestView request{};
    uint32_t process = 0;
    Duration patience{0};  // 0: endless.
  };

  // `scenario` and `random` outlive it.
  RequestSource(const Scenario& scenario, RandomSource& random);

  // The next call; its views live in `slot` and here.
  Drawn Draw(CallSlot& slot);

 private:
  size_t DrawKind();

  const Scenario& scenario_;
  RandomSource& random_;
  std::vector<double> cumulated_weights_;
  std::vector<std::vector<HeaderView>> headers_;  // By kind.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_REQUEST_SOURCE_H_
