// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_ROLLOUT_ROLLOUT_DRIVER_H_
#define MESHROUTE_ROLLOUT_ROLLOUT_DRIVER_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/due_work.h"
#include "meshroute/rollout/evidence_store.h"
#include "meshroute/rollout/rollout.h"
#include "meshroute/router.h"
#include "meshroute/telemetry/observer.h"

namespace meshroute {

struct RolloutDriverOptions {
  // Hears all that the router tells, after the driver; what it tells of updates that the
  // driver makes, when no lock is held. May be null. Outlives it.
  Observer* observer = nullptr;

  // Hears what happens to the rollouts, in order and one event at a time, on some thread
  // that is in the driver; no lock is held then, so it may call the driver. May be null.
  // Outlives it.
  RolloutObserver* rollout_observer = nullptr;

  // The folder that keeps the state of rollouts over a restart, a file for each,
  // replaced by a rename. Written by RunDue after every transition, and once a second
  // while the evidence grows; by Apply, and at the end. Empty: a restart begins anew.
  std::string state_folder{};

  // Where this process meets others that run the same rollouts, so that they run them
  // as one; also keeps their state over restarts, in place of `state_folder`. The file
  // mode, for processes of one machine: this folder, the same for all. Empty: alone.
  std::string evidence_folder{};

  // Or stores of your own, asked from RunDue and Apply alone; null: none. Outlive the
  // driver, and must not call it.
  EvidenceStores* evidence_stores = nullptr;

  // Bad requests that come faster than this are weighed together, see below.
  Duration shortest_advance = std::chrono::milliseconds(1);

  // Where others are met and `instance` is not set, one is made by `random`.
  RolloutOptions rollout{};
};

// Carries out the Rollouts in a Router's configuration: hears how calls end, and puts
// the weights that the rollouts ask for in force. Alone, or with other processes that
// meet in an EvidenceStore: one of them leads, see rollout_member.h.
//
//   RolloutDriver driver({.state_folder = "/var/lib/shop"});
//   auto router = Router::FromFiles({"routes/"}, {.observer = &driver});
//   driver.Attach(**router);
//   HttpClient client(**router, {.due_work = {&driver}});
//
// A bad request is weighed on the thread that reports it, and if it decides a rollback
// the weights are in force before that report returns; the leader's and the brake of the
// others likewise. With two exceptions. Where another thread is at work on the rollouts
// at that moment, the report does not wait: that thread weighs the request when it is
// done, before its own call returns. Where a request was weighed less than
// `shortest_advance` before, the first report after that time does, or RunDue. All else
// happens in RunDue: also that a request is bad which is still open past every latency
// limit, or which had to be `maturity` old. Files are written and stores are waited for
// there, while reports, commands and rollbacks go on. Rollouts that come with a new configuration
// begin, those that are gone from it leave their rule to its own weights. The driver gives
// the router all of its splits: nobody else may call SetSplits. Starts no thread.
// Thread-safe.
class RolloutDriver final : public Observer, public DueWork {
 public:
  explicit RolloutDriver(RolloutDriverOptions options = {});
  ~RolloutDriver() override;
  RolloutDriver(const RolloutDriver&) = delete;
  RolloutDriver& operator=(const RolloutDriver&) = delete;

  // Begins, once. `router` tells this driver as its observer, and outlives its use.
  void Attach(Router& router);

  // Advances what is due, and saves. To be called by whoever runs the router's.
  TimePoint RunDue(TimePoint now) override;

  // What someone asks of the rollout "prod/reviews". NotFound: there is none;
  // FailedPrecondition: not in its phase.
  absl::Status Apply(std::string_view rollout, RolloutCommand command, std::string_view by);

  // What became known of a call after its end, for the metric reported-success-rate:
  // `call` is Response::trial, Call::trial or CallEvent::call. Counts for the step and
  // the weight that the call was drawn with, once. NotFound: no such call is remembered.
  // Those are that began at most maxOutcomeAge ago, of the last 32768 on rules that
  // rollouts steer. Report good ones as faithfully as bad ones.
  enum class Verdict : uint8_t { kGood, kBad };
  absl::Status Report(uint64_t call, Verdict verdict);

  // By name.
  std::vector<RolloutStatus> status() const;

  // OK, or what keeps a rollout from being carried out, saved or shared, a line each.
  absl::Status last_error() const;

  void OnTrialStart(const TrialStartEvent& event) override;
  void OnAttemptEnd(const AttemptEvent& event) override;
  void OnMirrorEnd(const MirrorEvent& event) override;
  void OnCallEnd(const CallEvent& event) override;
  void OnEjection(const EjectionEvent& event) override;
  void OnConfig(const ConfigEvent& event) override;
  void OnTls(const TlsEvent& event) override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace meshroute

#endif  // MESHROUTE_ROLLOUT_ROLLOUT_DRIVER_H_
