// SPDX-License-Identifier: Apache-2.0
#include "demo/review_server.h"

#include <httplib.h>

#include <thread>
#include <utility>

namespace demo {
namespace {

// Each open connection holds one of a server's threads.
constexpr size_t kThreads = 24;
constexpr size_t kRequestsPerConnection = 1'000'000;
constexpr std::chrono::milliseconds kWork[] = {
    std::chrono::milliseconds(2), std::chrono::milliseconds(3), std::chrono::milliseconds(5)};

}  // namespace

void Load::Enter() {
  const int now = ++now_;
  int peak = peak_;
  while (now > peak && !peak_.compare_exchange_weak(peak, now)) {
  }
}

struct ReviewServer::Http {
  httplib::Server server;
  std::thread thread;
  std::atomic<bool> ended{false};
};

ReviewServer::ReviewServer(std::string version, std::string name, int declared_port, Load& load)
    : version_(std::move(version)),
      name_(std::move(name)),
      declared_port_(declared_port),
      http_(std::make_unique<Http>()) {
  httplib::Server& server = http_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_max_count(kRequestsPerConnection);
  server.set_tcp_nodelay(true);
  server.Get(".*", [this, &load](const httplib::Request&, httplib::Response& response) {
    load.Enter();
    std::this_thread::sleep_for(std::chrono::milliseconds(work_ms_));
    if (failing_) {
      response.status = 503;
      ++failures_;
    }
    response.set_header("x-version", version_);
    response.set_content("reviews-" + version_ + "-" + name_ + "\n", "text/plain");
    ++served_;
    load.Leave();
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

ReviewServer::~ReviewServer() {
  http_->server.stop();
  if (http_->thread.joinable()) http_->thread.join();
}

bool ReviewServer::running() const { return http_->thread.joinable() && !http_->ended; }

ReviewServers::ReviewServers() {
  const struct {
    const char* version;
    const char* name;
    int declared_port;
    int index;
  } kServers[] = {
      {"v1", "a", 9101, 0}, {"v1", "b", 9102, 0}, {"v2", "a", 9201, 1}, {"v2", "b", 9202, 1},
      {"v2", "c", 9203, 1}, {"v3", "a", 9301, 2}, {"v3", "b", 9302, 2},
  };
  for (const auto& server : kServers) {
    servers_.push_back(std::make_unique<ReviewServer>(server.version, server.name,
                                                      server.declared_port, loads_[server.index]));
    servers_.back()->set_work(kWork[server.index]);
  }
}

bool ReviewServers::running() const {
  for (const auto& server : servers_) {
    if (!server->running()) return false;
  }
  return true;
}

ReviewServer& ReviewServers::Find(const std::string& version, const std::string& name) {
  size_t i = 0;
  while (servers_.at(i)->version() != version || servers_[i]->name() != name) ++i;
  return *servers_[i];
}

uint64_t ReviewServers::served() const {
  uint64_t served = 0;
  for (const auto& server : servers_) served += server->served();
  return served;
}

void ReviewServers::set_work_of_v2(std::chrono::milliseconds work) {
  for (const auto& server : servers_) {
    if (server->version() == "v2") server->set_work(work);
  }
}

}  // namespace demo
