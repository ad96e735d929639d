// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/problem_codes.h"

#include <array>
#include <cassert>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace meshroute {
namespace {

struct Row {
  ProblemCode id;
  const char* istio_code;
  Severity severity;
  const char* meaning;
};

using enum ProblemCode;
constexpr Severity kE = Severity::kError;
constexpr Severity kW = Severity::kWarning;
constexpr Severity kI = Severity::kInfo;

constexpr Row kRows[] = {
    {kUnreadableText, "", kE, "A file cannot be read, or its text is no YAML or JSON."},
    {kLimitExceeded, "", kE, "A text is larger or deeper than a load may take."},
    {kMalformedObject, "IST0106", kE,
     "An object lacks apiVersion, kind or metadata.name, or has one that is not understood."},
    {kWrongType, "IST0106", kE, "A value is not of its field's type."},
    {kUnknownField, "IST0106", kE, "The resource has no field of this name."},
    {kUnknownFieldIgnored, "IST0133", kW,
     "The resource has no field of this name, and the load was told to go on."},
    {kInvalidValue, "IST0106", kE, "A value breaks a rule of its field or of its object."},
    {kObjectReplaced, "", kW,
     "Two objects have the same kind, namespace and name; the later one stays."},
    {kUnknownKind, "", kW, "An object of Istio's group is of an unknown kind and is skipped."},
    {kNotHonoured, "", kW, "A setting is read and found valid, and has no effect in-process."},
    {kDeprecatedField, "IST0002", kW, "A setting is deprecated; another one takes its place."},
    {kDoubtfulValue, "IST0133", kW, "A value is valid and hardly what was meant."},
    {kNoEffect, "IST0133", kW, "A setting does nothing as the rest of its object stands."},
    {kUnreachableRule, "IST0130", kW, "Rules before this one take all of its requests."},
    {kIneffectiveMatch, "IST0131", kI, "A match before this one takes all of its requests."},
    {kUnknownHost, "IST0101", kE,
     "A VirtualService sends requests to a host that nothing declares."},
    {kUnknownPort, "IST0101", kE,
     "A VirtualService sends requests to a port that the service does not have."},
    {kUnknownSubset, "IST0101", kE,
     "A VirtualService sends requests to a subset that no DestinationRule defines."},
    {kUnknownGateway, "IST0101", kE, "A VirtualService names a gateway that is not there."},
    {kUnusableDelegate, "IST0101", kW,
     "A rule disappears: its delegate is missing, has hosts or is not visible."},
    {kDelegateConflict, "", kW, "A delegate's rule disappears: its match contradicts its root's."},
    {kUnusedDelegate, "", kI, "No VirtualService delegates to this one."},
    {kHostClaimedTwice, "IST0109", kW,
     "Several VirtualServices for the mesh have the same host, and one of them takes it all."},
    {kHiddenVirtualService, "", kW, "Other VirtualServices take all hosts of this one."},
    {kNotForMesh, "", kI, "A VirtualService is for gateways alone and says nothing to clients."},
    {kImpossibleMatch, "", kW, "A match can hold for no request of a client."},
    {kPortRequired, "IST0112", kE, "A destination names no port where the service has several."},
    {kIgnoredWeight, "", kI,
     "The only destination of a rule takes all requests, whatever its weight."},
    {kTlsWithoutCa, "IST0128", kW,
     "A DestinationRule originates TLS and names no certificate authority to check against."},
    {kPortTlsWithoutCa, "IST0129", kW, "As IST0128, in the settings of one port."},
    {kEmptySubset, "IST0173", kE, "The labels of a subset select no endpoint."},
    {kUnusedSubset, "", kI, "No VirtualService sends anything to this subset."},
    {kUnknownRuleHost, "IST0174", kW, "A DestinationRule is for a host that nothing declares."},
    {kUnusedDestinationRule, "", kW, "A DestinationRule never applies."},
    {kPolicyDropped, "", kW,
     "Merging DestinationRules of one host drops a traffic policy or a subset."},
    {kUnknownPolicyPort, "", kW, "Settings of a port that the service does not have never apply."},
    {kNeverEjects, "", kW,
     "Outlier detection can eject no endpoint: the share allowed is less than one."},
    {kServiceDeclaredTwice, "", kW,
     "Several ServiceEntries declare the same host; the oldest decides."},
    {kAddressesRequired, "IST0134", kW, "A ServiceEntry has a TCP port and needs addresses."},
    {kConflictingProtocols, "IST0177", kW,
     "ServiceEntries declare one host and port with different protocols."},
    {kUnknownVirtualService, "", kE, "A Rollout steers a VirtualService that is not there."},
    {kUnknownRoute, "", kE, "A Rollout steers an HTTP rule that its VirtualService does not have."},
    {kRouteSteeredTwice, "", kE, "Two Rollouts steer one HTTP rule."},
    {kIngressWithoutSubset, "IST0140", kW,
     "A VirtualService of a gateway sends requests to a host that one of the mesh splits into "
     "subsets, which has no effect on them."},
};

// The number of a code is its place in the table, counted from 1.
constexpr bool NumbersAreDense() {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<size_t>(kRows[i].id) != i + 1) return false;
  }
  return kRows[std::size(kRows) - 1].id == kIngressWithoutSubset;
}
static_assert(NumbersAreDense());

}  // namespace

const char* SeverityName(Severity severity) {
  static constexpr std::array<const char*, 3> kNames{"error", "warning", "info"};
  return kNames.at(static_cast<size_t>(severity));
}

ProblemCodeFacts FactsOf(ProblemCode code) {
  const size_t number = static_cast<size_t>(code);
  assert(number >= 1 && number <= std::size(kRows));
  const Row& row = kRows[number - 1];
  return {.id = row.id,
          .code = absl::StrCat("MR", absl::Dec(number, absl::kZeroPad4)),
          .istio_code = row.istio_code,
          .severity = row.severity,
          .meaning = row.meaning};
}

std::vector<ProblemCodeFacts> ListProblemCodes() {
  std::vector<ProblemCodeFacts> codes;
  for (const Row& row : kRows) codes.push_back(FactsOf(row.id));
  return codes;
}

}  // namespace meshroute
