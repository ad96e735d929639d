// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_PROBLEM_REPORT_H_
#define MESHROUTE_TOOLS_MESHROUTE_PROBLEM_REPORT_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/document.h"
#include "meshroute/config/errors.h"
#include "tools/meshroute/console.h"
#include "tools/meshroute/source_book.h"

namespace meshroute::tool {

// Orders problems as their places stand in the texts.
void SortBySource(std::vector<ConfigProblem>& problems, const SourceBook& book);

// Prints one problem as compilers do:
//
//   reviews.yaml:18:7: error: spec.http[0].route[1].weight: must be 0 or more, got -10 [MR0007,
//   IST0106]
//     18 |       weight: -10
//        |       ^
//        = in VirtualService prod/reviews
//        = hint: ...
void PrintProblem(const ConfigProblem& problem, SourceBook& book, const Style& style,
                  std::ostream& out);

// Prints the first errors among `problems`, of an input that is then not used, in the
// order of the text, and how many of `count` are not shown.
void PrintErrors(std::vector<ConfigProblem> problems, size_t count, SourceBook& book,
                 Console& console);

// One problem as an object of JSON.
DocumentNode ProblemObject(const ConfigProblem& problem);

// "1 error", "2 errors".
std::string Counted(size_t count, std::string_view what);

// Paints a severity's name.
Ink InkOf(ConfigProblem::Severity severity);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_PROBLEM_REPORT_H_
