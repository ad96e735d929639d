// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_JSON_OBJECT_H_
#define MESHROUTE_TOOLS_MESHROUTE_JSON_OBJECT_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshroute/config/document.h"

namespace meshroute::tool {

// Puts a JSON object together, member by member. Bytes that are no UTF-8 (file
// names may have some) become '?'.
//
//   JsonObject object;
//   object.Set("file", "a.yaml").Set("line", uint64_t{7});
//   Print(std::move(object).Take(), "json", out);
class JsonObject {
 public:
  JsonObject& Set(std::string_view key, std::string_view value);
  JsonObject& Set(std::string_view key, const char* value) {
    return Set(key, std::string_view(value));
  }
  JsonObject& Set(std::string_view key, uint64_t value);
  JsonObject& Set(std::string_view key, double value);
  JsonObject& Set(std::string_view key, DocumentNode value);
  JsonObject& Set(std::string_view key, std::vector<DocumentNode> values);
  JsonObject& Set(std::string_view key, const std::vector<std::string>& values);
  JsonObject& SetTruth(std::string_view key, bool value);

  // Leaves the member out where there is nothing to say.
  JsonObject& SetIfAny(std::string_view key, std::string_view value) {
    return value.empty() ? *this : Set(key, value);
  }

  DocumentNode Take() && { return DocumentNode::Map(std::move(members_)); }

 private:
  std::vector<DocumentNode::Member> members_;
};

// A string of JSON, made UTF-8.
DocumentNode JsonString(std::string_view text);

// Prints `document` as "json" or "yaml".
void Print(const DocumentNode& document, std::string_view format, std::ostream& out);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_JSON_OBJECT_H_
