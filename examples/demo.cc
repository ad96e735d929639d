// SPDX-License-Identifier: Apache-2.0
// Seven things that Istio's rules do, shown on real HTTP traffic inside one process:
// the servers of three versions of `reviews`, a team's rule files in a folder, and
// threads that call through meshroute. Each act judges its own outcome.
//
//   demo [--plain]
//
// Exits 0 if every act is ok, 1 if one is not, 130 after Ctrl-C.
#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "console/interrupt.h"
#include "console/terminal.h"
#include "console/text.h"
#include "demo/acts.h"
#include "demo/board.h"
#include "demo/event_log.h"
#include "demo/review_server.h"
#include "demo/rule_folder.h"
#include "demo/stage.h"
#include "demo/tally.h"
#include "demo/traffic.h"
#include "meshroute/discovery/file_source.h"
#include "meshroute/http/http_client.h"
#include "meshroute/router.h"

namespace {

using console::Text;

constexpr std::chrono::milliseconds kLookAtFiles(50);

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "demo: %s\n", std::string(status.message()).c_str());
  return 1;
}

// Runs the acts in turn and returns the exit code.
int RunActs(demo::Stage& stage, demo::Board& board, console::Terminal& terminal) {
  const meshroute::TimePoint begin = meshroute::SteadyClock().Now();
  const std::vector<demo::Act>& acts = demo::Acts();
  size_t ok = 0;
  for (size_t i = 0; i < acts.size(); ++i) {
    board.Begin(i);
    const demo::Verdict verdict = acts[i].run(stage);
    if (console::Interrupted()) {
      terminal.Print("interrupted");
      return 130;
    }
    board.End(i, verdict);
    if (verdict.ok) ++ok;
  }
  const std::chrono::duration<double> took = meshroute::SteadyClock().Now() - begin;
  terminal.Print(Text("%zu of %zu acts ok in %.1f s", ok, acts.size(), took.count()));
  return ok == acts.size() ? 0 : 1;
}

int RunDemo(console::Terminal::Mode mode) {
  demo::ReviewServers servers;
  if (!servers.running()) return Fail(absl::UnavailableError("cannot start servers on 127.0.0.1"));
  auto rules = demo::RuleFolder::Create(MESHROUTE_EXAMPLES_DIR "/bookinfo", servers);
  if (!rules.ok()) return Fail(rules.status());

  demo::EventLog log;
  auto router = meshroute::Router::FromFiles({(*rules)->path()}, {.observer = &log});
  if (!router.ok()) return Fail(router.status());
  meshroute::FileSource source(**router, {(*rules)->path()}, kLookAtFiles);
  meshroute::HttpClient client(**router, {.due_work = {&source}});

  demo::Tally tally;
  std::vector<demo::ActTitle> titles;
  for (const demo::Act& act : demo::Acts()) titles.push_back(act.title);
  console::Terminal terminal(mode, demo::Board::Lines(titles.size()));
  demo::Board board(terminal, {**router, servers, tally}, titles);
  demo::Traffic traffic(client, tally, {});
  demo::Stage stage({servers, **rules, **router, source, client, tally, traffic, log, board});
  return RunActs(stage, board, terminal);
}

}  // namespace

int main(int argc, char** argv) {
  auto mode = console::Terminal::Mode::kAutomatic;
  for (int i = 1; i < argc; ++i) {
    if (argv[i] != std::string_view("--plain")) {
      std::fprintf(stderr, "usage: demo [--plain]\n");
      return 2;
    }
    mode = console::Terminal::Mode::kPlain;
  }
  console::CatchInterrupts();
  return RunDemo(mode);
}
