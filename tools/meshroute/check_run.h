// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_CHECK_RUN_H_
#define MESHROUTE_TOOLS_MESHROUTE_CHECK_RUN_H_

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "meshroute/config/resources.h"
#include "meshroute/router.h"
#include "tools/meshroute/check_coverage.h"
#include "tools/meshroute/check_file.h"

namespace meshroute::tool {

// One thing that a test asked for and did not get.
struct CheckFailure {
  std::string field;
  std::string expected;
  std::string actual;
  SourcePosition position{};
};

struct CheckResult {
  const CheckTest* test = nullptr;
  std::string rule;  // "VirtualService prod/reviews http[2]"; empty: none.
  std::vector<CheckFailure> failures{};
};

// Runs tests against the rules of one configuration, and keeps count of the rules
// that they reach. Every draw of a test gives its random_value: a split takes it
// modulo the total weight, a fault or mirror modulo a million.
class CheckRunner {
 public:
  // `options` say who calls where a test does not.
  CheckRunner(ValidatedConfig config, RouterOptions options);

  CheckResult Run(const CheckTest& test);
  const CheckCoverage& coverage() const { return coverage_; }

 private:
  const Router& RouterFor(const CheckInput& input);

  const ValidatedConfig config_;
  const RouterOptions options_;
  std::map<std::pair<std::string, Labels>, std::unique_ptr<Router>> routers_;
  CheckCoverage coverage_;
};

// As Envoy's tool does: a fault of 0 % fires for the random_value 0.
void RaiseEmptyFractions(Resources& resources);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_CHECK_RUN_H_
