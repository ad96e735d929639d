// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/config_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/tools/program.h"

namespace meshroute::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ConfigFilesTest : public ProgramTest {
 protected:
  absl::StatusOr<std::vector<SourceText>> Files(const std::vector<std::string>& names,
                                                Folders folders = Folders::kTopOnly) {
    std::vector<std::string> paths;
    for (const std::string& name : names) {
      paths.push_back(name == "-" ? name : (folder_ / name).string());
    }
    return ReadConfigFiles(paths, folders, in_, 1000);
  }

  // Names below the test's folder.
  std::vector<std::string> NamesOf(const std::vector<SourceText>& texts) const {
    std::vector<std::string> names;
    for (const SourceText& text : texts) {
      const bool is_file = text.name.starts_with(folder_.string());
      names.push_back(is_file ? text.name.substr(folder_.string().size() + 1) : text.name);
    }
    return names;
  }

  std::istringstream in_{"from stdin"};
};

TEST_F(ConfigFilesTest, AFolderStandsForItsFilesByName) {
  for (const char* name : {"b.yaml", "a.yml", "c.json", "d.txt", ".hidden.yaml", "sub/e.yaml"}) {
    Write(name, name);
  }
  const auto files = Files({"."});
  ASSERT_TRUE(files.ok());
  EXPECT_THAT(NamesOf(*files), ElementsAre("a.yml", "b.yaml", "c.json"));
  EXPECT_EQ((*files)[1].text, "b.yaml");
}

TEST_F(ConfigFilesTest, FoldersBelowCountWhereAskedFor) {
  for (const char* name : {"a.yaml", "sub/deep/e.yaml", ".git/f.yaml"}) Write(name, "");
  EXPECT_THAT(NamesOf(*Files({"."}, Folders::kRecursive)),
              ElementsAre("a.yaml", "sub/deep/e.yaml"));
}

TEST_F(ConfigFilesTest, AFileIsReadOnceAndInTheOrderGiven) {
  Write("a.yaml", "");
  Write("b.anything", "");
  EXPECT_THAT(NamesOf(*Files({"b.anything", "-", ".", "a.yaml", "-"})),
              ElementsAre("b.anything", "<stdin>", "a.yaml"));
}

TEST_F(ConfigFilesTest, EveryPathThatCannotBeReadIsNamed) {
  Write("empty/readme.txt", "");
  const std::string message(Files({"empty", "gone.yaml"}).status().message());
  EXPECT_THAT(message, HasSubstr("empty: holds no .yaml, .yml or .json file\n"));
  EXPECT_THAT(message, HasSubstr("gone.yaml: no such file or folder"));
  EXPECT_THAT(message, HasSubstr("\nhint: -R looks into the folders below"));
}

TEST_F(ConfigFilesTest, NoMoreIsReadThanIsAllowed) {
  Write("large.yaml", std::string(100'000, 'x'));
  EXPECT_EQ(Files({"large.yaml"})->at(0).text.size(), 1001U);
}

TEST_F(ConfigFilesTest, APipeCanBeRead) {
  Write("real.yaml", "piped");
  ASSERT_EQ(system(("mkfifo " + (folder_ / "pipe").string()).c_str()), 0);
  ASSERT_EQ(system(("cat " + (folder_ / "real.yaml").string() + " > " +
                    (folder_ / "pipe").string() + " &")
                       .c_str()),
            0);
  EXPECT_EQ(Files({"pipe"})->at(0).text, "piped");
}

}  // namespace
}  // namespace meshroute::tool
