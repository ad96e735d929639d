// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROUTER_H_
#define MESHROUTE_ROUTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/due_work.h"
#include "meshroute/base/mutex.h"
#include "meshroute/base/random_source.h"
#include "meshroute/base/snapshot.h"
#include "meshroute/call/call.h"
#include "meshroute/call/call_options.h"
#include "meshroute/call/connection_target.h"
#include "meshroute/call/credential_provider.h"
#include "meshroute/call/traffic_tables.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/traffic_split.h"
#include "meshroute/telemetry/decision.h"
#include "meshroute/telemetry/observer.h"
#include "meshroute/upstream/endpoint.h"
#include "meshroute/upstream/load_balancer.h"

namespace meshroute {

// What a Router is told once, when it is made.
struct RouterOptions {
  ClientIdentity client{};
  MeshOptions mesh{};
  LoadOptions load{};

  // Outlive the Router and all its calls. `observer` may be null.
  Clock* clock = &SteadyClock();
  RandomSource* random = &ThreadRandom();
  Observer* observer = nullptr;

  // Balancers of the embedder's own; a rule that names another is an error where the
  // Router loads it. May be null; outlives the Router.
  const CustomBalancers* balancers = nullptr;

  // Where TLS certificates come from that no file holds (credentialName, mode
  // ISTIO_MUTUAL); nullptr: destinations that need one are answered 503 UF.
  CredentialProvider* credentials = nullptr;
};

// `base` with what a MeshConfig in a file sets (config/mesh_config.h): YAML, or JSON where
// it is named .json. InvalidArgument with every problem, a line each. What is known and
// not obeyed is no error; ReadMeshConfigYaml tells of it. Needs meshroute::yaml.
//
//   RouterOptions options;
//   absl::StatusOr<MeshOptions> mesh = MeshOptionsFromFile("/etc/mesh.yaml", options.mesh);
absl::StatusOr<MeshOptions> MeshOptionsFromFile(const std::string& path,
                                                const MeshOptions& base = {},
                                                const LoadOptions& load = {});

// What Router::Explain is to assume.
struct ExplainOptions {
  CallOptions call{};

  // Where the split, faults and mirrors draw from; nullptr: the router's. Pools
  // draw from the router's in any case.
  RandomSource* random = nullptr;
};

// Applies Istio's traffic rules to the calls of one client: joins resources,
// endpoints and pools into one immutable snapshot and starts calls on it.
//
//   absl::StatusOr<std::unique_ptr<Router>> router = Router::FromFiles({"bookinfo.yaml"});
//   Call call = (*router)->Start({.authority = "reviews:9080", .path = "/reviews/1"});
//
// Every update makes a whole new snapshot and publishes it with one pointer;
// a call in progress stays on the one that it began with. What has gathered per
// address and destination (load, ejections, breaker counts) goes on. A refused
// update changes nothing. Starts no thread. Thread-safe; Start never waits for
// an update. The Router must outlive its calls.
class Router final : public DueWork {
 public:
  // A router without any rule: every host is let through as it is dialled.
  explicit Router(RouterOptions options = {});
  ~Router() override;
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Reads YAML and JSON files; a folder stands for its .yaml, .yml and .json
  // files. InvalidArgument with every problem, a line each:
  // "file:line:column: Kind namespace/name: field.path: what is wrong". Needs
  // the component meshroute::yaml.
  static absl::StatusOr<std::unique_ptr<Router>> FromFiles(const std::vector<std::string>& paths,
                                                           RouterOptions options = {});

  // Reads the files anew and applies them all, or changes nothing. Needs
  // meshroute::yaml. To follow changes by itself: discovery/file_source.h.
  absl::Status LoadFiles(const std::vector<std::string>& paths);

  // Puts `config` in place of all resources before it. Never fails: what
  // Validate let pass can be compiled.
  void Apply(ValidatedConfig config);

  // Endpoints of a host from the embedder (its own discovery), in place of those
  // that a ServiceEntry declares. Addresses are "ip:port"; a locality that is not set is
  // taken from the labels, and gives the labels of its region and zone. `host` is completed
  // in the client's namespace. Empty: the host has no endpoints (503 UH).
  // InvalidArgument for an address without a port.
  absl::Status SetEndpoints(std::string_view host, std::vector<EndpointSpec> endpoints);

  // Goes back to what the ServiceEntries declare.
  void ClearEndpoints(std::string_view host);

  // Puts `splits` in place of all splits before them; the rules that they do not name go
  // back to their own weights. Those that are CompileAlike with what is in force are
  // published without compiling anything, in microseconds whatever the size of the
  // configuration. A call keeps what was drawn for it. InvalidArgument: a split makes no
  // sense; NotFound: a new one has no rule in the configuration in force; then nothing
  // changes. A later update of the configuration keeps all splits; one whose rule it
  // lacks waits for it to come back and is told of by warnings() and ConfigEvent.
  absl::Status SetSplits(std::vector<TrafficSplit> splits);

  // Asks outlier detection to set an endpoint of `destination` aside now, as someone who
  // knows more of it than answers tell (a rollout, an operator): see SubsetPool::Eject.
  // NotFound also: no rule in force leads to such a destination.
  absl::StatusOr<Duration> Eject(const DestinationKey& destination, std::string_view address,
                                 const EjectionAsk& ask = {});

  // Begins a call. `request`'s memory must outlive it. Does not block.
  Call Start(const RequestView& request, const CallOptions& options = {}) const;

  // Where a connection that the caller opens by itself goes: the `tls` and `tcp`
  // rules. Draws once per connection. Does not block.
  ConnectionTarget MatchConnection(const ConnectionView& connection) const;

  // What would be done with `request` now, and why: runs the call as far as its
  // first send or its answer, by the code that serves calls, with a recorder.
  // Injected delays are told, not waited for. The attempt is cancelled at once: it
  // reaches no observer and no detector, but takes its turn of a round robin. For
  // people: costs what compiling the VirtualServices costs.
  Decision Explain(const RequestView& request, const ExplainOptions& options = {}) const;

  // Runs outlier sweeps that are due (DueWork). Without anyone calling it,
  // ejected endpoints stay out: HttpClient does, or the embedder's loop.
  TimePoint RunDue(TimePoint now) override;

  // What is in force, for tools and tests. Holding it keeps it alive.
  std::shared_ptr<const TrafficTables> tables() const { return tables_.Get(); }

  // What is doubtful in the configuration in force: what the load said of single
  // objects, e.g. fields that are not enforced in-process, and what Analyze
  // (config/analysis.h) finds between them for this client. Only what is certain:
  // no infos, and nothing of hosts and endpoints once SetEndpoints has given any,
  // since then the config does not tell of all. Analyses anew with every call.
  std::vector<ConfigProblem> warnings() const;

  // 1 for the empty router; grows by 1 with each update.
  uint64_t version() const { return tables_.Get()->version; }

  const RouterOptions& options() const { return options_; }

 private:
  using EndpointsByHost = std::map<std::string, std::vector<EndpointSpec>, std::less<>>;

  using NewTables = std::shared_ptr<const TrafficTables>;

  // Compiles `config` with `splits` and with what is known of endpoints.
  std::shared_ptr<TrafficTables> Compile(const ValidatedConfig& config,
                                         std::vector<TrafficSplit> splits)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(update_mutex_);

  // Compiles `config` with the splits in force and puts it in force. Returns it, to
  // be announced once the lock is given back.
  NewTables Publish(const ValidatedConfig& config) ABSL_EXCLUSIVE_LOCKS_REQUIRED(update_mutex_);

  absl::StatusOr<NewTables> PublishSplits(std::vector<TrafficSplit> splits)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(update_mutex_);

  void Announce(const TrafficTables& tables) const;

  // The pool of `destination`, going on from `previous` (may be null); nullptr
  // where the destination does not exist.
  std::shared_ptr<SubsetPool> MakePool(const RoutedDestination& destination,
                                       const SubsetPool* previous) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(update_mutex_);

  const RouterOptions options_;
  mutable Mutex update_mutex_;  // One update at a time.
  EndpointsByHost endpoints_ ABSL_GUARDED_BY(update_mutex_);
  Snapshot<TrafficTables> tables_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROUTER_H_
