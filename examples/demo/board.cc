// SPDX-License-Identifier: Apache-2.0
#include "demo/board.h"

#include <chrono>
#include <cinttypes>
#include <utility>

#include "console/text.h"

namespace demo {
namespace {

using console::Text;
using Colour = console::Terminal::Colour;

constexpr size_t kMeasuredColumns = 61;  // What is left of 80 with room for the cursor.

double Milliseconds(meshroute::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// Whether the router has set the endpoint aside.
bool IsEjected(const meshroute::TrafficTables& tables, const ReviewServer& server) {
  for (const auto& pool : tables.pools) {
    if (pool == nullptr || pool->key().subset != server.version()) continue;
    const meshroute::Endpoint* const endpoint = pool->endpoints().Find(server.address());
    if (endpoint != nullptr) return endpoint->ejected();
  }
  return false;
}

}  // namespace

Board::Board(console::Terminal& terminal, const Sources& sources, std::vector<ActTitle> acts)
    : terminal_(terminal), sources_(sources), started_at_(meshroute::SteadyClock().Now()) {
  for (ActTitle& title : acts) acts_.push_back({std::move(title), State::kToCome, {}});
  if (!terminal_.live()) {
    terminal_.Print(Text("meshroute demo: %zu servers of reviews on loopback, %zu acts",
                         sources_.servers.all().size(), acts_.size()));
  }
}

void Board::Begin(size_t act) {
  acts_[act].state = State::kRunning;
  Refresh();
}

void Board::End(size_t act, const Verdict& verdict) {
  acts_[act].state = verdict.ok ? State::kOk : State::kFailed;
  acts_[act].measured = verdict.measured;
  Refresh();
  if (!terminal_.live()) terminal_.Print(LineOf(act));
}

void Board::Refresh() {
  if (!terminal_.live()) return;
  const double elapsed = Milliseconds(meshroute::SteadyClock().Now() - started_at_) / 1000;
  std::vector<std::string> lines = {
      terminal_.Paint(Colour::kBold, "meshroute demo") +
          Text(": %zu servers of reviews on loopback %27.1f s", sources_.servers.all().size(),
               elapsed),
      "",
      terminal_.Paint(Colour::kFaint,
                      "version     calls    share   p50 ms   p99 ms   errors  endpoints"),
  };
  for (size_t i = 0; i < kVersions; ++i) lines.push_back(Row(static_cast<Version>(i)));
  lines.push_back("");
  for (size_t act = 0; act < acts_.size(); ++act) lines.push_back(LineOf(act));
  terminal_.Draw(lines);
}

std::string Board::Row(Version version) const {
  const Counts counts = sources_.tally.Of(version);
  const uint64_t all = sources_.tally.Total().calls;
  const double share =
      all == 0 ? 0 : 100 * static_cast<double>(counts.calls) / static_cast<double>(all);
  return Text("%-7s %9" PRIu64 " %7.1f%% %8.1f %8.1f", std::string(VersionName(version)).c_str(),
              counts.calls, share, Milliseconds(sources_.tally.Percentile(version, 0.5)),
              Milliseconds(sources_.tally.Percentile(version, 0.99))) +
         terminal_.Paint(counts.failed() > 0 ? Colour::kRed : Colour::kFaint,
                         Text("%9" PRIu64, counts.failed())) +
         "  " + Endpoints(version);
}

std::string Board::Endpoints(Version version) const {
  if (version == Version::kLocal) return "answered by a rule";
  const auto tables = sources_.router.tables();
  std::string cells;
  for (const auto& server : sources_.servers.all()) {
    if (server->version() != VersionName(version)) continue;
    if (!cells.empty()) cells += "  ";
    cells += IsEjected(*tables, *server) ? terminal_.Paint(Colour::kYellow, server->name() + " out")
                                         : server->name();
  }
  return cells;
}

std::string Board::LineOf(size_t act) const {
  const ActLine& line = acts_[act];
  const std::string name = Text("%zu %-8s ", act + 1, line.title.name.c_str());
  const std::string measured =
      terminal_.live() ? line.measured.substr(0, kMeasuredColumns) : line.measured;
  switch (line.state) {
    case State::kToCome:
      return terminal_.Paint(Colour::kFaint, "       " + name + line.title.intro);
    case State::kRunning:
      return "...    " + name + line.title.intro;
    case State::kOk:
      return terminal_.Paint(Colour::kGreen, "ok    ") + " " + name + measured;
    case State::kFailed:
      break;
  }
  return terminal_.Paint(Colour::kRed, "FAILED") + " " + name + measured;
}

}  // namespace demo
