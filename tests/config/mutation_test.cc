// SPDX-License-Identifier: Apache-2.0
// Ten thousand broken config files: realistic ones, changed at random.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "meshroute/config/validated_config.h"
#include "meshroute/config/writer.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using ::testing::IsEmpty;

// Of tests/config/corpus, in the order of their names.
std::vector<SourceText> ReadCorpus() {
  std::vector<SourceText> corpus;
  const std::filesystem::path folder = MESHROUTE_SOURCE_DIR "/tests/config/corpus";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.push_back(
        {entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(file), {})});
  }
  std::sort(corpus.begin(), corpus.end(),
            [](const SourceText& a, const SourceText& b) { return a.name < b.name; });
  return corpus;
}

bool IsJson(const SourceText& source) { return source.name.ends_with(".json"); }

Loaded Load(const SourceText& source) {
  return IsJson(source) ? Loaded::Json(source.text) : Loaded::Yaml(source.text);
}

// Changes a text as people and accidents do: bytes, lines and words.
class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Mutate(std::string text) {
    for (size_t changes = 1 + Below(3); changes > 0; --changes) {
      switch (Below(8)) {
        case 0:
          ChangeByte(text);
          break;
        case 1:
          text.erase(Below(text.size() + 1), 1 + Below(20));
          break;
        case 2:
          text.insert(Below(text.size() + 1), Fragment());
          break;
        case 3:
          text.resize(Below(text.size() + 1));
          break;
        case 4:
          MoveLine(text);
          break;
        case 5:
          Reindent(text);
          break;
        default:
          ReplaceWord(text);
          break;
      }
    }
    return text;
  }

 private:
  size_t Below(size_t end) { return static_cast<size_t>(random_() % end); }

  void ChangeByte(std::string& text) {
    if (!text.empty()) text[Below(text.size())] = static_cast<char>(Below(256));
  }

  std::string Fragment() {
    static constexpr std::string_view kFragments[] = {
        "{",      "}",    "[",      "]",     ":",
        ",",      "\"",   "'",      "- ",    "\n",
        "&a ",    "*a",   "!!str ", "<<: ",  "---\n",
        "null",   "~",    "true",   "-1",    "1e999",
        "\t",     "\r",   "#",      "|\n",   "\x01",
        "\xFF",   "\\",   "? ",     "%",     "9999999999999999999999",
        "\u00E9", ".nan", "10000h", "0.5ms", "{}",
        "[]",     "(",    "[a-",    "*",     "unknownField: 1"};
    return std::string(kFragments[Below(std::size(kFragments))]);
  }

  // The line at `position`, with its line end.
  static std::pair<size_t, size_t> LineAt(const std::string& text, size_t position) {
    const size_t before = position == 0 ? std::string::npos : text.rfind('\n', position - 1);
    const size_t begin = before == std::string::npos ? 0 : before + 1;
    const size_t after = text.find('\n', position);
    return {begin, (after == std::string::npos ? text.size() : after + 1) - begin};
  }

  // Moves a line elsewhere, or doubles it.
  void MoveLine(std::string& text) {
    const auto [begin, length] = LineAt(text, Below(text.size() + 1));
    const std::string line = text.substr(begin, length);
    if (Below(2) == 0) text.erase(begin, length);
    text.insert(LineAt(text, Below(text.size() + 1)).first, line);
  }

  void Reindent(std::string& text) {
    const size_t begin = LineAt(text, Below(text.size() + 1)).first;
    if (Below(2) == 0) {
      text.insert(begin, 1 + Below(4), ' ');
    } else if (begin < text.size() && text[begin] == ' ') {
      text.erase(begin, 1);
    }
  }

  // Puts something else where a word stood: a field's name or a value.
  void ReplaceWord(std::string& text) {
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    const auto from = text.begin() + static_cast<std::ptrdiff_t>(Below(text.size() + 1));
    const auto begin = std::find_if(from, text.end(), is_word);
    const auto end = std::find_if_not(begin, text.end(), is_word);
    text.replace(begin, end, Fragment());
  }

  std::mt19937_64 random_;
};

TEST(CorpusTest, EveryFileIsValid) {
  const std::vector<SourceText> corpus = ReadCorpus();
  EXPECT_GE(corpus.size(), 10U);
  for (const SourceText& source : corpus) {
    Loaded loaded = Load(source);
    EXPECT_THAT(loaded.errors(), IsEmpty()) << source.name;
    const auto config = loaded.loader().Finish();
    EXPECT_TRUE(config.ok()) << source.name << "\n" << config.status();
    EXPECT_NE(loaded.resources(), Resources()) << source.name;
  }
}

TEST(CorpusTest, EveryFileReadsBackFromWhatIsWritten) {
  for (const SourceText& source : ReadCorpus()) {
    const Loaded loaded = Load(source);
    EXPECT_EQ(Loaded::Yaml(WriteYaml(loaded.resources())).resources(), loaded.resources())
        << source.name;
    EXPECT_EQ(Loaded::Json(WriteJson(loaded.resources())).resources(), loaded.resources())
        << source.name;
  }
}

TEST(MutationTest, TenThousandBrokenFilesNeitherCrashNorHangAndEachRefusalSaysWhere) {
  const std::vector<SourceText> corpus = ReadCorpus();
  ASSERT_FALSE(corpus.empty());
  const std::clock_t start = std::clock();
  size_t refused = 0;
  constexpr uint64_t kFirstSeed = 1;
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + 10'000; ++seed) {
    const SourceText& original = corpus[seed % corpus.size()];
    const SourceText mutant{original.name, Mutator(seed).Mutate(original.text)};
    SCOPED_TRACE(testing::Message() << "seed " << seed << " of " << original.name);
    Loaded loaded = Load(mutant);
    const bool accepted = loaded.loader().Finish().ok();
    if (!accepted) ++refused;
    EXPECT_EQ(accepted, loaded.loader().errors().ok());
    for (const ConfigProblem& problem : loaded.loader().errors().problems()) {
      EXPECT_TRUE(problem.position.line > 0 || !problem.path.empty()) << problem.ToString();
      EXPECT_FALSE(problem.message.empty());
      EXPECT_LE(problem.position.line,
                1U + static_cast<size_t>(std::count(mutant.text.begin(), mutant.text.end(), '\n')));
    }
    if (testing::Test::HasFailure()) break;
  }
  // Most changes break a file; some only change a comment or a name.
  EXPECT_GT(refused, 5000U);
  EXPECT_LT(std::clock() - start, 240 * CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace meshroute
