// SPDX-License-Identifier: Apache-2.0
// Outlier detection alone, for a program that balances by itself. One endpoint of five is slow; it
// is set aside at the next sweep and, when its time is over, tried before it is back.
#include <chrono>
#include <cstdio>

#include "meshroute/upstream/outlier_detector.h"

int main() {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  meshroute::OutlierDetection settings;
  settings.max_ejection_percent = 20;  // One of five may be out.
  meshroute::OutlierDetectionExtension extension;
  extension.latency.emplace().request_volume = 20;
  extension.half_open = meshroute::HalfOpenReturn{.percent = 5, .successes = 3};
  meshroute::EndpointSet endpoints(meshroute::MakeEndpoints({{.address = "a:80"},
                                                             {.address = "b:80"},
                                                             {.address = "c:80"},
                                                             {.address = "d:80"},
                                                             {.address = "e:80"}}));
  meshroute::OutlierDetector detector(settings, extension, endpoints, {});

  meshroute::TimePoint now{};
  for (size_t i = 0; i < 100; ++i) {  // Here you send your requests.
    const milliseconds took(i % 5 == 3 ? 300 : 20);
    detector.Record(endpoints.at(i % 5), meshroute::Outcome::Status(200, took), now);
  }
  const meshroute::Endpoint& slow = endpoints.at(3);
  detector.Sweep(now += seconds(10));
  std::printf("after 10 s: %s\n", slow.ejected() ? "ejected" : "in service");
  detector.Sweep(now += seconds(30));
  std::printf("after 40 s: %s\n", slow.on_trial() ? "on trial" : "not on trial");
  for (int i = 0; i < 3; ++i) detector.Record(slow, meshroute::Outcome::Status(200), now);
  std::printf("three answers later: %s\n", slow.ejected() ? "ejected" : "in service");
  return slow.available() && detector.counters().ejections == 1 ? 0 : 1;
}
