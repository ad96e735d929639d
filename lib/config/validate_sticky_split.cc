// SPDX-License-Identifier: Apache-2.0
#include "lib/config/validate_sticky_split.h"

#include "absl/strings/str_cat.h"
#include "lib/config/validate_primitives.h"
#include "lib/config/validate_text.h"

namespace meshroute {

void ValidateStickySplit(const StickySplit& split, ConfigErrors& errors) {
  const ConfigErrors::Scope scope(errors, "key");
  const StickyKey& key = split.key;
  const int kinds = int{key.http_header_name.has_value()} + int{key.http_cookie_name.has_value()} +
                    int{key.http_query_parameter_name.has_value()};
  if (kinds > 1) errors.Add(absl::StrCat("must be of one kind, has ", kinds));
  if (key.http_header_name && !IsHttpToken(*key.http_header_name)) {
    AddAt(errors, "httpHeaderName",
          absl::StrCat("must be the name of a header, got ", Quoted(*key.http_header_name)));
  }
  if (key.http_cookie_name && !IsHttpToken(*key.http_cookie_name)) {
    AddAt(errors, "httpCookieName",
          absl::StrCat("must be a cookie's name, got ", Quoted(*key.http_cookie_name)));
  }
  if (key.http_query_parameter_name && key.http_query_parameter_name->empty()) {
    AddAt(errors, "httpQueryParameterName", "must not be empty");
  }
}

}  // namespace meshroute
