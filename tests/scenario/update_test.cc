// SPDX-License-Identifier: Apache-2.0
// Updates of configuration and endpoints while calls go on.
#include <gmock/gmock.h>

#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

using UpdateScenario = ScenarioTest;

constexpr std::string_view kDetection = R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy:
    outlierDetection: {consecutive5xxErrors: 2, interval: 1s, baseEjectionTime: 3s, maxEjectionPercent: 100}
    connectionPool: {http: {http2MaxRequests: 2}}
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
---
)";
const std::string kToV2 = "  - route: [{destination: {host: reviews, subset: v2}}]\n";
const std::string kToV1 = "  - route: [{destination: {host: reviews, subset: v1}}]\n";

TEST_F(UpdateScenario, ACallStaysOnTheSnapshotThatItBeganWith) {
  LoadRules(kToV2);
  Call call = router_.Start({.authority = "reviews:9080"});
  LoadRules(kToV1);
  Step step = call.Next();
  ASSERT_TRUE(std::holds_alternative<meshroute::Send>(step));
  EXPECT_EQ(std::get<meshroute::Send>(step).endpoint->address(), "10.0.0.3:9080");
  EXPECT_EQ(Get("/").destination, "outbound|9080|v1|reviews.default.svc.cluster.local");
}

TEST_F(UpdateScenario, ARefusedUpdateChangesNothingAndNamesEveryProblem) {
  LoadRules(kToV2);
  const uint64_t version = router_.version();
  ResourceLoader loader{LoadOptions{}};
  AddYaml({"bad.yaml", R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - timeout: -1s
    retries: {attempts: -5}
    route:
    - destination: {host: reviews}
      weight: -5
)"},
          loader);
  const absl::StatusOr<ValidatedConfig> config = loader.Finish();
  ASSERT_FALSE(config.ok());
  const std::string message(config.status().message());
  EXPECT_THAT(message, ::testing::HasSubstr(
                           "bad.yaml:7:5: VirtualService default/reviews: spec.http[0].timeout: "));
  EXPECT_THAT(message, ::testing::HasSubstr("spec.http[0].retries.attempts"));
  EXPECT_THAT(message, ::testing::HasSubstr("spec.http[0].route[0].weight"));
  EXPECT_EQ(router_.version(), version);
  EXPECT_EQ(Get("/").status, 200);
}

TEST_F(UpdateScenario, EjectionsAndTheirEndOutliveAnUpdate) {
  LoadRules(kToV2, kDetection);
  transport_.Push("10.0.0.3:9080", 500);
  transport_.Push("10.0.0.3:9080", 500);
  Get("/");
  Get("/");
  EXPECT_THAT(observer_.ejected, ElementsAre("10.0.0.3:9080"));
  EXPECT_EQ(Get("/").flags.ToString(), "UH");

  LoadRules(kToV2 + "    timeout: 9s\n", kDetection);
  EXPECT_EQ(Get("/").flags.ToString(), "UH");

  clock_.Advance(milliseconds(2999));
  router_.RunDue(clock_.Now());
  EXPECT_EQ(Get("/").flags.ToString(), "UH");
  clock_.Advance(seconds(1));
  router_.RunDue(clock_.Now());
  EXPECT_EQ(Get("/").status, 200);
  EXPECT_THAT(observer_.readmitted, ElementsAre("10.0.0.3:9080"));
}

TEST_F(UpdateScenario, AnEjectionByACallOfTheOldSnapshotCountsInTheNew) {
  LoadRules(kToV2, kDetection);
  Call first = router_.Start({.authority = "reviews:9080"});
  Call second = router_.Start({.authority = "reviews:9080"});
  (void)first.Next();
  (void)second.Next();
  LoadRules(kToV2 + "    timeout: 9s\n", kDetection);
  first.Report(1, Outcome::Status(500));
  second.Report(1, Outcome::Status(500));
  EXPECT_EQ(Get("/").flags.ToString(), "UH");
}

TEST_F(UpdateScenario, BreakerCountsOutliveAnUpdate) {
  LoadRules(kToV2, kDetection);
  Call first = router_.Start({.authority = "reviews:9080"});
  Call second = router_.Start({.authority = "reviews:9080"});
  (void)first.Next();
  (void)second.Next();
  EXPECT_EQ(Get("/").flags.ToString(), "UO");
  LoadRules(kToV2 + "    timeout: 9s\n", kDetection);
  EXPECT_EQ(Get("/").flags.ToString(), "UO");
  first.Report(1, Outcome::Status(200));
  EXPECT_EQ(Get("/").status, 200);
}

TEST_F(UpdateScenario, EndpointsFromTheEmbedderReplaceTheDeclaredOnes) {
  LoadRules(kToV1);
  ASSERT_TRUE(
      router_
          .SetEndpoints("reviews", {{.address = "10.9.9.9:80", .labels = {{"version", "v1"}}},
                                    {.address = "10.9.9.8:80", .labels = {{"version", "v2"}}}})
          .ok());
  EXPECT_EQ(Get("/").endpoint, "10.9.9.9:80");
  ASSERT_TRUE(router_.SetEndpoints("reviews", {}).ok());
  EXPECT_EQ(Get("/").flags.ToString(), "UH");
  router_.ClearEndpoints("reviews");
  EXPECT_THAT(Get("/").endpoint, ::testing::StartsWith("10.0.0."));
}

TEST_F(UpdateScenario, AnAddressWithoutAPortIsRefused) {
  const absl::Status status = router_.SetEndpoints("reviews", {{.address = "10.9.9.9"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("10.9.9.9"));
}

TEST_F(UpdateScenario, EveryUpdateIsAnnouncedWithItsVersion) {
  const uint64_t before = router_.version();
  LoadRules(kToV1);
  LoadRules(kToV2);
  EXPECT_EQ(router_.version(), before + 2);
  EXPECT_THAT(observer_.versions, ElementsAre(before + 1, before + 2));
}

// Answers a readmission with an update.
class UpdatesOnReadmission final : public Observer {
 public:
  void OnEjection(const EjectionEvent& event) override {
    if (event.change != EjectionEvent::Change::kReadmitted) return;
    ++readmissions;
    EXPECT_TRUE(router->SetEndpoints("ratings", {{.address = "10.0.1.9:9080"}}).ok());
  }

  Router* router = nullptr;
  int readmissions = 0;
};

TEST(UpdateObserverScenario, AnObserverThatHearsOfAReadmissionByAnUpdateMayUpdateAgain) {
  VirtualClock clock;
  UpdatesOnReadmission observer;
  Router router(
      RouterOptions{.client = {}, .mesh = {}, .load = {}, .clock = &clock, .observer = &observer});
  observer.router = &router;
  const auto apply = [&router](std::string_view detection) {
    ResourceLoader loader{LoadOptions{}};
    AddYaml({"update.yaml",
             "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
             "metadata: {name: reviews}\nspec:\n  hosts: [reviews.default.svc.cluster.local]\n"
             "  ports: [{number: 9080, name: http, protocol: HTTP}]\n"
             "  resolution: STATIC\n  endpoints: [{address: 10.0.0.1}]\n"
             "---\n" +
                 std::string(detection)},
            loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    ASSERT_TRUE(config.ok()) << config.status();
    router.Apply(*std::move(config));
  };
  apply(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: reviews}\n"
      "spec:\n  host: reviews\n  trafficPolicy:\n"
      "    outlierDetection: {consecutive5xxErrors: 1, maxEjectionPercent: 100}\n");
  Call call = router.Start({.authority = "reviews:9080"});
  ASSERT_TRUE(std::holds_alternative<meshroute::Send>(call.Next()));
  call.Report(1, Outcome::Status(500));
  EXPECT_EQ(observer.readmissions, 0);
  apply("");  // The ejection ends with its rule.
  EXPECT_EQ(observer.readmissions, 1);
}

}  // namespace
}  // namespace meshroute
