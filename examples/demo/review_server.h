// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_REVIEW_SERVER_H_
#define EXAMPLES_DEMO_REVIEW_SERVER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace demo {

// How many requests the servers of one version have in hand. Thread-safe.
class Load {
 public:
  void Enter();
  void Leave() { --now_; }

  // The most that were in hand at one time since ForgetPeak.
  int peak() const { return peak_; }
  void ForgetPeak() { peak_ = now_.load(); }

 private:
  std::atomic<int> now_{0};
  std::atomic<int> peak_{0};
};

// One endpoint of `reviews`: a real HTTP server on a port of 127.0.0.1 that the
// kernel picked. Answers every GET with its version and name after some time of
// work, and fails when told to. Runs from construction to destruction; clients
// should have closed their connections by then. Thread-safe.
class ReviewServer {
 public:
  // `declared_port` is what the rule file says before the demo rewrites it.
  ReviewServer(std::string version, std::string name, int declared_port, Load& load);
  ~ReviewServer();

  // Whether the server could be started.
  bool running() const;

  const std::string& version() const { return version_; }
  const std::string& name() const { return name_; }
  int declared_port() const { return declared_port_; }
  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // Answers 503 from now on, until Recover.
  void Fail() { failing_ = true; }
  void Recover() { failing_ = false; }

  // How long an answer takes.
  void set_work(std::chrono::milliseconds work) { work_ms_ = static_cast<int>(work.count()); }

  // Requests answered, failures included.
  uint64_t served() const { return served_; }
  uint64_t failures() const { return failures_; }

 private:
  struct Http;  // Keeps cpp-httplib out of this header.

  const std::string version_;
  const std::string name_;
  const int declared_port_;
  std::atomic<bool> failing_{false};
  std::atomic<int> work_ms_{2};
  std::atomic<uint64_t> served_{0};
  std::atomic<uint64_t> failures_{0};
  int port_ = 0;
  std::unique_ptr<Http> http_;
};

// All endpoints of `reviews`: v1 has two, v2 three and v3 two. Thread-safe.
class ReviewServers {
 public:
  ReviewServers();

  // Whether all of them could be started.
  bool running() const;

  const std::vector<std::unique_ptr<ReviewServer>>& all() const { return servers_; }

  // There must be such an endpoint.
  ReviewServer& Find(const std::string& version, const std::string& name);

  // Requests answered by all of them.
  uint64_t served() const;

  Load& load_of_v2() { return loads_[1]; }
  void set_work_of_v2(std::chrono::milliseconds work);

 private:
  Load loads_[3];
  std::vector<std::unique_ptr<ReviewServer>> servers_;
};

}  // namespace demo

#endif  // EXAMPLES_DEMO_REVIEW_SERVER_H_
