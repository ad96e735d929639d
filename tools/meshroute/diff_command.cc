// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "tools/meshroute/arguments.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/decision_profile.h"
#include "tools/meshroute/json_object.h"
#include "tools/meshroute/mesh_arguments.h"
#include "tools/meshroute/probes.h"
#include "tools/meshroute/problem_report.h"
#include "tools/meshroute/requests.h"

namespace meshroute::tool {
namespace {

constexpr uint64_t kDefaultProbes = 50'000;

constexpr std::array kPositionals = {
    Positional{.name = "OLD",
               .help = "file or folder with the rules as they were",
               .completion = Completion::kFiles},
    Positional{.name = "NEW",
               .help = "file or folder with the rules as they will be",
               .completion = Completion::kFiles},
};

constexpr std::array kOptions = {
    Option{.letter = 'c',
           .name = "config",
           .value = "PATH",
           .help = "what both sides have besides: services, subsets; may be repeated",
           .completion = Completion::kFiles,
           .times = Option::Times::kMany},
    Option{.letter = 'o',
           .name = "output",
           .value = "FORMAT",
           .help = "text or json",
           .choices = "text|json"},
    Option{.letter = 0,
           .name = "max-probes",
           .value = "N",
           .help = "try this many requests at most (50000)"},
};

constexpr std::array kGroups = {
    OptionGroup{"Options", kOptions},
    OptionGroup{"The caller", kClientOptions},
    OptionGroup{"The mesh", kMeshOptions},
};

// An aspect on both sides; one that a side does not have is "-".
struct Change {
  std::string aspect;
  std::string before;
  std::string after;
};

// Requests that the same two rules decide, with the same aspects changed.
struct Group {
  DecisionProfile before;
  DecisionProfile after;
  std::vector<Change> changes;
  RequestHead example;
  size_t count = 0;
};

std::vector<Change> ChangesBetween(const Aspects& before, const Aspects& after) {
  std::vector<Change> changes;
  const auto value_in = [](const Aspects& aspects, const std::string& name) -> std::string {
    for (const auto& [aspect, value] : aspects) {
      if (aspect == name) return value;
    }
    return "-";
  };
  for (const auto& [name, value] : before) {
    std::string other = value_in(after, name);
    if (other != value) changes.push_back({name, value, std::move(other)});
  }
  for (const auto& [name, value] : after) {
    if (value_in(before, name) == "-") changes.push_back({name, "-", value});
  }
  // Where a request goes somewhere else altogether, the rest follows from that.
  if (!changes.empty() && std::any_of(changes.begin(), changes.end(), [](const Change& change) {
        return change.aspect == "goes";
      })) {
    std::erase_if(changes, [](const Change& change) {
      constexpr std::array<std::string_view, 4> kKept = {"goes", "destinations", "status",
                                                         "answer headers"};
      return std::find(kKept.begin(), kKept.end(), change.aspect) == kKept.end();
    });
  }
  return changes;
}

// Destinations of both sides that differ in the same way.
struct PoolGroup {
  std::set<std::string> clusters;
  std::vector<Change> changes;
  RequestHead example;
};

// All that was tried and what came of it.
struct Comparison {
  std::vector<Group> groups;  // By host, in the order of the probes.
  std::vector<PoolGroup> pools;
  size_t probes = 0;
  size_t differing = 0;
  size_t left_out = 0;
  std::set<std::string> without_example;

  bool empty() const { return groups.empty() && pools.empty(); }
};

std::string KeyOf(const Group& group) {
  std::string key = group.before.host + "\n" + group.after.host + "\n" + group.before.origin +
                    "\n" + group.after.origin;
  for (const Change& change : group.changes) key += "\n" + change.aspect;
  return key;
}

// Compares the destinations that both sides reach, each once.
class PoolComparison {
 public:
  void Add(const DecisionProfile& before, const DecisionProfile& after, const RequestHead& head) {
    for (const auto& [cluster, aspects] : before.pools) {
      const auto other = after.pools.find(cluster);
      if (other == after.pools.end() || !seen_.insert(cluster).second) continue;
      std::vector<Change> changes = ChangesBetween(*aspects, *other->second);
      if (changes.empty()) continue;
      std::string key;
      for (const Change& change : changes) {
        key += change.aspect + "\n" + change.before + "\n" + change.after + "\n";
      }
      PoolGroup& group = groups_[key];
      if (group.clusters.empty()) {
        group.changes = std::move(changes);
        group.example = head;
      }
      group.clusters.insert(cluster);
    }
  }

  std::vector<PoolGroup> Take() {
    std::vector<PoolGroup> groups;
    for (auto& [key, group] : groups_) groups.push_back(std::move(group));
    std::sort(groups.begin(), groups.end(),
              [](const auto& a, const auto& b) { return a.clusters < b.clusters; });
    return groups;
  }

 private:
  std::set<std::string> seen_;
  std::map<std::string, PoolGroup> groups_;
};

Comparison Compare(const ProbeSet& probes, Profiler before, Profiler after) {
  Comparison comparison;
  comparison.probes = probes.probes().size();
  comparison.left_out = probes.left_out();
  comparison.without_example = probes.without_example();
  PoolComparison pools;
  std::map<std::string, size_t> known;
  for (const RequestHead& head : probes.probes()) {
    Group group{before.Examine(head), after.Examine(head), {}, head, 1};
    pools.Add(group.before, group.after, head);
    group.changes = ChangesBetween(group.before.aspects, group.after.aspects);
    if (group.changes.empty()) continue;
    ++comparison.differing;
    const auto [found, is_new] = known.try_emplace(KeyOf(group), comparison.groups.size());
    if (is_new) {
      comparison.groups.push_back(std::move(group));
      continue;
    }
    Group& same = comparison.groups[found->second];
    ++same.count;
    // The shortest request tells most.
    if (CurlLine(head).size() < CurlLine(same.example).size()) {
      group.count = same.count;
      same = std::move(group);
    }
  }
  comparison.pools = pools.Take();
  std::stable_sort(comparison.groups.begin(), comparison.groups.end(),
                   [](const Group& a, const Group& b) { return a.before.host < b.before.host; });
  return comparison;
}

std::string Shortened(const std::string& text) {
  constexpr size_t kLongest = 300;
  std::string visible = Visible(text);
  if (visible.size() <= kLongest) return visible;
  return visible.substr(0, kLongest) + "... (" + std::to_string(visible.size()) + " bytes)";
}

std::string RuleOf(const DecisionProfile& profile) {
  return profile.origin.empty() ? "no rule" : profile.origin;
}

void PrintChanges(const std::vector<Change>& changes, Console& console) {
  const Style& style = console.out_style;
  for (const Change& change : changes) {
    console.out << "      " << change.aspect << "\n        "
                << style(Ink::kError, "- " + Shortened(change.before)) << "\n        "
                << style(Ink::kGood, "+ " + Shortened(change.after)) << "\n";
  }
}

void PrintGroup(const Group& group, Console& console) {
  const Style& style = console.out_style;
  std::string rules = RuleOf(group.before);
  if (RuleOf(group.after) != rules) rules += "  ->  " + RuleOf(group.after);
  console.out << "  " << rules << "\n    " << style(Ink::kStrong, CurlLine(group.example));
  if (group.count > 1) {
    console.out << style(Ink::kFaint, "  and " + Counted(group.count - 1, "other request"));
  }
  console.out << "\n";
  PrintChanges(group.changes, console);
}

void PrintPools(const std::vector<PoolGroup>& pools, Console& console) {
  for (const PoolGroup& group : pools) {
    for (const std::string& cluster : group.clusters) {
      console.out << console.out_style(Ink::kStrong, cluster) << "\n";
    }
    console.out << "    " << CurlLine(group.example) << "\n";
    PrintChanges(group.changes, console);
  }
}

size_t DestinationCount(const Comparison& comparison) {
  size_t count = 0;
  for (const PoolGroup& group : comparison.pools) count += group.clusters.size();
  return count;
}

void PrintText(const Comparison& comparison, Console& console) {
  std::string host;
  for (const Group& group : comparison.groups) {
    const std::string here = group.before.host == group.after.host
                                 ? group.before.host
                                 : group.before.host + "  ->  " + group.after.host;
    if (here != host) console.out << console.out_style(Ink::kStrong, here) << "\n";
    host = here;
    PrintGroup(group, console);
  }
  PrintPools(comparison.pools, console);
  const bool same = comparison.empty();
  console.out << console.out_style(
                     same ? Ink::kGood : Ink::kStrong,
                     same ? Counted(comparison.probes, "request") + " tried, all decided alike"
                          : Counted(comparison.probes, "request") + " tried, " +
                                std::to_string(comparison.differing) + " decided differently; " +
                                Counted(DestinationCount(comparison), "destination") + " changed")
              << "\n";
  if (comparison.left_out > 0) {
    console.err << "note: " << Counted(comparison.left_out, "request")
                << " not tried; --max-probes sets how many are\n";
  }
  for (const std::string& pattern : comparison.without_example) {
    console.err << "note: no request was found that fits the regex '" << Visible(pattern)
                << "', so rules with it were tried beside it only\n";
  }
}

std::vector<DocumentNode> ChangeNodes(const std::vector<Change>& changes) {
  std::vector<DocumentNode> nodes;
  for (const Change& change : changes) {
    JsonObject object;
    object.Set("aspect", change.aspect).Set("old", change.before).Set("new", change.after);
    nodes.push_back(std::move(object).Take());
  }
  return nodes;
}

void PrintJson(const Comparison& comparison, Console& console) {
  std::vector<DocumentNode> groups;
  for (const Group& group : comparison.groups) {
    JsonObject object;
    object.Set("oldHost", group.before.host).Set("newHost", group.after.host);
    object.SetIfAny("oldRule", group.before.origin).SetIfAny("newRule", group.after.origin);
    object.Set("example", CurlLine(group.example)).Set("requests", uint64_t{group.count});
    object.Set("changes", ChangeNodes(group.changes));
    groups.push_back(std::move(object).Take());
  }
  std::vector<DocumentNode> pools;
  for (const PoolGroup& group : comparison.pools) {
    JsonObject object;
    object.Set("clusters", std::vector<std::string>(group.clusters.begin(), group.clusters.end()));
    object.Set("example", CurlLine(group.example)).Set("changes", ChangeNodes(group.changes));
    pools.push_back(std::move(object).Take());
  }
  JsonObject document;
  document.Set("decisions", std::move(groups)).Set("destinations", std::move(pools));
  document.Set("requests", uint64_t{comparison.probes});
  document.Set("differing", uint64_t{comparison.differing});
  document.Set("notTried", uint64_t{comparison.left_out});
  document.Set("regexesWithoutExample", std::vector<std::string>(comparison.without_example.begin(),
                                                                 comparison.without_example.end()));
  Print(std::move(document).Take(), "json", console.out);
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments, Console& console) {
  const std::vector<std::string>& paths = arguments.positionals();
  std::vector<std::string> all = ConfigPaths(arguments);
  all.insert(all.end(), paths.begin(), paths.end());
  if (std::count(all.begin(), all.end(), kStandardInput) > 1) {
    return UsageError("the standard input can be read once only");
  }
  const absl::StatusOr<std::optional<uint64_t>> maximum = arguments.Number("max-probes");
  if (!maximum.ok()) return maximum.status();
  absl::StatusOr<RouterOptions> options = RouterOptionsOf(arguments, console);
  if (!options.ok()) return options.status();
  ProbeSet probes(options->mesh.cluster_domain, maximum->value_or(kDefaultProbes));
  std::array<Router, 2> routers = {Router(*options), Router(*options)};
  ProfileHints hints;
  for (size_t side = 0; side < routers.size(); ++side) {
    std::vector<std::string> own = ConfigPaths(arguments);
    own.push_back(paths[side]);
    absl::StatusOr<ValidatedConfig> config = LoadConfig(own, arguments, console);
    if (!config.ok()) return config.status();
    probes.Add(config->resources());
    hints.Add(config->resources());
    routers[side].Apply(*std::move(config));
  }
  const Comparison comparison =
      Compare(probes, Profiler(routers[0], hints), Profiler(routers[1], hints));
  if (arguments.Get("output") == "json") {
    PrintJson(comparison, console);
  } else {
    PrintText(comparison, console);
  }
  return comparison.empty() ? ExitCode::kOk : ExitCode::kFindings;
}

}  // namespace

constinit const Command kDiffCommand = {
    .name = "diff",
    .summary = "tell which requests two sets of rules decide differently",
    .description =
        "Makes requests at the borders of every rule of both sides (each path and just beside it,\n"
        "each header and parameter present, absent and other, each host and port), decides them "
        "by\n"
        "the old and by the new rules, and tells what differs: not text, but what becomes of\n"
        "requests. Exit status 1 where something differs.",
    .positionals = kPositionals,
    .options = kGroups,
    .examples =
        "meshroute diff rules/ changed-rules/\n"
        "git show HEAD:reviews.yaml | meshroute diff -c services/ - reviews.yaml",
    .run = Run};

}  // namespace meshroute::tool
