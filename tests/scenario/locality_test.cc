// SPDX-License-Identifier: Apache-2.0
// Localities, warmup and retries to remote localities, through a whole Router.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "meshroute/config/json.h"
#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Counts = std::map<std::string, int>;

// The part of docs/locality.md between two lines.
std::string PartOfPage(const std::string& begin, const std::string& end) {
  std::ostringstream page;
  page << std::ifstream(MESHROUTE_SOURCE_DIR "/docs/locality.md").rdbuf();
  const std::string text = page.str();
  const size_t start = text.find(begin) + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

class LocalityScenario : public ScenarioTest {
 protected:
  LocalityScenario() { StartIn("us/c"); }

  void StartIn(const std::string& locality) {
    RouterOptions options;
    options.client.locality = locality;
    options.clock = &clock_;
    options.random = &random_;
    options.observer = &observer_;
    near_ = std::make_unique<Router>(options);
  }

  void LoadNear(const std::string& yaml) {
    ResourceLoader loader{LoadOptions{}};
    AddYaml({"locality.yaml", yaml}, loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    ASSERT_TRUE(config.ok()) << config.status().ToString();
    near_->Apply(*std::move(config));
  }

  std::string Call() {
    meshroute::Call call = near_->Start({.authority = "shop", .path = "/"});
    return RunBlocking(call, "", transport_, clock_).endpoint;
  }

  // How many of `count` calls each endpoint answers, each with the next number of
  // 0 .. 99 as its draw of a priority.
  Counts Send(int count = 100) {
    Counts answered;
    for (int i = 0; i < count; ++i) {
      random_.Append({static_cast<uint64_t>(i % 100)});
      const size_t draws = random_.draws();
      ++answered[Call()];
      if (random_.draws() == draws) random_.Next();  // Nothing had to be drawn.
    }
    return answered;
  }

  // One bad answer ejects.
  void Fail(const std::string& address) {
    transport_.Push(address, 500);
    for (int i = 0; i < 100; ++i) {
      random_.Append({static_cast<uint64_t>(99 - i)});
      const size_t draws = random_.draws();
      const bool hit = Call() == address;
      if (random_.draws() == draws) random_.Next();
      if (hit) return;
    }
    ADD_FAILURE() << address << " was never called";
  }

  std::unique_ptr<Router> near_;
};

const std::map<std::string, std::string> kAddresses{{"us/a", "10.0.1.1:80"},
                                                    {"us/b", "10.0.1.2:80"},
                                                    {"eu/a", "10.0.2.1:80"},
                                                    {"ap/a", "10.0.3.1:80"}};

TEST_F(LocalityScenario, TheExampleOfThePageDoesWhatItsTableSays) {
  LoadNear(PartOfPage("```yaml\n", "```"));
  std::istringstream rows(
      PartOfPage("| ejected | us/a | us/b | eu/a | ap/a |\n|---|---|---|---|---|\n", "\n\n"));
  size_t ejected = 0;
  for (std::string row; std::getline(rows, row);) {
    std::istringstream cells(row);
    std::string names;
    std::getline(std::getline(cells, names, '|'), names, '|');
    size_t named = 0;
    std::istringstream words(names);
    for (std::string place; words >> place;) {
      if (place == "nobody" || ++named <= ejected) continue;
      Fail(kAddresses.at(place));
      ++ejected;
    }
    Counts expected;
    for (const char* place : {"us/a", "us/b", "eu/a", "ap/a"}) {
      std::string cell;
      std::getline(cells, cell, '|');
      if (std::stoi(cell) != 0) expected[kAddresses.at(place)] = std::stoi(cell);
    }
    EXPECT_EQ(Send(), expected) << row;
  }
  EXPECT_EQ(ejected, 3u);

  clock_.Advance(seconds(30));
  near_->RunDue(clock_.Now());
  clock_.Advance(seconds(10));
  near_->RunDue(clock_.Now());
  EXPECT_EQ(Send(), (Counts{{"10.0.1.1:80", 50}, {"10.0.1.2:80", 50}})) << "all are back";
}

std::string Shop(const std::string& policy, const std::vector<std::string>& endpoints,
                 const std::string& more = "") {
  std::string list;
  for (size_t i = 0; i < endpoints.size(); ++i) {
    list += "  - {address: 10.0.0." + std::to_string(i + 1) + ", locality: " + endpoints[i] + "}\n";
  }
  return R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: shop}
spec:
  hosts: [shop.default.svc.cluster.local]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
)" + list +
         "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
         "metadata: {name: shop}\nspec: {host: shop, trafficPolicy: {" +
         policy + "}}\n" + more;
}

TEST_F(LocalityScenario, AClientSeesItsOwnRegionFirstWithOutlierDetectionAlone) {
  const std::string shop =
      Shop("outlierDetection: {}, loadBalancer: {simple: ROUND_ROBIN}", {"us/a", "eu/a", "us/b"});
  LoadNear(shop);
  EXPECT_EQ(Send(10), (Counts{{"10.0.0.1:80", 5}, {"10.0.0.3:80", 5}}));
  StartIn("eu/a");
  LoadNear(shop);
  EXPECT_EQ(Send(10), (Counts{{"10.0.0.2:80", 10}}));
  StartIn("");
  LoadNear(shop);
  EXPECT_EQ(Send(9), (Counts{{"10.0.0.1:80", 3}, {"10.0.0.2:80", 3}, {"10.0.0.3:80", 3}}));
}

TEST_F(LocalityScenario, ARuleThatChangesMovesTheTrafficAndKeepsTheState) {
  const std::vector<std::string> places{"us/a", "eu/a"};
  LoadNear(Shop("outlierDetection: {}, loadBalancer: {simple: ROUND_ROBIN}", places));
  EXPECT_EQ(Send(4), (Counts{{"10.0.0.1:80", 4}}));
  LoadNear(
      Shop("loadBalancer: {simple: ROUND_ROBIN, localityLbSetting: {distribute: [{from: us, "
           "to: {us: 25, eu: 75}}]}}",
           places));
  EXPECT_EQ(Send(4), (Counts{{"10.0.0.1:80", 1}, {"10.0.0.2:80", 3}}));
  const EndpointSet& endpoints = near_->tables()->pools[0]->endpoints();
  EXPECT_EQ(endpoints.at(0).total_requests(), 5u);
}

TEST_F(LocalityScenario, EndpointsOfTheEmbedderHaveTheirPlacesToo) {
  LoadNear(Shop("outlierDetection: {}", {"us/a"}));
  std::vector<EndpointSpec> given(3);
  given[0] = {.address = "10.1.0.1:80", .locality = "eu/a"};
  given[1] = {.address = "10.1.0.2:80", .labels = {{"topology.istio.io/locality", "us.c"}}};
  given[2] = {.address = "10.1.0.3:80", .locality = "us/c", .priority = 1};
  ASSERT_TRUE(near_->SetEndpoints("shop", given).ok());
  const Decision decision = near_->Explain({.authority = "shop", .path = "/"});
  ASSERT_EQ(decision.pool->endpoints.size(), 3u);
  EXPECT_EQ(decision.address, "10.1.0.2:80");
  EXPECT_EQ(decision.pool->endpoints[0].priority, 1u);
  EXPECT_EQ(decision.pool->endpoints[1].priority, 0u);
  EXPECT_EQ(decision.pool->endpoints[2].priority, 2u) << "the embedder's priority comes first";
  EXPECT_THAT(decision.pool->endpoints[0].labels,
              ElementsAre(std::pair<std::string, std::string>(kRegionLabel, "eu"),
                          std::pair<std::string, std::string>(kZoneLabel, "a")));
}

TEST_F(LocalityScenario, ANewEndpointWarmsUp) {
  const std::string policy = "loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 60s}}";
  LoadNear(Shop(policy, {"us", "us"}));
  clock_.Advance(seconds(300));
  LoadNear(Shop(policy, {"us", "us", "us"}));
  const auto of_third = [this](int count) { return Send(count)["10.0.0.3:80"]; };
  EXPECT_EQ(of_third(210), 10) << "a tenth of the others' share";
  clock_.Advance(seconds(30));
  of_third(50);
  EXPECT_EQ(of_third(250), 50) << "half";
  clock_.Advance(seconds(30));
  LoadNear(Shop(policy, {"us", "us", "us"}));
  of_third(30);
  EXPECT_EQ(of_third(300), 100) << "all";
}

constexpr char kRemoteRetries[] = R"(---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop]
  http:
  - retries: {attempts: 5, retryOn: 5xx, retryRemoteLocalities: true}
    route: [{destination: {host: shop}}]
)";

TEST_F(LocalityScenario, RetriesGoToRemoteLocalitiesAfterTwoAttempts) {
  LoadNear(Shop("outlierDetection: {consecutive5xxErrors: 0}, loadBalancer: {simple: ROUND_ROBIN}",
                {"us/c", "us/c", "us/a", "us/a", "eu/a", "eu/a"}, kRemoteRetries));
  for (int i = 1; i <= 6; ++i) {
    transport_.Always("10.0.0." + std::to_string(i) + ":80", {Outcome::Status(503), {}, {}, {}});
  }
  Call();
  std::vector<char> places;
  for (const std::string& address : Addresses()) places.push_back(address[7]);
  EXPECT_THAT(places, ElementsAre('1', '2', '3', '4', '5', '6'));
}

TEST_F(LocalityScenario, WithoutRetryRemoteLocalitiesRetriesStayNear) {
  std::string rules = kRemoteRetries;
  rules.replace(rules.find("true"), 4, "false");
  LoadNear(Shop("outlierDetection: {consecutive5xxErrors: 0}, loadBalancer: {simple: ROUND_ROBIN}",
                {"us/c", "us/c", "eu/a"}, rules));
  for (const char* address : {"10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"}) {
    transport_.Always(address, {Outcome::Status(503), {}, {}, {}});
  }
  Call();
  EXPECT_THAT(Addresses(), testing::Not(testing::Contains("10.0.0.3:80")));
}

TEST_F(LocalityScenario, ExplainTellsWhyAndHowMuch) {
  LoadNear(
      Shop("loadBalancer: {localityLbSetting: {distribute: [{from: 'us/*', to: {us/a: 80, "
           "us/b: 20}}]}}",
           {"us/a", "us/a", "us/b", "eu/a"}));
  const Decision decision = near_->Explain({.authority = "shop", .path = "/"});
  const std::string text = decision.ToText();
  EXPECT_THAT(text, HasSubstr("client in us/c; localityLbSetting: distribute[0] (from us/*); "
                              "left out elsewhere: 1"));
  EXPECT_THAT(text, HasSubstr("priority 0: 100 %"));
  EXPECT_THAT(text, HasSubstr("us/a of priority 0: 80 %, weight 80, 2 of 2 endpoints"));
  EXPECT_THAT(text, HasSubstr("us/b of priority 0: 20 %, weight 20, 1 of 1 endpoints"));
  const std::string json = decision.ToJson();
  EXPECT_THAT(json, HasSubstr("\"clientLocality\": \"us/c\""));
  EXPECT_THAT(json, HasSubstr("\"leftOutCount\": 1"));
  EXPECT_THAT(json, HasSubstr("\"percent\": 80.0"));
}

TEST_F(LocalityScenario, ExplainTellsHowFarTheOwnZoneReaches) {
  StartIn("us/a");
  LoadNear(Shop("loadBalancer: {zoneAwareLbSetting: {minClusterSize: 3}}",
                {"us/a", "us/b", "us/b", "us/b"}));
  const std::string text = near_->Explain({.authority = "shop", .path = "/"}).ToText();
  EXPECT_THAT(text, HasSubstr("zoneAwareLbSetting: no outlierDetection, so nothing fails over; "
                              "its own zone"));
  EXPECT_THAT(text, HasSubstr("us/a of priority 0: 50 %, 1 of 1 endpoints"));
  EXPECT_THAT(text, HasSubstr("us/b of priority 0: 50 %, 3 of 3 endpoints"));
}

}  // namespace
}  // namespace meshroute
