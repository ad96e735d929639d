// SPDX-License-Identifier: Apache-2.0
#include "lib/http/wire.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace meshroute {
namespace {

constexpr size_t kReceiveBytes = size_t{16} << 10;

// Most bytes that are taken in while the request is still being written: enough
// that a server which answers as it reads is not blocked by us.
constexpr size_t kMaximumEarlyBytes = size_t{64} << 20;

using State = ByteChannel::Step::State;

}  // namespace

bool Wire::Wait(short events, TimePoint until) {
  // A server that sends a response in pieces may hold the next one back until the
  // last is acknowledged, which the system would put off by 40 ms.
  if ((events & POLLOUT) == 0 && bytes_received_ > 0) {
    const int at_once = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof(at_once));
  }
  const TimePoint silent_until = AddSaturated(limits_.clock->Now(), kLongestSilence);
  switch (WaitForSocket(socket_, events, std::min(until, silent_until), limits_)) {
    case WaitResult::kReady:
      return true;
    case WaitResult::kTimeout:
      return Fail(End::kTimeout);
    case WaitResult::kStopped:
      break;
  }
  return Fail(End::kStopped);
}

// Takes in what has come, at most kReceiveBytes.
ByteChannel::Step Wire::Receive() {
  if (consumed_ == buffer_.size()) {
    buffer_.clear();
    consumed_ = 0;
  }
  std::array<char, kReceiveBytes> bytes;
  const ByteChannel::Step step = channel_.Receive(bytes.data(), bytes.size());
  if (step.state == State::kMoved) {
    buffer_.append(bytes.data(), step.bytes);
    bytes_received_ += step.bytes;
  } else if (step.state != State::kLater) {
    peer_done_ = true;
    if (step.state == State::kBroken) Fail(End::kReset);
  }
  return step;
}

// Makes sure that something is buffered; false at the end of the bytes.
bool Wire::Fill(TimePoint until) {
  while (buffered().empty()) {
    if (peer_done_) return Fail(End::kClosed);
    // A deadline counts even against a peer that always has a byte ready.
    if (limits_.clock->Now() >= std::min(until, limits_.deadline)) return Fail(End::kTimeout);
    const ByteChannel::Step step = Receive();
    if (step.state == State::kLater && !Wait(step.events, until)) return false;
  }
  return true;
}

bool Wire::Write(std::string_view data) {
  while (!data.empty() && !peer_deaf_) {
    const ByteChannel::Step step = channel_.Send(data);
    if (step.state == State::kMoved) {
      data.remove_prefix(step.bytes);
      bytes_sent_ += step.bytes;
      continue;
    }
    if (step.state != State::kLater) {
      peer_deaf_ = true;
      break;
    }
    const bool take_in = !peer_done_ && buffered().size() < kMaximumEarlyBytes;
    const int events = take_in ? step.events | POLLIN : step.events;
    if (!Wait(static_cast<short>(events), kNever)) return false;
    if (!take_in) continue;
    const State taken = Receive().state;
    if (taken == State::kClosed || taken == State::kBroken) peer_deaf_ = true;
  }
  return true;
}

// The place after the empty line that ends the head which begins the buffered
// bytes, or npos; looks from `from` on.
size_t Wire::FindHeadEnd(size_t from) const {
  const std::string_view text = buffered();
  for (size_t at = text.find('\n', from); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
  }
  return std::string_view::npos;
}

std::optional<ResponseHead> Wire::ReadHead(std::string_view method, TimePoint until) {
  size_t looked_at = 0;
  size_t interim_bytes = 0;
  for (;;) {
    const size_t end = FindHeadEnd(looked_at);
    if (end != std::string_view::npos) {
      std::optional<ResponseHead> head = ParseResponseHead(buffered().substr(0, end), method);
      consumed_ += end;
      looked_at = 0;
      interim_bytes += end;
      // 101 would hand the connection over to a protocol that nobody asked for.
      if (!head.has_value() || head->status == 101) break;
      if (head->status >= 200) return head;
      if (interim_bytes > kMaximumHeadBytes) break;
      continue;
    }
    // The last two bytes may be the beginning of the end.
    looked_at = buffered().size() - std::min<size_t>(buffered().size(), 2);
    if (buffered().size() > kMaximumHeadBytes) break;
    if (peer_done_) {
      Fail(End::kClosed);
      return std::nullopt;
    }
    if (limits_.clock->Now() >= std::min(until, limits_.deadline)) {
      Fail(End::kTimeout);
      return std::nullopt;
    }
    const ByteChannel::Step step = Receive();
    if (step.state == State::kLater && !Wait(step.events, until)) return std::nullopt;
  }
  Fail(End::kProtocol);
  return std::nullopt;
}

ptrdiff_t Wire::Read(char* buffer, size_t size) {
  if (end_ != End::kNone && buffered().empty()) return end_ == End::kClosed ? 0 : -1;
  if (!Fill(kNever)) return end_ == End::kClosed ? 0 : -1;
  const size_t count = std::min(size, buffered().size());
  std::memcpy(buffer, buffered().data(), count);
  consumed_ += count;
  framing_bytes_ += count;
  if (framing_bytes_ > kMaximumFramingBytes) {
    Fail(End::kProtocol);
    return -1;
  }
  return static_cast<ptrdiff_t>(count);
}

ptrdiff_t Wire::Read(ChunkedBody& body, char* buffer, size_t size) {
  while (!body.done()) {
    if (end_ != End::kNone && buffered().empty()) return -1;
    if (!Fill(kNever)) return -1;
    std::string_view rest = buffered();
    const size_t count = body.Take(rest, buffer, size);
    const size_t taken = buffered().size() - rest.size();
    consumed_ += taken;
    framing_bytes_ += taken - count;
    if (body.broken() || framing_bytes_ > kMaximumFramingBytes) {
      Fail(End::kProtocol);
      return -1;
    }
    if (count > 0) return static_cast<ptrdiff_t>(count);
  }
  return 0;
}

}  // namespace meshroute
