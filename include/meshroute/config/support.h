// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_SUPPORT_H_
#define MESHROUTE_CONFIG_SUPPORT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace meshroute {

// What becomes of a field that is read and found valid.
enum class Support : uint8_t {
  kHonoured,  // Obeyed.
  kReported,  // Kept and not obeyed yet; a load that sets it gets a warning.
  kIgnored,   // Means nothing to a client in-process; no warning.
  kRefused,   // Istio itself refuses every use.
};

// One field that can stand in a resource.
struct FieldSupport {
  std::string kind;  // "VirtualService"

  // "spec.http[].match[].headers{}", where [] and {} stand for any element; a
  // single value of an enum stands behind '=': "spec.trafficPolicy.tls.mode=SIMPLE".
  std::string path;
  Support support = Support::kHonoured;
  std::string note;  // Why it is not honoured; empty where it is.
};

// Every field of every kind, in the order of Istio's reference. What lies below
// a field that is not honoured is not honoured either.
std::vector<FieldSupport> ListFieldSupport();

// "honoured", "reported", "ignored" or "refused".
const char* SupportName(Support support);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_SUPPORT_H_
