// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_text.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {
namespace {

void ValidateHeaderName(std::string_view name, const VirtualService& owner, ConfigErrors& errors) {
  CheckMatchedHeaderName(errors, name);
  if (IsJwtClaim(name) && AppliesToMesh(owner)) {
    AddAt(errors, name, "must not be a JWT claim: only gateways know them, the mesh does not");
  }
}

void ValidateHeaders(const HttpMatchRequest& match, const VirtualService& owner,
                     ConfigErrors& errors) {
  {
    const ConfigErrors::Scope scope(errors, "headers");
    for (const auto& [name, value] : match.headers) {
      ValidateHeaderName(name, owner, errors);
      CheckStringMatch(errors, name, value);
    }
  }
  const ConfigErrors::Scope scope(errors, "withoutHeaders");
  for (const auto& [name, value] : match.without_headers) {
    ValidateHeaderName(name, owner, errors);
    // Here alone Istio lets "*", which is no regex, through.
    if (!value.MeansPresent()) CheckStringMatch(errors, name, value);
  }
}

}  // namespace

void ValidateHttpMatch(const HttpMatchRequest& match, const VirtualService& owner,
                       ConfigErrors& errors) {
  if (match.uri) CheckUriMatch(errors, "uri", *match.uri);
  if (match.scheme) CheckStringMatch(errors, "scheme", *match.scheme);
  if (match.method) CheckStringMatch(errors, "method", *match.method);
  if (match.authority) CheckStringMatch(errors, "authority", *match.authority);
  ValidateHeaders(match, owner, errors);
  {
    const ConfigErrors::Scope scope(errors, "queryParams");
    for (const auto& [name, value] : match.query_params) CheckStringMatch(errors, name, value);
  }
  if (match.port != 0) CheckPort(errors, "port", match.port);
  CheckLabels(errors, "sourceLabels", match.source_labels);
  if (!match.source_namespace.empty()) {
    CheckDnsLabel(errors, "sourceNamespace", match.source_namespace);
  }
  CheckGateways(errors, match.gateways);
}

}  // namespace meshroute
