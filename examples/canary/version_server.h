// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CANARY_VERSION_SERVER_H_
#define EXAMPLES_CANARY_VERSION_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

namespace canary {

// One endpoint of a version of `reviews`: a real HTTP server on a port of 127.0.0.1
// that the kernel picked. Answers every GET with its version, and a share of them with
// 500. Runs from construction to destruction; clients should have closed their
// connections by then. Thread-safe.
class VersionServer {
 public:
  // `failing`: the share of answers that are a 500, drawn by chance from a fixed seed.
  VersionServer(std::string version, double failing);
  ~VersionServer();
  VersionServer(const VersionServer&) = delete;
  VersionServer& operator=(const VersionServer&) = delete;

  // Whether the server could be started.
  bool running() const;

  const std::string& version() const { return version_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  struct Http;  // Keeps cpp-httplib out of this header.

  const std::string version_;
  int port_ = 0;
  std::unique_ptr<Http> http_;
};

}  // namespace canary

#endif  // EXAMPLES_CANARY_VERSION_SERVER_H_
