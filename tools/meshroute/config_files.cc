// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/config_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "meshroute/config/json.h"
#include "meshroute/config/yaml.h"
#include "tools/meshroute/arguments.h"
#include "tools/meshroute/console.h"

namespace meshroute::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kExtensions = {".yaml", ".yml", ".json"};

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool IsConfigFile(const fs::path& path) {
  const std::string extension = path.extension().string();
  return !IsHidden(path) &&
         std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

// Lists files and reads them, and remembers what could not be read.
class Reader {
 public:
  Reader(Folders folders, std::istream& in, size_t maximum_bytes)
      : folders_(folders), in_(in), maximum_bytes_(maximum_bytes) {}

  void Add(const std::string& path) {
    std::error_code ignored;
    if (path == kStandardInput) {
      AddStandardInput();
    } else if (fs::is_directory(path, ignored)) {
      AddFolder(path);
    } else {
      AddFile(fs::path(path));
    }
  }

  absl::StatusOr<std::vector<SourceText>> Take() {
    if (!complaints_.empty()) return UsageError(complaints_, hint_);
    return std::move(texts_);
  }

 private:
  void Complain(std::string_view path, std::string_view message, std::string_view hint = {}) {
    if (!complaints_.empty()) complaints_ += '\n';
    complaints_.append(Visible(path)).append(": ").append(message);
    if (hint_.empty()) hint_ = hint;
  }

  void AddStandardInput() {
    if (!seen_.insert(std::string(kStandardInputName)).second) return;
    texts_.push_back({std::string(kStandardInputName), ReadAll(in_, maximum_bytes_)});
  }

  void AddFolder(const std::string& folder) {
    std::error_code error;
    std::set<fs::path> files;
    fs::recursive_directory_iterator entry(folder, error);
    for (const fs::recursive_directory_iterator end; !error && entry != end;
         entry.increment(error)) {
      std::error_code ignored;
      if (entry->is_directory(ignored)) {
        if (folders_ == Folders::kTopOnly || IsHidden(entry->path())) {
          entry.disable_recursion_pending();
        }
      } else if (IsConfigFile(entry->path()) && entry->is_regular_file(ignored)) {
        files.insert(entry->path());
      }
    }
    if (error) return Complain(folder, "cannot be read: " + error.message());
    if (files.empty()) {
      // A folder that is empty by mistake must not pass for rules without a fault.
      const std::string_view hint =
          folders_ == Folders::kTopOnly ? "-R looks into the folders below as well" : "";
      return Complain(folder, "holds no .yaml, .yml or .json file", hint);
    }
    for (const fs::path& file : files) AddFile(file);
  }

  void AddFile(const fs::path& path) {
    const std::string name = path.lexically_normal().string();
    if (!seen_.insert(name).second) return;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return Complain(name, "no such file or folder");
    if (fs::is_directory(status)) return Complain(name, "is a folder");
    std::ifstream file(path, std::ios::binary);
    if (!file) return Complain(name, std::string("cannot be read: ") + std::strerror(errno));
    SourceText source{name, ReadAll(file, maximum_bytes_)};
    if (file.bad()) return Complain(name, std::string("cannot be read: ") + std::strerror(errno));
    texts_.push_back(std::move(source));
  }

  const Folders folders_;
  std::istream& in_;
  const size_t maximum_bytes_;
  std::set<std::string> seen_;
  std::vector<SourceText> texts_;
  std::string complaints_;
  std::string hint_;
};

}  // namespace

std::string ReadAll(std::istream& in, size_t maximum_bytes) {
  std::string text;
  std::array<char, 65536> bytes;
  while (text.size() <= maximum_bytes && in) {
    const size_t wanted = std::min(bytes.size(), maximum_bytes + 1 - text.size());
    in.read(bytes.data(), static_cast<std::streamsize>(wanted));
    text.append(bytes.data(), static_cast<size_t>(in.gcount()));
  }
  return text;
}

absl::StatusOr<std::vector<SourceText>> ReadConfigFiles(std::span<const std::string> paths,
                                                        Folders folders, std::istream& in,
                                                        size_t maximum_bytes) {
  Reader reader(folders, in, maximum_bytes);
  for (const std::string& path : paths) reader.Add(path);
  return reader.Take();
}

namespace {

// Whether `source` is read as JSON although it is not named so, as what kubectl
// gives through a pipe; it is then in `loader`.
bool AddUnnamedJson(const SourceText& source, ResourceLoader& loader) {
  if (!source.text.starts_with('{')) return false;
  ConfigErrors errors;
  std::unique_ptr<DocumentNode> document = ReadJson(source, loader.options(), errors);
  if (document == nullptr) return false;
  const SourceLines lines(source.text);
  loader.AddDocument(std::move(document), source.name, &lines);
  return true;
}

}  // namespace

void AddTexts(const std::vector<SourceText>& texts, ResourceLoader& loader) {
  for (const SourceText& source : texts) {
    if (std::string_view(source.name).ends_with(".json")) {
      loader.AddJson(source);
    } else if (!AddUnnamedJson(source, loader)) {
      AddYaml(source, loader);
    }
  }
}

}  // namespace meshroute::tool
