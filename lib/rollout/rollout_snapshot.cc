// SPDX-License-Identifier: Apache-2.0
#include "meshroute/rollout/rollout_snapshot.h"

#include <algorithm>
#include <type_traits>

#include "lib/rollout/shard_bytes.h"

namespace meshroute {
namespace {

constexpr std::string_view kMagic = "meshroute rollout snapshot 3\n";
constexpr std::string_view kMagicWithoutPairs = "meshroute rollout snapshot 2\n";
constexpr size_t kMostBytes = size_t{64} << 20;

// One list of the fields of a progress, for both ways.
template <typename Progress, typename Visit>
void VisitProgress(Progress& progress, Visit&& visit) {
  visit(progress.generation, progress.attempt, progress.phase, progress.paused_phase,
        progress.pause_reason, progress.reason, progress.step, progress.tag, progress.weight,
        progress.version, progress.salt, progress.return_step);
  visit(progress.in_phase, progress.in_paused_phase, progress.in_step, progress.step_wall,
        progress.timeout_at, progress.paused, progress.running, progress.since_check);
  visit(progress.step_stakes, progress.failed_checks, progress.check_passed,
        progress.first_stake_used, progress.holding, progress.baseline_worse, progress.gates_open,
        progress.gates_asked, progress.rested, progress.suspect, progress.suspected_for,
        progress.suspect_known);
  for (auto& rate : progress.watch_rates) visit(rate);
}

template <typename Event, typename Visit>
void VisitEvent(Event& event, Visit&& visit) {
  visit(event.kind, event.rollout, event.revision, event.generation, event.attempt, event.at,
        event.step, event.weight, event.subject, event.by, event.score, event.score_limit,
        event.score_without, event.sentence);
}

struct WriteValue {
  ByteWriter& writer;

  template <typename... T>
  void operator()(const T&... values) const {
    (One(values), ...);
  }

  template <typename T>
  void One(const T& value) const {
    if constexpr (std::is_same_v<T, std::string>) {
      writer.Add(std::string_view(value));
    } else if constexpr (std::is_same_v<T, Duration>) {
      writer.Add(int64_t{value.count()});
    } else if constexpr (std::is_same_v<T, WallTime>) {
      writer.Add(int64_t{value.time_since_epoch().count()});
    } else if constexpr (std::is_same_v<T, double>) {
      writer.Add(value);
    } else {
      writer.Add(static_cast<uint64_t>(value));
    }
  }
};

// An enum whose number is too large becomes its first value: what a checksum lets
// through was written by us.
template <typename Enum>
constexpr uint64_t kValues = 256;
template <>
constexpr uint64_t kValues<RolloutPhase> = kRolloutPhases;
template <>
constexpr uint64_t kValues<PauseReason> = 6;
template <>
constexpr uint64_t kValues<RolloutEvent::Kind> = RolloutEvent::kKinds;

struct ReadValue {
  ByteReader& reader;

  template <typename... T>
  void operator()(T&... values) const {
    (One(values), ...);
  }

  template <typename T>
  void One(T& value) const {
    if constexpr (std::is_same_v<T, std::string>) {
      value = reader.Text();
    } else if constexpr (std::is_same_v<T, Duration>) {
      value = Duration(reader.Signed());
    } else if constexpr (std::is_same_v<T, WallTime>) {
      value = WallTime(Duration(reader.Signed()));
    } else if constexpr (std::is_same_v<T, double>) {
      value = reader.Real();
    } else if constexpr (std::is_same_v<T, bool>) {
      value = reader.Flag();
    } else if constexpr (std::is_enum_v<T>) {
      const uint64_t number = reader.Number();
      value = static_cast<T>(number < kValues<T> ? number : 0);
    } else {
      value = static_cast<T>(reader.Number());
    }
  }
};

void WriteBets(const RolloutSnapshot::Bets& bets, ByteWriter& writer) {
  writer.Add(std::string_view(bets.endpoint));
  writer.Add(uint64_t{bets.metrics.size()});
  for (const RolloutSnapshot::Logs& logs : bets.metrics) {
    for (const double log : logs) writer.Add(log);
  }
}

RolloutSnapshot::Bets ReadBets(ByteReader& reader) {
  RolloutSnapshot::Bets bets;
  bets.endpoint = reader.Text();
  bets.metrics.resize(reader.Count(kScoreGrid * 8));
  for (RolloutSnapshot::Logs& logs : bets.metrics) {
    for (double& log : logs) log = reader.Real();
  }
  return bets;
}

// Behind everything else, as what older versions do not know.
void WritePairs(const RolloutSnapshot::Bets& bets, ByteWriter& writer) {
  writer.Add(uint64_t{bets.pairs.size()});
  for (const RolloutSnapshot::PairLogs& logs : bets.pairs) {
    for (const double log : logs) writer.Add(log);
  }
}

void ReadPairs(ByteReader& reader, RolloutSnapshot::Bets& bets) {
  bets.pairs.resize(reader.Count(PairScore::kGrid * 8));
  for (RolloutSnapshot::PairLogs& logs : bets.pairs) {
    for (double& log : logs) log = reader.Real();
  }
}

bool HavePairs(const RolloutSnapshot& snapshot) {
  const auto counted = [](const auto& part) { return HavePairs(part.counters); };
  return (!snapshot.bets.empty() && !snapshot.bets[0].pairs.empty()) ||
         std::any_of(snapshot.steps.begin(), snapshot.steps.end(), counted) ||
         std::any_of(snapshot.merged.begin(), snapshot.merged.end(), counted);
}

void WriteStep(const RolloutSnapshot::Step& step, ByteWriter& writer) {
  WriteValue{writer}(step.tag, step.mode, step.weight, step.weight_before);
  writer.Add(uint64_t{step.latency_limits.size()});
  for (const Duration limit : step.latency_limits) writer.Add(int64_t{limit.count()});
  Write(step.counters, writer);
}

RolloutSnapshot::Step ReadStep(ByteReader& reader) {
  RolloutSnapshot::Step step;
  ReadValue{reader}(step.tag, step.mode, step.weight, step.weight_before);
  step.latency_limits.resize(reader.Count(8));
  for (Duration& limit : step.latency_limits) limit = Duration(reader.Signed());
  step.counters = ReadCounters(reader);
  return step;
}

bool IsSane(const RolloutSnapshot::Step& step) {
  constexpr uint8_t kCompared = 1;
  const auto is_share = [](double weight) { return weight >= 0 && weight <= 1; };
  if (!is_share(step.weight) || !is_share(step.weight_before)) return false;
  // A plan that changes may take the canary back a little: weight_before is above weight then.
  return step.mode != kCompared || (step.weight > 0 && step.weight < 1 && step.weight_before < 1);
}

// Whether the numbers can be those of a rollout: what they index, divide by and add to.
bool IsSane(const RolloutSnapshot& snapshot) {
  constexpr Duration kLong = std::chrono::hours(24 * 3650);
  constexpr uint32_t kFarApart = 100'000;
  const RolloutProgress& progress = snapshot.progress;
  for (const Duration span : {progress.in_phase, progress.in_paused_phase, progress.in_step,
                              progress.step_wall, progress.timeout_at, progress.paused,
                              progress.running, progress.since_check, progress.suspected_for}) {
    if (span < Duration(0) || span > kLong) return false;
  }
  if (snapshot.saved_at.time_since_epoch() < Duration(0)) return false;
  if (!(progress.weight >= 0 && progress.weight <= 1)) return false;
  for (size_t i = 0; i < snapshot.steps.size(); ++i) {
    if (!IsSane(snapshot.steps[i])) return false;
    if (i > 0 && snapshot.steps[i].tag <= snapshot.steps[i - 1].tag) return false;
  }
  return snapshot.steps.empty() || (progress.tag >= snapshot.steps.back().tag &&
                                    progress.tag - snapshot.steps[0].tag < kFarApart);
}

}  // namespace

std::string EncodeSnapshot(const RolloutSnapshot& snapshot) {
  ByteWriter writer;
  const WriteValue write{writer};
  write(snapshot.plan_hash, snapshot.revision, snapshot.cash, snapshot.periodic_stakes,
        snapshot.saved_at);
  VisitProgress(snapshot.progress, write);
  writer.Add(uint64_t{snapshot.bets.size()});
  for (const RolloutSnapshot::Bets& bets : snapshot.bets) WriteBets(bets, writer);
  WriteBets(snapshot.mirror, writer);
  writer.Add(uint64_t{snapshot.steps.size()});
  for (const RolloutSnapshot::Step& step : snapshot.steps) WriteStep(step, writer);
  writer.Add(uint64_t{snapshot.merged.size()});
  for (const EvidenceShard& shard : snapshot.merged) Write(shard, writer);
  writer.Add(uint64_t{snapshot.history.size()});
  for (const RolloutEvent& event : snapshot.history) VisitEvent(event, write);
  // Without pairs as it was before there were any: processes of both versions may meet.
  if (!HavePairs(snapshot)) return writer.Finish(kMagicWithoutPairs);
  for (const RolloutSnapshot::Bets& bets : snapshot.bets) WritePairs(bets, writer);
  WritePairs(snapshot.mirror, writer);
  return writer.Finish(kMagic);
}

absl::StatusOr<RolloutSnapshot> DecodeSnapshot(std::string_view bytes) {
  if (bytes.size() > kMostBytes) return absl::DataLossError("the snapshot is too large");
  const bool is_older = bytes.substr(0, kMagicWithoutPairs.size()) == kMagicWithoutPairs;
  ByteReader reader(bytes, is_older ? kMagicWithoutPairs : kMagic);
  const ReadValue read{reader};
  RolloutSnapshot snapshot;
  read(snapshot.plan_hash, snapshot.revision, snapshot.cash, snapshot.periodic_stakes,
       snapshot.saved_at);
  VisitProgress(snapshot.progress, read);
  for (size_t i = reader.Count(16); i > 0; --i) snapshot.bets.push_back(ReadBets(reader));
  snapshot.mirror = ReadBets(reader);
  for (size_t i = reader.Count(48); i > 0; --i) snapshot.steps.push_back(ReadStep(reader));
  for (size_t i = reader.Count(40); i > 0; --i) snapshot.merged.push_back(ReadShard(reader));
  for (size_t i = reader.Count(14 * 8); i > 0; --i) {
    VisitEvent(snapshot.history.emplace_back(), read);
  }
  if (!is_older) {
    for (RolloutSnapshot::Bets& bets : snapshot.bets) ReadPairs(reader, bets);
    ReadPairs(reader, snapshot.mirror);
  }
  if (!reader.at_end() || !IsSane(snapshot)) {
    return absl::DataLossError("the snapshot is damaged, or of another version");
  }
  return snapshot;
}

}  // namespace meshroute
