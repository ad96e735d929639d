// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/simulated_mesh.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "meshroute/base/hash.h"
#include "meshroute/config/duration.h"

namespace meshroute {
namespace {

// Independent streams of chance out of one seed.
constexpr uint64_t kProcessStream = 0x9e3779b97f4a7c15ULL;

RouterOptions OptionsFor(const Scenario& scenario, SimulationClock& clock, RandomSource& random,
                         Observer& observer) {
  RouterOptions options;
  options.client.namespace_name = scenario.client.namespace_name;
  options.client.labels = scenario.client.labels;
  options.client.locality = scenario.client.locality;
  options.client.hostname = "simulation";
  options.clock = &clock;
  options.random = &random;
  options.observer = &observer;
  return options;
}

std::string TextOf(const EjectionEvent& event) {
  const std::string of =
      absl::StrCat(std::string(event.endpoint), " of ", std::string(event.destination), ": ");
  switch (event.change) {
    case EjectionEvent::Change::kEjected:
      return absl::StrCat(of, "ejected for ", FormatDuration(event.ejection_time), ", ",
                          std::string(event.reason));
    case EjectionEvent::Change::kRefusedByCap:
      return absl::StrCat(of, "not ejected, too many are already, ", std::string(event.reason));
    case EjectionEvent::Change::kNotEnforced:
    case EjectionEvent::Change::kSuppressed:
      return absl::StrCat(of, "found wanting and left alone, ", std::string(event.reason));
    case EjectionEvent::Change::kOnTrial:
      return absl::StrCat(of, "on trial");
    case EjectionEvent::Change::kReadmitted:
      break;
  }
  return absl::StrCat(of, "back in service");
}

}  // namespace

// One process: a Router and what it tells.
class SimulatedMesh::Process final : public Observer {
 public:
  Process(const Scenario& scenario, size_t number, uint64_t seed, SimulatedMesh& mesh)
      : mesh_(mesh),
        number_(number),
        prefix_(scenario.processes.count > 1 ? absl::StrCat("process ", number, ": ") : ""),
        random_(seed),
        router_(OptionsFor(scenario, mesh.clock_, random_, *this)) {}

  Router& router() { return router_; }

  void OnAttemptEnd(const AttemptEvent& event) override {
    if (event.assignment == nullptr) return;
    if (const std::optional<Trial> trial = TrialOf(event, mesh_.clock_.Now())) {
      mesh_.rollouts_.Record(number_, *trial);
    }
  }

  void OnMirrorEnd(const MirrorEvent& event) override {
    if (const std::optional<Trial> trial = TrialOf(event, mesh_.clock_.Now())) {
      mesh_.rollouts_.Record(number_, *trial);
    }
  }

  void OnCallEnd(const CallEvent& event) override {
    if (event.assignment == nullptr) return;
    if (const std::optional<Trial> trial = TrialOf(event, mesh_.clock_.Now())) {
      mesh_.rollouts_.Record(number_, *trial);
    }
    mesh_.rollouts_.CountCall(*event.assignment, event.status);
  }

  void OnEjection(const EjectionEvent& event) override {
    changed_ = true;
    if (event.change == EjectionEvent::Change::kEjected) mesh_.recorder_.CountEjection();
    mesh_.recorder_.AddEvent(mesh_.clock_.elapsed(), "ejection",
                             absl::StrCat(prefix_, TextOf(event)));
  }

  // How many addresses are set aside in any of its pools.
  uint64_t CountEjected() {
    if (!std::exchange(changed_, false)) return ejected_;
    std::set<std::string_view> addresses;
    const std::shared_ptr<const TrafficTables> tables = router_.tables();
    for (const std::shared_ptr<SubsetPool>& pool : tables->pools) {
      if (pool == nullptr) continue;
      for (size_t i = 0; i < pool->endpoints().size(); ++i) {
        const Endpoint& endpoint = pool->endpoints().at(i);
        if (endpoint.ejected()) addresses.insert(endpoint.address());
      }
    }
    ejected_ = addresses.size();
    return ejected_;
  }

  void NoteChange() { changed_ = true; }

 private:
  SimulatedMesh& mesh_;
  const size_t number_;
  const std::string prefix_;
  SeededRandom random_;
  Router router_;
  bool changed_ = false;  // Who is ejected, since it was last counted.
  uint64_t ejected_ = 0;
};

SimulatedMesh::SimulatedMesh(const LoadedScenario& loaded, uint64_t seed, SimulationClock& clock,
                             Recorder& recorder)
    : scenario_(loaded.scenario),
      seed_(seed),
      clock_(clock),
      recorder_(recorder),
      rollouts_(scenario_, seed, clock, recorder) {
  for (uint32_t i = 0; i < scenario_.processes.count; ++i) {
    processes_.push_back(
        std::make_unique<Process>(scenario_, i, seed ^ (kProcessStream * (i + 1)), *this));
    rollouts_.AddRouter(processes_.back()->router());
  }
  Apply(loaded.rules);
}

SimulatedMesh::~SimulatedMesh() = default;

Router& SimulatedMesh::router(size_t process) { return processes_[process]->router(); }

void SimulatedMesh::Apply(const ValidatedConfig& rules) {
  for (const std::unique_ptr<Process>& process : processes_) process->router().Apply(rules);
  rollouts_.Apply(rules);
  ForgetPools();
}

absl::Status SimulatedMesh::SetEndpoints(const EndpointsChange& change) {
  std::vector<EndpointSpec> specs;
  for (const SimulatedEndpoint& endpoint : change.endpoints) {
    EndpointSpec& spec = specs.emplace_back();
    spec.address = endpoint.address;
    spec.labels = endpoint.labels;
    spec.locality = endpoint.locality;
    spec.weight = endpoint.weight;
  }
  absl::Status status;
  for (const std::unique_ptr<Process>& process : processes_) {
    status.Update(process->router().SetEndpoints(change.host, specs));
  }
  ForgetPools();
  return status;
}

void SimulatedMesh::ForgetPools() {
  endpoint_cache_.clear();
  pool_cache_.clear();
  for (const std::unique_ptr<Process>& process : processes_) process->NoteChange();
}

ScriptedEndpoint& SimulatedMesh::EndpointAt(std::string_view address, const Labels& labels) {
  std::unique_ptr<ScriptedEndpoint>& endpoint = endpoints_[{std::string(address), labels}];
  if (endpoint == nullptr) {
    endpoint =
        std::make_unique<ScriptedEndpoint>(scenario_, address, labels, seed_ ^ XxHash64(address));
  }
  return *endpoint;
}

ScriptedEndpoint& SimulatedMesh::EndpointOf(const Endpoint* endpoint, std::string_view authority) {
  if (endpoint == nullptr) return EndpointAt(authority, {});
  ScriptedEndpoint*& cached = endpoint_cache_[endpoint];
  if (cached == nullptr) cached = &EndpointAt(endpoint->address(), endpoint->spec().labels);
  return *cached;
}

PoolFacts SimulatedMesh::FactsOf(SubsetPool* pool) {
  if (pool == nullptr) return {};
  PoolFacts& facts = pool_cache_[pool];
  if (facts.connections == nullptr) {
    facts.version = recorder_.VersionOf(pool->key().host, pool->key().subset);
    facts.connections = &connections_.emplace_back(*pool, lines_[pool->breaker().counts()]);
  }
  return facts;
}

Duration SimulatedMesh::RunDue() {
  TimePoint next = kNever;
  for (const std::unique_ptr<Process>& process : processes_) {
    next = std::min(next, process->router().RunDue(clock_.Now()));
  }
  return SimulationClock::Since(next);
}

void SimulatedMesh::CountEjected() {
  uint64_t most = 0;
  for (const std::unique_ptr<Process>& process : processes_) {
    most = std::max(most, process->CountEjected());
  }
  if (most != recorder_.ejected()) recorder_.SetEjected(most);
}

}  // namespace meshroute
