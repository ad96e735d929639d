// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/validated_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/config/destination_rules.h"
#include "tests/config/load.h"
#include "tests/config/random_resources.h"
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Object(const std::string& kind, const std::string& metadata, const std::string& spec) {
  return "---\napiVersion: networking.istio.io/v1\nkind: " + kind + "\nmetadata: {" + metadata +
         "}\nspec: {" + spec + "}\n";
}

// All problems of a load as texts.
std::vector<std::string> Problems(const std::string& yaml) {
  Loaded loaded = Loaded::Yaml(yaml);
  EXPECT_THAT(loaded.errors(), IsEmpty());
  loaded.loader().Finish().IgnoreError();
  return Texts(loaded.loader().errors().problems());
}

TEST(Validate, AnEmptyLoadIsValid) {
  EXPECT_EQ(ValidatedConfig().resources(), Resources());
  EXPECT_THAT(ValidatedConfig().warnings(), IsEmpty());
  EXPECT_TRUE(Validate(Resources()).ok());
}

TEST(Validate, KeepsResourcesAndWarnings) {
  Resources resources;
  DestinationRule& rule = resources.destination_rules.emplace_back();
  rule.host = "a";
  rule.traffic_policy.emplace().outlier_detection.emplace().consecutive_errors = 1;
  const absl::StatusOr<ValidatedConfig> config = Validate(resources);
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->resources(), resources);
  ASSERT_EQ(config->warnings().size(), 1U);
  EXPECT_EQ(config->warnings()[0].severity, ConfigProblem::Severity::kWarning);
  EXPECT_EQ(config->warnings()[0].resource, "DestinationRule /");
  EXPECT_EQ(config->warnings()[0].position, SourcePosition());
}

TEST(Validate, FailsWhereReadingFailed) {
  ConfigErrors errors;
  errors.Add("cannot be read");
  EXPECT_EQ(Validate(Resources(), errors, nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Validate, OneBrokenObjectOfManyFailsTheLoadAndAllAreReported) {
  const std::string yaml = Object("DestinationRule", "name: good, namespace: ns", "host: a") +
                           Object("DestinationRule", "name: bad, namespace: ns", "host: a_b") +
                           Object("ServiceEntry", "name: bad, namespace: ns", "hosts: []") +
                           Object("WorkloadEntry", "name: bad, namespace: ns", "weight: 1") +
                           Object("VirtualService", "name: bad, namespace: ns", "hosts: [a]");
  Loaded loaded = Loaded::Yaml(yaml);
  const absl::Status status = loaded.loader().Finish().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(loaded.errors(), testing::SizeIs(4));
  for (const std::string kind :
       {"VirtualService", "DestinationRule", "ServiceEntry", "WorkloadEntry"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(kind + " ns/bad: spec"));
  }
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("ns/good")));
}

TEST(Validate, ReservedAnnotationsAreRefused) {
  for (const std::string annotation :
       {"internal.istio.io/webhook-always-reject", "internal.istio.io/parents",
        "internal.istio.io/parent-namespace", "istio.io/dry-run"}) {
    for (const auto& [kind, spec] :
         {std::pair("DestinationRule", "host: a"), std::pair("ServiceEntry", "hosts: [a]"),
          std::pair("VirtualService", "hosts: [a], http: [{route: [{destination: {host: a}}]}]")}) {
      const auto problems = [&, spec = spec, kind = kind](const std::string& key) {
        return Problems(Object(kind, "name: n, annotations: {" + key + ": x}", spec));
      };
      EXPECT_THAT(problems(annotation), ElementsAre(HasSubstr("metadata.annotations." + annotation +
                                                              ": is not allowed")));
      EXPECT_THAT(problems("example.com/other"), IsEmpty());
    }
  }
  EXPECT_THAT(Problems(Object("WorkloadEntry", "name: n, annotations: {istio.io/dry-run: x}",
                              "address: 1.1.1.1")),
              IsEmpty());
}

TEST(Validate, CreationTimestampsAreTimes) {
  const auto problems = [](const std::string& timestamp) {
    return Problems(
        Object("DestinationRule", "name: n, creationTimestamp: '" + timestamp + "'", "host: a"));
  };
  EXPECT_THAT(problems("2026-01-02"),
              ElementsAre(HasSubstr("metadata.creationTimestamp: must be a time such as")));
  EXPECT_THAT(problems("2026-01-02T03:04:05Z"), IsEmpty());
}

TEST(Validate, AnIdentityOccursOnceWhereObjectsAreBuiltInCode) {
  Resources resources;
  resources.destination_rules.resize(2);
  for (DestinationRule& rule : resources.destination_rules) rule.host = "a";
  EXPECT_TRUE(Validate(resources).ok()) << "objects without a name are not compared";
  for (DestinationRule& rule : resources.destination_rules) rule.metadata.name = "n";
  EXPECT_THAT(std::string(Validate(resources).status().message()),
              HasSubstr("metadata.name: is used by an earlier DestinationRule"));
  resources.destination_rules[1].metadata.namespace_name = "other";
  EXPECT_TRUE(Validate(resources).ok());
}

TEST(Validate, FollowsRandomStructsToTheSameEndEachTime) {
  for (uint64_t seed = 100; seed < 400; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Resources resources = RandomResources(seed).Next();
    ConfigErrors first;
    ConfigErrors second;
    const bool accepted = Validate(resources, first, nullptr).ok();
    EXPECT_EQ(accepted, first.ok());
    EXPECT_EQ(Validate(resources, second, nullptr).ok(), accepted);
    EXPECT_EQ(first.problems(), second.problems());
    for (const ConfigProblem& problem : first.problems()) {
      EXPECT_FALSE(problem.resource.empty() || problem.path.empty() || problem.message.empty())
          << problem.ToString();
    }
  }
}

// Takes each field over from `from` with a chance of one in `odds`.
template <typename Struct>
void Cross(Struct& into, const Struct& from, SeededRandom& random, uint64_t odds) {
  ForEachField<FieldTable<Struct>>([&](const auto& field, size_t) {
    if (random.Below(odds) == 0) into.*(field.member) = from.*(field.member);
  });
}

// Puts random parts into an object that is valid.
void CrossParts(Resources& resources, const Resources& from, SeededRandom& random) {
  constexpr uint64_t kOdds = 8;
  HttpRoute& route = resources.virtual_services[0].http[0];
  const std::vector<HttpRoute>& routes = from.virtual_services[0].http;
  if (!routes.empty()) Cross(route, routes[0], random, kOdds);
  if (!routes.empty() && routes[0].retries && route.retries) {
    Cross(*route.retries, *routes[0].retries, random, kOdds);
  }
  const DestinationRule& rule = from.destination_rules[0];
  Cross(resources.destination_rules[0], rule, random, kOdds);
  std::optional<TrafficPolicy>& policy = resources.destination_rules[0].traffic_policy;
  if (policy && rule.traffic_policy) Cross(*policy, *rule.traffic_policy, random, kOdds);
  Cross(resources.service_entries[0], from.service_entries[0], random, kOdds);
  Cross(resources.workload_entries[0], from.workload_entries[0], random, kOdds);
}

Resources ValidResources() {
  Resources resources;
  VirtualService& service = resources.virtual_services.emplace_back();
  service.hosts = {"a"};
  HttpRouteDestination to;
  to.destination.emplace().host = "b";
  service.http.emplace_back().route = {to};
  resources.destination_rules.emplace_back().host = "b";
  resources.service_entries.emplace_back().hosts = {"b"};
  resources.workload_entries.emplace_back().address = "10.0.0.1";
  return resources;
}

TEST(Validate, WhatPassedPassesAgainAndCompiles) {
  SeededRandom random(1);
  Resources resources = ValidResources();
  ASSERT_TRUE(Validate(resources).ok());
  size_t passed = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Resources changed = seed % 50 == 0 ? ValidResources() : resources;
    CrossParts(changed, RandomResources(seed).Next(), random);
    const absl::StatusOr<ValidatedConfig> config = Validate(changed);
    if (!config.ok()) continue;
    ++passed;
    resources = changed;
    EXPECT_EQ(config->resources(), changed);
    const absl::StatusOr<ValidatedConfig> again = Validate(config->resources());
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->warnings(), config->warnings());
    const ClientIdentity client;
    const Services services(*again, client, MeshOptions());
    for (const auto& [host, service] : services.all()) {
      const DestinationRules rules(*again, client, MeshOptions());
      ResolvePolicy(rules.Find(host, service.namespace_name), 80, nullptr, MeshOptions());
    }
  }
  EXPECT_GT(passed, 300U);
}

}  // namespace
}  // namespace meshroute
