// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/destination_key.h"

#include "absl/strings/str_cat.h"

namespace meshroute {

std::string DestinationKey::ToString() const {
  return absl::StrCat("outbound|", port, "|", subset, "|", host);
}

}  // namespace meshroute
