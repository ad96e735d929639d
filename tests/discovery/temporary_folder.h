// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_DISCOVERY_TEMPORARY_FOLDER_H_
#define MESHROUTE_TESTS_DISCOVERY_TEMPORARY_FOLDER_H_

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace meshroute {

// A folder of its own for a test's files, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "meshroute-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  // Writes the file in place.
  void Write(std::string_view name, std::string_view text) const {
    std::ofstream(*this / name, std::ios::binary | std::ios::trunc) << text;
  }

  // Puts a file in place that was written before, elsewhere. It is given an older
  // time, as any file has that took a while to move.
  void Move(std::string_view name, std::string_view text) const {
    Write(".new", text);
    const std::filesystem::path from(*this / ".new");
    std::filesystem::last_write_time(
        from, std::filesystem::last_write_time(from) - std::chrono::seconds(1));
    std::filesystem::rename(from, *this / name);
  }

 private:
  std::string path_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_DISCOVERY_TEMPORARY_FOLDER_H_
