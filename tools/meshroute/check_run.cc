// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/check_run.h"

#include <functional>
#include <utility>

#include "meshroute/config/duration.h"
#include "tools/meshroute/examination.h"

namespace meshroute::tool {
namespace {

using Kind = Examination::Kind;

constexpr uint64_t kMillion = 1'000'000;

std::string DurationText(Duration duration) {
  return duration == Duration::zero() ? "" : FormatDuration(duration);
}

// One test's request, looked up: what there is of everything that a test may ask.
class Subject {
 public:
  Subject(const TrafficTables& tables, const CheckInput& input)
      : input_(input), headers_(HeadersOf(input)), examination_(tables, RequestOf()) {
    if (examination_.kind() == Kind::kForward) {
      position_ = examination_.route()->PickDestination(input.random_value);
    }
  }

  const Examination& examination() const { return examination_; }
  size_t position() const { return position_; }

  // The value of `field` in its normal form.
  std::string ActualOf(std::string_view field, std::string_view expected) const {
    if (field == "virtual_host_name") return VirtualHostName(expected);
    if (field == "meshroute.rule") return Rule(expected);
    const Reader reader = FindReader(field);
    return reader == nullptr ? "" : (this->*reader)();  // Istio makes no virtual clusters.
  }

  // The request's headers after all edits, pseudo-headers included.
  Headers RequestHeaders() const {
    RequestHead head = examination_.SentHead(position_);
    head.headers.push_back({":method", head.method});
    head.headers.push_back({":scheme", head.scheme});
    head.headers.push_back({":authority", head.authority});
    head.headers.push_back({":path", head.path});
    return std::move(head.headers);
  }

  Headers ResponseHeaders() const {
    if (IsReply()) return examination_.Reply().headers;
    return examination_.EditedResponse(position_, input_.response_headers);
  }

 private:
  using Reader = std::string (Subject::*)() const;

  // The reader of a field, or nullptr.
  static Reader FindReader(std::string_view field) {
    static constexpr std::pair<std::string_view, Reader> kReaders[] = {
        {"cluster_name", &Subject::Cluster},
        {"host_rewrite", &Subject::HostRewrite},
        {"path_rewrite", &Subject::PathRewrite},
        {"path_redirect", &Subject::PathRedirect},
        {"code_redirect", &Subject::CodeRedirect},
        {"meshroute.subset", &Subject::Subset},
        {"meshroute.error", &Subject::Error},
        {"meshroute.timeout", &Subject::Timeout},
        {"meshroute.retries.attempts", &Subject::Attempts},
        {"meshroute.retries.per_try_timeout", &Subject::PerTryTimeout},
        {"meshroute.retries.retry_on", &Subject::RetryOn},
        {"meshroute.mirrors", &Subject::Mirrors},
        {"meshroute.fault.delay", &Subject::Delay},
        {"meshroute.fault.abort", &Subject::Abort},
        {"meshroute.direct_response.status", &Subject::DirectStatus},
        {"meshroute.direct_response.body", &Subject::DirectBody},
        {"meshroute.weights", &Subject::Weights},
        {"meshroute.endpoints", &Subject::Endpoints},
    };
    for (const auto& [name, reader] : kReaders) {
      if (name == field) return reader;
    }
    return nullptr;
  }

  static std::vector<HeaderView> HeadersOf(const CheckInput& input) {
    std::vector<HeaderView> headers;
    for (const Header& header : input.headers) headers.push_back({header.name, header.value});
    return headers;
  }

  RequestView RequestOf() const {
    return {.method = input_.method,
            .scheme = input_.scheme,
            .authority = input_.authority,
            .path = input_.path,
            .headers = headers_};
  }

  bool Forwards() const { return examination_.kind() == Kind::kForward; }
  bool IsReply() const {
    return examination_.kind() == Kind::kRedirect || examination_.kind() == Kind::kDirectResponse;
  }
  const Route* route() const { return examination_.route(); }

  std::string Cluster() const {
    if (examination_.kind() == Kind::kLetThrough) return "PassthroughCluster";
    if (examination_.kind() == Kind::kRefused) return "BlackHoleCluster";
    return Forwards() ? examination_.ClusterOf(position_) : "";
  }

  // A sidecar's names have the port behind them; both spellings fit.
  std::string VirtualHostName(std::string_view expected) const {
    const std::string name = examination_.VirtualHost();
    const std::string with_port = name + ":" + std::to_string(examination_.match().port);
    return expected == with_port ? with_port : name;
  }

  // "prod/reviews", "prod/reviews http[2]" and "prod/reviews <name of the rule>".
  std::string Rule(std::string_view expected) const {
    if (route() == nullptr) return "";
    constexpr std::string_view kPrefix = "VirtualService ";
    std::string_view origin = route()->origin;
    if (origin.starts_with(kPrefix) && !expected.starts_with(kPrefix)) {
      origin.remove_prefix(kPrefix.size());
    }
    const std::string object(origin.substr(0, origin.rfind(' ')));
    if (expected == object || expected == object + " " + route()->name) {
      return std::string(expected);
    }
    return std::string(origin);
  }

  std::string HostRewrite() const {
    return Forwards() ? examination_.SentHead(position_).authority : "";
  }
  std::string PathRewrite() const {
    return Forwards() ? examination_.SentHead(position_).path : "";
  }
  std::string PathRedirect() const {
    if (examination_.kind() != Kind::kRedirect) return "";
    return HeaderOf(examination_.Reply().headers, "location");
  }
  std::string CodeRedirect() const {
    return IsReply() ? std::to_string(examination_.Reply().status) : "";
  }
  std::string Subset() const { return Forwards() ? examination_.KeyOf(position_).subset : ""; }
  std::string Error() const { return examination_.ErrorOf(position_); }
  std::string Timeout() const { return Forwards() ? DurationText(route()->timeout) : ""; }
  std::string Attempts() const {
    return Forwards() ? std::to_string(route()->retry.attempts) : "0";
  }
  std::string PerTryTimeout() const {
    return Forwards() ? DurationText(route()->retry.per_try_timeout) : "";
  }
  std::string RetryOn() const {
    return Forwards() && route()->retry.attempts > 0 ? route()->retry.RetryOn() : "";
  }

  std::string Mirrors() const {
    std::vector<std::string> clusters;
    if (!Forwards()) return "";
    for (const Route::Mirror& mirror : route()->mirrors) {
      if (input_.random_value % kMillion >= mirror.millionths) continue;
      const RouteTable& table = *examination_.tables().routes;
      clusters.push_back(table.destinations()[mirror.destination].key.ToString());
    }
    return JoinSorted(std::move(clusters));
  }

  std::string Delay() const {
    if (route() == nullptr) return "";
    const FaultPolicy& fault = route()->fault;
    const bool fires = input_.random_value % kMillion < fault.delay_millionths;
    return fires ? DurationText(fault.delay) : "";
  }
  std::string Abort() const {
    if (route() == nullptr) return "";
    const FaultPolicy& fault = route()->fault;
    if (input_.random_value % kMillion >= fault.abort_millionths) return "";
    return fault.abort_grpc_status >= 0 ? "grpc " + std::to_string(fault.abort_grpc_status)
                                        : std::to_string(fault.abort_http_status);
  }

  std::string DirectStatus() const {
    if (examination_.kind() != Kind::kDirectResponse) return "";
    return std::to_string(examination_.Reply().status);
  }
  std::string DirectBody() const {
    return examination_.kind() == Kind::kDirectResponse ? examination_.Reply().body : "";
  }

  std::string Weights() const {
    if (!Forwards()) return "";
    std::vector<std::string> shares;
    for (size_t i = 0; i < route()->destinations.size(); ++i) {
      shares.push_back(examination_.ClusterOf(i) + "=" +
                       std::to_string(route()->destinations[i].weight));
    }
    return JoinSorted(std::move(shares));
  }

  std::string Endpoints() const {
    const SubsetPool* const pool = Forwards() ? examination_.PoolOf(position_) : nullptr;
    return pool == nullptr ? "" : JoinSorted(EligibleEndpoints(*pool));
  }

  const CheckInput& input_;
  const std::vector<HeaderView> headers_;
  const Examination examination_;
  size_t position_ = 0;
};

void CompareHeaders(const std::vector<HeaderCheck>& checks, const Headers& headers,
                    std::string_view field, CheckResult& result) {
  for (const HeaderCheck& check : checks) {
    if (check.Holds(headers)) continue;
    const std::optional<std::string> value = JoinedValue(headers, check.name);
    result.failures.push_back({.field = std::string(field),
                               .expected = check.name + " " + check.Describe(),
                               .actual = value.has_value() ? "\"" + *value + "\"" : "absent",
                               .position = check.position});
  }
}

void RaiseEmptyFraction(std::optional<Percent>& percent) {
  constexpr double kOneMillionth = 0.0001;  // Percent.
  if (percent.has_value() && percent->Millionths() == 0) percent->value = kOneMillionth;
}

}  // namespace

CheckRunner::CheckRunner(ValidatedConfig config, RouterOptions options)
    : config_(std::move(config)), options_(std::move(options)) {
  RouterFor({});
}

const Router& CheckRunner::RouterFor(const CheckInput& input) {
  RouterOptions options = options_;
  if (!input.source_namespace.empty()) options.client.namespace_name = input.source_namespace;
  if (!input.source_labels.empty()) options.client.labels = input.source_labels;
  std::unique_ptr<Router>& router =
      routers_[{options.client.namespace_name, options.client.labels}];
  if (router == nullptr) {
    router = std::make_unique<Router>(std::move(options));
    router->Apply(config_);
    coverage_.AddRules(*router->tables()->routes);
  }
  return *router;
}

CheckResult CheckRunner::Run(const CheckTest& test) {
  const std::shared_ptr<const TrafficTables> tables = RouterFor(test.input).tables();
  const Subject subject(*tables, test.input);
  const Route* const route = subject.examination().route();
  CheckResult result;
  result.test = &test;
  if (route != nullptr) result.rule = route->origin;
  for (const Expectation& expectation : test.expectations) {
    std::string actual = subject.ActualOf(expectation.field, expectation.value);
    if (actual != expectation.value) {
      result.failures.push_back(
          {expectation.field, expectation.value, std::move(actual), expectation.position});
    } else if (route != nullptr) {
      coverage_.Mark(*route, subject.position(), expectation.field);
    }
  }
  CompareHeaders(test.request_headers, subject.RequestHeaders(), "request_header_matches", result);
  CompareHeaders(test.response_headers, subject.ResponseHeaders(), "response_header_matches",
                 result);
  return result;
}

void RaiseEmptyFractions(Resources& resources) {
  for (VirtualService& service : resources.virtual_services) {
    for (HttpRoute& rule : service.http) {
      if (!rule.fault.has_value()) continue;
      if (rule.fault->delay.has_value()) RaiseEmptyFraction(rule.fault->delay->percentage);
      if (rule.fault->abort.has_value()) RaiseEmptyFraction(rule.fault->abort->percentage);
    }
  }
}

}  // namespace meshroute::tool
