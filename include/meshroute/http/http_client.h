// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_HTTP_HTTP_CLIENT_H_
#define MESHROUTE_HTTP_HTTP_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/base/clock.h"
#include "meshroute/base/due_work.h"
#include "meshroute/call/call_options.h"
#include "meshroute/config/traffic_policy.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/response.h"
#include "meshroute/router.h"

namespace meshroute {

// A request as a user of HttpClient writes it.
struct HttpRequest {
  std::string method = "GET";

  // "http://reviews:9080/reviews/1?verbose". The host is the service's name: it
  // is routed, not resolved, unless nothing is known of it.
  std::string url{};

  Headers headers{};
  std::string body{};
};

// What an HttpClient does beyond the rules.
struct HttpClientOptions {
  // Mode SIMPLE and nothing else.
  static ClientTlsSettings VerifiedTls() {
    ClientTlsSettings tls;
    tls.mode = ClientTlsSettings::Mode::kSimple;
    return tls;
  }

  // Limit of a whole call whose rule has no timeout and whose caller gave no
  // deadline, and of each copy (mirror) of such a call; 0: none, as in a sidecar, but for the
  // copies that a rollout compares (MirrorSend::kTimeOfCompared).
  Duration default_timeout{0};

  // A longer answer ends as 502 UPE: bounds the memory of a call.
  size_t maximum_response_bytes = size_t{64} << 20;

  // TLS of https:// URLs whose destination has no `tls` settings (or mode DISABLE, which
  // is about what this client adds, not about what its caller asks for): SIMPLE or MUTUAL.
  // By default the system's CAs are trusted and the certificate must name the URL's host.
  ClientTlsSettings https = VerifiedTls();

  // Threads that send mirrored copies, and copies that may wait for one; more
  // are dropped. Threads start with the first copy.
  size_t mirror_threads = 2;
  size_t mirror_queue = 1024;

  // Runs Router::RunDue, `due_work` and the closing of idle connections on one
  // thread named "meshroute", from the first call on. kEmbedder: the embedder calls
  // HttpClient::RunDue itself. Deadlines need neither: each call keeps its own.
  enum class Maintenance { kOwnThread, kEmbedder };
  Maintenance maintenance = Maintenance::kOwnThread;

  // Further timed work for the maintenance thread, such as a FileSource. Must
  // outlive the client.
  std::vector<DueWork*> due_work{};
};

// An HTTP/1.1 client that sends every call through a Router's rules: pooled
// keep-alive connections per endpoint, connection limits, TLS, total deadlines that
// hold against any server.
//
//   HttpClient client(**router);
//   Response response = client.Get("http://reviews:9080/reviews/1");
//   if (response.ok()) std::cout << response.body;
//
// Calls block their thread; any number of threads may call. There is always a
// Response: `flags` and `details` say why there is no upstream's answer. A request
// that would not be well-formed HTTP (method, header, path) is answered 400 IH
// without being sent. fork() before the first call is safe. Thread-safe.
//
// A destination's `tls` settings decide about TLS, else the URL's scheme does: https://
// is never sent in plain text. A connection that TLS does not let come about is 503 UF,
// and `details` say which check failed; docs/tls.md tells the rest.
class HttpClient final : public DueWork {
 public:
  // `router` must outlive the client; its clock must be a real one.
  explicit HttpClient(Router& router, HttpClientOptions options = {});
  ~HttpClient() override;  // Calls in flight must have returned.
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Response Get(std::string_view url, const CallOptions& options = {});
  Response Head(std::string_view url, const CallOptions& options = {});
  Response Delete(std::string_view url, const CallOptions& options = {});
  Response Post(std::string_view url, std::string body, std::string_view content_type,
                const CallOptions& options = {});
  Response Put(std::string_view url, std::string body, std::string_view content_type,
               const CallOptions& options = {});
  Response Send(const HttpRequest& request, const CallOptions& options = {});

  // Does what is due: sweeps, idle connections, options.due_work. Only to be
  // called with Maintenance::kEmbedder; cheap where nothing is due.
  TimePoint RunDue(TimePoint now) override;

  // Open connections, idle ones included.
  size_t connection_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace meshroute

#endif  // MESHROUTE_HTTP_HTTP_CLIENT_H_
