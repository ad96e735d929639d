// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_HEADER_VALUE_H_
#define MESHROUTE_CONFIG_HEADER_VALUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meshroute {

// One piece of a header's value in `headers.request.set` and its like, where
// %OPERATOR% stands for something that is known only per call.
struct HeaderValuePart {
  enum class Kind : uint8_t {
    kText,             // As written; "%%" is one percent sign.
    kRequestHeader,    // %REQ(name)%, %REQ(name?other)%: the first value; pseudo headers too.
    kResponseHeader,   // %RESP(name)%, %RESP(name?other)%; of responses.
    kProtocol,         // %PROTOCOL%: "HTTP/2" of gRPC, else "HTTP/1.1".
    kHostname,         // %HOSTNAME%: ClientIdentity::hostname.
    kStartTime,        // %START_TIME%, %START_TIME(format)%: when the call began, in UTC.
    kRouteName,        // %ROUTE_NAME%: of the rule.
    kUpstreamCluster,  // %UPSTREAM_CLUSTER%: "outbound|9080|v1|reviews..."
    kUpstreamHost,     // %UPSTREAM_HOST%: "10.0.0.7:9080"; of responses.
    kResponseCode,     // %RESPONSE_CODE%; of responses.
    kResponseFlags,    // %RESPONSE_FLAGS%: "URX", "-"; of responses.
  };

  Kind kind = Kind::kText;

  // The text; the header's name; the format of a time in strftime's letters, and
  // %f, %3f for parts of a second (empty: "%Y-%m-%dT%H:%M:%S.%3fZ").
  std::string text{};

  // Of headers: the one to read where the first is absent; empty: none.
  std::string alternative{};

  bool operator==(const HeaderValuePart&) const = default;
};

// A value taken apart. What a request cannot know when it is sent (kUpstreamHost
// and the parts of responses) is a problem in an edit of requests.
struct HeaderValueParts {
  enum class Direction : uint8_t { kRequest, kResponse };

  std::vector<HeaderValuePart> parts{};

  // What is wrong with the value, each a sentence without a capital.
  std::vector<std::string> problems{};

  static HeaderValueParts Parse(std::string_view value, Direction direction);
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_HEADER_VALUE_H_
