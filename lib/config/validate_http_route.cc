// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_text.h"
#include "lib/config/validate_virtual_service.h"

namespace meshroute {
namespace {

// A rule that hands over to a delegate may set what the delegate's rules take
// over as defaults, but no destination of its own.
void ValidateHandingOver(const HttpRoute& route, ConfigErrors& errors) {
  static constexpr std::string_view kMessage = "must not stand beside delegate";
  if (route.redirect) AddAt(errors, "redirect", kMessage);
  if (!route.route.empty()) AddAt(errors, "route", kMessage);
}

void AddConflicts(const HttpRoute& route, std::string_view action, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, action);
  if (!route.route.empty()) errors.Add("must not stand beside route");
  if (route.fault) errors.Add("must not stand beside fault");
  if (route.rewrite) errors.Add("must not stand beside rewrite");
}

void ValidateAction(const HttpRoute& route, ConfigErrors& errors) {
  if (route.redirect) AddConflicts(route, "redirect", errors);
  if (route.direct_response) AddConflicts(route, "directResponse", errors);
  if (route.redirect && route.direct_response) {
    AddAt(errors, "redirect", "must not stand beside directResponse");
  }
  if (!route.redirect && !route.direct_response && route.route.empty()) {
    errors.Add("must have one of route, redirect and directResponse");
  }
  if (route.mirror && !route.mirrors.empty()) {
    AddAt(errors, "mirror", "must not stand beside mirrors");
  }
}

void ValidateMirrors(const HttpRoute& route, ConfigErrors& errors) {
  if (route.mirror) {
    const ConfigErrors::Scope scope(errors, "mirror");
    ValidateDestination(route.mirror, errors);
  }
  if (route.mirror_percent) {
    ReportAt(errors, "mirrorPercent", ProblemCode::kDeprecatedField,
             "is deprecated: use mirrorPercentage");
    if (*route.mirror_percent > 100) {
      AddAt(errors, "mirrorPercent",
            absl::StrCat("must be a percentage from 0 to 100, got ", *route.mirror_percent));
    }
  }
  if (route.mirror_percentage) {
    CheckPercent(errors, "mirrorPercentage", route.mirror_percentage->value);
  }
  for (size_t i = 0; i < route.mirrors.size(); ++i) {
    const ConfigErrors::Scope element(errors, "mirrors", i);
    const HttpMirrorPolicy& mirror = route.mirrors[i];
    if (mirror.percentage) CheckPercent(errors, "percentage", mirror.percentage->value);
    const ConfigErrors::Scope destination(errors, "destination");
    ValidateDestination(mirror.destination, errors);
  }
}

void ValidateRouteDestinations(const HttpRoute& route, ConfigErrors& errors) {
  std::vector<int32_t> weights;
  for (size_t i = 0; i < route.route.size(); ++i) {
    const ConfigErrors::Scope element(errors, "route", i);
    const HttpRouteDestination& destination = route.route[i];
    weights.push_back(destination.weight);
    if (destination.headers) CheckHeaderEdits(errors, *destination.headers);
    const ConfigErrors::Scope field(errors, "destination");
    ValidateDestination(destination.destination, errors);
  }
  ValidateWeights(weights, errors);
}

// The rule's own edits may set the authority once, whatever the spelling.
void ValidateAuthorityEdits(const HttpRoute& route, ConfigErrors& errors) {
  size_t edits = route.rewrite && !route.rewrite->authority.empty() ? 1 : 0;
  if (route.headers && route.headers->request) {
    for (const auto* headers : {&route.headers->request->set, &route.headers->request->add}) {
      for (const auto& [name, value] : *headers) {
        if (IsAuthorityHeader(name) && !value.empty()) ++edits;
      }
    }
  }
  if (edits > 1) {
    errors.Add(
        absl::StrCat("must set the authority once, by rewrite.authority or by one header, "
                     "sets it ",
                     edits, " times"));
  }
}

}  // namespace

void ValidateHttpRoute(const HttpRoute& route, const VirtualService& owner, ConfigErrors& errors) {
  const bool in_delegate = owner.hosts.empty();
  if (route.delegate && in_delegate) {
    AddAt(errors, "delegate", "must not stand in an object that is a delegate itself");
  }
  if (route.delegate && !in_delegate) {
    ValidateHandingOver(route, errors);
  } else {
    ValidateAction(route, errors);
  }
  for (size_t i = 0; i < route.match.size(); ++i) {
    const ConfigErrors::Scope block(errors, "match", i);
    ValidateHttpMatch(route.match[i], owner, errors);
  }
  ValidateRouteDestinations(route, errors);
  ValidateMirrors(route, errors);
  ValidateAuthorityEdits(route, errors);
  CheckDuration(errors, "timeout", route.timeout);
  if (route.redirect) ValidateRedirect(*route.redirect, route.match, errors);
  if (route.direct_response) ValidateDirectResponse(*route.direct_response, errors);
  if (route.rewrite) ValidateRewrite(*route.rewrite, errors);
  if (route.retries) ValidateRetries(*route.retries, "retries", errors);
  if (route.fault) ValidateFault(*route.fault, errors);
  if (route.cors_policy) ValidateCorsPolicy(*route.cors_policy, errors);
  if (route.headers) CheckHeaderEdits(errors, *route.headers);
}

}  // namespace meshroute
