// SPDX-License-Identifier: Apache-2.0
#include "canary/version_server.h"

#include <httplib.h>

#include <atomic>
#include <thread>
#include <utility>

#include "meshroute/base/hash.h"
#include "meshroute/message/assignment.h"

namespace canary {
namespace {

// Each open connection holds one of a server's threads.
constexpr size_t kThreads = 12;
constexpr size_t kRequestsPerConnection = 1'000'000;

// Whether the `number`-th answer fails: the same in every run.
bool IsBad(uint64_t number, double failing) {
  return meshroute::PositionOf(meshroute::XxHash64(std::to_string(number))) < failing;
}

}  // namespace

struct VersionServer::Http {
  httplib::Server server;
  std::thread thread;
  std::atomic<bool> ended{false};
  std::atomic<uint64_t> answers{0};
};

VersionServer::VersionServer(std::string version, double failing)
    : version_(std::move(version)), http_(std::make_unique<Http>()) {
  httplib::Server& server = http_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_max_count(kRequestsPerConnection);
  server.set_tcp_nodelay(true);
  server.Get(".*", [this, failing](const httplib::Request&, httplib::Response& response) {
    if (IsBad(http_->answers++, failing)) response.status = 500;
    response.set_content("reviews " + version_ + "\n", "text/plain");
  });
  port_ = server.bind_to_any_port("127.0.0.1");
  if (port_ <= 0) return;
  http_->thread = std::thread([http = http_.get()] {
    http->server.listen_after_bind();
    http->ended = true;
  });
  // Connections are accepted already, but a server that is not yet running cannot be stopped.
  while (!server.is_running() && !http_->ended) std::this_thread::yield();
}

VersionServer::~VersionServer() {
  http_->server.stop();
  if (http_->thread.joinable()) http_->thread.join();
}

bool VersionServer::running() const { return http_->thread.joinable() && !http_->ended; }

}  // namespace canary
