// SPDX-License-Identifier: Apache-2.0
// One decision: host + match + split + breaker permit + pick + report + release,
// on one and two threads. The clock stands still: reading it is not part of the
// decision. Compared are figures of one run, see README.md.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "meshroute/config/validated_config.h"
#include "meshroute/router.h"

namespace meshroute {
namespace {

// Never moves; costs a load where the steady clock costs a system call's worth.
class StoppedClock final : public Clock {
 public:
  TimePoint Now() const override { return TimePoint(std::chrono::hours(1)); }
  void SleepUntil(TimePoint) override {}
};

VirtualService RulesFor(const std::string& host, int rules) {
  VirtualService service;
  service.metadata.name = host;
  service.metadata.namespace_name = "default";
  service.hosts = {host};
  for (int i = 0; i < rules; ++i) {
    HttpRoute route;
    route.name = "rule-" + std::to_string(i);
    HttpMatchRequest match;
    match.uri = StringMatch::Prefix("/api/v1/resource-" + std::to_string(i) + "/");
    route.match.push_back(std::move(match));
    for (const char* subset : {"v1", "v2"}) {
      HttpRouteDestination share;
      share.destination.emplace();
      share.destination->host = host;
      share.destination->subset = subset;
      share.weight = subset[1] == '1' ? 90 : 10;
      route.route.push_back(std::move(share));
    }
    service.http.push_back(std::move(route));
  }
  return service;
}

DestinationRule SubsetsOf(const std::string& host) {
  DestinationRule rule;
  rule.metadata.name = host;
  rule.metadata.namespace_name = "default";
  rule.host = host;
  rule.traffic_policy.emplace().outlier_detection.emplace();
  for (const char* version : {"v1", "v2"}) {
    Subset subset;
    subset.name = version;
    subset.labels["version"] = version;
    rule.subsets.push_back(std::move(subset));
  }
  return rule;
}

std::unique_ptr<Router> MakeRouter(int rules, int endpoints, Clock& clock) {
  Resources resources;
  resources.virtual_services.push_back(RulesFor("reviews", rules));
  resources.destination_rules.push_back(SubsetsOf("reviews"));
  absl::StatusOr<ValidatedConfig> config = Validate(std::move(resources));
  if (!config.ok()) {
    std::fprintf(stderr, "%s\n", config.status().ToString().c_str());
    std::abort();
  }
  RouterOptions options;
  options.clock = &clock;
  auto router = std::make_unique<Router>(options);
  std::vector<EndpointSpec> specs;
  for (int i = 0; i < endpoints; ++i) {
    EndpointSpec spec;
    spec.address = "10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
                   std::to_string(i % 256) + ":9080";
    spec.labels["version"] = i % 2 == 0 ? "v1" : "v2";
    specs.push_back(std::move(spec));
  }
  (void)router->SetEndpoints("reviews", std::move(specs));
  router->Apply(*std::move(config));
  return router;
}

// One router per size for all threads of a benchmark.
Router& RouterOf(int rules, int endpoints) {
  static StoppedClock* const clock = new StoppedClock();
  static auto* const routers = new std::map<std::pair<int, int>, std::unique_ptr<Router>>();
  static Mutex* const mutex = new Mutex();
  const MutexLock lock(*mutex);
  std::unique_ptr<Router>& router = (*routers)[{rules, endpoints}];
  if (router == nullptr) router = MakeRouter(rules, endpoints, *clock);
  return *router;
}

void Decision(benchmark::State& state) {
  const int rules = static_cast<int>(state.range(0));
  Router& router = RouterOf(rules, static_cast<int>(state.range(1)));
  const HeaderView headers[] = {{"user-agent", "benchmark"}, {"x-request-id", "7"}};
  const std::string path = "/api/v1/resource-" + std::to_string(rules - 1) + "/item/7";
  RequestView request;
  request.authority = "reviews:9080";
  request.path = path;
  request.headers = headers;
  for (auto _ : state) {
    Call call = router.Start(request);
    Step step = call.Next();
    const auto* send = std::get_if<Send>(&step);
    if (send == nullptr) {
      state.SkipWithError("no endpoint was chosen");
      break;
    }
    call.Report(send->attempt, Outcome::Status(200));
    step = call.Next();
    benchmark::DoNotOptimize(step);
  }
}
BENCHMARK(Decision)
    ->ArgNames({"rules", "endpoints"})
    ->Args({10, 10})
    ->Args({10, 100})
    ->Args({10, 1000})
    ->Args({100, 1000})
    ->Args({1000, 1000})
    ->Args({10000, 100000})
    ->Threads(1)
    ->Threads(2);

// For the count of instructions (scripts/bench.py): what 20,000 more of them take.
BENCHMARK(Decision)
    ->ArgNames({"rules", "endpoints"})
    ->Args({10, 10})
    ->Iterations(10'000)
    ->Threads(1);
BENCHMARK(Decision)
    ->ArgNames({"rules", "endpoints"})
    ->Args({10, 10})
    ->Iterations(30'000)
    ->Threads(1);

}  // namespace
}  // namespace meshroute
