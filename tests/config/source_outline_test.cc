// SPDX-License-Identifier: Apache-2.0
#include "lib/config/source_outline.h"

#include <gtest/gtest.h>

#include <string>

#include "meshroute/config/json.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

constexpr char kText[] =
    "apiVersion: networking.istio.io/v1\n"
    "kind: VirtualService\n"
    "metadata: {name: v, namespace: ns}\n"
    "spec:\n"
    "  hosts: [a, b]\n"
    "  http:\n"
    "  - match:\n"
    "    - headers: {x-a.b: {exact: c}}\n"
    "    route:\n"
    "    - destination: {host: a}\n"
    "      weight: 1\n";

TEST(SourceOutline, ExpandsToATreeWithTheSamePositions) {
  ConfigErrors errors;
  const std::string text = "{\"a\":\n\n [1, {\"b\": {}, \"c\": [[]]}],\n\"" +
                           std::string(300, 'k') + "\": " + std::string(200, ' ') + "true}";
  const auto root = ReadJson({"a.json", text}, {}, errors);
  ASSERT_NE(root, nullptr);
  const DocumentNode expanded = SourceOutline(*root).Expand();
  for (const std::string path :
       {"", "a", "a[0]", "a[1]", "a[1].b", "a[1].c[0]", "a[1].c[1]", "x"}) {
    EXPECT_EQ(expanded.PositionOf(path), root->PositionOf(path)) << path;
  }
  EXPECT_EQ(expanded.PositionOf(std::string(300, 'k')), (TextPosition{4, 1}));
}

TEST(SourceOutline, OfNothingIsAnEmptyTree) {
  EXPECT_TRUE(SourceOutline().Expand().is_null());
  EXPECT_EQ(SourceOutline(TextPosition{7, 3}).Expand().position(), (TextPosition{7, 3}));
}

TEST(ValidatedConfigSources, FindFieldsWhenTheTextsAreGone) {
  absl::StatusOr<ValidatedConfig> config;
  {
    Loaded loaded = Loaded::Yaml(kText);
    config = loaded.loader().Finish();
  }
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_NE(config->sources(), nullptr);
  const Metadata& metadata = config->resources().virtual_services[0].metadata;
  const auto locate = [&](std::string_view path) {
    return config->sources()->Locate("VirtualService", metadata, path);
  };
  EXPECT_EQ(locate("spec.http[0].route[0].weight"), (SourcePosition{"test.yaml", 11, 7}));
  EXPECT_EQ(locate("spec.http[0].match[0].headers.x-a.b.exact"),
            (SourcePosition{"test.yaml", 8, 25}));
  EXPECT_EQ(locate("spec.http[0].timeout"), (SourcePosition{"test.yaml", 7, 5}));
  EXPECT_EQ(locate(""), (SourcePosition{"test.yaml", 1, 1}));
  EXPECT_EQ(config->sources()->Locate("VirtualService", Metadata(), "spec"), SourcePosition());
  EXPECT_EQ(ValidatedConfig().sources(), nullptr);
}

TEST(ValidatedConfigSources, KeepOnlyThePlacesOfObjectsWhereMemoryIsShort) {
  LoadOptions options;
  options.maximum_position_bytes = 60;
  Loaded loaded = Loaded::Yaml("# first\n" + std::string(kText), options);
  const absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(
      config->sources()->Locate("VirtualService", config->resources().virtual_services[0].metadata,
                                "spec.http[0].route[0].weight"),
      (SourcePosition{"test.yaml", 2, 1}));
}

}  // namespace
}  // namespace meshroute
