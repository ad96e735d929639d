// SPDX-License-Identifier: Apache-2.0
#include "meshroute/http/http_client.h"

#include <algorithm>
#include <utility>

#include "lib/http/maintenance_thread.h"
#include "lib/http/mirror_sender.h"
#include "lib/http/pooled_transport.h"
#include "lib/http/request_check.h"
#include "lib/http/url.h"
#include "meshroute/call/drivers.h"

namespace meshroute {
namespace {

// How often connections that nobody uses are looked at.
constexpr Duration kIdleLookInterval = std::chrono::seconds(1);

Response LocalResponse(int status, Flag flag, std::string_view details, std::string_view body) {
  Response response;
  response.status = status;
  response.flags = flag;
  response.details = std::string(details);
  response.body = std::string(body);
  response.headers.push_back({"content-type", "text/plain"});
  return response;
}

Response InvalidRequest(const absl::Status& why) {
  const std::string message(why.message());
  return LocalResponse(400, Flag::kInvalidRequest, "request_headers_failed_strict_check", message);
}

// Reads the request into a head that is fit to be sent.
absl::StatusOr<RequestHead> ReadRequest(const HttpRequest& request) {
  absl::StatusOr<Url> url = ParseUrl(request.url);
  if (!url.ok()) return url.status();
  RequestHead head;
  head.method = request.method;
  head.scheme = std::move(url->scheme);
  head.authority = std::move(url->authority);
  head.path = std::move(url->path);
  head.headers = request.headers;
  absl::Status status = TakeConnectionHeaders(head.headers, request.body.size(), head.authority);
  if (status.ok()) status = CheckRequest(head);
  if (!status.ok()) return status;
  return head;
}

absl::Status CheckSource(std::string_view address) {
  if (address.empty() || ParseSocketAddress(address).ok()) return absl::OkStatus();
  return absl::InvalidArgumentError("source_address: must be \"ip:port\"");
}

// Methods that ask for nothing but an answer (RFC 9110, 9.2.1).
bool IsSafeMethod(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

CallOptions OptionsFor(std::string_view method, const CallOptions& asked) {
  CallOptions options = asked;
  options.admission = Admission::kAtConnection;
  if (options.idempotency == CallOptions::Idempotency::kByRule && IsSafeMethod(method)) {
    options.idempotency = CallOptions::Idempotency::kIdempotent;
  }
  return options;
}

// The transport of one call.
class CallTransport final : public Transport {
 public:
  CallTransport(PooledTransport& transport, MirrorSender& mirrors, const CallOptions& options,
                TimePoint default_deadline)
      : transport_(transport), mirrors_(mirrors), default_deadline_(default_deadline) {
    options_.source_address = options.source_address;
    if (options.idempotency == CallOptions::Idempotency::kIdempotent) {
      options_.replay = PooledTransport::Replay::kOnStaleConnection;
    }
  }

  // What may not be sent is reported as cancelled: no endpoint is to blame, and
  // trying again would not help.
  ExchangeResult Send(const Exchange& exchange) override {
    if (const absl::Status status = CheckRequest(*exchange.head); !status.ok()) {
      refusal_ = InvalidRequest(status);
      return {};
    }
    Exchange bounded = exchange;
    if (bounded.deadline == kNever) bounded.deadline = default_deadline_;
    return transport_.Send(bounded, options_);
  }

  void SendMirror(MirrorSend mirror, const RequestHead& head, std::string_view body) override {
    mirrors_.Send(std::move(mirror), head, body);
  }

  // The call's response, or why its request was not sent.
  Response Finish(Response response) {
    if (!refusal_.has_value()) return response;
    refusal_->destination = std::move(response.destination);
    refusal_->attempts = response.attempts;
    refusal_->elapsed = response.elapsed;
    return *std::move(refusal_);
  }

 private:
  PooledTransport& transport_;
  MirrorSender& mirrors_;
  const TimePoint default_deadline_;
  PooledTransport::SendOptions options_;
  std::optional<Response> refusal_;
};

}  // namespace

struct HttpClient::State final : public DueWork {
  State(Router& its_router, HttpClientOptions its_options)
      : router(its_router),
        options(std::move(its_options)),
        clock(*router.options().clock),
        tls({.clock = &clock,
             .observer = router.options().observer,
             .credentials = router.options().credentials,
             .mesh = &router.options().mesh}),
        transport({.clock = clock,
                   .maximum_response_bytes = options.maximum_response_bytes,
                   .tls = tls,
                   .mesh = router.options().mesh,
                   .https = options.https}),
        mirrors(transport, clock, options),
        maintenance(*this, clock) {}

  TimePoint RunDue(TimePoint now) override;
  TimePoint LookAtIdle(TimePoint now);

  Router& router;
  const HttpClientOptions options;
  Clock& clock;
  TlsStore tls;
  PooledTransport transport;

  Mutex idle_mutex;
  TimePoint next_idle_look ABSL_GUARDED_BY(idle_mutex){};
  uint64_t seen_version ABSL_GUARDED_BY(idle_mutex) = 0;

  // Last, so that their threads end before what they use.
  MirrorSender mirrors;
  MaintenanceThread maintenance;
};

TimePoint HttpClient::State::RunDue(TimePoint now) {
  TimePoint next = router.RunDue(now);
  for (DueWork* const work : options.due_work) next = std::min(next, work->RunDue(now));
  next = std::min(next, tls.RunDue(now));
  return std::min(next, LookAtIdle(now));
}

TimePoint HttpClient::State::LookAtIdle(TimePoint now) {
  const MutexLock lock(idle_mutex);
  if (now < next_idle_look) return next_idle_look;
  const std::shared_ptr<const TrafficTables> tables = router.tables();
  if (tables->version != seen_version) {
    transport.pool().RetainOnly(*tables);
    seen_version = tables->version;
  }
  next_idle_look = std::min(transport.pool().CloseIdle(now), AddSaturated(now, kIdleLookInterval));
  return next_idle_look;
}

HttpClient::HttpClient(Router& router, HttpClientOptions options)
    : state_(std::make_unique<State>(router, std::move(options))) {}

HttpClient::~HttpClient() = default;

Response HttpClient::Get(std::string_view url, const CallOptions& options) {
  return Send({.method = "GET", .url = std::string(url)}, options);
}

Response HttpClient::Head(std::string_view url, const CallOptions& options) {
  return Send({.method = "HEAD", .url = std::string(url)}, options);
}

Response HttpClient::Delete(std::string_view url, const CallOptions& options) {
  return Send({.method = "DELETE", .url = std::string(url)}, options);
}

Response HttpClient::Post(std::string_view url, std::string body, std::string_view content_type,
                          const CallOptions& options) {
  return Send({.method = "POST",
               .url = std::string(url),
               .headers = {{"content-type", std::string(content_type)}},
               .body = std::move(body)},
              options);
}

Response HttpClient::Put(std::string_view url, std::string body, std::string_view content_type,
                         const CallOptions& options) {
  return Send({.method = "PUT",
               .url = std::string(url),
               .headers = {{"content-type", std::string(content_type)}},
               .body = std::move(body)},
              options);
}

Response HttpClient::Send(const HttpRequest& request, const CallOptions& options) {
  if (state_->options.maintenance == HttpClientOptions::Maintenance::kOwnThread) {
    state_->maintenance.Start();
  }
  const absl::StatusOr<RequestHead> head = ReadRequest(request);
  if (!head.ok()) return InvalidRequest(head.status());
  if (absl::Status status = CheckSource(options.source_address); !status.ok()) {
    return InvalidRequest(status);
  }

  std::vector<HeaderView> headers;
  headers.reserve(head->headers.size());
  for (const Header& header : head->headers) headers.push_back({header.name, header.value});
  const RequestView view{.method = head->method,
                         .scheme = head->scheme,
                         .authority = head->authority,
                         .path = head->path,
                         .headers = headers};
  const CallOptions effective = OptionsFor(head->method, options);
  Call call = state_->router.Start(view, effective);
  const Duration limit = state_->options.default_timeout;
  CallTransport transport(state_->transport, state_->mirrors, effective,
                          limit > Duration(0) ? AddSaturated(state_->clock.Now(), limit) : kNever);
  return transport.Finish(RunBlocking(call, request.body, transport, state_->clock));
}

TimePoint HttpClient::RunDue(TimePoint now) { return state_->RunDue(now); }

size_t HttpClient::connection_count() const { return state_->transport.pool().size(); }

}  // namespace meshroute
