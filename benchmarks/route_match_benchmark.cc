// SPDX-License-Identifier: Apache-2.0
// What it costs to find the rule of a request among 10 to 10,000, by the index and
// by a scan of the same compiled conditions, and to compile that many.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "lib/routing/rule_index.h"
#include "meshroute/base/random_source.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/routing/route_table.h"

namespace meshroute {
namespace {

constexpr size_t kRequests = 1024;

// Which conditions the rules have: paths of their own, or one path and a header of
// one value each.
enum class Kind { kExact, kPrefix, kMix, kHeader };

// 40 % exact, 50 % prefix, 10 % regex with a header.
StringMatch::Kind KindOfRule(Kind kind, int64_t rule) {
  if (kind == Kind::kExact) return StringMatch::Kind::kExact;
  if (kind == Kind::kPrefix) return StringMatch::Kind::kPrefix;
  if (rule % 10 < 4) return StringMatch::Kind::kExact;
  return rule % 10 < 9 ? StringMatch::Kind::kPrefix : StringMatch::Kind::kRegex;
}

std::string PathOfRule(int64_t rule) {
  const std::string number = std::to_string(rule);
  return "/team-" + number.substr(number.size() - 1) + "/service-" + number + "/api/v1";
}

std::string TenantOfRule(int64_t rule) { return "tenant-" + std::to_string(rule) + "-end"; }

HttpMatchRequest HeaderBlock(int64_t number) {
  HttpMatchRequest block;
  block.uri = StringMatch::Exact("/items");
  block.headers["x-tenant"] = StringMatch::Exact(TenantOfRule(number));
  return block;
}

HttpMatchRequest PathBlock(Kind kind, int64_t number) {
  HttpMatchRequest block;
  switch (KindOfRule(kind, number)) {
    case StringMatch::Kind::kRegex:
      block.uri = StringMatch::Regex(PathOfRule(number) + "/items/[0-9]+");
      block.headers["x-user"] = StringMatch::Exact("jason");
      break;
    case StringMatch::Kind::kPrefix:
      block.uri = StringMatch::Prefix(PathOfRule(number) + "/");
      break;
    default:
      block.uri = StringMatch::Exact(PathOfRule(number) + "/items/17");
  }
  return block;
}

HttpMatchRequest BlockOf(Kind kind, int64_t number) {
  return kind == Kind::kHeader ? HeaderBlock(number) : PathBlock(kind, number);
}

HttpRoute MakeRule(Kind kind, int64_t number) {
  HttpRoute rule;
  rule.match.push_back(BlockOf(kind, number));
  HttpRouteDestination& share = rule.route.emplace_back();
  share.destination.emplace();
  share.destination->host = "reviews";
  return rule;
}

// Everything that a table is compiled from.
struct Mesh {
  Mesh(Kind kind, int64_t rules) : config(Config(kind, rules)) {}

  static ValidatedConfig Config(Kind kind, int64_t rules) {
    Resources resources;
    VirtualService& service = resources.virtual_services.emplace_back();
    service.metadata.name = "reviews";
    service.metadata.namespace_name = "default";
    service.hosts = {"reviews"};
    for (int64_t i = 0; i < rules; ++i) service.http.push_back(MakeRule(kind, i));
    return *Validate(std::move(resources));
  }

  std::unique_ptr<RouteTable> Compile() const {
    return RouteTable::Compile({config, client, mesh, services, destination_rules});
  }

  const ClientIdentity client;
  const MeshOptions mesh;
  const ValidatedConfig config;
  const Services services{config, client, mesh};
  const DestinationRules destination_rules{config, client, mesh};
};

// Requests that fall to rules drawn evenly.
class Requests {
 public:
  Requests(Kind kind, int64_t rules) {
    SeededRandom random(1);
    const bool by_header = kind == Kind::kHeader;
    for (size_t i = 0; i < kRequests; ++i) {
      const auto rule = static_cast<int64_t>(random.Below(static_cast<uint64_t>(rules)));
      paths_.push_back(by_header ? "/items" : PathOfRule(rule) + "/items/17");
      tenants_.push_back(TenantOfRule(rule));
    }
    for (size_t i = 0; i < kRequests; ++i) {
      headers_.push_back({HeaderView{"accept", "application/json"},
                          {"user-agent", "benchmark/1.0"},
                          {"x-request-id", "6f1a3c52-6a0e-4f0e-8f5e-000000000000"},
                          {"x-tenant", tenants_[i]},
                          {"x-user", "jason"}});
    }
    for (size_t i = 0; i < kRequests; ++i) {
      RequestView& view = views_.emplace_back();
      view.authority = "reviews:9080";
      view.path = paths_[i];
      view.headers = headers_[i];
    }
  }

  const RequestView& at(size_t i) const { return views_[i % kRequests]; }

 private:
  std::vector<std::string> paths_;
  std::vector<std::string> tenants_;
  std::vector<std::vector<HeaderView>> headers_;
  std::vector<RequestView> views_;
};

void BM_Match(benchmark::State& state, Kind kind) {
  const Mesh mesh(kind, state.range(0));
  const std::unique_ptr<RouteTable> table = mesh.Compile();
  const Requests requests(kind, state.range(0));
  for (size_t i = 0; i < kRequests; ++i) {
    if (table->Match(requests.at(i)).route == nullptr) state.SkipWithError("a request has no rule");
  }
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(table->Match(requests.at(i++)));
}

// The naive way: the rules one after the other, each by the conditions that the index
// holds too. Without the look-up of the host, which costs the same either way.
void BM_Scan(benchmark::State& state, Kind kind) {
  std::vector<RuleConditions> rules;
  for (int64_t i = 0; i < state.range(0); ++i) {
    const HttpMatchRequest block = BlockOf(kind, i);
    rules.push_back({PathCondition(block), RequestConditions(block)});
  }
  const Requests requests(kind, state.range(0));
  size_t i = 0;
  for (auto _ : state) {
    const RequestView& request = requests.at(i++);
    const std::string_view path = PathWithoutQuery(request.path);
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const RuleConditions& rule) {
      return rule.path.Matches(path) && rule.others.Hold(request);
    });
    if (found == rules.end()) state.SkipWithError("a request has no rule");
    benchmark::DoNotOptimize(found);
  }
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);
}
BENCHMARK_CAPTURE(BM_Match, exact, Kind::kExact)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Scan, exact, Kind::kExact)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Match, prefix, Kind::kPrefix)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Scan, prefix, Kind::kPrefix)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Match, mix, Kind::kMix)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Scan, mix, Kind::kMix)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Match, header, Kind::kHeader)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Scan, header, Kind::kHeader)->Apply(Sizes);

void BM_Compile(benchmark::State& state) {
  const Mesh mesh(Kind::kMix, state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(mesh.Compile());
}
BENCHMARK(BM_Compile)->Arg(10)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void BM_NormalizePath(benchmark::State& state) {
  const std::string path = PathOfRule(17) + "/items/17?verbose=1";
  for (auto _ : state) benchmark::DoNotOptimize(NormalizePath(path));
}
BENCHMARK(BM_NormalizePath);

}  // namespace
}  // namespace meshroute
