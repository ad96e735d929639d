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
#include "tests/oracle/route_generator.h"
#include "tests/oracle/route_naive.h"

namespace meshroute {
namespace {

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
  Pair(const Resources& resources, const ClientIdentity& client,
       NaiveRoutes::Merging merging = NaiveRoutes::Merging::kNone)
      : client_(client),
        mesh_{.virtual_service_merging = merging},
        config_(*Validate(resources)),
        naive_(resources, client, merging) {
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
  SeededRandom random(seed);
  Generator generator(random);
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
  for (uint64_t seed = 1; seed <= 6000 && !HasFatalFailure(); ++seed) {
    CompareRules(seed, 1 + seed % 12, 100);
  }
}

TEST(RouteOracleTest, TheFirstMatchingRuleIsFoundAmongMany) {
  for (uint64_t seed = 10'001; seed <= 10'010 && !HasFatalFailure(); ++seed) {
    CompareRules(seed, 150, 2000);
  }
}

void CompareKeyedRules(uint64_t seed, int requests) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  Generator generator(random);
  Resources resources;
  VirtualService& service = resources.virtual_services.emplace_back();
  service.metadata.name = "vs";
  service.metadata.namespace_name = "default";
  service.hosts = {"k", "*.k"};
  for (uint64_t i = 0; i < 20 + seed % 60; ++i) {
    HttpRoute rule = generator.Rule("r" + std::to_string(i), Generator::Sides::kNone);
    rule.match = {generator.KeyedBlock(), generator.KeyedBlock()};
    service.http.push_back(std::move(rule));
  }
  Pair pair(resources, {});
  for (int i = 0; i < requests && !testing::Test::HasFatalFailure(); ++i) {
    std::string path = generator.OneOf({"/a", "/b", "/A", "/ax", "/"});
    if (generator.Chance(60)) path += "?q=" + generator.OneOfMany();
    if (generator.Chance(30)) path += (path.size() > 3 ? "&p=" : "?p=") + generator.OneOfMany();
    Asked asked(generator, generator.Chance(70) ? "k" : generator.OneOfMany() + ".k", path);
    asked.AddKeys(generator);
    pair.Compare(asked.view);
  }
}

TEST(RouteOracleTest, TheFirstMatchingRuleIsFoundAmongManyOfTheSamePath) {
  for (uint64_t seed = 20'001; seed <= 20'500 && !HasFatalFailure(); ++seed) {
    CompareKeyedRules(seed, 300);
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

// A rule that takes the rules of one of RandomDelegate's.
HttpRoute HandingOver(Generator& generator, const std::string& name) {
  HttpRoute rule = generator.Rule(name, Generator::Sides::kSome);
  rule.route.clear();
  rule.delegate = Delegate{generator.OneOf({"d0", "d1", "d2"}), generator.OneOf({"", "default"})};
  return rule;
}

VirtualService RandomDelegate(Generator& generator, const std::string& name) {
  VirtualService service;
  service.metadata.name = name;
  service.metadata.namespace_name = generator.OneOf({"default", "default", "other"});
  if (generator.Chance(30)) service.export_to = {generator.OneOf({".", "*", "default", "other"})};
  for (uint64_t i = 0; i <= generator.Below(3); ++i) {
    service.http.push_back(
        generator.Rule(name + "-r" + std::to_string(i), Generator::Sides::kSome));
  }
  return service;
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
    const std::string name = service.metadata.name + "-r" + std::to_string(i);
    service.http.push_back(generator.Chance(15) ? HandingOver(generator, name)
                                                : generator.Rule(name, Generator::Sides::kSome));
  }
  return service;
}

void CompareHosts(uint64_t seed, int requests) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  Generator generator(random);
  Resources resources;
  for (size_t i = 0; i < 1 + seed % 6; ++i) {
    resources.virtual_services.push_back(RandomVirtualService(generator, i));
  }
  for (const char* name : {"d0", "d1"}) {
    resources.virtual_services.push_back(RandomDelegate(generator, name));
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
  Pair pair(
      resources, client,
      generator.Chance(30) ? NaiveRoutes::Merging::kConcatenate : NaiveRoutes::Merging::kNone);
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
  for (uint64_t seed = 100'001; seed <= 105'000 && !HasFatalFailure(); ++seed) {
    CompareHosts(seed, 60);
  }
}

}  // namespace
}  // namespace meshroute
