// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_EDITED_VALUE_H_
#define MESHROUTE_LIB_ROUTING_EDITED_VALUE_H_

#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/header_value.h"
#include "meshroute/message/headers.h"
#include "meshroute/message/request_view.h"
#include "meshroute/routing/route.h"

namespace meshroute {

// Where the operators of a value read. Views for the time of one edit.
struct EditSources {
  // The request; its headers are as before the level of edits that reads them, or as
  // they were sent.
  RequestView request{};

  // The headers of the response, where those are edited.
  const Headers* response = nullptr;

  std::string_view route_name{};
  const EditContext& context;
};

// The value that a rule gives to a header: text, and operators (%REQ(x-id)%) that
// each call fills in. What is absent adds nothing. Immutable.
class EditedValue {
 public:
  // `value` has passed Validate.
  EditedValue(std::string_view value, HeaderValueParts::Direction direction);

  // The same for every call; Expand needs no sources then.
  bool is_text() const { return parts_.empty(); }
  const std::string& text() const { return text_; }

  std::string Expand(const EditSources& sources) const;

  // As it stands in the rule, operators included; of a text "%%" is one sign.
  const std::string& written() const { return is_text() ? text_ : written_; }

 private:
  std::string text_;                    // Where there are no operators.
  std::string written_;                 // Where there are.
  std::vector<HeaderValuePart> parts_;  // Empty: `text_` is all.
};

// `moment` by the strftime letters of `format`, and %f, %1f to %9f for as many digits
// of the second's parts and %s for seconds since the epoch. Empty: milliseconds in
// ISO 8601, "2026-01-02T03:04:05.678Z".
std::string FormatTime(WallTime moment, std::string_view format);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_EDITED_VALUE_H_
