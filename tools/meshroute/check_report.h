// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_CHECK_REPORT_H_
#define MESHROUTE_TOOLS_MESHROUTE_CHECK_REPORT_H_

#include <ostream>
#include <string>
#include <vector>

#include "tools/meshroute/check_coverage.h"
#include "tools/meshroute/check_run.h"
#include "tools/meshroute/console.h"

namespace meshroute::tool {

// The results of all tests of a file.
struct CheckReport {
  // How much of it is printed as text.
  enum class Depth {
    kFailures,        // Failed tests, with what differs.
    kAll,             // Every test by name, as Envoy's tool does with --details.
    kFailuresByName,  // That, but for tests that passed.
  };
  enum class Rules { kCounted, kListed };

  std::string file;
  std::vector<CheckResult> results;
  const CheckCoverage& coverage;
  double percent = 0;  // Of coverage, as it was asked for.
  Depth depth = Depth::kFailures;
  Rules uncovered = Rules::kCounted;

  size_t FailedCount() const;
};

void PrintCheckText(const CheckReport& report, const Style& style, std::ostream& out);
void PrintCheckJson(const CheckReport& report, std::ostream& out);

// The form that CI servers read: one testsuite, a testcase per test.
void PrintCheckJunit(const CheckReport& report, std::ostream& out);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_CHECK_REPORT_H_
