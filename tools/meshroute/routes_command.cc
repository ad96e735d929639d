// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "meshroute/config/host_name.h"
#include "meshroute/routing/route_listing.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/json_object.h"
#include "tools/meshroute/mesh_arguments.h"
#include "tools/meshroute/route_text.h"
#include "tools/meshroute/table.h"

namespace meshroute::tool {
namespace {

constexpr std::array kOptions = {
    Option{.letter = 0, .name = "host", .value = "HOST", .help = "only what answers to this name"},
    Option{.letter = 'o',
           .name = "output",
           .value = "FORMAT",
           .help = "table or json",
           .choices = "table|json"},
};

constexpr std::array kGroups = {
    OptionGroup{"The rules", kConfigOptions},
    OptionGroup{"Options", kOptions},
    OptionGroup{"The caller", kClientOptions},
    OptionGroup{"The mesh", kMeshOptions},
};

bool AnswersTo(const VirtualHostListing& host, std::string_view wanted) {
  return std::any_of(host.domains.begin(), host.domains.end(),
                     [&](const std::string& domain) { return HostCovers(domain, wanted); });
}

std::string PortsOf(const VirtualHostListing& host) {
  std::string text;
  for (const uint32_t port : host.ports) text += (text.empty() ? ":" : ",") + std::to_string(port);
  return text;
}

// The names besides the host's own; a service has many short ones.
std::string DomainsOf(const VirtualHostListing& host) {
  constexpr size_t kShown = 2;
  std::string text;
  for (size_t i = 1; i < host.domains.size() && i <= kShown; ++i) {
    text += (text.empty() ? "" : "\n") + host.domains[i];
  }
  if (host.domains.size() > kShown + 1) {
    text += "\nand " + std::to_string(host.domains.size() - kShown - 1) + " more";
  }
  return text.empty() ? "-" : text;
}

std::string LinesOf(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

void PrintTable(const std::vector<VirtualHostListing>& hosts, const RouteTable& routes,
                Console& console) {
  Table table({"NAME", "HOST", "DOMAINS", "MATCH", "DESTINATIONS", "ORIGIN"});
  for (const VirtualHostListing& host : hosts) {
    for (const RouteListing& listing : host.routes) {
      const bool first = &listing == host.routes.data();
      table.Add({listing.route->name.empty() ? "-" : listing.route->name,
                 first ? host.name + PortsOf(host) : "", first ? DomainsOf(host) : "",
                 MatchText(listing), LinesOf(DestinationLines(listing, routes)),
                 OriginOf(*listing.route)});
    }
  }
  table.Print(console.out_style, console.out);
}

void PrintJson(const std::vector<VirtualHostListing>& hosts, const RouteTable& routes,
               Console& console) {
  std::vector<DocumentNode> rows;
  for (const VirtualHostListing& host : hosts) {
    for (const RouteListing& listing : host.routes) {
      JsonObject row;
      row.SetIfAny("name", listing.route->name).Set("host", host.name);
      std::vector<DocumentNode> ports;
      for (const uint32_t port : host.ports) {
        ports.push_back(DocumentNode::Number(std::to_string(port)));
      }
      row.Set("ports", std::move(ports)).Set("domains", host.domains);
      row.Set("match", listing.conditions);
      row.Set("destinations", DestinationNodes(*listing.route, routes));
      if (listing.reply_status != 0) {
        row.Set("replyStatus", static_cast<uint64_t>(listing.reply_status));
      }
      row.Set("origin", OriginOf(*listing.route));
      rows.push_back(std::move(row).Take());
    }
  }
  Print(DocumentNode::List(std::move(rows)), "json", console.out);
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments, Console& console) {
  if (!arguments.Has("config")) {
    return UsageError("--config is missing", "meshroute routes -c rules/");
  }
  absl::StatusOr<RouterOptions> options = RouterOptionsOf(arguments, console);
  if (!options.ok()) return options.status();
  absl::StatusOr<ValidatedConfig> config = LoadConfig(ConfigPaths(arguments), arguments, console);
  if (!config.ok()) return config.status();
  Router router(*std::move(options));
  router.Apply(*std::move(config));
  const std::shared_ptr<const TrafficTables> tables = router.tables();
  std::vector<VirtualHostListing> hosts = tables->routes->List();
  if (arguments.Has("host")) {
    const std::string wanted = LowerHost(SplitAuthority(arguments.Get("host")).host);
    std::erase_if(hosts, [&](const auto& host) { return !AnswersTo(host, wanted); });
  }
  if (arguments.Get("output") == "json") {
    PrintJson(hosts, *tables->routes, console);
  } else if (!hosts.empty()) {
    PrintTable(hosts, *tables->routes, console);
  }
  if (!hosts.empty()) return ExitCode::kOk;
  console.err << (arguments.Has("host")
                      ? "no rule and no service answers to " + Visible(arguments.Get("host"))
                      : std::string("there are no rules that this caller sees"))
              << "\n";
  return ExitCode::kFindings;
}

}  // namespace

constinit const Command kRoutesCommand = {
    .name = "routes",
    .summary = "list the rules in the order in which they are tried",
    .description =
        "Lists every virtual host that the caller sees, with its rules in the order in which they\n"
        "are tried: what must hold, and where requests then go.",
    .options = kGroups,
    .examples = "meshroute routes -c rules/\nmeshroute routes -c rules/ --host reviews -o json",
    .run = Run};

}  // namespace meshroute::tool
