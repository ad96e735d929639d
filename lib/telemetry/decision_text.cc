// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/config/visible_text.h"
#include "meshroute/config/duration.h"
#include "meshroute/telemetry/decision.h"

namespace meshroute {
namespace {

constexpr size_t kLongestText = 1000;
constexpr size_t kShownEndpoints = 20;

// Lines under headings that stand in a column of their own.
class Page {
 public:
  void Add(std::string_view heading, std::string_view line) {
    constexpr size_t kColumn = 12;
    if (heading == last_) heading = "";
    if (!heading.empty()) last_ = std::string(heading);
    text_ += "  ";
    text_ += heading;
    text_.append(kColumn - heading.size(), ' ');
    text_ += line;
    text_ += '\n';
  }
  void AddTitle(std::string_view line) { absl::StrAppend(&text_, std::string(line), "\n"); }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
  std::string last_;
};

std::string Shown(std::string_view text) { return VisibleText(text, kLongestText); }

// "name: " in front, where there is a name.
std::string Quoted(std::string_view name) {
  return name.empty() ? std::string() : absl::StrCat(" \"", Shown(name), "\"");
}

std::string TitleOf(const Decision::Head& head) {
  return absl::StrCat(Shown(head.method), " ", Shown(head.scheme), "://", Shown(head.authority),
                      Shown(head.path));
}

// As a person writes it: "25ms", "1.5s".
std::string TextOf(Duration duration) {
  constexpr Duration kMillisecond = std::chrono::milliseconds(1);
  const bool is_short = duration < std::chrono::seconds(1) && duration % kMillisecond == Duration();
  return is_short ? absl::StrCat(duration / kMillisecond, "ms") : FormatDuration(duration);
}

// A number of millionths: "12.5 %".
std::string Percent(uint64_t millionths) {
  return absl::StrCat(static_cast<double>(millionths) / 10'000, " %");
}

std::string TextOf(const Decision::Draw& draw) {
  return absl::StrCat("for ", Percent(draw.below), ": ", draw.happens ? "yes" : "not this time",
                      ", drew ", draw.number, " of ", draw.out_of);
}

std::string TextOf(const std::vector<std::pair<std::string, std::string>>& labels) {
  return absl::StrJoin(labels, ",", [](std::string* text, const auto& label) {
    absl::StrAppend(text, label.first, "=", label.second);
  });
}

// With one digit behind the point where it is worth it: "57.1".
std::string InTenths(double percent) {
  return absl::StrCat(static_cast<double>(static_cast<uint64_t>(percent * 10 + 0.5)) / 10);
}

// "us/a of priority 0: 57.1 %, weight 80, 3 of 4 endpoints".
std::string TextOf(const Decision::PriorityShare::Locality& locality, const std::string& priority) {
  return absl::StrCat(locality.name.empty() ? "no locality" : Shown(locality.name), " of ",
                      priority, ": ", InTenths(locality.percent), " %",
                      locality.weight > 0 ? absl::StrCat(", weight ", locality.weight) : "", ", ",
                      locality.eligible_count, " of ", locality.endpoint_count, " endpoints");
}

void AddHost(const Decision& decision, Page& page) {
  const Decision::Host& host = decision.host;
  if (!decision.normalized_path.empty()) {
    page.Add("path", absl::StrCat("normalised to ", Shown(decision.normalized_path)));
  }
  if (host.known) {
    page.Add("host", absl::StrCat(host.name, ", by ", host.reason, " ", Shown(host.matched_name)));
  } else {
    page.Add("host", host.reason);
  }
  page.Add("port", absl::StrCat(host.port, ", ", host.port_reason));
  if (host.known) {
    page.Add("service",
             host.service.empty() ? "nothing declares this host as a service" : host.service);
  }
  for (const Decision::Candidate& candidate : host.candidates) {
    page.Add("rules from", absl::StrCat(candidate.virtual_service, " (host ", candidate.host, ") ",
                                        candidate.verdict));
  }
}

void AddRules(const Decision& decision, Page& page) {
  for (const Decision::Rule& rule : decision.rules) {
    page.Add("tried", absl::StrCat(rule.origin, Quoted(rule.name),
                                   rule.matched ? ": matches" : ": no, ", rule.failed));
  }
  if (decision.rules_not_tried > 0) {
    page.Add("tried", absl::StrCat("(", decision.rules_not_tried, " more behind it were not)"));
  }
}

void AddFault(const Decision::Fault& fault, Page& page) {
  if (fault.delay_draw) {
    page.Add("fault",
             absl::StrCat("delay of ", TextOf(fault.delay), " ", TextOf(*fault.delay_draw)));
  }
  if (fault.abort_draw) {
    const std::string status = fault.abort_grpc_status >= 0
                                   ? absl::StrCat("grpc-status ", fault.abort_grpc_status)
                                   : absl::StrCat("status ", fault.abort_http_status);
    page.Add("fault", absl::StrCat("abort with ", status, " ", TextOf(*fault.abort_draw)));
  }
}

// "5 %" of a probability.
std::string PercentOf(double probability) { return absl::StrCat(probability * 100, " %"); }

std::string TextOf(const Decision::Assigned& assigned, const Decision::Split& split) {
  std::string line =
      absl::StrCat(assigned.rollout.empty() ? std::string("a split")
                                            : absl::StrCat("rollout ", Shown(assigned.rollout)),
                   ", generation ", assigned.generation, ", step ", assigned.step, ": ");
  if (assigned.basis == Assignment::Basis::kMatch) return line + "canary, by its match";
  absl::StrAppend(&line, std::string(ArmName(assigned.arm)), ", ",
                  split.unit ? absl::StrCat("whose ", Shown(split.key), " stands at ") : "drew ",
                  PercentOf(assigned.position), " against ", PercentOf(assigned.weight));
  if (assigned.is_match) line += " within its match";
  if (assigned.fresh_weight > 0) {
    absl::StrAppend(&line, ", the fresh baseline's up to ",
                    PercentOf(assigned.weight + assigned.fresh_weight));
  }
  return line;
}

// Where the draw of a rule's own weights stands, and by what.
std::string TextOfDraw(const Decision::Split& split) {
  if (split.key.empty()) return absl::StrCat("drew ", *split.draw);
  const std::string key = Shown(split.key);
  if (split.unit) return absl::StrCat("sticky: ", key, " stands at ", *split.draw);
  return absl::StrCat("drew ", *split.draw, ", for want of ", key);
}

void AddSplit(const Decision& decision, Page& page) {
  const Decision::Split& split = decision.split;
  for (const Decision::Share& share : split.shares) {
    std::string line = share.cluster;
    if (split.draw) absl::StrAppend(&line, "  ", share.weight, "/", split.total_weight);
    if (share.chosen && split.draw) absl::StrAppend(&line, "  <- ", TextOfDraw(split));
    if (share.chosen && split.assignment) line += "  <-";
    page.Add("to", line);
  }
  if (split.assignment) page.Add("split", TextOf(*split.assignment, split));
  if (decision.hash) page.Add("hash", absl::StrCat(*decision.hash));
}

void AddLimits(const Decision& decision, Page& page) {
  if (decision.split.shares.empty() || !decision.pool || !decision.pool->missing.empty()) return;
  const Decision::Retries& retries = decision.retries;
  page.Add("timeout", decision.timeout > Duration::zero() ? TextOf(decision.timeout) : "none");
  if (retries.attempts == 0) {
    page.Add("retries", "none");
    return;
  }
  std::string line =
      absl::StrCat("up to ", retries.attempts, " on ", retries.retry_on, ", back-off ",
                   TextOf(retries.backoff_base), " to ", TextOf(retries.backoff_maximum));
  if (retries.per_try_timeout > Duration::zero()) {
    absl::StrAppend(&line, ", ", TextOf(retries.per_try_timeout), " per try");
  }
  if (retries.leave_tried_priorities) line += ", leaving priorities that were tried";
  const std::optional<Decision::Assigned>& assigned = decision.split.assignment;
  if (assigned && assigned->retries_on_baseline) line += ", on the baseline";
  page.Add("retries", line);
}

void AddMirrors(const Decision& decision, Page& page) {
  for (const Decision::Share& mirror : decision.mirrors) {
    page.Add("mirror", absl::StrCat(mirror.cluster, " ", Percent(mirror.weight), ": ",
                                    mirror.chosen ? "yes" : "not this time", ", drew ",
                                    decision.mirror_draw.value_or(0), " of 1000000"));
  }
  if (!decision.copy) return;
  const Decision::Copy& copy = *decision.copy;
  const std::string drawn =
      copy.position ? absl::StrCat(*copy.position < copy.share ? "yes" : "not this time", ", drew ",
                                   PercentOf(*copy.position))
                    : "no, the call may not be sent twice";
  page.Add("copy", absl::StrCat(copy.cluster, " ", PercentOf(copy.share), ", to compare: ", drawn));
}

// "10.0.0.7:80  healthy, 2 active, weight 3, warming up for 15s: 25 % of its weight".
std::string TextOf(const Decision::EndpointInfo& endpoint) {
  std::string line = absl::StrCat(endpoint.address, "  ", endpoint.health);
  if (!endpoint.ejection_reason.empty()) absl::StrAppend(&line, ": ", endpoint.ejection_reason);
  absl::StrAppend(&line, ", ", endpoint.active_requests, " active");
  if (endpoint.weight != 1) absl::StrAppend(&line, ", weight ", endpoint.weight);
  if (endpoint.warmup) {
    absl::StrAppend(&line, ", warming up for ", TextOf(endpoint.warmup->age), ": ",
                    InTenths(endpoint.warmup->percent), " % of its weight");
  }
  if (endpoint.priority != 0) absl::StrAppend(&line, ", priority ", endpoint.priority);
  if (!endpoint.locality.empty()) absl::StrAppend(&line, ", ", endpoint.locality);
  if (endpoint.chosen) line += "  <- picked";
  return line;
}

void AddEndpoints(const Decision::Pool& pool, Page& page) {
  page.Add("endpoints",
           absl::StrCat(pool.eligible_count, " of ", pool.endpoint_count, " may be picked"));
  size_t shown = 0;
  for (const Decision::EndpointInfo& endpoint : pool.endpoints) {
    if (shown >= kShownEndpoints && !endpoint.chosen) continue;
    ++shown;
    page.Add("endpoints", TextOf(endpoint));
  }
  if (pool.endpoint_count > shown) {
    page.Add("endpoints", absl::StrCat("(", pool.endpoint_count - shown, " more)"));
  }
}

// Where there is more than one place that requests can go to.
void AddLocalities(const Decision::Pool& pool, Page& page) {
  const bool several = pool.priorities.size() > 1 || pool.left_out_count > 0;
  const bool divided =
      several || std::any_of(pool.priorities.begin(), pool.priorities.end(),
                             [](const auto& share) { return !share.localities.empty(); });
  if (divided) {
    std::string line = absl::StrCat(
        "client in ",
        pool.client_locality.empty() ? "an unknown locality" : Shown(pool.client_locality), "; ",
        Shown(pool.locality_reason));
    if (pool.left_out_count > 0) {
      absl::StrAppend(&line, "; left out elsewhere: ", pool.left_out_count);
    }
    page.Add("pool", line);
  }
  for (const Decision::PriorityShare& share : pool.priorities) {
    const std::string name = absl::StrCat("priority ", share.priority);
    std::string line = absl::StrCat(name, ": ", share.percent, " %");
    if (share.degraded_percent > 0) {
      absl::StrAppend(&line, ", ", share.degraded_percent, " % to degraded endpoints");
    }
    if (share.panic) line += ", to all its endpoints, since too few are healthy";
    if (several || share.panic || share.degraded_percent > 0) page.Add("pool", line);
    for (const Decision::PriorityShare::Locality& locality : share.localities) {
      page.Add("pool", TextOf(locality, name));
    }
  }
}

void AddPool(const Decision::Pool& pool, Page& page) {
  if (!pool.missing.empty()) {
    page.Add("pool", absl::StrCat("none: ", pool.missing));
    return;
  }
  page.Add("pool",
           pool.destination_rule.empty() ? "no DestinationRule applies" : pool.destination_rule);
  if (!pool.subset_labels.empty()) {
    page.Add("pool", absl::StrCat("subset of ", TextOf(pool.subset_labels)));
  }
  page.Add("pool", absl::StrCat("load balancer ", pool.load_balancer));
  for (const std::string& limit : pool.limits) page.Add("pool", absl::StrCat("limit ", limit));
  for (const std::string& policy : pool.policies) page.Add("pool", policy);
  AddLocalities(pool, page);
  AddEndpoints(pool, page);
}

void AddHeaders(std::string_view heading, const Headers& headers, Page& page) {
  for (const Header& header : headers) {
    page.Add(heading, absl::StrCat("  ", Shown(header.name), ": ", Shown(header.value)));
  }
}

void AddResult(const Decision& decision, Page& page) {
  if (decision.sent) {
    page.Add("sends", absl::StrCat(TitleOf(*decision.sent), " to ", decision.address));
    if (decision.result == Decision::Result::kPassThrough) {
      page.Add("sends", "  where the caller dialled; no endpoint is chosen");
    }
    AddHeaders("sends", decision.sent->headers, page);
    for (const std::string& edit : decision.response_edits) page.Add("response", edit);
    return;
  }
  page.Add("answers",
           absl::StrCat(decision.status, " ", decision.flags.ToString(), " ", decision.details));
  AddHeaders("answers", decision.reply_headers, page);
  if (!decision.reply_body.empty()) {
    page.Add("answers", absl::StrCat("  body: ", Shown(decision.reply_body)));
  }
}

}  // namespace

std::string Decision::ToText() const {
  Page page;
  page.AddTitle(TitleOf(request));
  AddHost(*this, page);
  AddRules(*this, page);
  AddFault(fault, page);
  AddSplit(*this, page);
  if (pool) AddPool(*pool, page);
  AddLimits(*this, page);
  AddMirrors(*this, page);
  AddResult(*this, page);
  return page.Take();
}

}  // namespace meshroute
