// SPDX-License-Identifier: Apache-2.0
// Tables of what each field of a VirtualService means: rules, a request, and what
// becomes of it. A row's name is the path of the field that it is about.
#ifndef MESHROUTE_TESTS_CONFORMANCE_CONFORMANCE_H_
#define MESHROUTE_TESTS_CONFORMANCE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <cctype>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/routing/mesh.h"

namespace meshroute {

struct ConformanceRow {
  // "http.match.uri.prefix"
  const char* field;

  // The VirtualService's `spec`, or for ExpectBlocks one match block.
  std::string rules;

  // "GET reviews /path", "| name: value" for each header.
  std::string request;

  // What is asked of the answer: "key=value; key=value" (ConformanceAnswer::Get).
  std::string expected;
};

inline void PrintTo(const ConformanceRow& row, std::ostream* out) { *out << row.field; }

// "http_match_uri_prefix_3": the field's path and the row's number.
inline std::string RowName(const testing::TestParamInfo<ConformanceRow>& info) {
  std::string name = info.param.field;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name + "_" + std::to_string(info.index);
}

// A request with memory of its own.
class ConformanceRequest {
 public:
  explicit ConformanceRequest(const std::string& text) : text_(text) {
    const std::vector<std::string_view> parts = Split(text_, " | ");
    const std::vector<std::string_view> line = Split(parts[0], " ");
    view_.method = line[0];
    view_.authority = line[1];
    view_.path = line[2];
    if (line.size() > 3) view_.scheme = line[3];
    for (size_t i = 1; i < parts.size(); ++i) {
      const size_t colon = parts[i].find(": ");
      headers_.push_back({parts[i].substr(0, colon), parts[i].substr(colon + 2)});
    }
    view_.headers = headers_;
  }
  ConformanceRequest(const ConformanceRequest&) = delete;
  ConformanceRequest& operator=(const ConformanceRequest&) = delete;

  const RequestView& view() const { return view_; }

  static std::vector<std::string_view> Split(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    for (;;) {
      const size_t end = text.find(separator);
      parts.push_back(text.substr(0, end));
      if (end == std::string_view::npos) return parts;
      text.remove_prefix(end + separator.size());
    }
  }

 private:
  const std::string text_;
  RequestView view_;
  std::vector<HeaderView> headers_;
};

// What became of a request.
class ConformanceAnswer {
 public:
  ConformanceAnswer(const Mesh& mesh, const RequestView& request)
      : mesh_(mesh), request_(request), match_(mesh.Match(request)) {}

  // `to`: "9080|v1|reviews" of the first destination, "reply", "NR" or "unknown";
  // `shares`: all destinations with their weights; `name`, `stat`, `timeout` (in ms),
  // `attempts`, `mirrors` (with millionths), `delay` and `abort` (with millionths);
  // of the request as sent: `path`, `authority`, `>header`; of an answer: `status`,
  // `body`, `<header`; `^header` that corsPolicy makes; `retry-timeout`,
  // `retry-backoff`, `retry-avoids`, `retry-leaves`, `retry-codes`. Values are joined with "+".
  std::string Get(std::string_view key) const {
    if (key == "to") return To();
    if (match_.route == nullptr) return "no route";
    const Route& route = *match_.route;
    if (key == "name") return route.name;
    if (key == "stat") return route.stat_prefix;
    if (key == "timeout") return std::to_string(route.timeout / std::chrono::milliseconds(1));
    if (key == "attempts") return std::to_string(route.retry.attempts);
    if (key == "shares") return Shares();
    if (key == "mirrors") return Mirrors();
    if (key == "delay") return std::to_string(route.fault.delay_millionths);
    if (key == "abort") {
      return std::to_string(route.fault.abort_http_status) + " " +
             std::to_string(route.fault.abort_millionths);
    }
    if (key == "path" || key == "authority" || key[0] == '>') return OfRequest(key);
    if (key.starts_with("retry-")) return OfRetries(key.substr(6));
    if (key[0] == '^') return OfCors(key.substr(1));
    return OfAnswer(key);
  }

 private:
  static std::string Short(std::string name) {
    const size_t domain = name.find(".default.svc.cluster.local");
    return domain == std::string::npos ? name : name.substr(0, domain);
  }

  static std::string Values(const Headers& headers, std::string_view name) {
    std::string values;
    for (const Header& header : headers) {
      if (!EqualsIgnoreCase(header.name, name)) continue;
      values += values.empty() ? header.value : "+" + header.value;
    }
    return values;
  }

  std::string To() const {
    if (!match_.host_known) return "unknown";
    if (match_.route == nullptr) return "NR";
    if (match_.route->action != Route::Action::kForward) return "reply";
    return Short(mesh_.Name(match_.route->destinations.front().destination));
  }

  std::string Shares() const {
    std::string shares;
    for (const Route::WeightedDestination& share : match_.route->destinations) {
      shares += shares.empty() ? "" : " ";
      shares += Short(mesh_.Name(share.destination)) + "*" + std::to_string(share.weight);
    }
    return shares;
  }

  std::string Mirrors() const {
    std::string mirrors;
    for (const Route::Mirror& mirror : match_.route->mirrors) {
      mirrors += mirrors.empty() ? "" : " ";
      mirrors += Short(mesh_.Name(mirror.destination)) + "*" + std::to_string(mirror.millionths);
    }
    return mirrors;
  }

  // In milliseconds; codes joined with "+".
  std::string OfRetries(std::string_view key) const {
    const RetryPolicy& retry = match_.route->retry;
    const std::chrono::milliseconds unit(1);
    if (key == "timeout") return std::to_string(retry.per_try_timeout / unit);
    if (key == "backoff") {
      return std::to_string(retry.backoff_base / unit) + "-" +
             std::to_string(retry.backoff_maximum / unit);
    }
    if (key == "avoids") return retry.avoid_previous_endpoints ? "yes" : "no";
    if (key == "leaves") return retry.leave_tried_priorities ? "yes" : "no";
    std::string codes;
    for (const int code : retry.status_codes) {
      codes += (codes.empty() ? "" : "+") + std::to_string(code);
    }
    return codes;
  }

  // A header of the answer to a preflight; of any other request what an answer gets.
  std::string OfCors(std::string_view header) const {
    const auto preflight = match_.route->AnswerPreflight(request_);
    if (preflight) return Values(preflight->headers, header);
    Headers headers{{"access-control-allow-origin", "upstream"}};
    match_.route->AddCorsHeaders(request_, headers);
    return Values(headers, header);
  }

  std::string OfRequest(std::string_view key) const {
    RequestHead head{std::string(request_.method),
                     std::string(request_.scheme),
                     std::string(request_.authority),
                     std::string(request_.path),
                     {}};
    for (const HeaderView& header : request_.headers) {
      head.headers.push_back({std::string(header.name), std::string(header.value)});
    }
    match_.route->EditRequest(0, head);
    if (key == "path") return head.path;
    return key == "authority" ? head.authority : Values(head.headers, key.substr(1));
  }

  std::string OfAnswer(std::string_view key) const {
    LocalReply reply;
    if (match_.route->action == Route::Action::kForward) {
      match_.route->EditResponse(0, reply.headers);
    } else {
      reply = match_.route->MakeLocalReply(request_, match_.port);
    }
    if (key == "status") return std::to_string(reply.status);
    return key == "body" ? reply.body : Values(reply.headers, key.substr(1));
  }

  const Mesh& mesh_;
  const RequestView& request_;
  const RouteMatch match_;
};

// The services that the rows call: reviews with subsets v1 and v2 and ratings, both on
// 9080 alone; shop on 80 and 8080.
inline std::string ConformanceServices() {
  return ServiceOn("reviews.default.svc.cluster.local", {9080}) +
         ServiceOn("ratings.default.svc.cluster.local", {9080}) +
         ServiceOn("shop.default.svc.cluster.local", {80, 8080}) +
         Object("DestinationRule", "default/reviews",
                "host: reviews\nsubsets: [{name: v1, labels: {v: '1'}}, {name: v2, labels: {v: "
                "'2'}}]");
}

// The client of the rows.
inline ClientIdentity ConformanceClient() {
  ClientIdentity client;
  client.labels = {{"app", "web"}, {"tier", "front"}};
  return client;
}

// Asserts what `row` expects of `yaml` besides the services.
inline void ExpectRow(const ConformanceRow& row, const std::string& yaml) {
  const Mesh mesh(ConformanceServices() + yaml, ConformanceClient());
  const ConformanceRequest request(row.request);
  const ConformanceAnswer answer(mesh, request.view());
  for (const std::string_view pair : ConformanceRequest::Split(row.expected, "; ")) {
    const size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    EXPECT_EQ(answer.Get(key), pair.substr(equals + 1))
        << row.field << " " << key << " of " << row.request << "\n"
        << yaml;
  }
}

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_CONFORMANCE_CONFORMANCE_H_
