// SPDX-License-Identifier: Apache-2.0
#include "tests/http/misbehaving_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace meshroute {
namespace {

constexpr int kForever = -1;

// Listens at `where`, or gives up: no test can go on.
int Listen(sockaddr* where, socklen_t size) {
  const int listener = socket(where->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, where, size) != 0 || listen(listener, 128) != 0) {
    std::perror("listen");
    std::abort();
  }
  return listener;
}

int ListenAtPath(std::string_view path, std::string& address) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(where.sun_path, sizeof(where.sun_path) - 1);
  address = "unix://" + std::string(path);
  return Listen(reinterpret_cast<sockaddr*>(&where), sizeof(where));
}

// Listens on a free port of `host` and fills `address` in.
int ListenOn(std::string_view host, std::string& address) {
  if (host.starts_with('/')) return ListenAtPath(host, address);
  if (host.find(':') != std::string_view::npos) {
    sockaddr_in6 where{};
    where.sin6_family = AF_INET6;
    where.sin6_addr = in6addr_loopback;
    socklen_t size = sizeof(where);
    const int listener = Listen(reinterpret_cast<sockaddr*>(&where), size);
    getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size);
    address = "[" + std::string(host) + "]:" + std::to_string(ntohs(where.sin6_port));
    return listener;
  }
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(where);
  const int listener = Listen(reinterpret_cast<sockaddr*>(&where), size);
  getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size);
  address = std::string(host) + ":" + std::to_string(ntohs(where.sin_port));
  return listener;
}

size_t ContentLength(std::string_view head) {
  const size_t at = head.find("Content-Length: ");
  return at == std::string_view::npos
             ? 0
             : static_cast<size_t>(std::atoll(std::string(head.substr(at + 16, 20)).c_str()));
}

}  // namespace

bool Peer::WaitFor(short events, int timeout_ms) const {
  std::array<pollfd, 2> waits = {{{socket_, events, 0}, {stop_, POLLIN, 0}}};
  for (;;) {
    const int ready = poll(waits.data(), waits.size(), timeout_ms);
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0 && waits[1].revents == 0;
  }
}

bool Peer::WaitForBytes() { return WaitFor(POLLIN, kForever); }

std::string Peer::ReadRequest() {
  for (;;) {
    std::string request = TakeRequest(buffer_);
    if (!request.empty()) return request;
    const std::string bytes = ReadSome();
    if (bytes.empty()) return {};
    buffer_ += bytes;
  }
}

std::string Peer::ReadSome(size_t size) {
  std::string bytes(size, '\0');
  if (!WaitForBytes()) return {};
  const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
  bytes.resize(count <= 0 ? 0 : static_cast<size_t>(count));
  return bytes;
}

bool Peer::Send(std::string_view text) {
  while (!text.empty()) {
    if (!WaitFor(POLLOUT, kForever)) return false;
    const ssize_t count = send(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN) return false;
    if (count > 0) text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

bool Peer::Trickle(std::string_view text, std::chrono::milliseconds gap) {
  for (const char c : text) {
    if (!Send({&c, 1}) || !Pause(gap)) return false;
  }
  return true;
}

bool Peer::Pause(std::chrono::milliseconds time) {
  pollfd stop{stop_, POLLIN, 0};
  return poll(&stop, 1, static_cast<int>(time.count())) == 0;
}

void Peer::WaitForClose() {
  std::array<char, 4096> bytes;
  while (WaitForBytes() && recv(socket_, bytes.data(), bytes.size(), 0) > 0) {
  }
}

void Peer::Reset() {
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

MisbehavingServer::MisbehavingServer(Script script, std::string_view host)
    : script_(std::move(script)) {
  listener_ = ListenOn(host, address_);
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  stop_reader_ = ends[0];
  stop_writer_ = ends[1];
  acceptor_ = std::thread([this] { Accept(); });
}

MisbehavingServer::~MisbehavingServer() {
  close(stop_writer_);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(stop_reader_);
  close(listener_);
}

void MisbehavingServer::Accept() {
  for (;;) {
    std::array<pollfd, 2> waits = {{{listener_, POLLIN, 0}, {stop_reader_, POLLIN, 0}}};
    if (poll(waits.data(), waits.size(), kForever) < 0 && errno == EINTR) continue;
    if (waits[1].revents != 0) return;
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const int number = connections_.fetch_add(1);
    threads_.emplace_back([this, socket, number] {
      Peer peer(socket, stop_reader_);
      script_(peer, number);
      close(socket);
    });
  }
}

MisbehavingServer::Script MisbehavingServer::Answer(std::string response) {
  return [response = std::move(response)](Peer& peer, int) {
    while (!peer.ReadRequest().empty() && peer.Send(response)) {
    }
  };
}

MisbehavingServer::Script MisbehavingServer::AnswerOnce(std::string response) {
  return [response = std::move(response)](Peer& peer, int) {
    if (!peer.ReadRequest().empty() && peer.Send(response)) peer.WaitForClose();
  };
}

std::string TakeRequest(std::string& bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return {};
  const size_t size = end + 4 + ContentLength(bytes.substr(0, end));
  if (bytes.size() < size) return {};
  std::string request = bytes.substr(0, size);
  bytes.erase(0, size);
  return request;
}

std::string OkResponse(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string ClosedAddress() {
  std::string address;
  close(ListenOn("127.0.0.1", address));
  return address;
}

}  // namespace meshroute
