// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_TOOLS_PROGRAM_H_
#define MESHROUTE_TESTS_TOOLS_PROGRAM_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace meshroute::tool {

// A folder of its own for a test, with the files that the test puts there; the
// program under test runs in it, so that messages name files as they were given.
class ProgramTest : public ::testing::Test {
 protected:
  // How a run of the program ended.
  struct Result {
    int status = -1;
    std::string out;
    std::string err;
  };

  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "meshroute_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  std::string Read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // Runs the built program. Its environment has TERM and what `environment` adds.
  Result Run(const std::vector<std::string>& words, std::string_view input = {},
             const std::vector<std::string>& environment = {}) const {
    Write(".in", input);
    const pid_t child = fork();
    if (child == 0) Execute(words, environment);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Read(".out"), Read(".err")};
  }

  std::filesystem::path folder_;

 private:
  // In the child: never returns.
  [[noreturn]] void Execute(const std::vector<std::string>& words,
                            std::vector<std::string> environment) const {
    std::vector<std::string> all = words;
    all.insert(all.begin(), MESHROUTE_TOOL);
    environment.emplace_back("TERM=xterm");
    const auto pointers = [](std::vector<std::string>& texts) {
      std::vector<char*> result;
      for (std::string& text : texts) result.push_back(text.data());
      result.push_back(nullptr);
      return result;
    };
    const bool ready = chdir(folder_.c_str()) == 0 && std::freopen(".in", "r", stdin) != nullptr &&
                       std::freopen(".out", "w", stdout) != nullptr &&
                       std::freopen(".err", "w", stderr) != nullptr;
    if (ready) execve(all[0].c_str(), pointers(all).data(), pointers(environment).data());
    _exit(127);
  }
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TESTS_TOOLS_PROGRAM_H_
