// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VALIDATE_TEXT_H_
#define MESHROUTE_LIB_CONFIG_VALIDATE_TEXT_H_

#include <string_view>

#include "meshroute/config/errors.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/config/string_match.h"

namespace meshroute {

// The rules for texts that are matched with or end up in an HTTP message. Like
// validate_primitives.h, which names the conventions.

// An RE2 expression: not empty, at most 1024 bytes, one that compiles.
void CheckRegex(ConfigErrors& errors, std::string_view field, std::string_view pattern);

// A regex of a `match` is one, an empty `prefix` is refused.
void CheckStringMatch(ConfigErrors& errors, std::string_view field, const StringMatch& match);

// As CheckStringMatch, but an empty prefix passes: `uri` may have one.
void CheckUriMatch(ConfigErrors& errors, std::string_view field, const StringMatch& match);

// A regex and what takes its matches' place: references must exist.
void CheckRegexRewrite(ConfigErrors& errors, std::string_view field, const RegexRewrite& rewrite);

// HTTP's token characters, at least one: what the name of a header is made of.
bool IsHttpToken(std::string_view text);

// "@request.auth.claims.x" or "@request.auth.claims[x]": a condition on a JWT claim.
bool IsJwtClaim(std::string_view header_name);

// The name of a header in a match: a token, a pseudo header or a JWT claim.
void CheckMatchedHeaderName(ConfigErrors& errors, std::string_view name);

// Part of a URL that goes on the wire as it is: no space, no control character.
void CheckUrlPart(ConfigErrors& errors, std::string_view field, std::string_view value);

// `headers` of a rule or of one destination.
void CheckHeaderEdits(ConfigErrors& errors, const HeaderEdits& edits);

// "host" or ":authority", in any letter case: edits of it rewrite the authority.
bool IsAuthorityHeader(std::string_view name);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VALIDATE_TEXT_H_
