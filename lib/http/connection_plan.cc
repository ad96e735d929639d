// SPDX-License-Identifier: Apache-2.0
#include "lib/http/connection_plan.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "meshroute/message/headers.h"

namespace meshroute {
namespace {

using Mode = ClientTlsSettings::Mode;

const EffectivePolicy& PolicyOf(const Exchange& exchange) {
  static const EffectivePolicy kNone;
  return exchange.pool == nullptr ? kNone : exchange.pool->policy();
}

// What the destination asks for, else what the URL does; nullptr: plain text.
const ClientTlsSettings* TlsOf(const Exchange& exchange, const ClientTlsSettings& https) {
  const std::optional<ClientTlsSettings>& tls = PolicyOf(exchange).tls;
  if (tls.has_value() && tls->mode != Mode::kDisable) return &*tls;
  return EqualsIgnoreCase(exchange.head->scheme, "https") ? &https : nullptr;
}

}  // namespace

const TcpSettings& TcpSettingsOf(const Exchange& exchange) {
  static const TcpSettings kDefault;
  const auto& pool = PolicyOf(exchange).connection_pool;
  return pool.has_value() && pool->tcp.has_value() ? *pool->tcp : kDefault;
}

const HttpSettings& HttpSettingsOf(const Exchange& exchange) {
  static const HttpSettings kDefault;
  const auto& pool = PolicyOf(exchange).connection_pool;
  return pool.has_value() && pool->http.has_value() ? *pool->http : kDefault;
}

absl::Status ConnectionPlanner::PlanTls(const Exchange& exchange, const IoLimits& limits,
                                        ConnectionPlan& plan) {
  const ClientTlsSettings* const tls = TlsOf(exchange, https_);
  if (tls == nullptr) return absl::OkStatus();
  if (tls == &https_ && tls->mode != Mode::kSimple && tls->mode != Mode::kMutual) {
    return absl::FailedPreconditionError(
        "TLS: HttpClientOptions::https is neither SIMPLE nor MUTUAL");
  }
  static const DestinationKey kNone;
  plan.terms = terms_.Find(*tls, exchange.pool == nullptr ? kNone : exchange.pool->key(),
                           exchange.head->authority);
  absl::StatusOr<std::shared_ptr<TlsContext>> context =
      store_.Find(*tls, plan.terms->context, limits);
  if (!context.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("TLS: ", std::string(context.status().message())));
  }
  plan.context = *std::move(context);
  plan.kind = plan.terms->kind;
  return absl::OkStatus();
}

ConnectionSettings ConnectionPlan::SettingsFor(const SocketAddress& address,
                                               std::string_view endpoint) const {
  ConnectionSettings made = settings;
  made.address = address;
  if (context == nullptr) return made;
  made.tls = {context, terms->names, absl::StrCat(std::string(endpoint), "\n", terms->kind)};
  return made;
}

absl::StatusOr<ConnectionPlan> ConnectionPlanner::Plan(const Exchange& exchange,
                                                       std::string_view source,
                                                       const IoLimits& limits) {
  ConnectionPlan plan;
  if (absl::Status status = PlanTls(exchange, limits, plan); !status.ok()) return status;
  const TcpSettings& tcp = TcpSettingsOf(exchange);
  plan.connect_timeout = tcp.connect_timeout.value_or(mesh_.connect_timeout);
  plan.settings.keepalive = tcp.tcp_keepalive.has_value() ? tcp.tcp_keepalive : mesh_.tcp_keepalive;
  const std::optional<ProxyProtocol>& proxy = PolicyOf(exchange).proxy_protocol;
  if (!proxy.has_value()) return plan;
  plan.settings.proxy = proxy->version;
  absl::StrAppend(&plan.kind, "\nproxy ", static_cast<int>(proxy->version));
  if (source.empty()) return plan;
  absl::StatusOr<SocketAddress> address = ParseSocketAddress(source);
  if (!address.ok()) return address.status();
  plan.settings.source = *std::move(address);
  plan.for_one_client = true;
  absl::StrAppend(&plan.kind, " ", std::string(source));
  return plan;
}

}  // namespace meshroute
