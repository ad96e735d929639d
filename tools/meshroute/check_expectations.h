// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_CHECK_EXPECTATIONS_H_
#define MESHROUTE_TOOLS_MESHROUTE_CHECK_EXPECTATIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/document.h"
#include "tools/meshroute/check_file.h"
#include "tools/meshroute/map_reader.h"

namespace meshroute::tool {

// Reads what a test asks for into the normal forms in which it is compared: a
// duration as FormatDuration writes it, a list sorted and joined, a missing thing
// as "".
class ExpectationReader {
 public:
  using Member = DocumentNode::Member;

  // Adds to `expectations`. All outlive the reader.
  ExpectationReader(std::string_view file, MapReader& reader,
                    std::vector<Expectation>& expectations)
      : file_(file), reader_(reader), expectations_(expectations) {}

  void Text(const Member& member, std::string_view field);
  void Status(const Member& member, std::string_view field);  // An HTTP status, or "".

  // What stands below `validate.meshroute`.
  void ReadOurs(const DocumentNode& node);

 private:
  void Duration(const Member& member, std::string_view field);
  void Names(const Member& member, std::string_view field);
  void Count(const Member& member, std::string_view field);
  void Weights(const Member& member);
  void Retries(const Member& member);
  void RetryOn(const Member& member);
  void Fault(const Member& member);
  void Abort(const Member& member);
  void DirectResponse(const Member& member);

  void Expect(const Member& member, std::string_view field, std::string value);

  const std::string_view file_;
  MapReader& reader_;
  std::vector<Expectation>& expectations_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_CHECK_EXPECTATIONS_H_
