// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/connection_table.h"

#include <optional>
#include <utility>

#include "lib/routing/connection_tables.h"
#include "lib/routing/lower_host.h"

namespace meshroute {

ConnectionTable::ConnectionTable(std::unique_ptr<const Tables> tables)
    : tables_(std::move(tables)) {}

ConnectionTable::~ConnectionTable() = default;

ConnectionMatch ConnectionTable::Match(const ConnectionView& connection) const {
  const std::string_view dialled = connection.host.empty() ? connection.sni : connection.host;
  const std::optional<IpAddress> dialled_address = IpAddress::Parse(dialled);
  std::optional<IpAddress> address = IpAddress::Parse(connection.destination_ip);
  if (!address) address = dialled_address;

  const ConnectionRules* rules = nullptr;
  uint32_t number = HostTable::kNone;
  if (!dialled.empty() && !dialled_address) {
    number = tables_->names.Find(LowerHostView(dialled).view(), [&](uint32_t host, auto...) {
      rules = tables_->hosts[host].Find(connection);
      return rules != nullptr;
    });
  }
  if (number == HostTable::kNone && address) {
    number = tables_->addresses.Find(*address);
    if (number != SubnetTable::kNone) rules = tables_->hosts[number].Find(connection);
  }
  ConnectionMatch match;
  if (rules == nullptr) return match;
  match.host_known = true;
  match.virtual_host = tables_->hosts[number].name;
  match.route = rules->Find(LowerHostView(connection.sni).view(), address);
  return match;
}

}  // namespace meshroute
