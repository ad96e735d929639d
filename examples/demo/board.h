// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_BOARD_H_
#define EXAMPLES_DEMO_BOARD_H_

#include <cstddef>
#include <string>
#include <vector>

#include "console/terminal.h"
#include "demo/review_server.h"
#include "demo/tally.h"
#include "meshroute/base/clock.h"
#include "meshroute/router.h"

namespace demo {

// What an act found out, in numbers that were measured.
struct Verdict {
  bool ok = false;
  std::string measured;
};

// How an act is announced.
struct ActTitle {
  std::string name;   // At most 8 characters.
  std::string intro;  // What it is about, at most 61.
};

// Shows the demo: a table of where the calls of the act go, and the acts with
// what they found. In place on a terminal; elsewhere a line an act. All that it
// is given must outlive it. Thread-compatible.
class Board {
 public:
  // What the table is made of.
  struct Sources {
    const meshroute::Router& router;
    const ReviewServers& servers;
    const Tally& tally;
  };

  Board(console::Terminal& terminal, const Sources& sources, std::vector<ActTitle> acts);

  // How tall the picture of so many acts is.
  static size_t Lines(size_t acts) { return acts + 9; }

  void Begin(size_t act);
  void Refresh();
  void End(size_t act, const Verdict& verdict);

 private:
  enum class State { kToCome, kRunning, kOk, kFailed };
  struct ActLine {
    ActTitle title;
    State state = State::kToCome;
    std::string measured;
  };

  std::string Row(Version version) const;
  std::string Endpoints(Version version) const;
  std::string LineOf(size_t act) const;

  console::Terminal& terminal_;
  const Sources sources_;
  const meshroute::TimePoint started_at_;
  std::vector<ActLine> acts_;
};

}  // namespace demo

#endif  // EXAMPLES_DEMO_BOARD_H_
