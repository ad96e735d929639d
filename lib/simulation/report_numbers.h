// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_SIMULATION_REPORT_NUMBERS_H_
#define MESHROUTE_LIB_SIMULATION_REPORT_NUMBERS_H_

#include <cstdint>
#include <string>

#include "meshroute/base/clock.h"
#include "meshroute/simulation/result.h"

namespace meshroute {

// Numbers as reports show them.
double SecondsOf(Duration duration);
double MillisecondsOf(Duration duration);
double PercentOf(uint64_t part, uint64_t whole);
double PerSecond(uint64_t count, const SimulatedInterval& interval);

// "750us", "8.1ms", "2.5s".
std::string ShortLatency(Duration latency);

// "0s", "12.5s", "1m30s", "2h5m": a moment of the run.
std::string ShortMoment(Duration moment);

// "0 %", "0.12 %", "4.9 %", "100 %".
std::string ShortPercent(double percent);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_SIMULATION_REPORT_NUMBERS_H_
