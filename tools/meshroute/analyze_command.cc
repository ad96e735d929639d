// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "meshroute/config/analysis.h"
#include "meshroute/config/problem_codes.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/config_files.h"
#include "tools/meshroute/json_object.h"
#include "tools/meshroute/mesh_arguments.h"
#include "tools/meshroute/problem_report.h"
#include "tools/meshroute/suppressions.h"
#include "tools/meshroute/table.h"

namespace meshroute::tool {
namespace {

using Severity = ConfigProblem::Severity;

constexpr std::array kPositionals = {
    Positional{.name = "PATH",
               .help = "files, or folders for their .yaml, .yml and .json files; - reads stdin",
               .count = Positional::Count::kAny,
               .completion = Completion::kFiles},
};

constexpr std::array kOptions = {
    Option{.letter = 'o',
           .name = "output",
           .value = "FORMAT",
           .help = "text, json or yaml",
           .choices = "text|json|yaml"},
    Option{.letter = 0,
           .name = "failure-threshold",
           .value = "LEVEL",
           .help = "exit 1 from this level on: info, warning, error (error)",
           .choices = "info|warning|error"},
    Option{.letter = 0,
           .name = "output-threshold",
           .value = "LEVEL",
           .help = "show from this level on: info, warning, error (info)",
           .choices = "info|warning|error"},
    Option{.letter = 'S',
           .name = "suppress",
           .value = "CODE=OBJECT",
           .help = "leave findings out, as in IST0130='VirtualService prod/*'",
           .times = Option::Times::kMany},
    Option{.letter = 'L', .name = "list", .value = "", .help = "list every code and what it means"},
};

constexpr std::array kGroups = {
    OptionGroup{"Options", kOptions},
    OptionGroup{"The mesh", kMeshOptions},
    OptionGroup{"The caller (only what it sees is looked at)", kClientOptions},
};

Severity LevelOf(std::string_view name) {
  if (name == "error") return Severity::kError;
  return name == "warning" ? Severity::kWarning : Severity::kInfo;
}

// Everything that was found, and what was left out.
struct Analysis {
  std::vector<ConfigProblem> findings;
  std::vector<SkippedObject> skipped;
  size_t files = 0;
  size_t suppressed = 0;
  size_t not_listed = 0;  // Errors beyond what is kept.
  bool complete = true;   // False: errors kept the objects from being compared.

  size_t Count(Severity severity) const {
    const auto is = [severity](const ConfigProblem& problem) {
      return problem.severity == severity;
    };
    return static_cast<size_t>(std::count_if(findings.begin(), findings.end(), is));
  }
};

// Reads `texts` and looks at the objects one by one, then at all of them.
absl::StatusOr<Analysis> AnalyzeTexts(const std::vector<SourceText>& texts,
                                      const Arguments& arguments, Console& console) {
  const absl::StatusOr<MeshOptions> mesh = MeshOptionsOf(arguments, console);
  if (!mesh.ok()) return mesh.status();
  std::optional<ClientIdentity> client;
  if (arguments.Has("source-namespace") || arguments.Has("source-labels")) {
    absl::StatusOr<ClientIdentity> given = ClientOf(arguments);
    if (!given.ok()) return given.status();
    client = *std::move(given);
  }
  Analysis analysis;
  analysis.files = texts.size();
  ResourceLoader loader(LoadOptionsOf(arguments));
  AddTexts(texts, loader);
  const absl::StatusOr<ValidatedConfig> config = loader.Finish();
  analysis.findings = loader.errors().problems();
  analysis.skipped = loader.skipped();
  analysis.complete = config.ok();
  analysis.not_listed = loader.errors().error_count() - analysis.Count(Severity::kError);
  if (!config.ok()) return analysis;
  std::vector<ConfigProblem> more = Analyze(*config, client, *mesh);
  std::move(more.begin(), more.end(), std::back_inserter(analysis.findings));
  return analysis;
}

void PrintSkipped(const Analysis& analysis, Console& console) {
  constexpr size_t kShown = 5;
  for (size_t i = 0; i < std::min(analysis.skipped.size(), kShown); ++i) {
    const SkippedObject& skipped = analysis.skipped[i];
    console.err << console.err_style(Ink::kFaint, "note: " + Visible(skipped.position.file) + ":" +
                                                      std::to_string(skipped.position.line) + ": " +
                                                      Visible(skipped.object) +
                                                      " is of a kind that is not read")
                << "\n";
  }
  if (analysis.skipped.size() > kShown) {
    console.err << console.err_style(Ink::kFaint,
                                     "note: and " +
                                         std::to_string(analysis.skipped.size() - kShown) +
                                         " more objects of kinds that are not read")
                << "\n";
  }
}

std::string Summary(const Analysis& analysis, size_t shown) {
  std::string text = Counted(analysis.files, "file") + ": " +
                     Counted(analysis.Count(Severity::kError) + analysis.not_listed, "error") +
                     ", " + Counted(analysis.Count(Severity::kWarning), "warning") + ", " +
                     Counted(analysis.Count(Severity::kInfo), "info");
  if (analysis.suppressed > 0) text += ", " + std::to_string(analysis.suppressed) + " suppressed";
  const size_t hidden = analysis.findings.size() - shown;
  if (hidden > 0) text += ", " + std::to_string(hidden) + " below the output threshold";
  if (analysis.not_listed > 0) {
    text += "; " + Counted(analysis.not_listed, "error") + " not shown";
  }
  if (!analysis.complete) text += "; objects are not compared until the errors are gone";
  return text;
}

void PrintText(const Analysis& analysis, Severity threshold, SourceBook& book, Console& console) {
  PrintSkipped(analysis, console);
  size_t shown = 0;
  for (const ConfigProblem& finding : analysis.findings) {
    if (finding.severity > threshold) continue;
    PrintProblem(finding, book, console.out_style, console.out);
    ++shown;
  }
  const bool clean = analysis.findings.empty();
  console.out << console.out_style(clean ? Ink::kGood : Ink::kStrong, Summary(analysis, shown))
              << "\n";
}

void PrintDocument(const Analysis& analysis, Severity threshold, std::string_view format,
                   Console& console) {
  std::vector<DocumentNode> findings;
  for (const ConfigProblem& finding : analysis.findings) {
    if (finding.severity <= threshold) findings.push_back(ProblemObject(finding));
  }
  std::vector<DocumentNode> skipped;
  for (const SkippedObject& object : analysis.skipped) {
    JsonObject entry;
    entry.Set("object", object.object).Set("file", object.position.file);
    entry.Set("line", uint64_t{object.position.line});
    skipped.push_back(std::move(entry).Take());
  }
  JsonObject summary;
  summary.Set("files", uint64_t{analysis.files});
  summary.Set("errors", uint64_t{analysis.Count(Severity::kError) + analysis.not_listed});
  summary.Set("warnings", uint64_t{analysis.Count(Severity::kWarning)});
  summary.Set("infos", uint64_t{analysis.Count(Severity::kInfo)});
  summary.Set("suppressed", uint64_t{analysis.suppressed});
  summary.SetTruth("complete", analysis.complete);
  JsonObject document;
  document.Set("findings", std::move(findings)).Set("skipped", std::move(skipped));
  document.Set("summary", std::move(summary).Take());
  Print(std::move(document).Take(), format, console.out);
}

void ListCodes(std::string_view format, Console& console) {
  std::vector<DocumentNode> rows;
  Table table({"CODE", "ISTIO", "LEVEL", "MEANING"});
  for (const ProblemCodeFacts& facts : ListProblemCodes()) {
    table.Add({facts.code, facts.istio_code, SeverityName(facts.severity), facts.meaning});
    JsonObject row;
    row.Set("code", facts.code).SetIfAny("istioCode", facts.istio_code);
    row.Set("level", SeverityName(facts.severity)).Set("meaning", facts.meaning);
    rows.push_back(std::move(row).Take());
  }
  if (format == "text") return table.Print(console.out_style, console.out);
  Print(DocumentNode::List(std::move(rows)), format, console.out);
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments, Console& console) {
  const std::string_view format = arguments.Get("output", "text");
  if (arguments.Has("list")) {
    ListCodes(format, console);
    return ExitCode::kOk;
  }
  if (arguments.positionals().empty()) {
    return UsageError("PATH is missing: which files or folders are to be analysed?",
                      "meshroute analyze rules/  or  kubectl get vs,dr,se -A -o yaml | meshroute "
                      "analyze -");
  }
  const absl::StatusOr<Suppressions> suppressions = Suppressions::Parse(arguments.All("suppress"));
  if (!suppressions.ok()) return suppressions.status();
  const absl::StatusOr<std::vector<SourceText>> texts =
      ReadConfigFiles(arguments.positionals(), FoldersOf(arguments), console.in,
                      LoadOptionsOf(arguments).maximum_bytes);
  if (!texts.ok()) return texts.status();
  absl::StatusOr<Analysis> analysis = AnalyzeTexts(*texts, arguments, console);
  if (!analysis.ok()) return analysis.status();
  analysis->suppressed = std::erase_if(analysis->findings, [&](const ConfigProblem& finding) {
    return suppressions->Cover(finding);
  });
  SourceBook book(*texts);
  SortBySource(analysis->findings, book);

  const Severity threshold = LevelOf(arguments.Get("output-threshold", "info"));
  if (format == "text") {
    PrintText(*analysis, threshold, book, console);
  } else {
    PrintDocument(*analysis, threshold, format, console);
  }
  const Severity failing = LevelOf(arguments.Get("failure-threshold", "error"));
  const bool fails = analysis->not_listed > 0 ||
                     std::any_of(analysis->findings.begin(), analysis->findings.end(),
                                 [&](const auto& finding) { return finding.severity <= failing; });
  return fails ? ExitCode::kFindings : ExitCode::kOk;
}

}  // namespace

constinit const Command kAnalyzeCommand = {
    .name = "analyze",
    .summary = "find what is wrong with Istio resources",
    .description =
        "Reads VirtualServices, DestinationRules, ServiceEntries and WorkloadEntries and reports\n"
        "what Istio would refuse, what can never apply, what refers to nothing, and what is not\n"
        "obeyed in-process. Objects of other kinds are skipped with a note.",
    .positionals = kPositionals,
    .options = kGroups,
    .examples =
        "meshroute analyze rules/\n"
        "meshroute analyze -R deploy --failure-threshold=warning -o json\n"
        "kubectl get vs,dr,se -A -o yaml | meshroute analyze -",
    .run = Run};

}  // namespace meshroute::tool
