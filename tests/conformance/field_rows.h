// SPDX-License-Identifier: Apache-2.0
// Tables that name every field of a kind, each with a text that is accepted and, where
// there is one, a text that is refused or doubted.
#ifndef MESHROUTE_TESTS_CONFORMANCE_FIELD_ROWS_H_
#define MESHROUTE_TESTS_CONFORMANCE_FIELD_ROWS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "meshroute/config/support.h"
#include "tests/config/validation_cases.h"

namespace meshroute {

struct FieldRow {
  std::string field;     // "trafficPolicy.tls.mode"; lists with "[]", maps with "{}".
  std::string accepted;  // The spec.
  std::string refused;   // Empty: there is no value of the right type that is refused.

  // Where the one problem with `refused` is reported; empty: at the field itself.
  std::string at = "";
  Severity severity = Severity::kError;
};

inline void PrintTo(const FieldRow& row, std::ostream* out) { *out << row.field; }

// "trafficPolicy_tls_mode_3": the field's path and the row's number.
inline std::string NameOfField(const testing::TestParamInfo<FieldRow>& info) {
  std::string name = info.param.field;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name + "_" + std::to_string(info.index);
}

inline std::string FirstElements(std::string path) {
  for (size_t at = 0; (at = path.find("[]", at)) != std::string::npos; at += 3) {
    path.insert(at + 1, "0");
  }
  return path;
}

inline void ExpectFieldRow(const std::string& kind, const FieldRow& row) {
  EXPECT_THAT(Texts(ProblemsOf(kind, row.accepted)), testing::IsEmpty()) << row.accepted;
  if (row.refused.empty()) return;
  const std::vector<ConfigProblem> problems = ProblemsOf(kind, row.refused);
  ASSERT_EQ(problems.size(), 1U) << row.refused << testing::PrintToString(Texts(problems));
  EXPECT_EQ(problems[0].path, "spec." + FirstElements(row.at.empty() ? row.field : row.at));
  EXPECT_EQ(problems[0].severity, row.severity);
}

// Asserts that `rows` name every field of `kind`'s spec, but those below `elsewhere`, which
// have the fields of another place once more.
inline void ExpectAllFieldsNamed(const std::string& kind, const std::vector<FieldRow>& rows,
                                 const std::vector<std::string>& elsewhere) {
  std::set<std::string> named;
  for (const FieldRow& row : rows) named.insert("spec." + row.field);
  for (const FieldSupport& field : ListFieldSupport()) {
    const std::string& path = field.path;
    const bool is_value = path.find('=') != std::string::npos;
    if (field.kind != kind || is_value || !path.starts_with("spec.")) continue;
    bool is_elsewhere = false;
    for (const std::string& prefix : elsewhere) is_elsewhere |= path.starts_with(prefix);
    EXPECT_TRUE(is_elsewhere || named.contains(path)) << path << " has no row";
  }
}

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_CONFORMANCE_FIELD_ROWS_H_
