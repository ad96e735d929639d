// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_HTTP_MISBEHAVING_SERVER_H_
#define MESHROUTE_TESTS_HTTP_MISBEHAVING_SERVER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace meshroute {

// One connection as its server sees it: what a script may do with it.
class Peer {
 public:
  explicit Peer(int socket, int stop) : socket_(socket), stop_(stop) {}

  // Reads one request, body included; empty where the client has gone or the
  // server ends.
  std::string ReadRequest();

  // What comes next, whatever it is, at most `size` bytes; empty where the client has gone
  // or the server ends.
  std::string ReadSome(size_t size = 65536);

  // Waits until anything at all has come.
  bool WaitForBytes();

  bool Send(std::string_view text);

  // Sends one byte, waits, sends the next.
  bool Trickle(std::string_view text, std::chrono::milliseconds gap);

  // Sends nothing for so long; false where the server ends meanwhile.
  bool Pause(std::chrono::milliseconds time);

  // Waits for the client to close, or the server to end.
  void WaitForClose();

  // Closes by RST in place of FIN.
  void Reset();

 private:
  bool WaitFor(short events, int timeout_ms) const;

  const int socket_;
  const int stop_;
  std::string buffer_;
};

// A server on a loopback port of its own that runs a script for each connection,
// each on a thread. Everything ends with the server. A host that is a path is a
// Unix socket's.
class MisbehavingServer {
 public:
  // The number counts connections from 0.
  using Script = std::function<void(Peer& peer, int connection)>;

  explicit MisbehavingServer(Script script, std::string_view host = "127.0.0.1");
  ~MisbehavingServer();
  MisbehavingServer(const MisbehavingServer&) = delete;
  MisbehavingServer& operator=(const MisbehavingServer&) = delete;

  // "127.0.0.1:40123"
  const std::string& address() const { return address_; }
  int connections() const { return connections_.load(); }

  // Answers every request of every connection with `response`.
  static Script Answer(std::string response);

  // Sends `response` to the first request, then does nothing until the end.
  static Script AnswerOnce(std::string response);

 private:
  void Accept();

  const Script script_;
  int listener_ = -1;
  int stop_reader_ = -1;
  int stop_writer_ = -1;
  std::string address_;
  std::atomic<int> connections_{0};
  std::thread acceptor_;
  std::vector<std::thread> threads_;
};

// Takes the first request, body included, off `bytes`; empty where it is not complete.
std::string TakeRequest(std::string& bytes);

// "HTTP/1.1 200 OK" with a Content-Length.
std::string OkResponse(std::string_view body);

// A loopback address where nobody listens.
std::string ClosedAddress();

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_HTTP_MISBEHAVING_SERVER_H_
