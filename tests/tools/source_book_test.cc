// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/source_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meshroute/config/yaml.h"
#include "tools/meshroute/display_columns.h"

namespace meshroute::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ExcerptOf(std::string text, size_t line, size_t column, std::string name = "a.yaml") {
  const std::vector<SourceText> texts = {{name, std::move(text)}};
  return SourceBook(texts).Excerpt({name, line, column}, Style());
}

TEST(SourceBookTest, ShowsTheLineWithACaretUnderTheColumn) {
  EXPECT_EQ(ExcerptOf("spec:\n  weight: -10\n", 2, 3),
            "   2 |   weight: -10\n"
            "     |   ^\n");
}

TEST(SourceBookTest, ALineWithoutAColumnHasNoCaret) {
  EXPECT_EQ(ExcerptOf("a\nb\n", 2, 0), "   2 | b\n");
}

TEST(SourceBookTest, ShowsNothingOfWhatIsNotKnown) {
  EXPECT_EQ(ExcerptOf("a\n", 7, 1), "");
  EXPECT_EQ(ExcerptOf("a\n\nb", 2, 1), "");
  const std::vector<SourceText> texts = {{"a.yaml", "a"}};
  EXPECT_EQ(SourceBook(texts).Excerpt({"gone.yaml", 1, 1}, Style()), "");
  EXPECT_EQ(SourceBook(texts).Excerpt({"a.yaml", 0, 0}, Style()), "");
}

TEST(SourceBookTest, TabsTakeTheirColumns) {
  EXPECT_EQ(ExcerptOf("{\n\t\"a\": 1}", 2, 2, "a.json"),
            "   2 |         \"a\": 1}\n"
            "     |         ^\n");
}

TEST(SourceBookTest, ColumnsOfAPositionCountBytesAndTheCaretCountsCharacters) {
  const std::string line = "k\xC3\xB6\xC3\xA4: x";
  const std::string expected = "   1 | " + line + "\n     |      ^\n";
  EXPECT_EQ(ExcerptOf(line, 1, 8, "a.yaml"), expected);
  EXPECT_EQ(ExcerptOf(line, 1, 8, "a.json"), expected);
}

TEST(SourceBookTest, WideCharactersTakeTwoColumnsAndCombiningOnesNone) {
  EXPECT_EQ(ExcerptOf("\xE8\xB7\xAF: x", 1, 6),
            "   1 | \xE8\xB7\xAF: x\n"
            "     |     ^\n");
  EXPECT_EQ(ExcerptOf("e\xCC\x81: x", 1, 6),
            "   1 | e\xCC\x81: x\n"
            "     |    ^\n");
}

TEST(SourceBookTest, ALongLineIsCutAroundTheCaret) {
  const std::string line = std::string(5000, 'a') + "HERE" + std::string(5000, 'b');
  const std::string excerpt = ExcerptOf(line, 1, 5001);
  EXPECT_LT(excerpt.size(), 250U);
  EXPECT_THAT(excerpt, HasSubstr("HERE"));
  const size_t caret = excerpt.find('^') - excerpt.rfind('\n', excerpt.find('^')) - 1;
  EXPECT_EQ(excerpt.find("HERE"), caret);
  EXPECT_THAT(excerpt, HasSubstr("| ...aaa"));
  EXPECT_THAT(excerpt, HasSubstr("bbb...\n"));
}

TEST(SourceBookTest, ALongLineOfWideCharactersIsCutBetweenTwo) {
  std::string line;
  for (int i = 0; i < 300; ++i) line += "\xE8\xB7\xAF";
  for (size_t column = 1; column <= 301; ++column) {
    const LineWindow window = CutToWindow(line, (column - 1) * 3);
    EXPECT_EQ((window.text.size() - (window.text.starts_with("...") ? 3 : 0) -
               (window.text.ends_with("...") ? 3 : 0)) %
                  3,
              0U)
        << column;
  }
}

TEST(SourceBookTest, ControlCharactersOfAFileAreNotPrinted) {
  EXPECT_THAT(ExcerptOf("a: \x1b[31mred", 1, 1), Not(HasSubstr("\x1b")));
}

TEST(SourceBookTest, ByteOrderMarksAndCarriageReturnsAreNoPartOfALine) {
  EXPECT_EQ(ExcerptOf("\xEF\xBB\xBFkey: x\r\n", 1, 1),
            "   1 | key: x\n"
            "     | ^\n");
}

TEST(SourceBookTest, FindsTheColumnsThatTheYamlReaderCounts) {
  const std::vector<SourceText> texts = {
      {"a.yaml",
       "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, "
       "annotations: {gr\xC3\xBC\xC3\x9F: dich}}, speck: {}}"}};
  ResourceLoader loader({});
  AddYaml(texts[0], loader);
  ASSERT_FALSE(loader.errors().problems().empty());
  const std::string excerpt =
      SourceBook(texts).Excerpt(loader.errors().problems()[0].position, Style());
  const size_t line_end = excerpt.find('\n');
  const size_t caret = excerpt.find('^') - line_end - 1;
  // "speck" is behind two characters of two bytes.
  EXPECT_EQ(caret, DisplayWidth(excerpt.substr(0, excerpt.find("speck")))) << excerpt;
}

}  // namespace
}  // namespace meshroute::tool
