// SPDX-License-Identifier: Apache-2.0
// Router::FromFiles and Router::LoadFiles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "meshroute/router.h"
#include "tests/discovery/temporary_folder.h"

namespace meshroute {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string ServiceYaml(const std::string& name) {
  return "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: " + name +
         "}\nspec:\n  hosts: [" + name +
         ".example]\n  resolution: STATIC\n"
         "  ports: [{number: 80, name: http, protocol: HTTP}]\n"
         "  endpoints: [{address: 10.0.0.1}]\n";
}

std::string ServiceJson(const std::string& name) {
  return R"({"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
"metadata": {"name": ")" +
         name + R"("}, "spec": {"hosts": [")" + name + R"(.example"], "resolution": "STATIC",
"ports": [{"number": 80, "name": "http", "protocol": "HTTP"}],
"endpoints": [{"address": "10.0.0.1"}]}})";
}

std::vector<std::string> Services(const Router& router) {
  std::vector<std::string> names;
  for (const auto& entry : router.tables()->config.resources().service_entries) {
    names.push_back(entry.metadata.name);
  }
  return names;
}

TEST(FromFilesTest, AFolderStandsForItsFilesInOrder) {
  const TemporaryFolder folder;
  folder.Write("b.yaml", ServiceYaml("b"));
  folder.Write("c.yml", ServiceYaml("c") + "---\n" + ServiceYaml("c2"));
  folder.Write("a.json", ServiceJson("a"));
  folder.Write("notes.txt", "not yaml: [");
  folder.Write(".hidden.yaml", "not yaml: [");
  std::filesystem::create_directory(folder / "below.yaml");
  folder.Write("below.yaml/d.yaml", "not yaml: [");

  const auto router = Router::FromFiles({folder.path()});
  ASSERT_TRUE(router.ok()) << router.status().message();
  EXPECT_EQ(Services(**router), (std::vector<std::string>{"a", "b", "c", "c2"}));
}

TEST(FromFilesTest, AFileNamedTwiceIsReadOnce) {
  const TemporaryFolder folder;
  folder.Write("a.yaml", ServiceYaml("a"));
  const auto router = Router::FromFiles(
      {folder.path(), folder / "a.yaml", folder / "./a.yaml", folder.path() + "/"});
  ASSERT_TRUE(router.ok()) << router.status().message();
  EXPECT_EQ(Services(**router), (std::vector<std::string>{"a"}));
}

TEST(FromFilesTest, AFileWithoutAKnownNameIsYaml) {
  const TemporaryFolder folder;
  folder.Write("rules", ServiceYaml("a"));
  EXPECT_TRUE(Router::FromFiles({folder / "rules"}).ok());
}

TEST(FromFilesTest, ProblemsOfAllFilesAreToldAtOnce) {
  const TemporaryFolder folder;
  folder.Write("bad.yaml", "spec: [");
  folder.Write("bad.json", "{");
  folder.Write("invalid.yaml", ServiceYaml("Not_A_Name"));
  const auto router = Router::FromFiles({folder.path(), folder / "absent.yaml"});
  EXPECT_EQ(router.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(router.status().message()),
              AllOf(HasSubstr(folder / "bad.yaml:"), HasSubstr(folder / "bad.json:"),
                    HasSubstr(folder / "invalid.yaml:"),
                    HasSubstr(folder / "absent.yaml: cannot be read: no such file or folder")));
}

TEST(FromFilesTest, WhatIsNeitherAFileNorAFolderIsRefusedAndNotWaitedFor) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe.yaml").c_str(), 0600), 0);
  const auto router = Router::FromFiles({folder / "pipe.yaml"});
  EXPECT_THAT(std::string(router.status().message()),
              HasSubstr("pipe.yaml: cannot be read: neither a file nor a folder"));
}

TEST(FromFilesTest, AFolderWithoutFilesIsNoConfiguration) {
  const TemporaryFolder folder;
  const auto router = Router::FromFiles({folder.path()});
  EXPECT_THAT(std::string(router.status().message()),
              HasSubstr(folder.path() + ": holds no .yaml, .yml or .json file"));
}

TEST(FromFilesTest, AFileThatIsTooLargeIsRefused) {
  const TemporaryFolder folder;
  folder.Write("a.yaml", ServiceYaml("a") + std::string(4096, '#'));
  RouterOptions options;
  options.load.maximum_bytes = 4096;
  EXPECT_EQ(Router::FromFiles({folder / "a.yaml"}, options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FromFilesTest, ASetThatIsRefusedChangesNothing) {
  const TemporaryFolder folder;
  folder.Write("a.yaml", ServiceYaml("a"));
  const auto router = Router::FromFiles({folder.path()});
  ASSERT_TRUE(router.ok());
  const uint64_t version = (*router)->version();

  folder.Write("b.yaml", "spec: [");
  EXPECT_FALSE((*router)->LoadFiles({folder.path()}).ok());
  EXPECT_EQ((*router)->version(), version);
  EXPECT_EQ(Services(**router), (std::vector<std::string>{"a"}));

  folder.Write("b.yaml", ServiceYaml("b"));
  EXPECT_TRUE((*router)->LoadFiles({folder.path()}).ok());
  EXPECT_EQ((*router)->version(), version + 1);
  EXPECT_EQ(Services(**router), (std::vector<std::string>{"a", "b"}));
}

TEST(MeshOptionsFromFileTest, ReadsYamlAndJson) {
  const TemporaryFolder folder;
  folder.Write("mesh.yaml", "rootNamespace: mesh\n");
  folder.Write("mesh.json", R"({"rootNamespace": "mesh"})");
  MeshOptions base;
  base.cluster_domain = "example.org";
  for (const char* const name : {"mesh.yaml", "mesh.json"}) {
    const absl::StatusOr<MeshOptions> mesh = MeshOptionsFromFile(folder / name, base);
    ASSERT_TRUE(mesh.ok()) << mesh.status();
    EXPECT_EQ(mesh->root_namespace, "mesh");
    EXPECT_EQ(mesh->cluster_domain, "example.org");
  }
}

TEST(MeshOptionsFromFileTest, TellsWhatIsWrong) {
  const TemporaryFolder folder;
  folder.Write("mesh.yaml", "rootNamspace: mesh\noutboundTrafficPolicy: {mode: ALL}\n");
  const absl::Status status = MeshOptionsFromFile(folder / "mesh.yaml").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("mesh.yaml:1:1: MeshConfig: rootNamspace: "),
                    HasSubstr("mesh.yaml:2:25: MeshConfig: outboundTrafficPolicy.mode: ")));
  EXPECT_THAT(std::string(MeshOptionsFromFile(folder / "nix").status().message()),
              HasSubstr("cannot be read"));
  std::filesystem::create_directory(folder / "folder");
  EXPECT_THAT(std::string(MeshOptionsFromFile(folder / "folder").status().message()),
              HasSubstr("one MeshConfig"));
}

TEST(FromFilesTest, ARuleThatNamesABalancerWhichTheRouterHasNotIsRefused) {
  const TemporaryFolder folder;
  folder.Write("rule.yaml",
               "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
               "metadata:\n  name: r\n  annotations:\n"
               "    meshroute.io/load-balancer: '{\"custom\": \"mine\"}'\nspec: {host: a.com}\n");
  const absl::Status refused = Router::FromFiles({folder.path()}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("rule.yaml:6:35: "));

  CustomBalancers own;
  own.by_name["mine"] = [](const EndpointList&, RandomSource&) { return nullptr; };
  RouterOptions options;
  options.balancers = &own;
  EXPECT_TRUE(Router::FromFiles({folder.path()}, options).ok());
}

}  // namespace
}  // namespace meshroute
