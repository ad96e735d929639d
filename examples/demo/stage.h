// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_STAGE_H_
#define EXAMPLES_DEMO_STAGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "demo/board.h"
#include "demo/event_log.h"
#include "demo/review_server.h"
#include "demo/rule_folder.h"
#include "demo/tally.h"
#include "demo/traffic.h"
#include "meshroute/discovery/file_source.h"
#include "meshroute/http/http_client.h"
#include "meshroute/router.h"

namespace demo {

// What the acts play with, and how they wait: never longer than a limit, never
// after Ctrl-C, and with the board kept up to date. All parts must outlive it.
// Thread-compatible.
class Stage {
 public:
  struct Parts {
    ReviewServers& servers;
    RuleFolder& rules;
    meshroute::Router& router;
    meshroute::FileSource& source;
    meshroute::HttpClient& client;
    Tally& tally;
    Traffic& traffic;
    EventLog& log;
    Board& board;
  };

  explicit Stage(const Parts& parts) : parts_(parts) {}

  ReviewServers& servers() { return parts_.servers; }
  meshroute::HttpClient& client() { return parts_.client; }
  Tally& tally() { return parts_.tally; }
  const EventLog& log() const { return parts_.log; }

  // Begins to count at zero, with no call of before under way.
  void StartCounting();

  // Lets the calls under way end, so that all counts agree; no call is made until
  // counting starts again.
  void StopCounting() { parts_.traffic.Pause(); }

  // Lets the calls under way end and goes on.
  void LetCallsEnd();

  // Waits until so many calls are counted, and for a second at least: an act is to
  // be seen. False if that takes too long.
  bool WaitForCalls(uint64_t calls);

  // Waits until `holds`; false if it does not within `limit`.
  bool WaitUntil(const std::function<bool()>& holds, meshroute::Duration limit);

  // Lets time pass.
  void Watch(meshroute::Duration time);

  // Puts the rules of the file `change` in force: rewrites the file and waits until
  // the router has taken it over, or has refused it and says why.
  absl::Status ChangeRules(const std::string& change);

  // The destination of `version`, as the rules in force have it; nullptr if they
  // have none. Holds the rules.
  std::shared_ptr<meshroute::SubsetPool> FindPool(const std::string& version) const;

 private:
  const Parts parts_;
  meshroute::TimePoint counting_since_{};
};

}  // namespace demo

#endif  // EXAMPLES_DEMO_STAGE_H_
