// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_JSON_H_
#define MESHROUTE_CONFIG_JSON_H_

#include <memory>
#include <string>

#include "meshroute/config/document.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/loader.h"

namespace meshroute {

// Reads one JSON value, with nothing but white space around it, within the
// limits of `options`. A byte order mark in front is skipped. Null where the
// text is refused: `errors` then has the reason, with line and column. Refused
// are also a key twice in one object and numbers that a double cannot hold.
std::unique_ptr<DocumentNode> ReadJson(const SourceText& source, const LoadOptions& options,
                                       ConfigErrors& errors);

// `document` as JSON text, indented by two spaces and with a line end at the
// end. Its strings must be UTF-8 and its numbers JSON's.
std::string WriteJson(const DocumentNode& document);

// The same without any white space, on one line.
std::string WriteCompactJson(const DocumentNode& document);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_JSON_H_
