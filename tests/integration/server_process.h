// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_INTEGRATION_SERVER_PROCESS_H_
#define MESHROUTE_TESTS_INTEGRATION_SERVER_PROCESS_H_

#include <httplib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace meshroute {

// An HTTP server in a process of its own, so that it can be killed as a machine
// dies. Answers every GET with its name, after `delay`. Start all of them before
// any thread. Killed at the end.
class ServerProcess {
 public:
  explicit ServerProcess(const std::string& name, std::chrono::milliseconds delay = {}) {
    int port_pipe[2];
    if (pipe(port_pipe) != 0) return;
    process_ = fork();
    if (process_ == 0) Serve(name, delay, port_pipe[1]);
    close(port_pipe[1]);
    if (read(port_pipe[0], &port_, sizeof(port_)) != sizeof(port_)) port_ = 0;
    close(port_pipe[0]);
  }
  ~ServerProcess() { Kill(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  int port() const { return port_; }

  // SIGKILL: open connections die at once, new ones are refused.
  void Kill() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  [[noreturn]] static void Serve(const std::string& name, std::chrono::milliseconds delay,
                                 int port_pipe) {
    httplib::Server server;
    server.new_task_queue = [] { return new httplib::ThreadPool(16); };
    server.set_keep_alive_max_count(1'000'000);
    server.set_tcp_nodelay(true);
    server.Get(".*", [&](const httplib::Request&, httplib::Response& response) {
      if (delay.count() > 0) std::this_thread::sleep_for(delay);
      response.set_content(name, "text/plain");
    });
    const int port = server.bind_to_any_port("127.0.0.1");
    if (write(port_pipe, &port, sizeof(port)) != sizeof(port)) _exit(1);
    close(port_pipe);
    server.listen_after_bind();
    _exit(0);
  }

  pid_t process_ = 0;
  int port_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_INTEGRATION_SERVER_PROCESS_H_
