// SPDX-License-Identifier: Apache-2.0
// What the options about the mesh do: --mesh-config and those that change one setting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/bookinfo.h"

namespace meshroute::tool {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class MeshArgumentsTest : public BookinfoTest {
 protected:
  // What describe prints of the team's rules and one of the mesh's own namespace.
  Result Describe(std::vector<std::string> options) {
    Write("mesh-wide.yaml",
          "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: all, "
          "namespace: istio-system}\nspec: {host: '*', trafficPolicy: {loadBalancer: {simple: "
          "RANDOM}, outlierDetection: {interval: 3s}}}\n");
    options.insert(options.begin(), {"describe", "-c", "rules.yaml", "-c", "mesh-wide.yaml"});
    options.insert(options.end(), {"service", "reviews"});
    return Run(options);
  }
};

TEST_F(MeshArgumentsTest, RulesAreMergedByFieldWhereToldTo) {
  EXPECT_THAT(Describe({}).out, Not(HasSubstr("interval")));
  EXPECT_THAT(Describe({"--destination-rule-merging", "istio"}).out, Not(HasSubstr("interval")));
  const Result result = Describe({"--destination-rule-merging", "by-field"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("DestinationRule default/reviews\n"
                                    "  merged with DestinationRule istio-system/all\n"
                                    "  loadBalancer {\"simple\":\"ROUND_ROBIN\"}\n"
                                    "  outlierDetection {\"interval\":\"3s\"} from DestinationRule "
                                    "istio-system/all\n"));
}

TEST_F(MeshArgumentsTest, ExplainTellsWhereAPolicyIsFrom) {
  Describe({});
  EXPECT_THAT(Run({"explain", "-c", "rules.yaml", "-c", "mesh-wide.yaml",
                   "--destination-rule-merging=by-field", "http://reviews:9080/"})
                  .out,
              AllOf(HasSubstr("loadBalancer {\"simple\":\"ROUND_ROBIN\"} from DestinationRule "
                              "default/reviews spec.trafficPolicy\n"),
                    HasSubstr("outlierDetection {\"interval\":\"3s\"} from DestinationRule "
                              "istio-system/all spec.trafficPolicy\n")));
}

TEST_F(MeshArgumentsTest, AnalyzeKnowsOfTheMerging) {
  Describe({});
  const std::vector<std::string> words = {"analyze", "rules.yaml", "mesh-wide.yaml",
                                          "--source-namespace=default"};
  EXPECT_THAT(Run(words).out, HasSubstr("never applies to this client"));
  std::vector<std::string> merged = words;
  merged.emplace_back("--destination-rule-merging=by-field");
  EXPECT_THAT(Run(merged).out, Not(HasSubstr("never applies")));
}

TEST_F(MeshArgumentsTest, VirtualServicesAreConcatenatedWhereToldTo) {
  Write("more.yaml",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: zz}\nspec: "
        "{hosts: [reviews], http: [{name: extra, match: [{uri: {prefix: /extra}}], "
        "directResponse: {status: 200}}]}\n");
  const std::vector<std::string> words = {"routes", "-c", "rules.yaml", "-c", "more.yaml"};
  EXPECT_THAT(Run(words).out, Not(HasSubstr("extra")));
  std::vector<std::string> merged = words;
  merged.emplace_back("--virtual-service-merging=concatenate");
  EXPECT_THAT(Run(merged).out, HasSubstr("extra"));
}

TEST_F(MeshArgumentsTest, AMeshConfigIsObeyed) {
  Write("mesh.yaml", "outboundTrafficPolicy: {mode: REGISTRY_ONLY}\naccessLogFile: /dev/stdout\n");
  const Result result =
      Run({"explain", "-c", "rules.yaml", "--mesh-config", "mesh.yaml", "http://nowhere/"});
  EXPECT_THAT(result.out, HasSubstr("502"));
  EXPECT_EQ(result.err, "");
  // An option says more than the file.
  EXPECT_THAT(Run({"explain", "-c", "rules.yaml", "--mesh-config", "mesh.yaml",
                   "--outbound-policy=allow-any", "http://nowhere/"})
                  .out,
              Not(HasSubstr("502")));
}

TEST_F(MeshArgumentsTest, AMeshConfigMayBeJson) {
  Write("mesh.json", R"({"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}})");
  EXPECT_THAT(
      Run({"explain", "-c", "rules.yaml", "--mesh-config", "mesh.json", "http://nowhere/"}).out,
      HasSubstr("502"));
}

TEST_F(MeshArgumentsTest, WarningsOfAMeshConfigAreShown) {
  Write("mesh.yaml", "dnsRefreshRate: 5s\n");
  const Result result = Run({"routes", "-c", "rules.yaml", "--mesh-config", "mesh.yaml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("mesh.yaml:1:1: warning: dnsRefreshRate: "));
}

TEST_F(MeshArgumentsTest, AMeshConfigThatCannotBeReadEndsInStatusTwo) {
  Write("mesh.yaml", "rootNamspace: x\noutboundTrafficPolicy: {mode: ALL}\n");
  std::filesystem::create_directory(folder_ / "folder");
  Write("folder/a.yaml", "{}");
  Write("folder/b.yaml", "{}");
  for (const std::string command : {"routes", "analyze"}) {
    const std::string paths = command == "routes" ? "--config=rules.yaml" : "rules.yaml";
    const Result result = Run({command, paths, "--mesh-config", "mesh.yaml"});
    EXPECT_EQ(result.status, 2) << command;
    EXPECT_THAT(result.err, AllOf(HasSubstr("mesh.yaml:1:1: error: rootNamspace"),
                                  HasSubstr("1 | rootNamspace: x\n"), HasSubstr("ALLOW_ANY"),
                                  HasSubstr("the mesh config has 2 errors")))
        << command;
    EXPECT_THAT(result.out, IsEmpty()) << command;
  }
  const auto error = [this](const std::string& path) {
    const Result result = Run({"routes", "-c", "rules.yaml", "--mesh-config", path});
    EXPECT_EQ(result.status, 2) << path;
    return result.err;
  };
  EXPECT_THAT(error("nix.yaml"), HasSubstr("nix.yaml: no such file"));
  EXPECT_THAT(error("folder"), HasSubstr("folder is a folder"));
}

}  // namespace
}  // namespace meshroute::tool
