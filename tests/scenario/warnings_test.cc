// SPDX-License-Identifier: Apache-2.0
// What a Router doubts in its configuration.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WarningsScenario : public ScenarioTest {
 protected:
  std::vector<std::string> Warnings() const {
    std::vector<std::string> texts;
    for (const ConfigProblem& problem : router_.warnings()) texts.push_back(problem.ToString());
    return texts;
  }
};

TEST_F(WarningsScenario, SingleObjectsAndAllTogetherAreDoubted) {
  LoadRules(
      "  - route: [{destination: {host: nowhere}}]\n"
      "    mirror: {host: ratings}\n"
      "    mirrorPercent: 1\n");
  EXPECT_THAT(Warnings(),
              ElementsAre(HasSubstr("spec.http[0].mirrorPercent: is deprecated"),
                          HasSubstr("spec.http[0].route[0].destination.host: is declared by no "
                                    "ServiceEntry: \"nowhere.default.svc.cluster.local\"")));
  EXPECT_THAT(Warnings()[1], HasSubstr("scenario.yaml:"));
}

TEST_F(WarningsScenario, HostsAreNotDoubtedOnceEndpointsComeFromElsewhere) {
  LoadRules("  - route: [{destination: {host: nowhere, subset: v1}}]\n");
  EXPECT_THAT(Warnings(), testing::SizeIs(2));
  ASSERT_TRUE(router_.SetEndpoints("nowhere", {{.address = "10.0.0.1:80"}}).ok());
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("destination.subset: is defined by no")));
}

TEST_F(WarningsScenario, WhatIsOnlyWorthKnowingIsLeftOut) {
  LoadRules("  - route: [{destination: {host: reviews}}]\n");  // Both subsets are unused.
  EXPECT_THAT(Warnings(), IsEmpty());
}

}  // namespace
}  // namespace meshroute
