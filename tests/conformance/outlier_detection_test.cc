// SPDX-License-Identifier: Apache-2.0
// What each field of trafficPolicy.outlierDetection means: a rule, what happens to one of
// its endpoints, and what becomes of it. A row's name is the field that it is about.
#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/config/yaml.h"
#include "meshroute/testing/virtual_clock.h"
#include "meshroute/upstream/subset_pool.h"

namespace meshroute {
namespace {

using Kind = Outcome::Kind;

struct Row {
  const char* field;
  std::string members;  // Of outlierDetection.

  // What happens to the first of ten endpoints, a word each, "x3" for three in a row: a
  // status, "connect", "timeout", "reset" and "overflow" for failures, "10s" for time.
  std::string events;
  bool ejected;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.field << ": {" << row.members << "} " << row.events;
}

std::string RowNameOf(const testing::TestParamInfo<Row>& info) {
  return std::string(info.param.field) + "_" + std::to_string(info.index);
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

EffectivePolicy PolicyOf(const std::string& members) {
  ResourceLoader loader({});
  AddYaml({"test.yaml",
           "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r}\n"
           "spec: {host: h, trafficPolicy: {outlierDetection: {" +
               members + "}}}\n"},
          loader);
  const absl::StatusOr<ValidatedConfig> config = loader.Finish();
  EXPECT_TRUE(config.ok()) << config.status();
  return ResolvePolicy(&config->resources().destination_rules.at(0), 80, nullptr, MeshOptions());
}

class OutlierDetectionField : public testing::TestWithParam<Row> {
 protected:
  void Happen(const std::string& word) {
    if (word.back() == 's') return Pass(std::chrono::seconds(std::stoi(word)));
    const size_t times =
        word.find('x') == std::string::npos ? 1 : std::stoul(word.substr(word.find('x') + 1));
    const std::string what = word.substr(0, word.find('x'));
    for (size_t i = 0; i < times; ++i) End(what);
  }

  void End(const std::string& what) {
    Outcome outcome = Outcome::Failure(Kind::kOverflow);
    if (what == "connect") outcome = Outcome::Failure(Kind::kConnectFailed);
    if (what == "timeout") outcome = Outcome::Failure(Kind::kTimeout);
    if (what == "reset") outcome = Outcome::Failure(Kind::kResetBeforeHeaders);
    if (std::isdigit(static_cast<unsigned char>(what[0])) != 0) {
      outcome = Outcome::Status(std::stoi(what));
    }
    detector_->Record(endpoints_->at(0), outcome, clock_.Now());
  }

  void Pass(Duration length) {
    const TimePoint end = clock_.Now() + length;
    for (TimePoint due = detector_->RunDue(clock_.Now()); due <= end;
         due = detector_->RunDue(due)) {
      clock_.SleepUntil(due);
    }
    clock_.SleepUntil(end);
  }

  VirtualClock clock_;
  std::unique_ptr<EndpointSet> endpoints_;
  std::unique_ptr<OutlierDetector> detector_;
};

TEST_P(OutlierDetectionField, DoesWhatIstioSays) {
  std::vector<EndpointSpec> specs(10);
  for (size_t i = 0; i < specs.size(); ++i)
    specs[i].address = "10.0.0." + std::to_string(i) + ":80";
  endpoints_ = std::make_unique<EndpointSet>(MakeEndpoints(specs));
  detector_ = std::make_unique<OutlierDetector>(*PolicyOf(GetParam().members).outlier_detection,
                                                *endpoints_);
  detector_->RunDue(clock_.Now());
  for (const std::string& word : Words(GetParam().events)) Happen(word);
  EXPECT_EQ(endpoints_->at(0).ejected(), GetParam().ejected);
}

const std::vector<Row>& Rows() {
  static const auto* const kRows = new std::vector<Row>{
      // 5 where unset, as soon as the block exists; 0 disables; local failures are codes.
      {"consecutive5xxErrors", "", "500x4", false},
      {"consecutive5xxErrors", "", "500x5", true},
      {"consecutive5xxErrors", "", "500x4 404 500x4", false},
      {"consecutive5xxErrors", "", "connectx2 timeoutx2 reset", true},
      {"consecutive5xxErrors", "", "500x4 overflowx9", false},
      {"consecutive5xxErrors", "consecutive5xxErrors: 2", "500x2", true},
      {"consecutive5xxErrors", "consecutive5xxErrors: 0", "500x50", false},

      // Off where unset; 502, 503, 504 and local failures; a 500 ends the run.
      {"consecutiveGatewayErrors", "consecutive5xxErrors: 0", "503x50", false},
      {"consecutiveGatewayErrors", "consecutive5xxErrors: 0, consecutiveGatewayErrors: 3",
       "502 503 504", true},
      {"consecutiveGatewayErrors", "consecutive5xxErrors: 0, consecutiveGatewayErrors: 3",
       "503x2 500 503x2", false},
      {"consecutiveGatewayErrors", "consecutive5xxErrors: 0, consecutiveGatewayErrors: 3",
       "connect timeout reset", true},
      {"consecutiveGatewayErrors", "consecutive5xxErrors: 0, consecutiveGatewayErrors: 0", "503x50",
       false},

      // Read, and ignored at runtime.
      {"consecutiveErrors", "consecutiveErrors: 1", "503x4", false},
      {"consecutiveErrors", "consecutiveErrors: 1, consecutive5xxErrors: 0", "503x50", false},

      // Answers and failures to get one are counted apart.
      {"splitExternalLocalOriginErrors", "splitExternalLocalOriginErrors: true", "500x4 connectx4",
       false},
      {"splitExternalLocalOriginErrors", "splitExternalLocalOriginErrors: true", "500x5", true},
      {"splitExternalLocalOriginErrors",
       "splitExternalLocalOriginErrors: true, consecutive5xxErrors: 1", "timeoutx4", false},
      {"splitExternalLocalOriginErrors", "splitExternalLocalOriginErrors: false", "500x4 connect",
       true},

      // 5 where unset, with the split alone; a connection made ends the run.
      {"consecutiveLocalOriginFailures", "splitExternalLocalOriginErrors: true", "connectx5", true},
      {"consecutiveLocalOriginFailures",
       "splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2", "connectx2",
       true},
      {"consecutiveLocalOriginFailures",
       "splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2",
       "connect 500 connect", false},
      {"consecutiveLocalOriginFailures",
       "splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 0", "connectx50",
       false},

      // 10 s where unset: the way back is open at sweeps alone, ejection is at once.
      {"interval", "baseEjectionTime: 1s", "500x5 9s", true},
      {"interval", "baseEjectionTime: 1s", "500x5 10s", false},
      {"interval", "baseEjectionTime: 1s, interval: 3s", "500x5 2s", true},
      {"interval", "baseEjectionTime: 1s, interval: 3s", "500x5 3s", false},

      // 30 s where unset, n times as long for the n-th ejection.
      {"baseEjectionTime", "", "500x5 29s", true},
      {"baseEjectionTime", "", "500x5 30s", false},
      {"baseEjectionTime", "baseEjectionTime: 100s", "500x5 99s", true},
      {"baseEjectionTime", "baseEjectionTime: 100s", "500x5 100s", false},
      {"baseEjectionTime", "", "500x5 30s 500x5 59s", true},
      {"baseEjectionTime", "", "500x5 30s 500x5 60s", false},
      {"baseEjectionTime", "baseEjectionTime: 200s", "500x5 200s 500x5 300s", false},

      // 10 % where unset or 0, which is one of these ten; strict.
      {"maxEjectionPercent", "", "500x5", true},
      {"maxEjectionPercent", "maxEjectionPercent: 0", "500x5", true},
      {"maxEjectionPercent", "maxEjectionPercent: 10", "500x5", true},
      {"maxEjectionPercent", "maxEjectionPercent: 9", "500x50", false},

      // In place of 5xx.
      {"outlierDetectionHttpErrorCodes", "outlierDetectionHttpErrorCodes: [429]", "429x5", true},
      {"outlierDetectionHttpErrorCodes", "outlierDetectionHttpErrorCodes: [429]", "500x50", false},
      {"outlierDetectionHttpErrorCodes", "outlierDetectionHttpErrorCodes: [429, 503]",
       "429x2 503x3", true},
      {"outlierDetectionHttpErrorCodes", "outlierDetectionHttpErrorCodes: [429]", "connectx5",
       true},
  };
  return *kRows;
}

INSTANTIATE_TEST_SUITE_P(Rows, OutlierDetectionField, testing::ValuesIn(Rows()), RowNameOf);

size_t CountAnswered(const std::string& members, int ejected) {
  VirtualClock clock;
  EffectivePolicy policy = PolicyOf(members);
  policy.load_balancer.emplace().simple = LoadBalancerSettings::Simple::kRoundRobin;
  std::vector<EndpointSpec> specs(10);
  for (size_t i = 0; i < specs.size(); ++i)
    specs[i].address = "10.0.0." + std::to_string(i) + ":80";
  SubsetPool pool({.host = "h", .port = 80}, policy, specs, {.clock = &clock});
  while (pool.endpoints().available_size() > static_cast<size_t>(10 - ejected)) {
    pool.Acquire()->Finish(Outcome::Status(500));
  }
  std::vector<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    absl::StatusOr<Lease> lease = pool.Acquire();
    if (!lease.ok()) continue;
    const std::string address(lease->endpoint().address());
    if (std::find(seen.begin(), seen.end(), address) == seen.end()) seen.push_back(address);
  }
  return seen.size();
}

// Below this share of healthy endpoints health is ignored; 0 is never.
TEST(OutlierDetectionFields, minHealthPercent) {
  const std::string base = "consecutive5xxErrors: 1, maxEjectionPercent: 100";
  EXPECT_EQ(CountAnswered(base, 6), 4U);
  EXPECT_EQ(CountAnswered(base, 10), 0U) << "no panic: 503 UH";
  EXPECT_EQ(CountAnswered(base + ", minHealthPercent: 40", 6), 4U);
  EXPECT_EQ(CountAnswered(base + ", minHealthPercent: 50", 6), 10U);
}

TEST(OutlierDetectionFields, FewerThanTenEndpointsNeverEjectAnyWithTenPercent) {
  for (size_t n = 1; n <= 20; ++n) {
    std::vector<EndpointSpec> specs(n);
    for (size_t i = 0; i < n; ++i) specs[i].address = "10.0.0." + std::to_string(i) + ":80";
    EndpointSet endpoints(MakeEndpoints(specs));
    OutlierDetector detector(*PolicyOf("").outlier_detection, endpoints);
    for (size_t i = 0; i < n; ++i) {
      for (int failure = 0; failure < 20; ++failure) {
        detector.Record(endpoints.at(i), Outcome::Status(503), TimePoint());
      }
    }
    EXPECT_EQ(n - endpoints.available_size(), n / 10) << n;
  }
}

}  // namespace
}  // namespace meshroute
