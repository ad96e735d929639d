// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/problem_report.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "tools/meshroute/json_object.h"

namespace meshroute::tool {
namespace {

std::string PlaceOf(const SourcePosition& position) {
  if (position.file.empty()) return {};
  std::string place = Visible(position.file);
  if (position.line != 0) place += ":" + std::to_string(position.line);
  if (position.column != 0) place += ":" + std::to_string(position.column);
  return place + ": ";
}

std::string CodesOf(const ConfigProblem& problem) {
  std::string codes = problem.code;
  if (!problem.istio_code.empty()) codes += (codes.empty() ? "" : ", ") + problem.istio_code;
  return codes.empty() ? codes : " [" + codes + "]";
}

}  // namespace

Ink InkOf(ConfigProblem::Severity severity) {
  switch (severity) {
    case ConfigProblem::Severity::kError:
      return Ink::kError;
    case ConfigProblem::Severity::kWarning:
      return Ink::kWarning;
    case ConfigProblem::Severity::kInfo:
      break;
  }
  return Ink::kInfo;
}

void SortBySource(std::vector<ConfigProblem>& problems, const SourceBook& book) {
  std::vector<std::pair<size_t, ConfigProblem>> keyed;
  keyed.reserve(problems.size());
  for (ConfigProblem& problem : problems) {
    const size_t order = book.OrderOf(problem.position.file);
    keyed.emplace_back(order, std::move(problem));
  }
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.position.line, a.second.position.column) <
           std::tie(b.first, b.second.position.line, b.second.position.column);
  });
  std::transform(keyed.begin(), keyed.end(), problems.begin(),
                 [](auto& entry) { return std::move(entry.second); });
}

void PrintProblem(const ConfigProblem& problem, SourceBook& book, const Style& style,
                  std::ostream& out) {
  constexpr std::string_view kMargin = "     = ";
  out << style(Ink::kStrong, PlaceOf(problem.position))
      << style(InkOf(problem.severity), SeverityName(problem.severity)) << ": ";
  if (!problem.path.empty()) out << style(Ink::kStrong, problem.path) << ": ";
  out << Visible(problem.message) << style(Ink::kFaint, CodesOf(problem)) << "\n";
  out << book.Excerpt(problem.position, style);
  if (!problem.resource.empty()) {
    out << style(Ink::kFaint, kMargin) << "in " << problem.resource << "\n";
  }
  if (!problem.hint.empty()) {
    out << style(Ink::kFaint, kMargin) << "hint: " << Visible(problem.hint) << "\n";
  }
}

void PrintErrors(std::vector<ConfigProblem> problems, size_t count, SourceBook& book,
                 Console& console) {
  constexpr size_t kShown = 20;
  std::erase_if(problems, [](const ConfigProblem& problem) {
    return problem.severity != ConfigProblem::Severity::kError;
  });
  SortBySource(problems, book);
  if (problems.size() > kShown) problems.resize(kShown);
  for (const ConfigProblem& problem : problems) {
    PrintProblem(problem, book, console.err_style, console.err);
  }
  if (count <= problems.size()) return;
  console.err << console.err_style(Ink::kFaint,
                                   "and " + Counted(count - problems.size(), "more error"))
              << "\n";
}

DocumentNode ProblemObject(const ConfigProblem& problem) {
  JsonObject object;
  object.Set("level", SeverityName(problem.severity));
  object.Set("code", problem.code).SetIfAny("istioCode", problem.istio_code);
  object.SetIfAny("resource", problem.resource).SetIfAny("path", problem.path);
  object.Set("message", problem.message).SetIfAny("hint", problem.hint);
  object.SetIfAny("file", problem.position.file);
  if (problem.position.line != 0) object.Set("line", uint64_t{problem.position.line});
  if (problem.position.column != 0) object.Set("column", uint64_t{problem.position.column});
  return std::move(object).Take();
}

std::string Counted(size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace meshroute::tool
