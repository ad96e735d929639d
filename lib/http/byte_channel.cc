// SPDX-License-Identifier: Apache-2.0
#include "lib/http/byte_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace meshroute {
namespace {

using State = ByteChannel::Step::State;

// How a system call that moved nothing has failed.
ByteChannel::Step Failed(short events) {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {State::kLater, 0, events};
  return {State::kBroken};
}

}  // namespace

ByteChannel::Step PlainChannel::Receive(char* buffer, size_t size) {
  for (;;) {
    const ssize_t count = recv(socket_, buffer, size, MSG_DONTWAIT);
    if (count > 0) return {State::kMoved, static_cast<size_t>(count)};
    if (count == 0) return {State::kClosed};
    if (errno != EINTR) return Failed(POLLIN);
  }
}

ByteChannel::Step PlainChannel::Send(std::string_view data) {
  for (;;) {
    const ssize_t count = send(socket_, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) return {State::kMoved, static_cast<size_t>(count)};
    if (errno != EINTR) return Failed(POLLOUT);
  }
}

bool PlainChannel::IsQuiet() {
  pollfd descriptor{socket_, POLLIN, 0};
  return poll(&descriptor, 1, 0) == 0;
}

}  // namespace meshroute
