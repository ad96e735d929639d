// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <utility>

#include "meshroute/telemetry/decision.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/commands.h"
#include "tools/meshroute/mesh_arguments.h"
#include "tools/meshroute/requests.h"

namespace meshroute::tool {
namespace {

constexpr std::array kPositionals = {
    Positional{.name = "METHOD",
               .help = "GET where it is left out",
               .count = Positional::Count::kMaybeOne},
    Positional{.name = "URL", .help = "where the request goes, as for curl"},
};

constexpr std::array kOptions = {
    Option{.letter = 'X', .name = "request", .value = "METHOD", .help = "the method, as for curl"},
    Option{.letter = 'H',
           .name = "header",
           .value = "'NAME: VALUE'",
           .help = "a header of the request, as for curl; may be repeated",
           .times = Option::Times::kMany},
    Option{.letter = 0,
           .name = "random",
           .value = "N",
           .help = "what every draw gives; without it chance decides"},
    Option{.letter = 'o',
           .name = "output",
           .value = "FORMAT",
           .help = "text or json",
           .choices = "text|json"},
};

constexpr std::array kGroups = {
    OptionGroup{"The rules", kConfigOptions},
    OptionGroup{"The request", kOptions},
    OptionGroup{"The caller", kClientOptions},
    OptionGroup{"The mesh", kMeshOptions},
};

// Chance that always gives the same number.
class FixedRandom final : public RandomSource {
 public:
  explicit FixedRandom(uint64_t number) : number_(number) {}
  uint64_t Next() override { return number_; }

 private:
  const uint64_t number_;
};

absl::StatusOr<RequestHead> RequestOf(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.positionals();
  std::string_view method = arguments.Get("request", "GET");
  if (words.size() == 2) {
    if (arguments.Has("request")) {
      return UsageError("the method is given twice: -X " + Visible(method) + " and " +
                        Visible(words[0]));
    }
    method = words[0];
  }
  return ParseRequest(method, words.back(), arguments.All("header"));
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments, Console& console) {
  if (!arguments.Has("config")) {
    return UsageError("--config is missing",
                      "meshroute explain -c rules/ http://reviews:9080/path");
  }
  absl::StatusOr<RequestHead> head = RequestOf(arguments);
  if (!head.ok()) return head.status();
  const absl::StatusOr<std::optional<uint64_t>> number = arguments.Number("random");
  if (!number.ok()) return number.status();
  absl::StatusOr<RouterOptions> options = RouterOptionsOf(arguments, console);
  if (!options.ok()) return options.status();
  std::optional<FixedRandom> random;
  if (number->has_value()) options->random = &random.emplace(**number);
  absl::StatusOr<ValidatedConfig> config = LoadConfig(ConfigPaths(arguments), arguments, console);
  if (!config.ok()) return config.status();

  Router router(*std::move(options));
  router.Apply(*std::move(config));
  const OwnedRequest request(*std::move(head));
  const Decision decision = router.Explain(request.view());
  console.out << (arguments.Get("output") == "json" ? decision.ToJson() : decision.ToText());
  return ExitCode::kOk;
}

}  // namespace

constinit const Command kExplainCommand = {
    .name = "explain",
    .summary = "tell what would be done with one request, and why",
    .description =
        "Runs one request through the rules as a call would, up to its first send, and tells the\n"
        "whole decision: the virtual host, each rule with the first condition that failed, the\n"
        "split, the faults, the policies, the endpoints, and the request as it is sent. Nothing "
        "is\n"
        "sent.",
    .positionals = kPositionals,
    .options = kGroups,
    .examples =
        "meshroute explain -c rules/ http://reviews:9080/reviews/1 -H 'end-user: jason'\n"
        "meshroute explain -c rules/ POST http://reviews:9080/ --random=95\n"
        "meshroute explain -c rules/ -o json http://ratings:9080/",
    .run = Run};

}  // namespace meshroute::tool
