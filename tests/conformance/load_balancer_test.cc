// SPDX-License-Identifier: Apache-2.0
// trafficPolicy.loadBalancer at work: who is picked. A row's name is the path of the
// field that it is about; localities have rows of their own (locality_test).
#include <gtest/gtest.h>

#include <cctype>
#include <ostream>
#include <string>
#include <vector>

#include "meshroute/base/hash.h"
#include "meshroute/config/destination_rules.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/yaml.h"
#include "meshroute/testing/scripted_random.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"
#include "tests/conformance/conformance.h"
#include "tests/upstream/endpoints.h"

namespace meshroute {
namespace {

struct BalancerRow {
  const char* field;

  // Members of loadBalancer.
  std::string settings;

  // Of the endpoints A, B, C ..., which keep the requests that they are sent.
  std::vector<uint32_t> weights;

  // What is drawn, and then 0 for ever; hashes of the requests, or empty: as many
  // requests without one as there are letters.
  std::vector<uint64_t> draws;
  std::vector<uint64_t> hashes;

  // The endpoints that take them; "*" for one that the caller has dialled.
  std::string expected;
};

void PrintTo(const BalancerRow& row, std::ostream* out) { *out << row.field; }

class BalancerConformance : public testing::TestWithParam<BalancerRow> {};

TEST_P(BalancerConformance, Picks) {
  const BalancerRow& row = GetParam();
  ResourceLoader loader({});
  AddYaml({"test.yaml",
           "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r}\n"
           "spec: {host: a.com, trafficPolicy: {loadBalancer: {" +
               row.settings + "}}}\n"},
          loader);
  const absl::StatusOr<ValidatedConfig> config = loader.Finish();
  ASSERT_TRUE(config.ok()) << config.status();
  const DestinationRule& rule = config->resources().destination_rules.at(0);
  ScriptedRandom random;
  for (const uint64_t draw : row.draws) random.Append({draw});
  VirtualClock clock;
  SubsetPool pool({"a.com", 80, ""}, ResolvePolicy(&rule, 80, nullptr, MeshOptions()),
                  SpecsOfWeights(row.weights), {.clock = &clock, .random = &random});
  std::vector<Lease> held;
  std::string picked;
  for (size_t i = 0; i < row.expected.size(); ++i) {
    PickContext context;
    if (!row.hashes.empty()) context.hash = row.hashes.at(i);
    absl::StatusOr<Lease> lease = pool.Acquire(context);
    ASSERT_TRUE(lease.ok()) << lease.status();
    picked += lease->has_endpoint() ? LetterOf(pool.endpoints(), &lease->endpoint()) : '*';
    held.push_back(*std::move(lease));
  }
  EXPECT_EQ(picked, row.expected);
}

std::string NameOf(const testing::TestParamInfo<BalancerRow>& info) {
  std::string name = info.param.field;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name + "_" + std::to_string(info.index);
}

// The ring of three equal endpoints with three points each, and the tables, are those
// of upstream/known_tables_test.
const BalancerRow kRows[] = {
    {"loadBalancer.simple", "", {1, 1, 1}, {0, 1, 0, 1}, {}, "AB"},
    {"loadBalancer.simple.UNSPECIFIED", "simple: UNSPECIFIED", {1, 1}, {0, 1, 0, 1}, {}, "AB"},
    {"loadBalancer.simple.LEAST_CONN", "simple: LEAST_CONN", {1, 1}, {0, 1, 0, 1}, {}, "AB"},
    {"loadBalancer.simple.LEAST_REQUEST", "simple: LEAST_REQUEST", {1, 1}, {0, 1, 0, 1}, {}, "AB"},
    // A: 1/3, 2/3, then 2/3 later each time it is busier; B: 1, 2, then 4.
    {"loadBalancer.simple.LEAST_REQUEST", "simple: LEAST_REQUEST", {3, 1}, {0}, {}, "AABABA"},
    {"loadBalancer.simple.RANDOM", "simple: RANDOM", {9, 1, 1}, {2, 1, 0, 5}, {}, "CBAC"},
    {"loadBalancer.simple.ROUND_ROBIN", "simple: ROUND_ROBIN", {1, 1, 1}, {1}, {}, "BCABC"},
    {"loadBalancer.simple.ROUND_ROBIN", "simple: ROUND_ROBIN", {4, 1}, {0}, {}, "AAABAAAABA"},
    {"loadBalancer.simple.PASSTHROUGH", "simple: PASSTHROUGH", {1, 1}, {}, {}, "**"},
    {"loadBalancer.consistentHash",
     "consistentHash: {minimumRingSize: 8}",
     {1, 1, 1},
     {0x18341d927ea10691, 0x90e7ae8ea720a506},
     {},
     "BC"},
    {"loadBalancer.consistentHash.ringHash.minimumRingSize",
     "consistentHash: {useSourceIp: true, ringHash: {minimumRingSize: 8}}",
     {1, 1, 1},
     {},
     {0, 0x18341d927ea10692, 0x656dc13da99fd149, ~uint64_t{0}},
     "BAAB"},
    {"loadBalancer.consistentHash.minimumRingSize",
     "consistentHash: {httpHeaderName: x, minimumRingSize: 8}",
     {1, 1, 1},
     {},
     {0x23051ce148e2534e, 0xbcaf957fa51ddd17},
     "CA"},
    {"loadBalancer.consistentHash.maglev.tableSize",
     "consistentHash: {httpQueryParameterName: q, maglev: {tableSize: 31}}",
     {1, 2, 3},
     {},
     {0, 1, 2, 31, 32, 30},
     "BCABCB"},
};
INSTANTIATE_TEST_SUITE_P(Rows, BalancerConformance, testing::ValuesIn(kRows), NameOf);

// Where the key comes from: consistentHash by what a request must have to be hashed.
class HashKeyConformance : public testing::TestWithParam<ConformanceRow> {};

TEST_P(HashKeyConformance, Holds) {
  const ConformanceRow& row = GetParam();
  const Mesh mesh(
      ServiceOn("k.default.svc.cluster.local", {80}) +
      Object("DestinationRule", "default/k",
             "host: k\ntrafficPolicy: {loadBalancer: {consistentHash: {" + row.rules + "}}}"));
  const ConformanceRequest request(row.request);
  ScriptedRandom random({0xabc});
  const HashKey key = mesh.Match(request.view()).route->Hash(request.view(), random, "v:1");
  std::string answer = !key.hash ? "none" : *key.hash == XxHash64("v") ? "v" : "other";
  if (!key.set_cookies.empty()) answer = key.set_cookies.at(0);
  EXPECT_EQ(answer, row.expected);
}

const ConformanceRow kKeys[] = {
    {"loadBalancer.consistentHash.httpHeaderName", "httpHeaderName: x-user", "GET k / | X-User: v",
     "v"},
    {"loadBalancer.consistentHash.httpHeaderName", "httpHeaderName: x-user", "GET k / | y: v",
     "none"},
    {"loadBalancer.consistentHash.httpCookie.name", "httpCookie: {name: c}",
     "GET k / | cookie: b=x; c=v", "v"},
    {"loadBalancer.consistentHash.httpCookie.ttl", "httpCookie: {name: c}", "GET k /", "none"},
    {"loadBalancer.consistentHash.httpCookie.ttl", "httpCookie: {name: c, ttl: 0s}", "GET k /",
     "c=\"0000000000000abc\"; HttpOnly"},
    {"loadBalancer.consistentHash.httpCookie.ttl", "httpCookie: {name: c, ttl: 90s}", "GET k /",
     "c=\"0000000000000abc\"; Max-Age=90; HttpOnly"},
    {"loadBalancer.consistentHash.httpCookie.path", "httpCookie: {name: c, ttl: 0s, path: /p}",
     "GET k /", "c=\"0000000000000abc\"; Path=/p; HttpOnly"},
    {"loadBalancer.consistentHash.httpCookie.attributes",
     "httpCookie: {name: c, ttl: 0s, attributes: [{name: a, value: b}, {name: Secure}]}", "GET k /",
     "c=\"0000000000000abc\"; a=b; Secure; HttpOnly"},
    {"loadBalancer.consistentHash.useSourceIp", "useSourceIp: true", "GET k /", "v"},
    {"loadBalancer.consistentHash.useSourceIp", "useSourceIp: false", "GET k /", "none"},
    {"loadBalancer.consistentHash.httpQueryParameterName", "httpQueryParameterName: q",
     "GET k /?p=x&q=v&q=w", "v"},
    {"loadBalancer.consistentHash.httpQueryParameterName", "httpQueryParameterName: Q",
     "GET k /?q=v", "none"},
};
INSTANTIATE_TEST_SUITE_P(Keys, HashKeyConformance, testing::ValuesIn(kKeys), RowName);

}  // namespace
}  // namespace meshroute
