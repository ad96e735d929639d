// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "meshroute/config/analysis.h"
#include "meshroute/config/host_name.h"
#include "meshroute/config/json.h"
#include "meshroute/config/policy_parts.h"
#include "meshroute/config/writer.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/mesh_arguments.h"
#include "tools/meshroute/problem_report.h"
#include "tools/meshroute/route_text.h"
#include "tools/meshroute/source_book.h"
#include "tools/meshroute/table.h"

namespace meshroute::tool {
namespace {

constexpr std::array kPositionals = {
    Positional{.name = "KIND",
               .help = "what to describe: service or endpoint",
               .choices = "service|endpoint"},
    Positional{.name = "NAME", .help = "a host, completed as in a rule; or an address"},
};

constexpr std::array kGroups = {
    OptionGroup{"The rules", kConfigOptions},
    OptionGroup{"The caller", kClientOptions},
    OptionGroup{"The mesh", kMeshOptions},
};

std::string NameOf(const DestinationRule& rule) {
  return "DestinationRule " + rule.metadata.namespace_name + "/" + rule.metadata.name;
}

std::string LabelsText(const Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels) text += (text.empty() ? "" : ",") + key + "=" + value;
  return text.empty() ? "-" : text;
}

size_t CountMatching(const Service& service, const Labels& labels) {
  return static_cast<size_t>(
      std::count_if(service.endpoints.begin(), service.endpoints.end(),
                    [&](const WorkloadEntry& entry) { return LabelsCover(entry.labels, labels); }));
}

// Prints what the tables know of one service, part by part.
class ServiceDescription {
 public:
  ServiceDescription(const TrafficTables& tables, std::string host, Console& console)
      : tables_(tables),
        host_(std::move(host)),
        console_(console),
        service_(tables.services->FindCovering(host_)),
        rule_(tables.destination_rules->Find(
            host_, service_ == nullptr ? std::string_view() : service_->namespace_name)) {}

  ExitCode Print() {
    CollectRules();
    if (service_ == nullptr && rule_ == nullptr && reaching_.empty() && others_.empty()) {
      console_.err << "nothing that this caller sees knows " << Visible(host_) << "\n";
      return ExitCode::kFindings;
    }
    Title(host_);
    PrintService();
    PrintDestinationRule();
    PrintRules();
    PrintFindings();
    return ExitCode::kOk;
  }

 private:
  std::ostream& out() { return console_.out; }
  void Title(std::string_view title) { out() << console_.out_style(Ink::kStrong, title) << "\n"; }

  void PrintService() {
    if (service_ == nullptr) {
      out() << "  no ServiceEntry declares it\n";
      return;
    }
    out() << "  declared in namespace " << service_->namespace_name;
    if (service_->host != host_) out() << " as " << service_->host;
    out() << ", " << Counted(service_->endpoints.size(), "endpoint") << " listed\n";
    for (const ServicePort& port : service_->ports) {
      out() << "  port " << port.number << " " << port.name << " "
            << (port.protocol.empty() ? "HTTP" : port.protocol) << "\n";
    }
  }

  void PrintDestinationRule() {
    out() << "\n";
    if (rule_ == nullptr) return Title("No DestinationRule applies");
    Title(NameOf(*rule_));
    objects_.insert(NameOf(*rule_));
    PrintParts();
    PrintPolicy(nullptr, "  ");
    Table table({"  SUBSET", "LABELS", "ENDPOINTS", "POLICY OF ITS OWN"});
    for (const Subset& subset : rule_->subsets) {
      table.Add({"  " + subset.name, LabelsText(subset.labels), EndpointsOf(subset),
                 subset.traffic_policy.has_value()
                     ? WriteCompactJson(ToDocument(*subset.traffic_policy))
                     : "-"});
    }
    if (!table.empty()) table.Print(console_.out_style, out());
  }

  // The objects that are merged into the rule, where there are several.
  void PrintParts() {
    for (const DestinationRule* part : tables_.destination_rules->PartsOf(*rule_)) {
      if (NameOf(*part) == NameOf(*rule_)) continue;
      objects_.insert(NameOf(*part));
      out() << "  merged with " << NameOf(*part) << "\n";
    }
  }

  // What the rule says at its top, or of a subset; and who does, if not the rule itself.
  void PrintPolicy(const Subset* subset, const std::string& indent) {
    for (const PolicyPart& part : ListRuleParts(*tables_.destination_rules, *rule_, subset)) {
      const std::string object = part.origin.substr(0, part.origin.rfind(' '));
      out() << indent << part.name << " " << part.value;
      if (object != NameOf(*rule_)) out() << " from " << object;
      out() << "\n";
    }
  }

  std::string EndpointsOf(const Subset& subset) const {
    if (service_ == nullptr) return "?";
    const size_t count = CountMatching(*service_, subset.labels);
    if (count == 0 && !service_->endpoints.empty()) return "none: 503 UH";
    return std::to_string(count) + " of " + std::to_string(service_->endpoints.size());
  }

  // Finds the rules that send requests to the host, and those of the host that do not.
  void CollectRules() {
    for (const VirtualHostListing& listing : tables_.routes->List()) {
      for (const RouteListing& route : listing.routes) {
        const std::string origin = OriginOf(*route.route);
        if (AddShares(route)) {
          reaching_.insert(origin);
        } else if (listing.name == host_) {
          others_.insert(origin);
        }
      }
    }
  }

  void PrintRules() {
    out() << "\n";
    if (reaching_.empty()) {
      Title("No rule sends requests here");
    } else {
      Title("Rules that send requests here");
      shares_.Print(console_.out_style, out());
    }
    if (!others_.empty()) {
      out() << "  " << Counted(others_.size(), "other rule") << " of the host "
            << (others_.size() == 1 ? "does" : "do") << " not\n";
    }
  }

  // Rules that several virtual hosts or ports share are listed once.
  bool AddShares(const RouteListing& listing) {
    const Route& route = *listing.route;
    bool any = false;
    const auto add = [&](uint32_t destination, const std::string& share) {
      const DestinationKey& key = tables_.routes->destinations()[destination].key;
      if (key.host != host_) return;
      any = true;
      const std::string origin = OriginOf(route) + (route.name.empty() ? "" : " " + route.name);
      objects_.insert(route.origin.substr(0, route.origin.rfind(' ')));
      if (!shown_.insert(origin + "\n" + key.ToString() + "\n" + share).second) return;
      shares_.Add({"  " + share, key.subset.empty() ? "-" : key.subset, std::to_string(key.port),
                   origin, MatchText(listing)});
    };
    for (const Route::WeightedDestination& share : route.destinations) {
      add(share.destination, ShareText(share.weight, std::max<uint64_t>(route.total_weight, 1)));
    }
    for (const Route::Mirror& mirror : route.mirrors) {
      add(mirror.destination, "mirror " + ShareText(mirror.millionths, 1'000'000));
    }
    return any;
  }

  void PrintFindings() {
    std::vector<ConfigProblem> findings = tables_.config.warnings();
    for (ConfigProblem& problem : Analyze(tables_.config, tables_.client, tables_.mesh)) {
      findings.push_back(std::move(problem));
    }
    std::erase_if(findings, [this](const ConfigProblem& finding) {
      return !objects_.contains(finding.resource);
    });
    if (findings.empty()) return;
    out() << "\n";
    Title("Findings");
    SourceBook no_texts({});
    for (const ConfigProblem& finding : findings) {
      PrintProblem(finding, no_texts, console_.out_style, out());
    }
  }

  const TrafficTables& tables_;
  const std::string host_;
  Console& console_;
  const Service* const service_;
  const DestinationRule* const rule_;
  Table shares_{{"  SHARE", "SUBSET", "PORT", "RULE", "MATCH"}};
  std::set<std::string> reaching_;
  std::set<std::string> others_;
  std::set<std::string> objects_;  // Whose findings are shown.
  std::set<std::string> shown_;
};

// Services that list the address, with the subsets that it is and is not of.
ExitCode DescribeEndpoint(const TrafficTables& tables, const std::string& address,
                          Console& console) {
  Table table({"SERVICE", "LABELS", "LOCALITY", "IN SUBSETS", "NOT IN SUBSETS"});
  for (const auto& [host, service] : tables.services->all()) {
    const DestinationRule* const rule =
        tables.destination_rules->Find(host, service.namespace_name);
    for (const WorkloadEntry& entry : service.endpoints) {
      if (entry.address != address) continue;
      std::string in;
      std::string out;
      for (const Subset& subset : rule == nullptr ? std::vector<Subset>() : rule->subsets) {
        std::string& list = LabelsCover(entry.labels, subset.labels) ? in : out;
        list += (list.empty() ? "" : ",") + subset.name;
      }
      table.Add({host, LabelsText(entry.labels), entry.locality.empty() ? "-" : entry.locality,
                 in.empty() ? "-" : in, out.empty() ? "-" : out});
    }
  }
  if (table.empty()) {
    console.err << "no service that this caller sees lists " << Visible(address) << "\n";
    return ExitCode::kFindings;
  }
  table.Print(console.out_style, console.out);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments, Console& console) {
  if (!arguments.Has("config")) {
    return UsageError("--config is missing", "meshroute describe -c rules/ service reviews");
  }
  absl::StatusOr<RouterOptions> options = RouterOptionsOf(arguments, console);
  if (!options.ok()) return options.status();
  absl::StatusOr<ValidatedConfig> config = LoadConfig(ConfigPaths(arguments), arguments, console);
  if (!config.ok()) return config.status();
  const std::string& name = arguments.positionals()[1];
  Router router(*options);
  router.Apply(*std::move(config));
  const std::shared_ptr<const TrafficTables> tables = router.tables();
  if (arguments.positionals()[0] == "endpoint") return DescribeEndpoint(*tables, name, console);
  std::string host =
      CompleteHost(name, options->client.namespace_name, options->mesh.cluster_domain);
  return ServiceDescription(*tables, std::move(host), console).Print();
}

}  // namespace

constinit const Command kDescribeCommand = {
    .name = "describe",
    .summary = "tell what applies to a service, or where an endpoint belongs",
    .description =
        "Of a service: its ports, the DestinationRule that applies, the subsets and how many\n"
        "endpoints each has, the rules that send requests there with their shares, and what is\n"
        "wrong with any of them. Of an endpoint: the services that list its address, and the\n"
        "subsets that it is of.",
    .positionals = kPositionals,
    .options = kGroups,
    .examples =
        "meshroute describe -c rules/ service reviews\n"
        "meshroute describe -c rules/ endpoint 10.0.0.7",
    .run = Run};

}  // namespace meshroute::tool
