// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_ANALYZE_VIRTUAL_SERVICE_H_
#define MESHROUTE_LIB_CONFIG_ANALYZE_VIRTUAL_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "lib/config/analysis_facts.h"
#include "meshroute/config/errors.h"

namespace meshroute {

// Finds where the rules of one VirtualService lead nowhere, and where their
// matches can hold for no request of a client. Within the scope of its resource.
class VirtualServiceCheck {
 public:
  VirtualServiceCheck(const AnalysisFacts& facts, const VirtualService& service,
                      ConfigErrors& errors);

  void Run();

 private:
  void CheckHosts();
  void CheckGateways();
  void CheckHttpRules();
  template <typename Rule>
  void CheckRule(const Rule& rule);
  template <typename Match>
  void CheckMatch(const Match& match);
  void CheckMatchPort(uint32_t port);
  template <typename Share>
  void CheckShares(const std::vector<Share>& route);
  void CheckDestination(const Destination& destination);
  void CheckPort(const Destination& destination, const Service& service);
  void CheckSubset(const Destination& destination, const std::string& host);

  const AnalysisFacts& facts_;
  const VirtualService& service_;
  ConfigErrors& errors_;
  const std::string& view_;
  std::set<std::string> hosts_;  // Complete.
};

// Calls `visit` with each Destination of a VirtualService, mirrors included.
template <typename Visit>
void ForEachDestination(const VirtualService& service, Visit&& visit) {
  const auto shares = [&visit](const auto& rules) {
    for (const auto& rule : rules) {
      for (const auto& share : rule.route) {
        if (share.destination) visit(*share.destination);
      }
    }
  };
  shares(service.http);
  shares(service.tls);
  shares(service.tcp);
  for (const HttpRoute& rule : service.http) {
    if (rule.mirror) visit(*rule.mirror);
    for (const HttpMirrorPolicy& mirror : rule.mirrors) {
      if (mirror.destination) visit(*mirror.destination);
    }
  }
}

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_ANALYZE_VIRTUAL_SERVICE_H_
