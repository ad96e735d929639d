// SPDX-License-Identifier: Apache-2.0
// RouteTable agrees with a naive reading of the rules on random configurations.
#include <gtest/gtest.h>

#include <initializer_list>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/config/host_name.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/routing/route_table.h"
#include "meshroute/telemetry/decision.h"
#include "tests/oracle/route_naive.h"

namespace meshroute {
namespace {

// Small alphabets, so that texts often meet.
class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  bool Chance(uint64_t percent) { return random_.Below(100) < percent; }
  uint64_t Below(uint64_t bound) { return random_.Below(bound); }
  std::string OneOf(std::initializer_list<const char*> texts) {
    return *(texts.begin() + random_.Below(texts.size()));
  }

  std::string Path() {
    if (Chance(2)) return "*";
    std::string path = "/";
    for (uint64_t pieces = Below(5); pieces > 0; --pieces) {
      path += OneOf({"a", "b", "A", "ab", "a.b", "/", "/", "x", "aB"});
    }
    return path;
  }

  std::string PathWithQuery() {
    std::string path = Path();
    if (Chance(30)) path += OneOf({"?", "?q=1", "?q=2&q=1", "?p", "?q", "?Q=1&q=", "?q=12#?q=1"});
    if (Chance(10)) path += OneOf({"#", "#a", "#?q=1"});
    return path;
  }

  std::string Regex() {
    std::string regex;
    for (uint64_t pieces = 1 + Below(4); pieces > 0; --pieces) {
      regex +=
          OneOf({"/", "/a", "/b", ".*", "[ab]", "(a|b)", "a+", "b?", "\\.", "x*", "/ab", "^/"});
    }
    return regex;
  }

  StringMatch Uri() {
    const uint64_t kind = Below(100);
    if (kind < 3) return StringMatch();
    if (kind < 35) return StringMatch::Exact(Path());
    if (kind < 75) return StringMatch::Prefix(Chance(5) ? OneOf({"", "a", "*"}) : Path());
    return StringMatch::Regex(Chance(5) ? ".*" : Regex());
  }

  StringMatch Value() {
    switch (Below(5)) {
      case 0:
        return StringMatch();
      case 1:
        return StringMatch::Exact(OneOf({"", "1", "12", "2"}));
      case 2:
        return StringMatch::Prefix(OneOf({"1", "12"}));
      default:
        return StringMatch::Regex(OneOf({"1", "1.", "[12]*", ".*", "1?", "(1|2)2"}));
    }
  }

  HttpMatchRequest Block() {
    HttpMatchRequest block;
    if (Chance(85)) block.uri = Uri();
    block.ignore_uri_case = Chance(20);
    if (Chance(10)) block.method = StringMatch::Exact(OneOf({"GET", "POST", "get"}));
    if (Chance(5)) block.method = StringMatch();
    if (Chance(5)) block.scheme = StringMatch::Exact(OneOf({"http", "https"}));
    if (Chance(5)) block.authority = StringMatch::Prefix(OneOf({"k", "K", "k:", "a"}));
    if (Chance(20)) block.headers[OneOf({"h", "H2", "host"})] = Value();
    if (Chance(10)) block.headers[OneOf({"h", "i"})] = Value();
    if (Chance(15)) block.without_headers[OneOf({"h", "H2", "i"})] = Value();
    if (Chance(10)) block.query_params[OneOf({"q", "p", "Q"})] = Value();
    return block;
  }

  // `sides`: whether blocks also ask for ports, sources and gateways.
  enum class Sides { kNone, kSome };

  HttpRoute Rule(const std::string& name, Sides sides) {
    HttpRoute rule;
    rule.name = name;
    for (uint64_t blocks = Below(4); blocks > 0 || (rule.match.empty() && !Chance(10)); --blocks) {
      HttpMatchRequest block = Block();
      block.name = "b" + std::to_string(rule.match.size());
      if (sides == Sides::kSome) AddSides(block);
      rule.match.push_back(std::move(block));
      if (blocks == 0) break;
    }
    for (uint64_t shares = 1 + Below(2); shares > 0; --shares) {
      HttpRouteDestination share;
      share.destination.emplace();
      share.destination->host = OneOf({"a", "b", "k.other.svc.cluster.local", "api.example.com"});
      if (Chance(20)) share.destination->port = PortSelector{81};
      share.weight = static_cast<int32_t>(shares == 1 ? 1 : Below(2));
      rule.route.push_back(std::move(share));
    }
    return rule;
  }

  void AddSides(HttpMatchRequest& block) {
    if (Chance(25)) block.port = static_cast<uint32_t>(80 + Below(3));
    if (Chance(10)) block.source_labels["app"] = OneOf({"web", "other"});
    if (Chance(10)) block.source_namespace = OneOf({"default", "other"});
    if (Chance(10)) block.gateways = {OneOf({"mesh", "ns/edge"})};
  }

  std::vector<HeaderView> Headers() {
    static constexpr const char* kNames[] = {"h", "H", "h2", "i", "host", "j"};
    static constexpr const char* kValues[] = {"", "1", "12", "2", "22", "1,2"};
    std::vector<HeaderView> headers;
    for (uint64_t lines = Below(4); lines > 0; --lines) {
      headers.push_back({kNames[Below(std::size(kNames) - 2)], kValues[Below(std::size(kValues))]});
    }
    return headers;
  }

 private:
  SeededRandom random_;
};

// One request with memory of its own.
struct Asked {
  explicit Asked(Generator& generator, std::string of_authority)
      : path(generator.PathWithQuery()),
        authority(std::move(of_authority)),
        headers(generator.Headers()) {
    view.method = generator.Chance(70) ? "GET" : "POST";
    view.scheme = generator.Chance(80) ? "http" : "https";
    view.authority = authority;
    view.path = path;
    view.headers = headers;
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  std::string path;
  std::string authority;
  std::vector<HeaderView> headers;
  RequestView view;
};

NaiveAnswer AnswerOf(const RouteTable& table, const RequestView& request) {
  const RouteMatch match = table.Match(request);
  NaiveAnswer answer;
  answer.host_known = match.host_known;
  answer.virtual_host = match.virtual_host;
  if (match.route == nullptr) return answer;
  answer.route = match.route->name;
  for (const Route::WeightedDestination& share : match.route->destinations) {
    const DestinationKey& key = table.destinations()[share.destination].key;
    answer.destinations.push_back(std::to_string(key.port) + " " + key.host);
  }
  return answer;
}

std::string TextOf(const NaiveAnswer& answer) {
  std::string text =
      answer.host_known ? answer.virtual_host + " [" + answer.route + "]" : "unknown";
  for (const std::string& destination : answer.destinations) text += " -> " + destination;
  return text;
}

// The table under test and the naive reading of the same resources.
class Pair {
 public:
  Pair(const Resources& resources, const ClientIdentity& client)
      : client_(client), config_(*Validate(resources)), naive_(resources, client) {
    table_ = RouteTable::Compile({config_, client_, mesh_, services_, rules_});
  }

  void Compare(const RequestView& request) {
    const NaiveAnswer expected = naive_.Match(request);
    const NaiveAnswer actual = AnswerOf(*table_, request);
    ASSERT_EQ(TextOf(actual), TextOf(expected))
        << request.method << " " << request.scheme << "://" << request.authority << request.path;
    if (++compared_ % 16 == 0) CompareExplanation(request);
  }

 private:
  // What is told to people is what is done: the same rule, and every rule before it
  // fails for a reason.
  void CompareExplanation(const RequestView& request) {
    Decision decision;
    const RouteMatch explained = table_->Explain(request, decision);
    const RouteMatch match = table_->Match(request);
    ASSERT_EQ(explained.route, match.route);
    ASSERT_EQ(decision.host.known, match.host_known);
    if (!match.host_known) return;
    ASSERT_FALSE(decision.rules.empty());
    for (const Decision::Rule& rule : decision.rules) {
      const bool is_last = &rule == &decision.rules.back();
      ASSERT_EQ(rule.matched, match.route != nullptr && is_last) << rule.origin;
      ASSERT_EQ(rule.failed.empty(), rule.matched) << rule.origin;
    }
  }

  uint64_t compared_ = 0;
  const ClientIdentity client_;
  const MeshOptions mesh_;
  const ValidatedConfig config_;
  const Services services_{config_, client_, mesh_};
  const DestinationRules rules_{config_, client_, mesh_};
  std::unique_ptr<const RouteTable> table_;
  NaiveRoutes naive_;
};

void CompareRules(uint64_t seed, uint64_t rules, int requests) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Generator generator(seed);
  Resources resources;
  VirtualService& service = resources.virtual_services.emplace_back();
  service.metadata.name = "vs";
  service.metadata.namespace_name = "default";
  service.hosts = {"k"};
  for (uint64_t i = 0; i < rules; ++i) {
    service.http.push_back(generator.Rule("r" + std::to_string(i), Generator::Sides::kNone));
  }
  Pair pair(resources, {});
  for (int i = 0; i < requests && !testing::Test::HasFatalFailure(); ++i) {
    const Asked asked(generator, generator.OneOf({"k", "K", "k:81", "k.default"}));
    pair.Compare(asked.view);
  }
}

TEST(RouteOracleTest, TheFirstMatchingRuleIsFoundAmongFew) {
  for (uint64_t seed = 1; seed <= 2000 && !HasFatalFailure(); ++seed) {
    CompareRules(seed, 1 + seed % 12, 100);
  }
}

TEST(RouteOracleTest, TheFirstMatchingRuleIsFoundAmongMany) {
  for (uint64_t seed = 10'001; seed <= 10'010 && !HasFatalFailure(); ++seed) {
    CompareRules(seed, 150, 2000);
  }
}

std::string Host(Generator& generator) {
  return generator.OneOf({"a", "b", "k", "api.example.com", "x.api.example.com", "*.example.com",
                          "*.api.example.com", "*-v.example.com", "*.cluster.local", "*.com",
                          "k.other.svc.cluster.local", "a.default.svc.cluster.local", "a.default",
                          "K.Example.Com"});
}

ServiceEntry RandomService(Generator& generator, const std::string& host) {
  ServiceEntry entry;
  entry.metadata.name = "se" + std::to_string(generator.Below(1'000'000'000));
  entry.metadata.namespace_name = generator.OneOf({"default", "other"});
  entry.hosts = {host};
  entry.location = ServiceEntry::Location::kMeshInternal;
  entry.resolution = ServiceEntry::Resolution::kStatic;
  entry.endpoints.emplace_back().address = "10.0.0.1";
  if (host.starts_with('*')) {
    entry.resolution = ServiceEntry::Resolution::kNone;
    entry.endpoints.clear();
  }
  for (uint32_t port = 80; port < 83; ++port) {
    if (!entry.ports.empty() && generator.Chance(50)) continue;
    ServicePort& added = entry.ports.emplace_back();
    added.number = entry.ports.size() == 1 && generator.Chance(30) ? 9080 : port;
    added.name = "p" + std::to_string(port);
    added.protocol = generator.Chance(85) ? "HTTP" : "TCP";
  }
  return entry;
}

VirtualService RandomVirtualService(Generator& generator, size_t number) {
  VirtualService service;
  service.metadata.name = "vs" + std::to_string(generator.Below(5)) + std::to_string(number);
  service.metadata.namespace_name = generator.OneOf({"default", "other", "third"});
  service.metadata.creation_timestamp =
      generator.OneOf({"", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"});
  service.hosts = {Host(generator)};
  if (generator.Chance(30)) {
    const std::string second = Host(generator);
    if (!HostsOverlap(second, service.hosts[0])) service.hosts.push_back(second);
  }
  if (generator.Chance(30)) service.export_to = {generator.OneOf({".", "*", "default", "other"})};
  if (generator.Chance(10)) service.gateways = {generator.OneOf({"mesh", "ns/edge"})};
  for (uint64_t i = 0; i <= generator.Below(3); ++i) {
    service.http.push_back(
        generator.Rule(service.metadata.name + "-r" + std::to_string(i), Generator::Sides::kSome));
  }
  return service;
}

void CompareHosts(uint64_t seed, int requests) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Generator generator(seed);
  Resources resources;
  for (size_t i = 0; i < 1 + seed % 6; ++i) {
    resources.virtual_services.push_back(RandomVirtualService(generator, i));
  }
  std::set<std::string> declared;
  for (uint64_t i = generator.Below(5); i > 0; --i) {
    const std::string host = generator.OneOf(
        {"a.default.svc.cluster.local", "b.default.svc.cluster.local", "k.other.svc.cluster.local",
         "api.example.com", "*.example.com", "x.api.example.com"});
    if (!declared.insert(host).second) continue;
    resources.service_entries.push_back(RandomService(generator, host));
  }
  ClientIdentity client;
  client.namespace_name = generator.OneOf({"default", "default", "other"});
  if (generator.Chance(50)) client.labels["app"] = "web";
  Pair pair(resources, client);
  for (int i = 0; i < requests && !testing::Test::HasFatalFailure(); ++i) {
    const std::string host = generator.OneOf({"a",
                                              "b",
                                              "k",
                                              "a.default",
                                              "b.default.svc",
                                              "k.other",
                                              "a.default.svc.cluster.local",
                                              "A.default.svc.cluster.local.",
                                              "k.other.svc.cluster.local",
                                              "api.example.com",
                                              "API.example.com.",
                                              "x.api.example.com",
                                              "y.api.example.com",
                                              "y-v.example.com",
                                              "-v.example.com",
                                              "example.com",
                                              "k.example.com",
                                              "none",
                                              "x.com",
                                              ".com"});
    const Asked asked(generator, host + generator.OneOf({"", "", ":80", ":81", ":82", ":9080"}));
    pair.Compare(asked.view);
  }
}

TEST(RouteOracleTest, TheRightVirtualServiceGovernsEachHostAndPort) {
  for (uint64_t seed = 100'001; seed <= 102'000 && !HasFatalFailure(); ++seed) {
    CompareHosts(seed, 60);
  }
}

}  // namespace
}  // namespace meshroute
