// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tools/meshroute/route_text.h"

namespace meshroute::tool {
namespace {

std::string Printed(const Table& table) {
  std::ostringstream out;
  table.Print(Style(), out);
  return out.str();
}

TEST(TableTest, ColumnsAreLinedUpByWhatATerminalShows) {
  Table table({"A", "B"});
  EXPECT_TRUE(table.empty());
  table.Add({"\xE8\xB7\xAF\xE7\x94\xB1", "x"});
  table.Add({"long one", "y"});
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(Printed(table),
            "A         B\n"
            "\xE8\xB7\xAF\xE7\x94\xB1      x\n"
            "long one  y\n");
}

TEST(TableTest, ACellMayHaveSeveralLines) {
  Table table({"A", "B", "C"});
  table.Add({"1\n22\n3", "x", "y\nz"});
  EXPECT_EQ(Printed(table),
            "A   B  C\n"
            "1   x  y\n"
            "22     z\n"
            "3\n");
}

TEST(TableTest, ControlCharactersAreNotPrinted) {
  Table table({"A"});
  table.Add({"a\x1b[31m"});
  EXPECT_EQ(Printed(table), "A\na?[31m\n");
}

TEST(RouteTextTest, SharesAreNeverRoundedToNothingOrAll) {
  EXPECT_EQ(ShareText(1, 3), "33.3%");
  EXPECT_EQ(ShareText(90, 100), "90%");
  EXPECT_EQ(ShareText(5, 5), "100%");
  EXPECT_EQ(ShareText(1, 1'000'000), "<0.1%");
  EXPECT_EQ(ShareText(999'999, 1'000'000), "99.9%");
  EXPECT_EQ(ShareText(0, 7), "0%");
}

}  // namespace
}  // namespace meshroute::tool
