// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_URL_H_
#define MESHROUTE_LIB_HTTP_URL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace meshroute {

// An absolute URL, in the parts of a request's head.
struct Url {
  std::string scheme;     // "http" or "https"
  std::string authority;  // "reviews:9080": host in lower case, port if one was given
  std::string path;       // "/reviews/1?verbose"; never empty
};

// Reads "http://host[:port][/path][?query][#fragment]". The fragment is dropped:
// it is for the client alone. InvalidArgument for other schemes, user
// names (which would end up in logs), ports outside 1..65535, and characters that
// may not stand in a request line.
absl::StatusOr<Url> ParseUrl(std::string_view text);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_URL_H_
