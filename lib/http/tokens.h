// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_TOKENS_H_
#define MESHROUTE_LIB_HTTP_TOKENS_H_

#include <string_view>

namespace meshroute {

// The grammar that requests and responses share (RFC 9110, 5.6).

// A method or header name: at least one letter, digit or one of !#$%&'*+-.^_`|~
bool IsToken(std::string_view text);

// What may stand in a header's value: no control character but tab. Bytes from
// 128 on pass.
bool IsFieldValue(std::string_view text);

// `text` without spaces and tabs at its ends.
std::string_view TrimSpace(std::string_view text);

// Whether the comma-separated `list` has `element`, without regard to case.
bool ListContains(std::string_view list, std::string_view element);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_TOKENS_H_
