// SPDX-License-Identifier: Apache-2.0
#include "meshroute/message/response_flags.h"

#include <array>
#include <string_view>
#include <utility>

namespace meshroute {
namespace {

constexpr std::array<std::pair<Flag, std::string_view>, 15> kLetters = {{
    {Flag::kNoRoute, "NR"},
    {Flag::kNoCluster, "NC"},
    {Flag::kNoHealthyUpstream, "UH"},
    {Flag::kUpstreamOverflow, "UO"},
    {Flag::kUpstreamConnectionFailure, "UF"},
    {Flag::kUpstreamConnectionTermination, "UC"},
    {Flag::kUpstreamRemoteReset, "UR"},
    {Flag::kLocalReset, "LR"},
    {Flag::kUpstreamRequestTimeout, "UT"},
    {Flag::kDelayInjected, "DI"},
    {Flag::kFaultInjected, "FI"},
    {Flag::kRetryLimitExceeded, "URX"},
    {Flag::kUpstreamProtocolError, "UPE"},
    {Flag::kDownstreamTermination, "DC"},
    {Flag::kInvalidRequest, "IH"},
}};

}  // namespace

std::string ResponseFlags::ToString() const {
  std::string text;
  for (const auto& [flag, letters] : kLetters) {
    if (!Has(flag)) continue;
    if (!text.empty()) text += ',';
    text += letters;
  }
  return text.empty() ? "-" : text;
}

}  // namespace meshroute
