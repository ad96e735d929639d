// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_PROBLEM_CODES_H_
#define MESHROUTE_CONFIG_PROBLEM_CODES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace meshroute {

// How much a problem weighs: an error is refused, or fails requests; a warning
// is hardly what was meant; an info is worth knowing.
enum class Severity : uint8_t { kError, kWarning, kInfo };

// "error", "warning" or "info".
const char* SeverityName(Severity severity);

// Every kind of problem that a load or an analysis can find. The number is the
// one in "MR0017": never used again for something else, new ones come last.
// What each means stands in the registry below.
enum class ProblemCode : uint16_t {
  // Texts and single objects, found while loading.
  kUnreadableText = 1,
  kLimitExceeded,
  kMalformedObject,
  kWrongType,
  kUnknownField,
  kUnknownFieldIgnored,
  kInvalidValue,
  kObjectReplaced,
  kUnknownKind,
  kNotHonoured,
  kDeprecatedField,
  kDoubtfulValue,
  kNoEffect,
  kUnreachableRule,
  kIneffectiveMatch,

  // What objects say of each other, found by Analyze (analysis.h).
  kUnknownHost,
  kUnknownPort,
  kUnknownSubset,
  kUnknownGateway,
  kUnusableDelegate,
  kDelegateConflict,
  kUnusedDelegate,
  kHostClaimedTwice,
  kHiddenVirtualService,
  kNotForMesh,
  kImpossibleMatch,
  kPortRequired,
  kIgnoredWeight,
  kTlsWithoutCa,
  kPortTlsWithoutCa,
  kEmptySubset,
  kUnusedSubset,
  kUnknownRuleHost,
  kUnusedDestinationRule,
  kPolicyDropped,
  kUnknownPolicyPort,
  kNeverEjects,
  kServiceDeclaredTwice,
  kAddressesRequired,
  kConflictingProtocols,
  kUnknownVirtualService,
  kUnknownRoute,
  kRouteSteeredTwice,
  kIngressWithoutSubset,
};

// One row of the registry.
struct ProblemCodeFacts {
  ProblemCode id{};
  std::string code;        // "MR0017"
  std::string istio_code;  // "IST0101": what istioctl analyze calls it; may be empty.
  Severity severity{};
  std::string meaning;  // One sentence.
};

// All codes, in order of their numbers.
std::vector<ProblemCodeFacts> ListProblemCodes();

// The row of `code`.
ProblemCodeFacts FactsOf(ProblemCode code);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_PROBLEM_CODES_H_
