// SPDX-License-Identifier: Apache-2.0
// A rollout from 5 to 100 % on real HTTP traffic, decided inside the calling process:
// once of a version that is well, once of one that fails 5 % of its calls.
//
//   canary [--plain] [--report FILE]
//
// FILE gets a page with the curves of weight, errors and score. Exits 0 if the first
// was promoted and the second rolled back, 1 if not, 130 after Ctrl-C.
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "canary/board.h"
#include "canary/report.h"
#include "canary/story.h"
#include "console/interrupt.h"
#include "console/terminal.h"

namespace {

struct Arguments {
  console::Terminal::Mode mode = console::Terminal::Mode::kAutomatic;
  std::string report;
};

int Fail(const std::string& what) {
  std::fprintf(stderr, "canary: %s\n", what.c_str());
  return 1;
}

bool Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file.good();
}

int RunStories(const Arguments& arguments) {
  const canary::Story stories[] = {
      {"1 of 2: v2 is well", 0, meshroute::RolloutPhase::kSucceeded},
      {"2 of 2: v2 fails 5 % of its calls", 0.05, meshroute::RolloutPhase::kFailed},
  };
  console::Terminal terminal(arguments.mode, canary::Board::Lines());
  canary::Board board(terminal);
  std::vector<canary::Tale> tales;
  bool all_ok = true;
  for (const canary::Story& story : stories) {
    absl::StatusOr<canary::Tale> tale =
        canary::Run(story, MESHROUTE_EXAMPLES_DIR "/canary/rules", board);
    if (!tale.ok()) return Fail(std::string(tale.status().message()));
    if (console::Interrupted()) return 130;
    all_ok = all_ok && tale->ok;
    tales.push_back(*std::move(tale));
  }
  if (!arguments.report.empty()) {
    if (!Write(arguments.report, canary::ReportOf(tales))) {
      return Fail("cannot write " + arguments.report);
    }
    terminal.Print("report: " + arguments.report);
  }
  return all_ok ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == std::string_view("--plain")) {
      arguments.mode = console::Terminal::Mode::kPlain;
    } else if (argv[i] == std::string_view("--report") && i + 1 < argc) {
      arguments.report = argv[++i];
    } else {
      std::fprintf(stderr, "usage: canary [--plain] [--report FILE]\n");
      return 2;
    }
  }
  console::CatchInterrupts();
  return RunStories(arguments);
}
