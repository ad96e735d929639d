// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "meshroute/routing/route_table.h"

namespace meshroute {
namespace {

std::string Normal(std::string_view path) {
  return NormalizePath(path).value_or(std::string(path));
}

TEST(NormalizePathTest, LeavesNormalPathsAloneWithoutAllocating) {
  for (const char* path : {"/", "/a", "/a/", "/a//b", "/a/b.c/..d/e..", "/a%2Fb", "/a%2eb/.%2ex",
                           "/a?x=/../y\\z", "/a#/../b", "*", "/...", "/.a", "/%2", "/a/..."}) {
    EXPECT_FALSE(NormalizePath(path).has_value()) << path;
  }
}

TEST(NormalizePathTest, ResolvesDotSegmentsAndTurnsBackslashes) {
  const struct {
    const char* path;
    const char* normal;
  } rows[] = {
      {"/a/./b", "/a/b"},
      {"/a/../b", "/b"},
      {"/a/b/../../c", "/c"},
      {"/../../a", "/a"},
      {"/a/..", "/"},
      {"/a/b/..", "/a/"},
      {"/a/.", "/a/"},
      {"/.", "/"},
      {"/..", "/"},
      {"/a//../b", "/a/b"},
      {"/a/./?x=1", "/a/?x=1"},
      {"/a/..?x=/../y", "/?x=/../y"},
      {"/a\\b", "/a/b"},
      {"\\a", "/a"},
      {"/a\\..\\b?c\\d", "/b?c\\d"},
      {"/a/%2e%2E/b", "/b"},
      {"/a/.%2e/b", "/b"},
      {"/a/%2e/b", "/a/b"},
      {"", "/"},
      {"?x", "/?x"},
  };
  for (const auto& row : rows) EXPECT_EQ(Normal(row.path), row.normal) << row.path;
}

TEST(NormalizePathTest, IsDoneAfterOneTurn) {
  for (const char* path : {"/a/.%2e/../b", "/\\..\\./a//.", "/a/b/c/../.././d/.."}) {
    EXPECT_FALSE(NormalizePath(Normal(path)).has_value()) << path;
  }
}

}  // namespace
}  // namespace meshroute
