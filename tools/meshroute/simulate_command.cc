// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "meshroute/config/json.h"
#include "meshroute/simulation/expectation.h"
#include "meshroute/simulation/report.h"
#include "meshroute/simulation/simulation.h"
#include "meshroute/simulation/study.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/scenario_file.h"

namespace meshroute::tool {
namespace {

constexpr std::array kPositionals = {
    Positional{.name = "SCENARIO",
               .help = "what is simulated: YAML, or JSON where it is named .json; - reads stdin",
               .completion = Completion::kFiles},
};

constexpr std::array kOptions = {
    Option{.letter = 'o',
           .name = "output",
           .value = "FORMAT",
           .help = "text, json or html",
           .choices = "text|json|html"},
    Option{.letter = 'w',
           .name = "write",
           .value = "FILE",
           .help = "write the report there instead of to the terminal",
           .completion = Completion::kFiles},
    Option{.letter = 's',
           .name = "seed",
           .value = "NUMBER",
           .help = "what chance begins with, instead of the scenario's seed"},
    Option{.letter = 'n',
           .name = "runs",
           .value = "NUMBER",
           .help = "run it so often, one seed after the other, and tell how rollouts came out"},
    Option{.letter = 0,
           .name = "fast",
           .value = "",
           .help = "with --runs: a rollout by counts of each second, not call by call"},
};

constexpr std::array kGroups = {OptionGroup{"Options", kOptions}};

std::string Render(const SimulationReport& report, std::string_view format) {
  if (format == "json") return WriteJson(ToDocument(report));
  if (format == "html") return ToHtml(report);
  return ToText(report);
}

absl::Status WriteOut(const std::string& text, const Arguments& arguments, Console& console) {
  if (!arguments.Has("write")) {
    console.out << text;
    return absl::OkStatus();
  }
  const std::string path(arguments.Get("write"));
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return absl::OkStatus();
  return UsageError("cannot write " + Visible(path));
}

// What did not come out as expected, where the report itself went elsewhere.
void PrintUnmet(const SimulationReport& report, Console& console) {
  for (const ExpectationResult& result : report.expectations) {
    if (result.met) continue;
    console.err << console.err_style(Ink::kError, "not met") << ": " << Visible(result.expected)
                << ", got " << Visible(result.actual) << "\n";
  }
}

// Many runs.
absl::StatusOr<ExitCode> Study(const LoadedScenario& loaded, const Arguments& arguments,
                               uint64_t seed, Console& console) {
  const absl::StatusOr<std::optional<uint64_t>> runs = arguments.Number("runs");
  if (!runs.ok()) return runs.status();
  if (runs->value_or(1) == 0) return UsageError("--runs must be 1 or more");
  const std::string_view format = arguments.Get("output", "text");
  if (format == "html") return UsageError("many runs are told as text or json");
  StudyResult study;
  if (arguments.Has("fast")) {
    absl::StatusOr<StudyResult> fast = RunFastStudy(loaded, seed, runs->value_or(1));
    if (!fast.ok()) return fast.status();
    study = *std::move(fast);
  } else {
    study = RunStudy(loaded, seed, runs->value_or(1));
  }
  const std::string text = format == "json" ? WriteJson(ToDocument(study)) : ToText(study);
  if (absl::Status status = WriteOut(text, arguments, console); !status.ok()) return status;
  const bool judged = !loaded.scenario.expect.empty() && !arguments.Has("fast");
  return judged && study.all_met < study.runs ? ExitCode::kFindings : ExitCode::kOk;
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments, Console& console) {
  const absl::StatusOr<std::optional<uint64_t>> seed = arguments.Number("seed");
  if (!seed.ok()) return seed.status();
  if (arguments.Has("fast") && !arguments.Has("runs")) return UsageError("--fast goes with --runs");
  const absl::StatusOr<LoadedScenario> loaded =
      LoadScenarioFile(arguments.positionals().front(), console);
  if (!loaded.ok()) return loaded.status();
  const uint64_t first = seed->value_or(loaded->scenario.seed);
  if (arguments.Has("runs")) return Study(*loaded, arguments, first, console);
  SimulationReport report;
  report.result = Simulate(*loaded, first);
  report.expectations = CheckExpectations(loaded->scenario, report.result);
  const std::string_view format = arguments.Get("output", "text");
  if (absl::Status status = WriteOut(Render(report, format), arguments, console); !status.ok()) {
    return status;
  }
  if (report.all_met()) return ExitCode::kOk;
  if (format != "text" || arguments.Has("write")) PrintUnmet(report, console);
  return ExitCode::kFindings;
}

}  // namespace

constinit const Command kSimulateCommand = {
    .name = "simulate",
    .summary = "run what-if scenarios on a virtual clock",
    .description =
        "Runs many calls through the rules, against endpoints that behave as the scenario says:\n"
        "latencies, errors, outages, limits, changes. The code is that which serves requests; no\n"
        "time passes and nothing is sent. The same seed gives the same run. Ends with 1 where\n"
        "something that the scenario expects did not come true, so that scenarios are tests.",
    .positionals = kPositionals,
    .options = kGroups,
    .examples =
        "meshroute simulate outage.yaml\n"
        "meshroute simulate outage.yaml -o html --write outage.html\n"
        "meshroute simulate canary.yaml --runs 1000 --fast",
    .run = Run};

}  // namespace meshroute::tool
