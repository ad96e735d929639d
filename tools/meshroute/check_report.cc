// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/check_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tools/meshroute/json_object.h"
#include "tools/meshroute/problem_report.h"

namespace meshroute::tool {
namespace {

// "87.5": one digit behind the point where there is something to say.
std::string PercentText(double percent) {
  const double tenths = std::floor(percent * 10);
  std::string text = std::to_string(static_cast<int>(tenths / 10));
  const int rest = static_cast<int>(tenths) % 10;
  if (rest != 0) text += "." + std::to_string(rest);
  return text;
}

std::string Place(const SourcePosition& position) {
  return Visible(position.file) + ":" + std::to_string(position.line);
}

std::string Shown(const std::string& value) {
  return value.empty() ? "nothing" : "'" + Visible(value) + "'";
}

void PrintFailures(const CheckReport& report, const Style& style, std::ostream& out) {
  for (const CheckResult& result : report.results) {
    if (result.failures.empty()) continue;
    out << style(Ink::kError, "FAILED") << " " << style(Ink::kStrong, Visible(result.test->name))
        << style(Ink::kFaint, "  " + Place(result.test->position)) << "\n";
    for (const CheckFailure& failure : result.failures) {
      out << "  " << failure.field << ": expected " << Shown(failure.expected) << ", got "
          << Shown(failure.actual)
          << style(Ink::kFaint, "  line " + std::to_string(failure.position.line)) << "\n";
    }
    if (!result.rule.empty()) out << style(Ink::kFaint, "  by " + result.rule) << "\n";
  }
}

// The lines of Envoy's tool: the name of a test, then `expected actual field`.
void PrintDetails(const CheckReport& report, std::ostream& out) {
  for (const CheckResult& result : report.results) {
    const bool hidden =
        report.depth == CheckReport::Depth::kFailuresByName && result.failures.empty();
    if (hidden) continue;
    out << Visible(result.test->name) << "\n";
    for (const CheckFailure& failure : result.failures) {
      out << Visible(failure.expected) << " " << Visible(failure.actual) << " " << failure.field
          << "\n";
    }
  }
}

std::string XmlEscaped(std::string_view text) {
  std::string escaped;
  for (const char c : Visible(JsonString(text).string())) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\t':
        escaped += "&#9;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

DocumentNode ResultObject(const CheckResult& result) {
  std::vector<DocumentNode> failures;
  for (const CheckFailure& failure : result.failures) {
    JsonObject object;
    object.Set("field", failure.field).Set("expected", failure.expected);
    object.Set("actual", failure.actual).Set("line", uint64_t{failure.position.line});
    failures.push_back(std::move(object).Take());
  }
  JsonObject object;
  object.Set("name", result.test->name).SetTruth("passed", result.failures.empty());
  object.Set("line", uint64_t{result.test->position.line}).SetIfAny("rule", result.rule);
  object.Set("failures", std::move(failures));
  return std::move(object).Take();
}

}  // namespace

size_t CheckReport::FailedCount() const {
  return static_cast<size_t>(
      std::count_if(results.begin(), results.end(),
                    [](const CheckResult& result) { return !result.failures.empty(); }));
}

void PrintCheckText(const CheckReport& report, const Style& style, std::ostream& out) {
  if (report.depth == CheckReport::Depth::kFailures) {
    PrintFailures(report, style, out);
  } else {
    PrintDetails(report, out);
  }
  if (report.uncovered == CheckReport::Rules::kListed) {
    for (const std::string& name : report.coverage.NotCovered()) {
      out << "not covered: " << name << "\n";
    }
  }
  const size_t failed = report.FailedCount();
  out << style(failed == 0 ? Ink::kGood : Ink::kError,
               Counted(report.results.size(), "test") + ", " + std::to_string(failed) + " failed")
      << "\n";
  out << "Current route coverage: " << PercentText(report.percent) << "% ("
      << report.coverage.covered_count() << " of " << Counted(report.coverage.rule_count(), "rule")
      << ")\n";
}

void PrintCheckJson(const CheckReport& report, std::ostream& out) {
  std::vector<DocumentNode> tests;
  for (const CheckResult& result : report.results) tests.push_back(ResultObject(result));
  JsonObject coverage;
  coverage.Set("rules", uint64_t{report.coverage.rule_count()});
  coverage.Set("covered", uint64_t{report.coverage.covered_count()});
  coverage.Set("percent", report.percent).Set("notCovered", report.coverage.NotCovered());
  JsonObject document;
  document.Set("file", report.file).Set("tests", std::move(tests));
  document.Set("failed", uint64_t{report.FailedCount()});
  document.Set("coverage", std::move(coverage).Take());
  Print(std::move(document).Take(), "json", out);
}

void PrintCheckJunit(const CheckReport& report, std::ostream& out) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\""
      << XmlEscaped(report.file) << "\" tests=\"" << report.results.size() << "\" failures=\""
      << report.FailedCount() << "\" errors=\"0\">\n";
  for (const CheckResult& result : report.results) {
    out << "    <testcase classname=\"" << XmlEscaped(report.file) << "\" name=\""
        << XmlEscaped(result.test->name) << "\" file=\"" << XmlEscaped(result.test->position.file)
        << "\" line=\"" << result.test->position.line << "\"";
    if (result.failures.empty()) {
      out << "/>\n";
      continue;
    }
    out << ">\n";
    for (const CheckFailure& failure : result.failures) {
      out << "      <failure type=\"" << XmlEscaped(failure.field) << "\" message=\""
          << XmlEscaped("expected " + Shown(failure.expected) + ", got " + Shown(failure.actual))
          << "\"/>\n";
    }
    out << "    </testcase>\n";
  }
  out << "  </testsuite>\n</testsuites>\n";
}

}  // namespace meshroute::tool
