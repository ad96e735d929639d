// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "meshroute/config/support.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/json_object.h"
#include "tools/meshroute/suppressions.h"
#include "tools/meshroute/table.h"

namespace meshroute::tool {
namespace {

constexpr std::array kPositionals = {
    Positional{.name = "FIELD",
               .help = "only fields whose kind or path has this text, or fits it: 'spec.http*'",
               .count = Positional::Count::kMaybeOne},
};

constexpr std::array kOptions = {
    Option{.letter = 'o',
           .name = "output",
           .value = "FORMAT",
           .help = "text, markdown or json",
           .choices = "text|markdown|json"},
    Option{.letter = 0,
           .name = "only",
           .value = "SUPPORT",
           .help = "only fields that are honoured, reported, ignored or refused",
           .choices = "honoured|reported|ignored|refused"},
};

constexpr std::array kGroups = {OptionGroup{"Options", kOptions}};

bool Fits(const FieldSupport& field, std::string_view wanted) {
  const std::string whole = field.kind + " " + field.path;
  return wanted.find('*') == std::string_view::npos
             ? whole.find(wanted) != std::string::npos
             : FitsPattern(field.path, wanted) || FitsPattern(whole, wanted);
}

void PrintMarkdown(const std::vector<FieldSupport>& fields, std::ostream& out) {
  std::string kind;
  for (const FieldSupport& field : fields) {
    if (field.kind != kind) {
      out << (kind.empty() ? "" : "\n") << "## " << field.kind
          << "\n\n| field | support | note |\n|---|---|---|\n";
      kind = field.kind;
    }
    out << "| `" << field.path << "` | " << SupportName(field.support) << " | " << field.note
        << " |\n";
  }
}

void PrintJson(const std::vector<FieldSupport>& fields, std::ostream& out) {
  std::vector<DocumentNode> rows;
  for (const FieldSupport& field : fields) {
    JsonObject row;
    row.Set("kind", field.kind).Set("path", field.path);
    row.Set("support", SupportName(field.support)).SetIfAny("note", field.note);
    rows.push_back(std::move(row).Take());
  }
  Print(DocumentNode::List(std::move(rows)), "json", out);
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments, Console& console) {
  const std::string_view only = arguments.Get("only");
  const std::string_view wanted =
      arguments.positionals().empty() ? std::string_view() : arguments.positionals()[0];
  std::vector<FieldSupport> fields = ListFieldSupport();
  std::erase_if(fields, [&](const FieldSupport& field) {
    return (!only.empty() && only != SupportName(field.support)) || !Fits(field, wanted);
  });
  if (fields.empty()) {
    return UsageError("no field fits '" + Visible(wanted) + "'",
                      "meshroute support names them all");
  }
  const std::string_view format = arguments.Get("output", "text");
  if (format == "markdown") {
    PrintMarkdown(fields, console.out);
  } else if (format == "json") {
    PrintJson(fields, console.out);
  } else {
    Table table({"KIND", "FIELD", "SUPPORT", "NOTE"});
    for (const FieldSupport& field : fields) {
      table.Add({field.kind, field.path, SupportName(field.support), field.note});
    }
    table.Print(console.out_style, console.out);
  }
  return ExitCode::kOk;
}

}  // namespace

constinit const Command kSupportCommand = {
    .name = "support",
    .summary = "list which fields of Istio's resources are honoured",
    .description =
        "Lists every field of the resources that are read:\n"
        "  honoured  obeyed\n"
        "  reported  kept and not obeyed in-process; a load that sets it gets a warning\n"
        "  ignored   means nothing to a client in-process\n"
        "  refused   Istio itself refuses every use",
    .positionals = kPositionals,
    .options = kGroups,
    .examples = "meshroute support --only=reported\nmeshroute support retries",
    .run = Run};

}  // namespace meshroute::tool
