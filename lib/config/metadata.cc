// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/metadata.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "meshroute/config/mesh_options.h"

namespace meshroute {
namespace {

// Takes `digits` decimal digits off `text`, or returns nullopt.
std::optional<unsigned> TakeNumber(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool TakeCharacter(std::string_view& text, std::string_view among) {
  if (text.empty() || among.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// "Z" or "+02:00", as what local time is ahead of UTC.
std::optional<std::chrono::minutes> TakeOffset(std::string_view& text) {
  if (TakeCharacter(text, "Zz")) return std::chrono::minutes(0);
  const bool behind = !text.empty() && text.front() == '-';
  if (!TakeCharacter(text, "+-")) return std::nullopt;
  const std::optional<unsigned> hours = TakeNumber(text, 2);
  if (!hours || *hours > 23 || !TakeCharacter(text, ":")) return std::nullopt;
  const std::optional<unsigned> minutes = TakeNumber(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return behind ? -offset : offset;
}

std::optional<std::chrono::sys_days> TakeDate(std::string_view& text) {
  const std::optional<unsigned> year = TakeNumber(text, 4);
  if (!year || !TakeCharacter(text, "-")) return std::nullopt;
  const std::optional<unsigned> month = TakeNumber(text, 2);
  if (!month || !TakeCharacter(text, "-")) return std::nullopt;
  const std::optional<unsigned> day = TakeNumber(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<std::chrono::seconds> TakeTimeOfDay(std::string_view& text) {
  const std::optional<unsigned> hour = TakeNumber(text, 2);
  if (!hour || *hour > 23 || !TakeCharacter(text, ":")) return std::nullopt;
  const std::optional<unsigned> minute = TakeNumber(text, 2);
  if (!minute || *minute > 59 || !TakeCharacter(text, ":")) return std::nullopt;
  const std::optional<unsigned> second = TakeNumber(text, 2);
  if (!second || *second > 60) return std::nullopt;
  if (TakeCharacter(text, ".")) {
    if (!TakeNumber(text, 1)) return std::nullopt;
    while (TakeCharacter(text, "0123456789")) continue;
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

}  // namespace

bool LabelsCover(const Labels& labels, const Labels& selector) {
  return std::all_of(selector.begin(), selector.end(), [&labels](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

Labels WithTopologyLabels(Labels labels, std::string_view locality, std::string_view network,
                          std::string_view cluster) {
  for (const char* const label : {kRegionLabel, kZoneLabel, kSubzoneLabel}) {
    const size_t slash = std::min(locality.find('/'), locality.size());
    if (slash > 0) labels[label] = std::string(locality.substr(0, slash));
    locality.remove_prefix(std::min(slash + 1, locality.size()));
  }
  if (!network.empty()) labels.try_emplace(kNetworkLabel, network);
  if (!cluster.empty()) labels.try_emplace(kClusterLabel, cluster);
  return labels;
}

std::string LocalityOfLabels(const Labels& labels) {
  for (const char* const label : {"topology.istio.io/locality", "istio-locality"}) {
    const auto found = labels.find(label);
    if (found == labels.end()) continue;
    std::string locality = found->second;
    if (locality.find('/') == std::string::npos) {
      std::replace(locality.begin(), locality.end(), '.', '/');
    }
    return locality;
  }
  return "";
}

Labels ClientLabels(const ClientIdentity& client) {
  return WithTopologyLabels(client.labels, client.locality, client.network, client.cluster);
}

std::optional<std::chrono::sys_seconds> ParseTimestamp(std::string_view text) {
  const std::optional<std::chrono::sys_days> date = TakeDate(text);
  if (!date || !TakeCharacter(text, "Tt ")) return std::nullopt;
  const std::optional<std::chrono::seconds> time = TakeTimeOfDay(text);
  if (!time) return std::nullopt;
  const std::optional<std::chrono::minutes> offset = TakeOffset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return *date + *time - *offset;
}

bool CreatedBefore(const Metadata& a, const Metadata& b) {
  // nullopt is less than every time.
  return std::forward_as_tuple(ParseTimestamp(a.creation_timestamp), a.name, a.namespace_name) <
         std::forward_as_tuple(ParseTimestamp(b.creation_timestamp), b.name, b.namespace_name);
}

}  // namespace meshroute
