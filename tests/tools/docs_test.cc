// SPDX-License-Identifier: Apache-2.0
// The examples of docs/tool.md are what the program prints.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace meshroute::tool {
namespace {

// What `command`, whose first word is "meshroute", prints in the source tree.
std::string OutputOf(const std::string& command) {
  const std::string line = "cd '" MESHROUTE_SOURCE_DIR "' && '" MESHROUTE_TOOL "'" +
                           command.substr(std::string_view("meshroute").size()) + " 2>/dev/null";
  std::FILE* const pipe = popen(line.c_str(), "r");
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    output += static_cast<char>(c);
  }
  pclose(pipe);
  return output;
}

TEST(DocsTest, EveryExampleOfTheToolsPageIsWhatTheProgramPrints) {
  constexpr char kPath[] = MESHROUTE_SOURCE_DIR "/docs/tool.md";
  std::ifstream file(kPath);
  std::string page{std::istreambuf_iterator<char>(file), {}};
  constexpr std::string_view kBegin = "```console\n$ ";
  const bool updates = std::getenv("MESHROUTE_UPDATE_DOCS") != nullptr;
  size_t examples = 0;
  for (size_t at = page.find(kBegin); at != std::string::npos; at = page.find(kBegin, at)) {
    at += kBegin.size();
    const size_t begin = page.find('\n', at) + 1;
    const size_t length = page.find("```", begin) - begin;
    const std::string command = page.substr(at, begin - 1 - at);
    const std::string output = OutputOf(command);
    if (updates) {
      page.replace(begin, length, output);
    } else {
      EXPECT_EQ(page.substr(begin, length), output)
          << "docs/tool.md shows another output of `" << command
          << "`; run this test with MESHROUTE_UPDATE_DOCS=1 to take this one over";
    }
    ++examples;
  }
  EXPECT_EQ(examples, 8U);
  if (updates) std::ofstream(kPath) << page;
}

}  // namespace
}  // namespace meshroute::tool
