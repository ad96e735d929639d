// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "tools/meshroute/arguments.h"
#include "tools/meshroute/check_file.h"
#include "tools/meshroute/check_report.h"
#include "tools/meshroute/check_run.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/mesh_arguments.h"
#include "tools/meshroute/problem_report.h"
#include "tools/meshroute/source_book.h"

namespace meshroute::tool {
namespace {

constexpr std::array kOptions = {
    Option{.letter = 't',
           .name = "tests",
           .value = "FILE",
           .help = "the tests: YAML, or JSON where it is named .json; - reads stdin",
           .completion = Completion::kFiles},
    Option{.letter = 'o',
           .name = "output",
           .value = "FORMAT",
           .help = "text, json or junit",
           .choices = "text|json|junit"},
    Option{.letter = 'd',
           .name = "details",
           .value = "",
           .help = "every test by name, failures as 'expected actual field'"},
    Option{.letter = 0,
           .name = "only-show-failures",
           .value = "",
           .help = "with --details: leave tests that passed out"},
    Option{.letter = 'f',
           .name = "fail-under",
           .value = "PERCENT",
           .help = "exit 1 where fewer of the rules are covered"},
    Option{.letter = 0,
           .name = "covall",
           .value = "",
           .help = "count every field of a rule that could be asked for"},
    Option{.letter = 0,
           .name = "detailed-coverage",
           .value = "",
           .help = "list the rules that no test asks about"},
};

constexpr std::array kGroups = {
    OptionGroup{"The rules", kConfigOptions},
    OptionGroup{"Options", kOptions},
    OptionGroup{"The mesh", kMeshOptions},
    OptionGroup{"The caller, where a test does not say", kClientOptions},
};

// Reads the tests; where they are no good every problem is printed with its line.
absl::StatusOr<CheckFile> LoadTests(const std::string& path, Console& console) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return UsageError("--tests must be a file, and " + Visible(path) + " is a folder");
  }
  const std::array<std::string, 1> paths = {path};
  absl::StatusOr<std::vector<SourceText>> texts =
      ReadConfigFiles(paths, Folders::kTopOnly, console.in, LoadOptions().maximum_bytes);
  if (!texts.ok()) return texts.status();
  ConfigErrors errors;
  CheckFile file = ReadCheckFile(texts->front(), errors);
  SourceBook book(*texts);
  for (const ConfigProblem& note : file.notes) {
    console.err << console.err_style(Ink::kFaint, note.ToString()) << "\n";
  }
  if (errors.ok()) return file;
  std::vector<ConfigProblem> problems = errors.problems();
  for (ConfigProblem& problem : problems) {
    // Codes of Istio's resources do not fit here.
    problem.code.clear();
    problem.istio_code.clear();
  }
  PrintErrors(std::move(problems), errors.error_count(), book, console);
  return absl::InvalidArgumentError("the tests have " + Counted(errors.error_count(), "error"));
}

CheckReport::Depth DepthOf(const Arguments& arguments) {
  if (!arguments.Has("details")) return CheckReport::Depth::kFailures;
  return arguments.Has("only-show-failures") ? CheckReport::Depth::kFailuresByName
                                             : CheckReport::Depth::kAll;
}

absl::StatusOr<CheckRunner> MakeRunner(const Arguments& arguments, Console& console) {
  absl::StatusOr<RouterOptions> options = RouterOptionsOf(arguments, console);
  if (!options.ok()) return options.status();
  absl::StatusOr<ValidatedConfig> config = LoadConfig(ConfigPaths(arguments), arguments, console);
  if (!config.ok()) return config.status();
  Resources resources = config->resources();
  RaiseEmptyFractions(resources);
  absl::StatusOr<ValidatedConfig> raised = Validate(std::move(resources));
  if (!raised.ok()) return raised.status();
  return absl::StatusOr<CheckRunner>(absl::in_place, *std::move(raised), *std::move(options));
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments, Console& console) {
  for (const char* const name : {"config", "tests"}) {
    if (!arguments.Has(name)) {
      return UsageError(std::string("--") + name + " is missing",
                        "meshroute check -c rules/ -t tests.yaml");
    }
  }
  const absl::StatusOr<std::optional<double>> least = arguments.Percentage("fail-under");
  if (!least.ok()) return least.status();
  const absl::StatusOr<CheckFile> file = LoadTests(std::string(arguments.Get("tests")), console);
  if (!file.ok()) return file.status();
  absl::StatusOr<CheckRunner> runner = MakeRunner(arguments, console);
  if (!runner.ok()) return runner.status();

  CheckReport report{.file = std::string(arguments.Get("tests")),
                     .results = {},
                     .coverage = runner->coverage(),
                     .percent = 0,
                     .depth = DepthOf(arguments),
                     .uncovered = arguments.Has("detailed-coverage")
                                      ? CheckReport::Rules::kListed
                                      : CheckReport::Rules::kCounted};
  for (const CheckTest& test : file->tests) report.results.push_back(runner->Run(test));
  report.percent =
      arguments.Has("covall") ? runner->coverage().PercentOfFields() : runner->coverage().Percent();
  const std::string_view format = arguments.Get("output", "text");
  if (format == "json") {
    PrintCheckJson(report, console.out);
  } else if (format == "junit") {
    PrintCheckJunit(report, console.out);
  } else {
    PrintCheckText(report, console.out_style, console.out);
  }
  if (least->has_value() && report.percent < **least) {
    console.err << console.err_style(Ink::kError, "Failed to meet coverage requirement: " +
                                                      std::string(arguments.Get("fail-under")))
                << "\n";
    return ExitCode::kFindings;
  }
  return report.FailedCount() == 0 ? ExitCode::kOk : ExitCode::kFindings;
}

}  // namespace

constinit const Command kCheckCommand = {
    .name = "check",
    .summary = "run tests of the rules",
    .description =
        "Runs a file of requests and of what the rules are to do with each. Takes the files of\n"
        "Envoy's router_check_tool as they are, and `meshroute:` maps for what Istio's rules know\n"
        "besides: subset, rule, timeout, retries, mirrors, fault, weights, endpoints, error.\n"
        "Nothing is sent. Every draw of a test gives its random_value.",
    .options = kGroups,
    .examples =
        "meshroute check -c rules/ -t tests.yaml\n"
        "meshroute check -c rules/ -t tests.yaml --fail-under=100 --detailed-coverage\n"
        "meshroute check -c rules/ -t tests.json -o junit > results.xml",
    .run = Run};

}  // namespace meshroute::tool
