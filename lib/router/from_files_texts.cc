// SPDX-License-Identifier: Apache-2.0
#include "lib/router/from_files_texts.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "meshroute/config/yaml.h"

namespace meshroute {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kExtensions = {".yaml", ".yml", ".json"};

ConfigProblem ProblemOf(std::string path, std::string message) {
  ConfigProblem problem = MakeProblem(ProblemCode::kUnreadableText, std::move(message));
  problem.position.file = std::move(path);
  return problem;
}

bool IsConfigFile(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  const std::string extension = entry.path().extension().string();
  std::error_code ignored;
  return !name.starts_with('.') &&
         std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end() &&
         entry.is_regular_file(ignored);
}

// Adds the files of the folder `path` to `files`.
void ExpandFolder(const std::string& path, std::set<std::string>& files,
                  std::vector<ConfigProblem>& problems) {
  std::error_code error;
  bool any = false;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!IsConfigFile(*entry)) continue;
    files.insert(entry->path().lexically_normal().string());
    any = true;
  }
  if (error) {
    problems.push_back(ProblemOf(path, absl::StrCat("cannot be read: ", error.message())));
  } else if (!any) {
    // A folder that is empty by mistake must not pass for a mesh without rules.
    problems.push_back(ProblemOf(path, "holds no .yaml, .yml or .json file"));
  }
}

// The text of one file, or why there is none.
std::string ReadFile(const std::string& path, size_t maximum_bytes, std::string& text) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return "cannot be read: no such file or folder";
  if (!fs::is_regular_file(status)) return "cannot be read: neither a file nor a folder";
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::StrCat("cannot be read: ", std::strerror(errno));
  std::array<char, 65536> bytes;
  while (text.size() <= maximum_bytes) {
    const size_t wanted = std::min(bytes.size(), maximum_bytes + 1 - text.size());
    file.read(bytes.data(), static_cast<std::streamsize>(wanted));
    text.append(bytes.data(), static_cast<size_t>(file.gcount()));
    if (!file) break;
  }
  return file.bad() ? absl::StrCat("cannot be read: ", std::strerror(errno)) : std::string();
}

}  // namespace

std::vector<std::string> ExpandConfigPaths(const std::vector<std::string>& paths,
                                           std::vector<ConfigProblem>& problems) {
  std::set<std::string> files;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      ExpandFolder(path, files, problems);
    } else {
      files.insert(fs::path(path).lexically_normal().string());
    }
  }
  return {files.begin(), files.end()};
}

ConfigTexts ReadConfigTexts(const std::vector<std::string>& paths, const LoadOptions& options) {
  ConfigTexts result;
  for (std::string& path : ExpandConfigPaths(paths, result.unreadable)) {
    SourceText source;
    std::string problem = ReadFile(path, options.maximum_bytes, source.text);
    if (!problem.empty()) {
      result.unreadable.push_back(ProblemOf(std::move(path), std::move(problem)));
      continue;
    }
    source.name = std::move(path);
    result.texts.push_back(std::move(source));
  }
  return result;
}

absl::StatusOr<ValidatedConfig> LoadConfigTexts(const ConfigTexts& texts,
                                                const LoadOptions& options) {
  ResourceLoader loader(options);
  for (const ConfigProblem& problem : texts.unreadable) loader.errors().AddProblem(problem);
  for (const SourceText& source : texts.texts) {
    if (std::string_view(source.name).ends_with(".json")) {
      loader.AddJson(source);
    } else {
      AddYaml(source, loader);
    }
  }
  return loader.Finish();
}

}  // namespace meshroute
