// SPDX-License-Identifier: Apache-2.0
#include "demo/rule_folder.h"

#include <stdlib.h>  // mkdtemp

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace demo {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text) return absl::NotFoundError("cannot read " + path);
  return text.str();
}

// Puts the port that each server really has in place of the declared one.
absl::StatusOr<std::string> WithRealPorts(std::string text, const ReviewServers& servers) {
  for (const auto& server : servers.all()) {
    const std::string declared = "http: " + std::to_string(server->declared_port()) + "\n";
    const size_t at = text.find(declared);
    if (at == std::string::npos) {
      return absl::NotFoundError("service-entry.yaml: no endpoint has \"http: " +
                                 std::to_string(server->declared_port()) + "\"");
    }
    text.replace(at, declared.size(), "http: " + std::to_string(server->port()) + "\n");
  }
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RuleFolder>> RuleFolder::Create(const std::string& source,
                                                               const ReviewServers& servers) {
  std::error_code error;
  std::string path = std::filesystem::temp_directory_path(error) / "meshroute-demo-XXXXXX";
  if (error || mkdtemp(path.data()) == nullptr) {
    return absl::UnavailableError("cannot make a temporary folder " + path);
  }
  std::unique_ptr<RuleFolder> folder(new RuleFolder(source, std::move(path)));
  if (absl::Status status = folder->CopyAll(servers); !status.ok()) return status;
  return folder;
}

RuleFolder::~RuleFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

absl::Status RuleFolder::CopyAll(const ReviewServers& servers) {
  for (const char* name : {"service-entry.yaml", "destination-rule.yaml", "virtual-service.yaml"}) {
    absl::StatusOr<std::string> text = ReadFile(source_ + "/" + name);
    if (text.ok() && name == std::string("service-entry.yaml")) {
      text = WithRealPorts(*std::move(text), servers);
    }
    if (!text.ok()) return text.status();
    if (absl::Status status = Write(name, *text); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RuleFolder::Change(const std::string& change) {
  const absl::StatusOr<std::string> text = ReadFile(source_ + "/" + change);
  if (!text.ok()) return text.status();
  return Write("virtual-service.yaml", *text);
}

absl::Status RuleFolder::Write(const std::string& name, const std::string& text) {
  // Not yet a .yaml file, so nobody reads it.
  const std::string unfinished = path_ + "/" + name + ".new";
  std::ofstream file(unfinished);
  file << text;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(unfinished, path_ + "/" + name, error);
  if (!file || error) return absl::UnavailableError("cannot write " + path_ + "/" + name);
  return absl::OkStatus();
}

}  // namespace demo
