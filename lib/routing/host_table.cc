// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/host_table.h"

#include <functional>
#include <set>

#include "meshroute/config/host_name.h"

namespace meshroute {

HostTable::HostTable(const std::map<std::string, uint32_t>& names) {
  std::map<std::string, uint32_t> exact;
  std::map<std::string, uint32_t> suffixes;
  std::set<size_t, std::greater<>> lengths;
  for (const auto& [name, number] : names) {
    if (IsWildcardHost(name)) {
      suffixes.emplace(name.substr(1), number);
      lengths.insert(name.size() - 1);
    } else {
      exact.emplace(name, number);
    }
  }
  exact_ = StringTable(exact);
  suffixes_ = StringTable(suffixes);
  suffix_lengths_.assign(lengths.begin(), lengths.end());
}

}  // namespace meshroute
