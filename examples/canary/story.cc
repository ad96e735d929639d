// SPDX-License-Identifier: Apache-2.0
#include "canary/story.h"

#include <chrono>
#include <cinttypes>
#include <memory>
#include <thread>
#include <vector>

#include "canary/callers.h"
#include "canary/rollout_log.h"
#include "canary/version_server.h"
#include "console/interrupt.h"
#include "console/text.h"
#include "meshroute/http/http_client.h"
#include "meshroute/rollout/rollout_driver.h"
#include "meshroute/router.h"

namespace canary {
namespace {

using console::Text;
using meshroute::Duration;
using meshroute::RolloutPhase;
using meshroute::SteadyClock;
using meshroute::TimePoint;

constexpr std::chrono::milliseconds kLook(100);
constexpr std::chrono::seconds kLimit(45);

// How long is looked on after a rollback; calls that drew v2 before it have ended by
// the first look.
constexpr std::chrono::milliseconds kAftermath(500);

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

bool IsOver(const meshroute::RolloutStatus& status) {
  return status.phase == RolloutPhase::kSucceeded || status.phase == RolloutPhase::kFailed;
}

// Everything that runs while a story is told, in one process.
class Scene {
 public:
  static absl::StatusOr<std::unique_ptr<Scene>> Create(double failing, const std::string& rules) {
    std::unique_ptr<Scene> scene(new Scene());
    std::vector<meshroute::EndpointSpec> endpoints;
    for (const char* const version : {"v1", "v1", "v2", "v2"}) {
      const bool is_v2 = version == std::string_view("v2");
      auto server = std::make_unique<VersionServer>(version, is_v2 ? failing : 0);
      if (!server->running()) return absl::UnavailableError("cannot start servers on 127.0.0.1");
      meshroute::EndpointSpec& endpoint = endpoints.emplace_back();
      endpoint.address = server->address();
      endpoint.labels["version"] = version;
      scene->servers_.push_back(std::move(server));
    }
    auto router = meshroute::Router::FromFiles({rules}, {.observer = &scene->driver_});
    if (!router.ok()) return router.status();
    scene->router_ = *std::move(router);
    absl::Status status = scene->router_->SetEndpoints("reviews", std::move(endpoints));
    if (!status.ok()) return status;
    scene->driver_.Attach(*scene->router_);
    status = scene->driver_.last_error();
    if (!status.ok()) return status;
    scene->client_ = std::make_unique<meshroute::HttpClient>(
        *scene->router_, meshroute::HttpClientOptions{.due_work = {&scene->driver_}});
    scene->callers_ = std::make_unique<Callers>(*scene->client_);
    return scene;
  }

  meshroute::RolloutStatus status() const { return driver_.status().at(0); }
  const Callers& callers() const { return *callers_; }
  double weight() const { return router_->tables()->splits.at(0).weight; }

  // Adds what is new to `tale`.
  void Watch(Tale& tale, const meshroute::RolloutStatus& status) {
    tale.score_limit = status.score_limit;
    tale.samples.push_back({.seconds = Seconds(SteadyClock().Now() - begin_),
                            .weight = weight(),
                            .score = status.score,
                            .v1 = callers_->of_v1(),
                            .v2 = callers_->of_v2()});
    const std::vector<RolloutLog::Entry> entries = log_.entries();
    for (size_t i = tale.happenings.size(); i < entries.size(); ++i) {
      tale.happenings.push_back({Seconds(entries[i].at - begin_), entries[i].sentence});
    }
  }

 private:
  Scene() = default;

  const TimePoint begin_ = SteadyClock().Now();
  RolloutLog log_;
  meshroute::RolloutDriver driver_{{.rollout_observer = &log_}};
  // The servers end last: by then no connection to them is open.
  std::vector<std::unique_ptr<VersionServer>> servers_;
  std::unique_ptr<meshroute::Router> router_;
  std::unique_ptr<meshroute::HttpClient> client_;
  std::unique_ptr<Callers> callers_;
};

// Whether v2 has got nothing for a while since its rollback.
bool IsLeftAlone(const Scene& scene) {
  std::this_thread::sleep_for(kLook);
  const uint64_t before = scene.callers().of_v2().all;
  std::this_thread::sleep_for(kAftermath);
  return scene.callers().of_v2().all == before;
}

void Judge(const Story& story, const Scene& scene, Tale& tale) {
  const meshroute::RolloutStatus status = scene.status();
  if (tale.samples.empty()) {
    tale.verdict = "interrupted before it began";
    return;
  }
  const Sample& last = tale.samples.back();
  if (status.phase != story.ending) {
    tale.verdict = Text("ended %s after %.1f s", meshroute::PhaseName(status.phase), last.seconds);
  } else if (status.phase == RolloutPhase::kSucceeded) {
    tale.ok = scene.weight() == 1;
    tale.verdict = Text("promoted after %.1f s: %" PRIu64 " calls to v2, %" PRIu64 " failed",
                        last.seconds, last.v2.all, last.v2.failed);
  } else {
    tale.ok = status.rollbacks.contains("evidence") && scene.weight() == 0 && last.v2.failed > 0 &&
              IsLeftAlone(scene);
    const double decision = 1000 * Seconds(status.last_decision);
    tale.verdict = Text("rolled back after %.1f s: %" PRIu64 " users hurt in %" PRIu64
                        " calls; from the last failure to the weights %.2f ms",
                        last.seconds, last.v2.failed, last.v1.all + last.v2.all, decision);
  }
}

}  // namespace

absl::StatusOr<Tale> Run(const Story& story, const std::string& rules, Board& board) {
  absl::StatusOr<std::unique_ptr<Scene>> created = Scene::Create(story.failing, rules);
  if (!created.ok()) return created.status();
  Scene& scene = **created;
  Tale tale;
  tale.title = story.title;
  board.Begin(tale.title);
  const TimePoint end = SteadyClock().Now() + kLimit;
  meshroute::RolloutStatus status = scene.status();
  while (!IsOver(status) && SteadyClock().Now() < end && !console::Interrupted()) {
    std::this_thread::sleep_for(kLook);
    status = scene.status();
    scene.Watch(tale, status);
    board.Refresh(tale, status);
  }
  Judge(story, scene, tale);
  board.End(tale);
  if (!tale.samples.empty()) board.Refresh(tale, status);
  return tale;
}

}  // namespace canary
