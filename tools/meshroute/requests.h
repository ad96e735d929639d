// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_REQUESTS_H_
#define MESHROUTE_TOOLS_MESHROUTE_REQUESTS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/route.h"

namespace meshroute::tool {

// A request as somebody types it for curl: "http://reviews:9080/a?b#c", where the
// scheme may be missing (http) and the fragment is dropped. A `Host: x` among
// `header_lines` is the authority. InvalidArgument for what is no such thing.
absl::StatusOr<RequestHead> ParseRequest(std::string_view method, std::string_view url,
                                         std::span<const std::string> header_lines);

// The line that asks curl for `head`: "curl -H 'end-user: jason' http://reviews:9080/".
std::string CurlLine(const RequestHead& head);

// A view of a head that it keeps.
class OwnedRequest {
 public:
  explicit OwnedRequest(RequestHead head);
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;

  const RequestHead& head() const { return head_; }
  RequestView view() const;

 private:
  const RequestHead head_;
  std::vector<HeaderView> headers_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_REQUESTS_H_
