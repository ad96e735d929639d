// SPDX-License-Identifier: Apache-2.0
// Tables of what Validate refuses, or warns of, each beside a neighbour that it lets pass.
#ifndef MESHROUTE_TESTS_CONFIG_VALIDATION_CASES_H_
#define MESHROUTE_TESTS_CONFIG_VALIDATION_CASES_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <vector>

#include "meshroute/config/validated_config.h"
#include "tests/config/load.h"

namespace meshroute {

// Two YAML texts that take the place of the "@" of a spec.
struct ValidationCase {
  std::string bad;      // Wrong in one way.
  std::string good;     // As near to it as can be, and right.
  std::string path;     // Where the problem must be reported,
  std::string message;  // and a part of what it must say.
};

// What Validate says, errors and warnings, of an object with this spec. What
// the reader said before (of fields that are not enforced) is left out.
inline std::vector<ConfigProblem> ProblemsOf(const std::string& kind, const std::string& spec) {
  Loaded loaded = Loaded::Spec(kind, spec);
  EXPECT_THAT(loaded.errors(), testing::IsEmpty()) << "the text cannot even be read: " << spec;
  const auto read = std::ssize(loaded.loader().errors().problems());
  const bool accepted = loaded.loader().Finish().ok();
  EXPECT_EQ(accepted, loaded.errors().empty());
  const std::vector<ConfigProblem>& problems = loaded.loader().errors().problems();
  return {problems.begin() + read, problems.end()};
}

inline std::string Filled(const std::string& spec, const std::string& text) {
  std::string filled = spec;
  filled.replace(filled.find('@'), 1, text);
  return filled;
}

inline std::vector<std::string> Texts(const std::vector<ConfigProblem>& problems) {
  std::vector<std::string> texts;
  for (const ConfigProblem& problem : problems) texts.push_back(problem.ToString());
  return texts;
}

// Each bad text gives exactly one problem, the one that the case tells; each good one none.
inline void ExpectProblems(ConfigProblem::Severity severity, const std::string& kind,
                           const std::string& spec, const std::vector<ValidationCase>& cases) {
  for (const ValidationCase& test : cases) {
    SCOPED_TRACE(test.bad);
    const std::vector<ConfigProblem> problems = ProblemsOf(kind, Filled(spec, test.bad));
    EXPECT_EQ(problems.size(), 1U) << testing::PrintToString(Texts(problems));
    if (problems.empty()) continue;
    EXPECT_EQ(problems[0].severity, severity);
    EXPECT_EQ(problems[0].path, test.path) << problems[0].ToString();
    EXPECT_THAT(problems[0].message, testing::HasSubstr(test.message));
    EXPECT_EQ(problems[0].resource, kind + " default/test");
    EXPECT_GT(problems[0].position.line, 0U);

    SCOPED_TRACE("the neighbour: " + test.good);
    EXPECT_THAT(Texts(ProblemsOf(kind, Filled(spec, test.good))), testing::IsEmpty());
  }
}

inline void ExpectErrors(const std::string& kind, const std::string& spec,
                         const std::vector<ValidationCase>& cases) {
  ExpectProblems(ConfigProblem::Severity::kError, kind, spec, cases);
}

inline void ExpectWarnings(const std::string& kind, const std::string& spec,
                           const std::vector<ValidationCase>& cases) {
  ExpectProblems(ConfigProblem::Severity::kWarning, kind, spec, cases);
}

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_CONFIG_VALIDATION_CASES_H_
