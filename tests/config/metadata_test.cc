// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/metadata.h"

#include <gtest/gtest.h>

#include "meshroute/config/mesh_options.h"
#include "meshroute/config/visibility.h"

namespace meshroute {
namespace {

TEST(LabelsCover, WhereEveryPairIsThere) {
  const Labels labels{{"app", "a"}, {"version", "v1"}};
  EXPECT_TRUE(LabelsCover(labels, {}));
  EXPECT_TRUE(LabelsCover(labels, {{"app", "a"}}));
  EXPECT_TRUE(LabelsCover(labels, labels));
  EXPECT_FALSE(LabelsCover(labels, {{"app", "b"}}));
  EXPECT_FALSE(LabelsCover(labels, {{"app", "a"}, {"zone", "z"}}));
  EXPECT_FALSE(LabelsCover(labels, {{"zone", ""}}));
  EXPECT_TRUE(LabelsCover({}, {}));
}

TEST(WithTopologyLabels, SplitsTheLocality) {
  EXPECT_EQ(WithTopologyLabels({}, "r/z/s", "n", "c"), (Labels{{kRegionLabel, "r"},
                                                               {kZoneLabel, "z"},
                                                               {kSubzoneLabel, "s"},
                                                               {kNetworkLabel, "n"},
                                                               {kClusterLabel, "c"}}));
  EXPECT_EQ(WithTopologyLabels({}, "r", "", ""), (Labels{{kRegionLabel, "r"}}));
  EXPECT_EQ(WithTopologyLabels({}, "r/z", "", ""),
            (Labels{{kRegionLabel, "r"}, {kZoneLabel, "z"}}));
  EXPECT_EQ(WithTopologyLabels({}, "r//s", "", ""),
            (Labels{{kRegionLabel, "r"}, {kSubzoneLabel, "s"}}));
  EXPECT_EQ(WithTopologyLabels({{"a", "b"}}, "", "", ""), (Labels{{"a", "b"}}));
}

TEST(WithTopologyLabels, LocalityReplacesLabelsNetworkAndClusterStandIn) {
  const Labels own{{kRegionLabel, "old"}, {kNetworkLabel, "mine"}, {kClusterLabel, "mine"}};
  EXPECT_EQ(WithTopologyLabels(own, "r", "n", "c"),
            (Labels{{kRegionLabel, "r"}, {kNetworkLabel, "mine"}, {kClusterLabel, "mine"}}));
}

TEST(ClientLabels, AddThePlaceOfTheClient) {
  ClientIdentity client;
  client.labels = {{"app", "a"}};
  client.locality = "r/z";
  client.network = "n";
  EXPECT_EQ(ClientLabels(client),
            (Labels{{"app", "a"}, {kRegionLabel, "r"}, {kZoneLabel, "z"}, {kNetworkLabel, "n"}}));
}

TEST(ParseTimestamp, ReadsRfc3339) {
  using std::chrono::sys_seconds;
  EXPECT_EQ(ParseTimestamp("1970-01-01T00:00:00Z"), sys_seconds());
  EXPECT_EQ(ParseTimestamp("2026-01-02T03:04:05Z"),
            sys_seconds(std::chrono::seconds(1'767'323'045)));
  EXPECT_EQ(ParseTimestamp("2026-01-02T05:04:05+02:00"), ParseTimestamp("2026-01-02T03:04:05Z"));
  EXPECT_EQ(ParseTimestamp("2026-01-01T21:34:05-05:30"), ParseTimestamp("2026-01-02T03:04:05Z"));
  EXPECT_EQ(ParseTimestamp("2026-01-02t03:04:05.999999z"), ParseTimestamp("2026-01-02T03:04:05Z"));
  EXPECT_TRUE(ParseTimestamp("2024-02-29T00:00:00Z").has_value());
  EXPECT_TRUE(ParseTimestamp("2016-12-31T23:59:60Z").has_value());
}

TEST(ParseTimestamp, RefusesWhatIsNone) {
  for (const char* const text :
       {"", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05Zx", "2026-13-02T03:04:05Z",
        "2026-02-29T03:04:05Z", "2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z", "2026-1-2T03:04:05Z", "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05+2:00", "2026-01-02T03:04:05+02", "2026-01-02T03:04:05+24:00",
        "-026-01-02T03:04:05Z", "2026-01-02 at 03:04:05Z", "yesterday"}) {
    EXPECT_EQ(ParseTimestamp(text), std::nullopt) << text;
  }
}

Metadata Named(const std::string& name, const std::string& namespace_name,
               const std::string& timestamp) {
  Metadata metadata;
  metadata.name = name;
  metadata.namespace_name = namespace_name;
  metadata.creation_timestamp = timestamp;
  return metadata;
}

TEST(CreatedBefore, OrdersByAgeThenNameThenNamespace) {
  const std::string early = "2026-01-02T03:04:05+03:00";
  const std::string late = "2026-01-02T02:04:05Z";
  EXPECT_TRUE(CreatedBefore(Named("z", "z", early), Named("a", "a", late)));
  EXPECT_FALSE(CreatedBefore(Named("a", "a", late), Named("z", "z", early)));
  EXPECT_TRUE(CreatedBefore(Named("a", "z", late), Named("b", "a", late)));
  EXPECT_TRUE(CreatedBefore(Named("a", "a", late), Named("a", "b", late)));
  EXPECT_FALSE(CreatedBefore(Named("a", "a", late), Named("a", "a", late)));
}

TEST(CreatedBefore, AnObjectWithoutATimeIsTheOldest) {
  EXPECT_TRUE(CreatedBefore(Named("z", "z", ""), Named("a", "a", "1970-01-01T00:00:00Z")));
  EXPECT_TRUE(CreatedBefore(Named("a", "z", ""), Named("b", "a", "")));
}

const std::vector<std::string> kEverybody{"*"};

TEST(Visibility, AnEmptyListMeansTheMeshDefault) {
  EXPECT_TRUE(Visibility({}, "own", kEverybody).is_public());
  EXPECT_TRUE(Visibility({}, "own", kEverybody).Includes("other"));
  EXPECT_FALSE(Visibility({}, "own", {"."}).Includes("other"));
  EXPECT_TRUE(Visibility({}, "own", {"."}).Includes("own"));
  EXPECT_TRUE(Visibility({}, "own", {"."}).is_private());
}

TEST(Visibility, ADotIsTheOwnNamespace) {
  const Visibility own({"."}, "own", kEverybody);
  EXPECT_TRUE(own.Includes("own"));
  EXPECT_FALSE(own.Includes("other"));
  EXPECT_TRUE(own.is_private());
  EXPECT_FALSE(own.is_public());
  EXPECT_TRUE(Visibility({"own"}, "own", kEverybody).is_private());
}

TEST(Visibility, NamedNamespacesSeeAndOthersDoNot) {
  const Visibility listed({"a", "b"}, "own", kEverybody);
  EXPECT_TRUE(listed.Includes("a"));
  EXPECT_FALSE(listed.Includes("own"));
  EXPECT_FALSE(listed.is_private());
  EXPECT_FALSE(listed.is_public());
  EXPECT_FALSE(Visibility({".", "a"}, "own", kEverybody).is_private());
}

TEST(Visibility, AStarSilencesTheRestAndATildeIsNobody) {
  EXPECT_TRUE(Visibility({".", "*"}, "own", kEverybody).is_public());
  EXPECT_FALSE(Visibility({".", "*"}, "own", kEverybody).is_private());
  EXPECT_FALSE(Visibility({"~"}, "own", kEverybody).Includes("own"));
  EXPECT_FALSE(Visibility({"~"}, "own", kEverybody).is_private());
}

}  // namespace
}  // namespace meshroute
