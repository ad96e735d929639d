// SPDX-License-Identifier: Apache-2.0
// The one file that knows cpp-httplib.
#include "lib/http/connection.h"

// Of the releases that are headers only; Debian's is compiled, with its own.
#define CPPHTTPLIB_SEND_FLAGS MSG_NOSIGNAL
#define CPPHTTPLIB_EXPECT_100_THRESHOLD 0
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/http/chunked_body.h"
#include "lib/http/request_check.h"
#include "lib/http/response_head.h"
#include "lib/http/wire.h"

namespace meshroute {
namespace {

constexpr char kUserAgent[] = "meshroute";

// What cpp-httplib is shown of a response: its status, and how the body ends. Of a chunked
// one it sees what is in the chunks, to the end.
std::string FramingHead(const ResponseHead& head) {
  std::string text = absl::StrCat("HTTP/1.1 ", head.status, " -\r\n");
  switch (head.framing) {
    case ResponseHead::Framing::kNone:
      absl::StrAppend(&text, "Content-Length: 0\r\n");
      break;
    case ResponseHead::Framing::kLength:
      absl::StrAppend(&text, "Content-Length: ", head.content_length, "\r\n");
      break;
    case ResponseHead::Framing::kChunked:
    case ResponseHead::Framing::kUntilClose:
      break;
  }
  return absl::StrCat(text, "\r\n");
}

// What an exchange brings and yields.
struct Running {
  const RequestHead* request = nullptr;
  std::string_view request_body;
  const Connection::Limits* limits = nullptr;
  TimePoint connected_until = kNever;  // For a connection still to be made.
  OpenedConnection failed;             // Why there is no connection, if one was tried.
  std::optional<Wire> wire;            // Once the connection stands.
  bool refused = false;                // It stands, and this may not be sent on it.
  TimePoint head_until = kNever;
  std::optional<ResponseHead> head;
  ChunkedBody chunks;  // Of a body that is chunked.
  std::string body;
};

// A Wire as cpp-httplib sees it. The set of virtual functions differs between its
// releases: this has them all, so none is marked `override`.
class WireStream final : public httplib::Stream {
 public:
  explicit WireStream(Running& running) : running_(running) {}

  bool is_readable() const { return true; }
  bool is_writable() const { return running_.wire->end() == Wire::End::kNone; }
  bool wait_readable() const { return true; }
  bool wait_writable() const { return is_writable(); }
  time_t duration() const { return 0; }
  socket_t socket() const { return INVALID_SOCKET; }
  void get_remote_ip_and_port(std::string&, int&) const {}
  void get_local_ip_and_port(std::string&, int&) const {}

  ssize_t read(char* buffer, size_t size) {
    if (!running_.head.has_value() && !ReadHead()) return -1;
    if (framing_head_.empty()) return ReadBody(buffer, size);
    const size_t count = std::min(size, framing_head_.size());
    std::memcpy(buffer, framing_head_.data(), count);
    framing_head_.erase(0, count);
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* data, size_t size) {
    return running_.wire->Write({data, size}) ? static_cast<ssize_t>(size) : -1;
  }

 private:
  bool ReadHead() {
    running_.head = running_.wire->ReadHead(running_.request->method, running_.head_until);
    if (!running_.head.has_value()) return false;
    framing_head_ = FramingHead(*running_.head);
    return true;
  }

  ssize_t ReadBody(char* buffer, size_t size) {
    if (running_.head->framing != ResponseHead::Framing::kChunked) {
      return running_.wire->Read(buffer, size);
    }
    return running_.wire->Read(running_.chunks, buffer, size);
  }

  Running& running_;
  std::string framing_head_;
};

// The request in cpp-httplib's terms. `running` must outlive it.
httplib::Request MakeRequest(Running& running) {
  httplib::Request request;
  request.method = running.request->method;
  request.path = running.request->path;
  request.headers.emplace("Host", running.request->authority);
  for (const Header& header : running.request->headers) {
    // A rule's edits may have put one in.
    if (!IsConnectionHeader(header.name)) request.headers.emplace(header.name, header.value);
  }
  if (!request.has_header("Accept-Encoding"))
    request.headers.emplace("Accept-Encoding", "identity");
  if (!request.has_header("User-Agent")) request.headers.emplace("User-Agent", kUserAgent);
  if (!running.request_body.empty()) {
    // A provider, since a plain body would be given a Content-Type.
    request.content_length_ = running.request_body.size();
    request.content_provider_ = [&running](size_t offset, size_t length, httplib::DataSink& sink) {
      return sink.write(running.request_body.data() + offset, length);
    };
  }
  request.content_receiver = [&running](const char* data, size_t size, uint64_t, uint64_t) {
    if (size > running.limits->maximum_response_bytes - running.body.size()) return false;
    running.wire->NoteProgress();
    running.body.append(data, size);
    return true;
  };
  return request;
}

template <typename T>
void SendPathsAsTheyAre(T& client) {
  if constexpr (requires { client.set_path_encode(false); }) {
    client.set_path_encode(false);
  } else {
    client.set_url_encode(false);
  }
}

// Why there is no whole answer on a connection that stood.
Outcome::Kind FailureOf(const Running& running) {
  switch (running.wire->end()) {
    case Wire::End::kTimeout:
      return Outcome::Kind::kTimeout;
    case Wire::End::kStopped:
      return Outcome::Kind::kCancelled;
    case Wire::End::kClosed:
    case Wire::End::kReset:
      return running.head.has_value() ? Outcome::Kind::kResetAfterHeaders
                                      : Outcome::Kind::kResetBeforeHeaders;
    case Wire::End::kNone:      // The bytes were there and made no sense ...
    case Wire::End::kProtocol:  // ... or were too many.
      break;
  }
  return Outcome::Kind::kProtocolError;
}

}  // namespace

// cpp-httplib's client with a Wire in place of its own stream.
class Connection::Client final : public httplib::ClientImpl {
 public:
  explicit Client(ConnectionSettings settings);
  ~Client();

  ExchangeResult Run(Running& running);

  bool IsQuiet() const {
    return opened_.channel != nullptr && is_socket_open() && opened_.channel->IsQuiet();
  }
  bool reusable() const {
    return reusable_ && (settings_.tls.context == nullptr || !settings_.tls.context->retired());
  }
  bool closed_unanswered() const { return closed_unanswered_; }
  TimePoint opened_at() const { return opened_at_; }
  uint32_t exchanges() const { return exchanges_; }

 private:
  using Work = std::function<bool(httplib::Stream&)>;

  // Called by cpp-httplib when the connection stands, in the older releases and
  // in the newer: `override` would fit but one of them.
  bool process_socket(const Socket& socket, Work work) { return Process(socket, work); }
  bool process_socket(const Socket& socket, std::chrono::steady_clock::time_point, Work work) {
    return Process(socket, work);
  }
  bool Process(const Socket& socket, const Work& work);
  bool Open(int socket);
  void SetTimeouts(const Limits& limits);
  bool CanGoOn() const;
  ExchangeResult Unconnected(httplib::Error error) const;
  ExchangeResult Unanswered() const;

  const ConnectionSettings settings_;
  OpenedConnection opened_;  // Its channel is only to be used while the socket is open.
  Running* running_ = nullptr;
  TimePoint opened_at_{};
  uint32_t exchanges_ = 0;
  bool is_new_ = false;  // The socket was opened for this exchange.
  bool reusable_ = true;
  bool closed_unanswered_ = false;
};

Connection::Client::Client(ConnectionSettings settings)
    : httplib::ClientImpl(settings.address.host, settings.address.port),
      settings_(std::move(settings)) {
  const SocketAddress& address = settings_.address;
  switch (address.family) {
    case SocketAddress::Family::kUnix:
      set_address_family(AF_UNIX);
      break;
    case SocketAddress::Family::kIpv4:
      set_address_family(AF_INET);
      set_hostname_addr_map({{address.host, address.host}});  // A literal: not looked up.
      break;
    case SocketAddress::Family::kIpv6:
      set_address_family(AF_INET6);
      set_hostname_addr_map({{address.host, address.host}});
      break;
  }
  set_tcp_nodelay(address.family != SocketAddress::Family::kUnix);
  set_follow_location(false);
  set_decompress(false);
  SendPathsAsTheyAre<httplib::ClientImpl>(*this);
  set_socket_options([this](socket_t socket) {
    is_new_ = true;
    opened_ = {};
    if (settings_.keepalive.has_value()) SetKeepalive(socket, *settings_.keepalive);
  });
}

Connection::Client::~Client() {
  if (opened_.tls != nullptr && is_socket_open()) opened_.tls->Close();
}

// What comes before the first request on a new socket.
bool Connection::Client::Open(int socket) {
  OpenedConnection opened =
      OpenConnection(socket, settings_, running_->connected_until, running_->limits->io);
  if (opened.channel == nullptr) {
    running_->failed = std::move(opened);
    return false;
  }
  opened_ = std::move(opened);
  opened_at_ = running_->limits->io.clock->Now();
  exchanges_ = 0;
  return true;
}

// The answer is complete, and neither side means to end with it.
bool Connection::Client::CanGoOn() const {
  return running_->head.has_value() && running_->head->keep_alive && running_->wire->clean() &&
         !running_->limits->last;
}

bool Connection::Client::Process(const Socket& socket, const Work& work) {
  const Limits& limits = *running_->limits;
  if (std::exchange(is_new_, false) && !Open(socket.sock)) return false;
  if (limits.admit && !limits.admit()) {
    running_->refused = true;
    if (opened_.tls != nullptr && limits.last) opened_.tls->Close();
    return true;  // Else cpp-httplib would close the socket.
  }
  ++exchanges_;
  if (limits.per_try_timeout > Duration(0)) {
    running_->head_until = AddSaturated(limits.io.clock->Now(), limits.per_try_timeout);
  }
  running_->wire.emplace(socket.sock, *opened_.channel, limits.io);
  WireStream stream(*running_);
  const bool done = work(stream);
  // cpp-httplib closes the socket soon: the last moment to say so.
  if (opened_.tls != nullptr && !(done && CanGoOn())) opened_.tls->Close();
  return done;
}

// The Wire keeps the deadline; what remains for cpp-httplib is connecting.
void Connection::Client::SetTimeouts(const Limits& limits) {
  Duration timeout = limits.connect_timeout;
  if (limits.io.deadline != kNever) {
    timeout = std::min(timeout, limits.io.deadline - limits.io.clock->Now());
  }
  running_->connected_until = AddSaturated(limits.io.clock->Now(), limits.connect_timeout);
  const auto whole =
      std::max(std::chrono::ceil<std::chrono::milliseconds>(timeout), std::chrono::milliseconds(1));
  set_connection_timeout(whole);
  set_read_timeout(Wire::kLongestSilence);
  set_write_timeout(Wire::kLongestSilence);
}

// There was no connection to send anything on.
ExchangeResult Connection::Client::Unconnected(httplib::Error error) const {
  ExchangeResult result;
  const IoLimits& io = running_->limits->io;
  Outcome::Kind kind = running_->failed.kind;
  if (kind == Outcome::Kind::kResponse) {
    kind = error == httplib::Error::ConnectionTimeout ? Outcome::Kind::kConnectTimeout
                                                      : Outcome::Kind::kConnectFailed;
    if (io.clock->Now() >= io.deadline) kind = Outcome::Kind::kTimeout;
  }
  result.outcome = Outcome::Failure(kind);
  result.outcome.request_sent = false;
  result.failure = std::move(running_->failed.failure);
  return result;
}

// The connection stood, and brought no whole answer.
ExchangeResult Connection::Client::Unanswered() const {
  ExchangeResult result;
  if (exchanges_ == 1 && opened_.tls != nullptr && opened_.tls->refused()) {
    result.outcome = Outcome::Failure(Outcome::Kind::kConnectFailed);
    result.failure = opened_.tls->failure();
    return result;
  }
  result.outcome = Outcome::Failure(FailureOf(*running_));
  result.outcome.request_sent = running_->wire->bytes_sent() > 0;
  return result;
}

ExchangeResult Connection::Client::Run(Running& running) {
  running_ = &running;
  SetTimeouts(*running.limits);
  set_keep_alive(!running.limits->last);
  const httplib::Result sent = send(MakeRequest(running));

  ExchangeResult result;
  closed_unanswered_ = false;
  if (running.refused) {
    reusable_ = !running.limits->last;
    result.outcome = Outcome::Failure(Outcome::Kind::kOverflow);
  } else if (!running.wire.has_value()) {
    reusable_ = false;
    result = Unconnected(sent.error());
  } else {
    const Wire& wire = *running.wire;
    const bool complete = sent.error() == httplib::Error::Success && running.head.has_value();
    reusable_ = complete && CanGoOn();
    closed_unanswered_ = !complete && wire.bytes_received() == 0 &&
                         (wire.end() == Wire::End::kClosed || wire.end() == Wire::End::kReset);
    if (complete) {
      result.headers = std::move(running.head->headers);
      result.body = std::move(running.body);
      result.outcome = Outcome::FromResponse(running.head->status, result.headers, Duration(0));
      result.outcome.grpc_trailer_status =
          Outcome::FromResponse(running.head->status, running.chunks.trailers(), Duration(0))
              .grpc_status;
      result.outcome.request_sent = wire.bytes_sent() > 0;
    } else {
      result = Unanswered();
    }
  }
  running_ = nullptr;
  return result;
}

Connection::Connection(ConnectionSettings settings)
    : client_(std::make_unique<Client>(std::move(settings))) {}

Connection::~Connection() = default;

ExchangeResult Connection::Exchange(const RequestHead& head, std::string_view body,
                                    const Limits& limits) {
  Running running;
  running.request = &head;
  running.request_body = body;
  running.limits = &limits;
  return client_->Run(running);
}

bool Connection::IsQuiet() const { return client_->IsQuiet(); }
bool Connection::reusable() const { return client_->reusable(); }
bool Connection::closed_unanswered() const { return client_->closed_unanswered(); }
TimePoint Connection::opened_at() const { return client_->opened_at(); }
uint32_t Connection::exchanges() const { return client_->exchanges(); }

}  // namespace meshroute
