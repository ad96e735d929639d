// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/virtual_host.h"

#include "lib/routing/default_port.h"

namespace meshroute {
namespace {

uint32_t PortOf(const Service* service, std::string_view scheme) {
  const uint32_t port = DefaultPort(scheme);
  const bool has_another_only_port =
      service != nullptr && service->ports.size() == 1 && service->ports.front().number != port;
  return has_another_only_port ? service->ports.front().number : port;
}

}  // namespace

VirtualHost::VirtualHost(std::string name, const Service* service)
    : name_(std::move(name)),
      http_port_(PortOf(service, "http")),
      https_port_(PortOf(service, "https")),
      unknown_scheme_port_(PortOf(service, "")) {}

void VirtualHost::SetRules(uint32_t port, const RuleTable* rules) {
  if (rules != other_ports_) ports_.emplace_back(port, rules);
}

uint32_t VirtualHost::PortFor(std::string_view scheme) const {
  if (scheme == "http") return http_port_;
  return scheme == "https" ? https_port_ : unknown_scheme_port_;
}

}  // namespace meshroute
