// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/simulation_run.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "meshroute/simulation/simulation.h"

namespace meshroute {
namespace {

constexpr uint64_t kArrivalStream = 0xd1b54a32d192ed03ULL;
constexpr uint64_t kRequestStream = 0x8cb92ba72f3d8dd7ULL;

// What is to be told of incidents, by time.
std::vector<TimelineEvent> NotesOf(const std::vector<Incident>& incidents) {
  std::vector<TimelineEvent> notes;
  for (const Incident& incident : incidents) {
    const std::string name = incident.name.empty() ? "incident" : incident.name;
    notes.push_back({incident.from, "incident", absl::StrCat(name, " begins")});
    if (incident.until.has_value()) {
      notes.push_back({*incident.until, "incident", absl::StrCat(name, " is over")});
    }
  }
  std::stable_sort(notes.begin(), notes.end(),
                   [](const TimelineEvent& a, const TimelineEvent& b) { return a.at < b.at; });
  return notes;
}

}  // namespace

SimulationRun::SimulationRun(const LoadedScenario& loaded, uint64_t seed)
    : loaded_(loaded),
      scenario_(loaded.scenario),
      interval_(IntervalOf(loaded.scenario)),
      arrival_random_(seed ^ kArrivalStream),
      request_random_(seed ^ kRequestStream),
      recorder_(scenario_, seed),
      mesh_(loaded, seed, clock_, recorder_),
      arrivals_(scenario_.arrivals, scenario_.duration, arrival_random_),
      requests_(scenario_, request_random_),
      interval_end_(std::min(interval_, scenario_.duration)),
      incident_notes_(NotesOf(scenario_.incidents)) {}

SimulationResult SimulationRun::Run() {
  next_arrival_ = arrivals_.Next();
  RunUntilEnd();
  return recorder_.Take(mesh_.rollouts().Outcomes());
}

void SimulationRun::RunUntilEnd() {
  for (;;) {
    const Duration scheduled = NextScheduled();
    const Duration planned = plans_.next_at();
    if (scheduled <= planned && scheduled <= next_arrival_) {
      clock_.Set(scheduled);
      if (!DoScheduled(scheduled)) return;
    } else if (planned <= next_arrival_) {
      clock_.Set(planned);
      Handle(plans_.Pop());
    } else {
      clock_.Set(next_arrival_);
      StartCall();
      next_arrival_ = arrivals_.Next();
    }
  }
}

Duration SimulationRun::NextScheduled() {
  Duration next = std::min(interval_end_, next_due_);
  if (next_change_ < scenario_.changes.size()) {
    next = std::min(next, scenario_.changes[next_change_].at);
  }
  if (next_note_ < incident_notes_.size()) next = std::min(next, incident_notes_[next_note_].at);
  return std::min(next, mesh_.rollouts().next_at());
}

bool SimulationRun::DoScheduled(Duration now) {
  if (interval_end_ <= now) {
    CloseInterval();
    return now < scenario_.duration;
  }
  if (next_change_ < scenario_.changes.size() && scenario_.changes[next_change_].at <= now) {
    const size_t index = next_change_++;
    MakeChange(scenario_.changes[index], index);
  } else if (next_note_ < incident_notes_.size() && incident_notes_[next_note_].at <= now) {
    const TimelineEvent& note = incident_notes_[next_note_++];
    recorder_.AddEvent(now, note.kind, note.text);
  } else if (mesh_.rollouts().next_at() <= now) {
    if (mesh_.rollouts().Run() == SimulatedRollouts::Weights::kChanged) mesh_.ForgetPools();
  } else {
    next_due_ = std::max(mesh_.RunDue(), now + Duration(1));
    mesh_.CountEjected();
  }
  return true;
}

void SimulationRun::MakeChange(const ScenarioChange& change, size_t index) {
  if (loaded_.changed_rules[index].has_value()) {
    mesh_.Apply(*loaded_.changed_rules[index]);
    recorder_.AddEvent(clock_.elapsed(), "change", "new rules");
  }
  if (change.endpoints.has_value()) {
    const absl::Status status = mesh_.SetEndpoints(*change.endpoints);
    const std::string what =
        absl::StrCat(change.endpoints->host, " has ", change.endpoints->endpoints.size(),
                     " endpoints from now on");
    recorder_.AddEvent(clock_.elapsed(), "change",
                       status.ok() ? what : std::string(status.message()));
  }
  if (change.rollout.has_value()) mesh_.rollouts().Command(*change.rollout);
  next_due_ = clock_.elapsed();  // New pools have sweeps of their own.
}

void SimulationRun::CloseInterval() {
  mesh_.CountEjected();
  recorder_.CloseInterval(interval_end_, calls_.in_use(), mesh_.rollouts().Points());
  interval_end_ = std::min(interval_end_ + interval_, scenario_.duration);
}

void SimulationRun::StartCall() {
  const uint32_t number = calls_.Take();
  CallSlot& slot = calls_.at(number);
  const RequestSource::Drawn drawn = requests_.Draw(slot);
  CallOptions options;
  options.admission = Admission::kAtConnection;
  if (drawn.patience > Duration::zero()) {
    options.deadline = AddSaturated(clock_.Now(), drawn.patience);
  }
  slot.call.emplace(mesh_.router(drawn.process).Start(drawn.request, options));
  recorder_.CountStart();
  Drive(number);
}

void SimulationRun::Drive(uint32_t number) {
  CallSlot& slot = calls_.at(number);
  for (;;) {
    Step step = slot.call->Next(clock_.Now());
    if (Send* const send = std::get_if<Send>(&step)) {
      Dispatch(number, *send);
    } else if (const Done* const done = std::get_if<Done>(&step)) {
      return Finish(number, *done);
    } else if (const Wait* const wait = std::get_if<Wait>(&step)) {
      const Duration until = SimulationClock::Since(wait->until);
      if (until >= slot.next_report) return;  // The report wakes it.
      if (until != Duration::max()) {
        plans_.Push({.at = until, .slot = number, .generation = slot.generation});
      }
      return;
    }
    // What a Cancel stops, the endpoint does not hear of; its report comes to nothing.
  }
}

void SimulationRun::Dispatch(uint32_t number, Send& send) {
  CallSlot& slot = calls_.at(number);
  const PoolFacts facts = mesh_.FactsOf(send.pool);
  if (send.attempt == 1) slot.version = facts.version;
  recorder_.CountSend(facts.version);
  if (send.attempt > slot.attempts.size()) slot.attempts.resize(send.attempt);
  const std::string_view authority = slot.call->request().authority;
  SimulatedAttempt& attempt = slot.attempts[send.attempt - 1];
  attempt = {.stage = SimulatedAttempt::Stage::kWaits,
             .endpoint = &mesh_.EndpointOf(send.endpoint, authority),
             .connections = facts.connections,
             .sent_at = clock_.elapsed(),
             .deadline = SimulationClock::Since(send.deadline),
             .per_try_timeout = send.per_try_timeout};
  if (!send.mirrors.empty()) SendMirrors(send, authority);
  using Place = SimulatedConnections::Place;
  const Place place = facts.connections == nullptr
                          ? Place::kConnected
                          : facts.connections->Enter({number, slot.generation, send.attempt});
  if (place == Place::kConnected) return Serve(number, send.attempt);
  if (place == Place::kRefused) {
    attempt.connections = nullptr;
    return PlanReport(number, send.attempt, clock_.elapsed(),
                      {.kind = Outcome::Kind::kOverflow, .status = 0});
  }
  if (attempt.deadline == Duration::max()) return;
  PlanReport(number, send.attempt, attempt.deadline,
             {.kind = Outcome::Kind::kTimeout, .status = 0});
}

// The connection is ready: the endpoint gets the request.
void SimulationRun::Serve(uint32_t number, uint32_t id) {
  SimulatedAttempt& attempt = calls_.at(number).attempts[id - 1];
  attempt.stage = SimulatedAttempt::Stage::kServed;
  const Duration now = clock_.elapsed();
  if (attempt.connections != nullptr) {
    attempt.is_active = attempt.connections->Admit(clock_.Now());
    if (!attempt.is_active) {
      return PlanReport(number, id, now, {.kind = Outcome::Kind::kOverflow, .status = 0});
    }
  }
  ServedAttempt served = attempt.endpoint->Serve(now);
  Duration limit = attempt.deadline;
  if (attempt.per_try_timeout > Duration::zero()) {
    limit = std::min(limit, now + attempt.per_try_timeout);
  }
  if (served.ends > limit) served = {limit, Outcome::Kind::kTimeout, 0};
  if (served.ends != Duration::max()) PlanReport(number, id, served.ends, served);
}

void SimulationRun::PlanReport(uint32_t number, uint32_t attempt, Duration at,
                               const ServedAttempt& served) {
  CallSlot& slot = calls_.at(number);
  slot.next_report = std::min(slot.next_report, at);
  plans_.Push({.at = at,
               .slot = number,
               .generation = slot.generation,
               .attempt = attempt,
               .status = static_cast<int16_t>(served.status),
               .outcome = served.kind,
               .kind = CallEventPlan::Kind::kReport});
}

void SimulationRun::SendMirrors(Send& send, std::string_view authority) {
  for (MirrorSend& mirror : send.mirrors) {
    SimulatedConnections* const connections = mesh_.FactsOf(&mirror.pool()).connections;
    if (!connections->Admit(clock_.Now())) continue;
    if (free_mirrors_.empty()) {
      free_mirrors_.push_back(static_cast<uint32_t>(mirrors_.size()));
      mirrors_.emplace_back();
    }
    const uint32_t number = free_mirrors_.back();
    free_mirrors_.pop_back();
    const Duration now = clock_.elapsed();
    ServedAttempt served = mesh_.EndpointOf(mirror.endpoint(), authority).Serve(now);
    Duration deadline = SimulationClock::Since(mirror.deadline());
    if (mirror.per_try_timeout() > Duration::zero()) {
      deadline = std::min(deadline, now + mirror.per_try_timeout());
    }
    if (served.ends > deadline) served = {deadline, Outcome::Kind::kTimeout, 0};
    recorder_.CountSend(mesh_.FactsOf(&mirror.pool()).version);
    mirrors_[number].mirror.emplace(std::move(mirror));
    mirrors_[number].connections = connections;
    mirrors_[number].sent_at = now;
    plans_.Push({.at = served.ends,
                 .slot = number,
                 .status = static_cast<int16_t>(served.status),
                 .outcome = served.kind,
                 .kind = CallEventPlan::Kind::kMirror});
  }
}

void SimulationRun::Finish(uint32_t number, const Done& done) {
  CallSlot& slot = calls_.at(number);
  const uint32_t version =
      slot.attempts.empty() ? recorder_.VersionNamed(slot.call->destination()) : slot.version;
  recorder_.CountEnd({.version = version,
                      .status = done.status,
                      .attempts = slot.call->attempts(),
                      .latency = clock_.Now() - slot.call->started_at(),
                      .limit = done.flags.Has(Flag::kUpstreamOverflow)
                                   ? EndedCall::Limit::kReached
                                   : EndedCall::Limit::kNotReached});
  // Attempts that nobody waits for any more (hedges) leave their connections.
  for (SimulatedAttempt& attempt : slot.attempts) {
    const bool served = attempt.stage == SimulatedAttempt::Stage::kServed;
    attempt.stage = SimulatedAttempt::Stage::kOver;
    EndRequest(attempt);
    if (served) Leave(attempt.connections);
  }
  calls_.GiveBack(number);
}

void SimulationRun::Handle(const CallEventPlan& plan) {
  if (plan.kind == CallEventPlan::Kind::kMirror) return HandleMirror(plan);
  CallSlot* const slot = calls_.Find(plan.slot, plan.generation);
  if (slot == nullptr) return;
  if (plan.kind == CallEventPlan::Kind::kReport) return HandleReport(plan);
  Drive(plan.slot);
}

void SimulationRun::HandleReport(const CallEventPlan& plan) {
  CallSlot& slot = calls_.at(plan.slot);
  SimulatedAttempt& attempt = slot.attempts[plan.attempt - 1];
  if (attempt.stage == SimulatedAttempt::Stage::kOver) return;
  const bool served = attempt.stage == SimulatedAttempt::Stage::kServed;
  attempt.stage = SimulatedAttempt::Stage::kOver;
  EndRequest(attempt);
  slot.next_report = Duration::max();
  Outcome outcome = Outcome::Failure(plan.outcome, clock_.elapsed() - attempt.sent_at);
  outcome.status = plan.status;
  if (!served) outcome.request_sent = false;
  SimulatedConnections* const connections = served ? attempt.connections : nullptr;
  slot.call->Report(plan.attempt, outcome, clock_.Now());
  Leave(connections);
  Drive(plan.slot);
}

void SimulationRun::HandleMirror(const CallEventPlan& plan) {
  MirrorSlot& slot = mirrors_[plan.slot];
  Outcome outcome = Outcome::Failure(plan.outcome, clock_.elapsed() - slot.sent_at);
  outcome.status = plan.status;
  slot.connections->End();
  slot.mirror->Finish(outcome, clock_.Now());
  slot.mirror.reset();
  free_mirrors_.push_back(plan.slot);
}

void SimulationRun::EndRequest(SimulatedAttempt& attempt) {
  if (std::exchange(attempt.is_active, false)) attempt.connections->End();
}

// Gives a connection back; the next attempt that waits for one is sent.
void SimulationRun::Leave(SimulatedConnections* connections) {
  if (connections == nullptr) return;
  connections->Leave([this](const SimulatedConnections::Waiter& waiter) {
    CallSlot* const slot = calls_.Find(waiter.slot, waiter.generation);
    if (slot == nullptr) return false;
    if (slot->attempts[waiter.attempt - 1].stage != SimulatedAttempt::Stage::kWaits) return false;
    Serve(waiter.slot, waiter.attempt);
    return true;
  });
}

SimulationResult Simulate(const LoadedScenario& loaded, uint64_t seed) {
  return SimulationRun(loaded, seed).Run();
}

}  // namespace meshroute
