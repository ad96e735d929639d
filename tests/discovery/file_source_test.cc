// SPDX-License-Identifier: Apache-2.0
#include "meshroute/discovery/file_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "meshroute/testing/virtual_clock.h"
#include "tests/discovery/temporary_folder.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;

// Rules that name a service.
std::string Rules(const std::string& name) {
  return "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: " + name +
         "}\nspec:\n  hosts: [" + name +
         ".example]\n  resolution: STATIC\n"
         "  ports: [{number: 80, name: http, protocol: HTTP}]\n"
         "  endpoints: [{address: 10.0.0.1}]\n";
}

class FileSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.Write("a.yaml", Rules("first"));
    RouterOptions options;
    options.clock = &clock_;
    auto router = Router::FromFiles({folder_.path()}, options);
    ASSERT_TRUE(router.ok()) << router.status().message();
    router_ = *std::move(router);
    source_ = std::make_unique<FileSource>(*router_, std::vector<std::string>{folder_.path()},
                                           milliseconds(250));
    Look();
  }

  // Lets the source look once.
  void Look() {
    clock_.Advance(milliseconds(250));
    source_->RunDue(clock_.Now());
  }

  // The name of the service that the rules in force declare.
  std::string InForce() const {
    const auto tables = router_->tables();
    const auto& entries = tables->config.resources().service_entries;
    return entries.empty() ? "" : entries.back().metadata.name;
  }

  TemporaryFolder folder_;
  VirtualClock clock_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<FileSource> source_;
};

TEST_F(FileSourceTest, FilesThatDoNotChangeAreNotLoadedAgain) {
  const uint64_t version = router_->version();
  for (int i = 0; i < 10; ++i) Look();
  EXPECT_EQ(source_->loads(), 0u);
  EXPECT_EQ(router_->version(), version);
}

TEST_F(FileSourceTest, AChangeIsTakenOverOnceTwoLooksAgree) {
  folder_.Write("a.yaml", Rules("second"));
  Look();
  EXPECT_EQ(InForce(), "first");
  Look();
  EXPECT_EQ(InForce(), "second");
  EXPECT_EQ(source_->loads(), 1u);
  Look();
  EXPECT_EQ(source_->loads(), 1u);
}

TEST_F(FileSourceTest, AFileHalfWrittenIsNotLoaded) {
  const std::string whole = Rules("second");
  for (size_t size = 10; size < whole.size(); size += 30) {
    folder_.Write("a.yaml", whole.substr(0, size));
    Look();
  }
  EXPECT_EQ(source_->loads() + source_->refusals(), 0u);
  folder_.Write("a.yaml", whole);
  Look();
  Look();
  EXPECT_EQ(InForce(), "second");
  EXPECT_EQ(source_->refusals(), 0u);
}

TEST_F(FileSourceTest, AFileMovedIntoPlaceIsLoadedAtOnce) {
  folder_.Move("a.yaml", Rules("second"));
  Look();
  EXPECT_EQ(InForce(), "second");
}

TEST_F(FileSourceTest, AFolderBehindALinkIsFollowed) {
  // As Kubernetes mounts a ConfigMap: the link is moved, not the files.
  std::filesystem::create_directory(folder_ / "1");
  std::filesystem::create_directory(folder_ / "2");
  folder_.Write("1/a.yaml", Rules("first"));
  folder_.Write("2/a.yaml", Rules("second"));
  std::filesystem::create_directory_symlink("1", folder_ / "current");
  FileSource source(*router_, {folder_ / "current"}, milliseconds(250));
  std::filesystem::create_directory_symlink("2", folder_ / "next");
  std::filesystem::rename(folder_ / "next", folder_ / "current");
  for (int i = 0; i < 2; ++i) {
    clock_.Advance(milliseconds(250));
    source.RunDue(clock_.Now());
  }
  EXPECT_EQ(InForce(), "second");
}

TEST_F(FileSourceTest, ANewFileIsTakenOver) {
  folder_.Write("b.yaml", Rules("second"));
  Look();
  Look();
  EXPECT_EQ(InForce(), "second");
  EXPECT_EQ(router_->tables()->config.resources().service_entries.size(), 2u);
}

TEST_F(FileSourceTest, ABadSetChangesNothingUntilAGoodOneComes) {
  folder_.Write("a.yaml", "spec: [");
  Look();
  Look();
  EXPECT_EQ(InForce(), "first");
  EXPECT_EQ(source_->refusals(), 1u);
  EXPECT_THAT(std::string(source_->last_error().message()), testing::HasSubstr("a.yaml"));

  for (int i = 0; i < 10; ++i) Look();
  EXPECT_EQ(source_->refusals(), 1u);
  EXPECT_FALSE(source_->last_error().ok());

  folder_.Write("a.yaml", Rules("second"));
  Look();
  Look();
  EXPECT_EQ(InForce(), "second");
  EXPECT_TRUE(source_->last_error().ok());
}

TEST_F(FileSourceTest, FilesThatAreGoneDoNotTakeTheirRulesAlong) {
  std::filesystem::remove(folder_ / "a.yaml");
  for (int i = 0; i < 5; ++i) Look();
  EXPECT_EQ(InForce(), "first");
  EXPECT_EQ(source_->refusals(), 1u);
  EXPECT_FALSE(source_->last_error().ok());
}

TEST_F(FileSourceTest, ReloadLooksAtOnce) {
  EXPECT_TRUE(source_->Reload().ok());
  EXPECT_EQ(source_->loads(), 0u);
  folder_.Write("a.yaml", Rules("second"));
  EXPECT_TRUE(source_->Reload().ok());
  EXPECT_EQ(InForce(), "second");
  folder_.Write("a.yaml", "spec: [");
  EXPECT_FALSE(source_->Reload().ok());
  EXPECT_FALSE(source_->Reload().ok());
  EXPECT_EQ(source_->refusals(), 1u);
}

TEST_F(FileSourceTest, LooksOncePerInterval) {
  const TimePoint due = source_->RunDue(clock_.Now());
  EXPECT_EQ(due, clock_.Now() + milliseconds(250));
  folder_.Move("a.yaml", Rules("second"));
  clock_.Advance(milliseconds(249));
  EXPECT_EQ(source_->RunDue(clock_.Now()), due);
  EXPECT_EQ(InForce(), "first");
  clock_.Advance(milliseconds(1));
  source_->RunDue(clock_.Now());
  EXPECT_EQ(InForce(), "second");
}

}  // namespace
}  // namespace meshroute
