// SPDX-License-Identifier: Apache-2.0
#include "lib/call/ask_provider.h"

#include <exception>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace meshroute {
namespace {

absl::Status Thrown(std::string_view what) {
  return absl::InternalError(absl::StrCat("the CredentialProvider has thrown ", std::string(what)));
}

// What `ask` returns, also where it throws.
template <typename Ask>
auto WithoutThrowing(const Ask& ask) -> decltype(ask()) {
  try {
    return ask();
  } catch (const std::exception& exception) {
    return Thrown(absl::StrCat("an exception: ", exception.what()));
  } catch (...) {
    return Thrown("what is no std::exception");
  }
}

}  // namespace

absl::StatusOr<TlsCredential> AskForCredential(CredentialProvider& provider, std::string_view name,
                                               TimePoint deadline) {
  return WithoutThrowing([&] { return provider.Fetch(name, deadline); });
}

absl::StatusOr<uint64_t> AskForVersion(CredentialProvider& provider, std::string_view name) {
  return WithoutThrowing([&]() -> absl::StatusOr<uint64_t> { return provider.Version(name); });
}

}  // namespace meshroute
