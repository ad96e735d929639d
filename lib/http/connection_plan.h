// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_CONNECTION_PLAN_H_
#define MESHROUTE_LIB_HTTP_CONNECTION_PLAN_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/http/connection_setup.h"
#include "lib/http/io_limits.h"
#include "lib/http/tls_store.h"
#include "lib/http/tls_terms.h"
#include "meshroute/call/transport.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// The parts of a destination's policy that its connections obey; defaults where it has none.
const TcpSettings& TcpSettingsOf(const Exchange& exchange);
const HttpSettings& HttpSettingsOf(const Exchange& exchange);

// What a connection for one exchange has to be like.
struct ConnectionPlan {
  // What a connection to `address`, which `endpoint` names, is made by.
  ConnectionSettings SettingsFor(const SocketAddress& address, std::string_view endpoint) const;

  ConnectionSettings settings;  // The address and TLS are still to come.
  Duration connect_timeout{0};
  std::shared_ptr<TlsContext> context;    // nullptr: plain text.
  std::shared_ptr<const TlsTerms> terms;  // Of TLS.

  // Tells connections of the destination apart that must not stand for each other; empty
  // of plain ones.
  std::string kind;

  // It is made on behalf of one client, and of no use to another.
  bool for_one_client = false;
};

// Plans connections. Thread-safe.
class ConnectionPlanner {
 public:
  // `store` and `mesh` must outlive the planner. `mesh` is for destinations whose policy
  // says nothing, hosts that no configuration knows among them; `https` is for calls to
  // https:// URLs whose destination has no tls settings.
  ConnectionPlanner(TlsStore& store, const MeshOptions& mesh, ClientTlsSettings https)
      : store_(store), mesh_(mesh), https_(std::move(https)) {}

  // `source` is on whose behalf the exchange is made, "ip:port" or empty. May wait within
  // `limits` for certificates. A Status tells what TLS lacks; then nothing may be sent.
  absl::StatusOr<ConnectionPlan> Plan(const Exchange& exchange, std::string_view source,
                                      const IoLimits& limits);

 private:
  absl::Status PlanTls(const Exchange& exchange, const IoLimits& limits, ConnectionPlan& plan);

  TlsStore& store_;
  const MeshOptions& mesh_;
  const ClientTlsSettings https_;
  TlsTermsCache terms_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_CONNECTION_PLAN_H_
