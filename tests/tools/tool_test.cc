// SPDX-License-Identifier: Apache-2.0
// What holds for the program as a whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/program.h"
#include "tools/meshroute/commands.h"

namespace meshroute::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ToolTest : public ProgramTest {};

TEST_F(ToolTest, WithoutACommandTheHelpComesAsAComplaint) {
  const Result result = Run({});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("analyze"));
}

TEST_F(ToolTest, AMistypedCommandIsAnsweredWithTheOneThatWasMeant) {
  const Result result = Run({"anlayze"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err,
            "meshroute: error: there is no command 'anlayze'\n"
            "hint: did you mean meshroute analyze?\n");
}

TEST_F(ToolTest, OptionsBeforeTheCommandAreExplained) {
  EXPECT_EQ(Run({"--color=never", "analyze"}).err,
            "meshroute: error: a command comes first, not '--color=never'\n"
            "hint: options stand behind it: meshroute analyze --color=never\n");
}

TEST_F(ToolTest, RulesWithoutTheirOptionAreExplained) {
  EXPECT_EQ(Run({"routes", "rules"}).err,
            "meshroute routes: error: one argument too many: 'rules'\n"
            "hint: the rules are named by -c: -c 'rules'\n");
}

TEST_F(ToolTest, EveryCommandHasHelpWithUsageOptionsAndAnExample) {
  for (const Command* const command : AllCommands()) {
    const Result result = Run({std::string(command->name), "--help"});
    EXPECT_EQ(result.status, 0) << command->name;
    EXPECT_THAT(result.out, StartsWith("Usage\n  meshroute " + std::string(command->name)));
    EXPECT_THAT(result.out, HasSubstr("--color=WHEN"));
    EXPECT_EQ(result.out, Run({"help", std::string(command->name)}).out);
    EXPECT_THAT(Run({"help"}).out, HasSubstr(std::string(command->summary)));
  }
}

TEST_F(ToolTest, NoLineOfTheHelpIsWiderThanATerminal) {
  for (const Command* const command : AllCommands()) {
    const std::string help = Run({"help", std::string(command->name)}).out;
    for (size_t begin = 0; begin < help.size();) {
      const size_t end = help.find('\n', begin);
      EXPECT_LE(end - begin, 100U) << help.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST_F(ToolTest, NoTwoOptionsOfACommandShareAName) {
  for (const Command* const command : AllCommands()) {
    std::vector<std::string_view> names = {"help", "color"};
    std::string letters = "h";
    for (const OptionGroup& group : command->options) {
      for (const Option& option : group.options) {
        EXPECT_THAT(names, ::testing::Not(::testing::Contains(option.name))) << command->name;
        names.push_back(option.name);
        if (option.letter == 0) continue;
        EXPECT_EQ(letters.find(option.letter), std::string::npos) << option.name;
        letters += option.letter;
      }
    }
  }
}

TEST_F(ToolTest, TheVersionIsPrinted) {
  EXPECT_THAT(Run({"version"}).out, StartsWith("meshroute 0."));
  EXPECT_EQ(Run({"--version"}).out, Run({"version"}).out);
}

TEST_F(ToolTest, AFullDiskIsNoticed) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  const std::string command =
      std::string(MESHROUTE_TOOL) + " help > /dev/full 2> " + (folder_ / "complaint").string();
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 2);
  EXPECT_EQ(Read("complaint"), "meshroute: error: the output cannot be written\n");
}

TEST_F(ToolTest, SupportTellsWhatBecomesOfAField) {
  const Result result = Run({"support", "spec.http[].timeout"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("VirtualService  spec.http[].timeout  honoured"));
  EXPECT_THAT(Run({"support", "-o", "markdown"}).out,
              HasSubstr("| `spec.http[].timeout` | honoured |"));
  EXPECT_THAT(Run({"support", "timeout", "-o", "json"}).out,
              HasSubstr("\"path\": \"spec.http[].timeout\""));
  EXPECT_EQ(Run({"support", "no.such.field"}).status, 2);
}

TEST_F(ToolTest, BashCompletesCommandsOptionsAndValues) {
  const auto complete = [this](const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) line += "'" + word + "' ";
    Write("complete.sh", Run({"completion", "bash"}).out + "compopt() { :; }\nCOMP_WORDS=(" + line +
                             ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
                             "\n_meshroute\necho \"${COMPREPLY[*]}\" > offered\n");
    const std::string command = "cd " + folder_.string() + " && bash complete.sh";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return Read("offered");
  };
  EXPECT_EQ(complete({"meshroute", "ana"}), "analyze\n");
  EXPECT_EQ(complete({"meshroute", "analyze", "--failure"}), "--failure-threshold\n");
  EXPECT_EQ(complete({"meshroute", "analyze", "--output", ""}), "text json yaml\n");
  EXPECT_EQ(complete({"meshroute", "analyze", "-o", "j"}), "json\n");
  EXPECT_EQ(complete({"meshroute", "analyze", "--output", "=", "y"}), "yaml\n");
  EXPECT_EQ(complete({"meshroute", "analyze", "--output", "="}), "text json yaml\n");
  EXPECT_EQ(complete({"meshroute", "completion", "f"}), "fish\n");
}

TEST_F(ToolTest, TheScriptsNameEveryCommandAndOption) {
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    const std::string script = Run({"completion", shell}).out;
    for (const Command* const command : AllCommands()) {
      EXPECT_THAT(script, HasSubstr(std::string(command->name))) << shell;
      for (const OptionGroup& group : command->options) {
        for (const Option& option : group.options) {
          EXPECT_THAT(script, HasSubstr(std::string(option.name))) << shell;
        }
      }
    }
  }
}

}  // namespace
}  // namespace meshroute::tool
