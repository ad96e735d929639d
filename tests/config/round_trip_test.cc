// SPDX-License-Identifier: Apache-2.0
// What is written reads back as the same resources.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "meshroute/config/json.h"
#include "meshroute/config/support.h"
#include "meshroute/config/writer.h"
#include "tests/config/load.h"
#include "tests/config/random_resources.h"

namespace meshroute {
namespace {

using ::testing::IsEmpty;

constexpr uint64_t kFirstSeed = 7000;
constexpr uint64_t kSeeds = 300;

TEST(RoundTripTest, RandomResourcesReadBackFromJson) {
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
    const Resources resources = RandomResources(seed).Next();
    const std::string text = WriteJson(resources);
    const Loaded loaded = Loaded::Json(text);
    ASSERT_THAT(loaded.errors(), IsEmpty()) << "seed " << seed << "\n" << text;
    ASSERT_EQ(loaded.resources(), resources) << "seed " << seed << "\n" << text;
  }
}

TEST(RoundTripTest, RandomResourcesReadBackFromYaml) {
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
    const Resources resources = RandomResources(seed).Next();
    const std::string text = WriteYaml(resources);
    const Loaded loaded = Loaded::Yaml(text);
    ASSERT_THAT(loaded.errors(), IsEmpty()) << "seed " << seed << "\n" << text;
    ASSERT_EQ(loaded.resources(), resources) << "seed " << seed << "\n" << text;
  }
}

TEST(RoundTripTest, ReadingIsTheSameFromJsonAndYaml) {
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + 50; ++seed) {
    const std::string text = WriteJson(RandomResources(seed).Next());
    const Loaded json = Loaded::Json(text);
    const Loaded yaml = Loaded::Yaml(text);
    ASSERT_THAT(yaml.errors(), IsEmpty()) << "seed " << seed << "\n" << text;
    ASSERT_EQ(json.resources(), yaml.resources()) << "seed " << seed;
    ASSERT_EQ(json.warnings(), yaml.warnings()) << "seed " << seed;
  }
}

bool Reaches(const DocumentNode& node, std::string_view path);

// The same where `path` begins with an annotation of ours, whose value is JSON.
bool ReachesInAnnotation(const DocumentNode& annotations, std::string_view path) {
  const size_t end = std::min(path.find('.', path.find('/')), path.size());
  const DocumentNode* const annotation = annotations.Find(path.substr(0, end));
  if (annotation == nullptr) return false;
  ConfigErrors errors;
  const auto tree = ReadJson({"", annotation->string()}, {}, errors);
  return tree != nullptr && Reaches(*tree, path.substr(end));
}

// Whether some value stands under `path`, where "[]" and "{}" are any element.
bool Reaches(const DocumentNode& node, std::string_view path) {
  if (path.empty()) return true;
  const std::string_view sign = path.substr(0, 2);
  if (sign == "[]" || sign == "{}") {
    path.remove_prefix(2);
    if (node.is_list()) {
      for (const DocumentNode& element : node.elements()) {
        if (Reaches(element, path)) return true;
      }
    } else if (node.is_map()) {
      for (const DocumentNode::Member& member : node.members()) {
        if (Reaches(member.value, path)) return true;
      }
    }
    return false;
  }
  if (path.front() == '.') path.remove_prefix(1);
  if (path.starts_with("meshroute.io/")) return ReachesInAnnotation(node, path);
  const size_t end = std::min(path.find_first_of(".[{"), path.size());
  const DocumentNode* member = node.Find(path.substr(0, end));
  return member != nullptr && Reaches(*member, path.substr(end));
}

TEST(RoundTripTest, TheRandomResourcesReachEveryFieldThereIs) {
  std::set<std::pair<std::string, std::string>> missing;
  for (const FieldSupport& field : ListFieldSupport()) {
    if (field.path.find('=') == std::string::npos) missing.emplace(field.kind, field.path);
  }
  EXPECT_GT(missing.size(), 300U);
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds && !missing.empty(); ++seed) {
    ConfigErrors errors;
    const auto list = ReadJson({"", WriteJson(RandomResources(seed).Next())}, {}, errors);
    ASSERT_NE(list, nullptr);
    for (const DocumentNode& object : list->Find("items")->elements()) {
      const std::string& kind = object.Find("kind")->string();
      for (auto field = missing.begin(); field != missing.end();) {
        const bool found = field->first == kind && Reaches(object, field->second);
        field = found ? missing.erase(field) : std::next(field);
      }
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

}  // namespace
}  // namespace meshroute
