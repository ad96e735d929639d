// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_CHECK_FILE_H_
#define MESHROUTE_TOOLS_MESHROUTE_CHECK_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "meshroute/config/errors.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/metadata.h"
#include "meshroute/message/headers.h"
#include "tools/meshroute/header_check.h"

namespace meshroute::tool {

// The request of one test.
struct CheckInput {
  std::string authority;
  std::string path;
  std::string method;
  std::string scheme;         // "http", or "https" of `ssl: true`.
  uint64_t random_value = 0;  // What every draw gives.
  Headers headers;
  Headers response_headers;  // What the upstream answers.

  // Who calls, where it is not the caller of the command line.
  std::string source_namespace;
  Labels source_labels;
};

// A value that a test asks for, in the normal form in which it is compared.
struct Expectation {
  std::string field;  // "cluster_name", "meshroute.retries.attempts"
  std::string value;  // "": no such value.
  SourcePosition position{};
};

struct CheckTest {
  std::string name;
  SourcePosition position{};
  CheckInput input{};
  std::vector<Expectation> expectations{};
  std::vector<HeaderCheck> request_headers{};
  std::vector<HeaderCheck> response_headers{};
};

// The tests of one file of Envoy's route table check tool, with our additions
// below `meshroute:`. Fields may be written as lower_case or lowerCamelCase.
struct CheckFile {
  std::vector<CheckTest> tests;

  // What is accepted and has no bearing on Istio's rules, or is deprecated.
  std::vector<ConfigProblem> notes;
};

// Reads `source`: JSON where it is named .json, else YAML. Whatever is wrong goes
// to `errors`, with line and column; the tests are then incomplete.
CheckFile ReadCheckFile(const SourceText& source, ConfigErrors& errors);

// The normal forms of values that can be written in several ways.
std::string JoinSorted(std::vector<std::string> items);

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_CHECK_FILE_H_
