// SPDX-License-Identifier: Apache-2.0
// The annotation of a VirtualService that makes its splits stick to a key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "meshroute/config/support.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/config/writer.h"
#include "tests/config/load.h"

namespace meshroute {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPath[] = "metadata.annotations.meshroute.io/sticky-split";

// A VirtualService whose annotations are this YAML, in lines that are indented by four.
Loaded LoadService(const std::string& annotations, const std::string& route =
                                                       "{destination: {host: b.com}, weight: 1}, "
                                                       "{destination: {host: c.com}, weight: 3}") {
  return Loaded::Yaml(
      "apiVersion: networking.istio.io/v1\n"
      "kind: VirtualService\n"
      "metadata:\n"
      "  name: v\n"
      "  annotations:\n" +
      annotations + "spec: {hosts: [a.com], http: [{route: [" + route + "]}]}\n");
}

Loaded Sticky(const std::string& json) {
  return LoadService("    meshroute.io/sticky-split: '" + json + "'\n");
}

// All problems of an annotation, in reading and in meaning.
std::vector<std::string> ErrorsOf(const std::string& json) {
  Loaded loaded = Sticky(json);
  const bool accepted = loaded.loader().Finish().ok();
  EXPECT_EQ(accepted, loaded.errors().empty());
  return loaded.errors();
}

const VirtualService& ServiceOf(const Loaded& loaded) {
  return loaded.resources().virtual_services.at(0);
}

TEST(StickyAnnotation, IsReadAndIsNoAnnotationAfterwards) {
  const Loaded loaded = LoadService(
      "    team: a\n"
      "    meshroute.io/sticky-split: '{\"key\": {\"httpHeaderName\": \"x-user\"}, "
      "\"salt\": \"s\"}'\n");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(ServiceOf(loaded).metadata.annotations, (Labels{{"team", "a"}}));
  EXPECT_EQ(ServiceOf(loaded).sticky_split,
            (StickySplit{.key = {.http_header_name = "x-user"}, .salt = "s"}));
}

TEST(StickyAnnotation, EachKindOfKeyHasAFieldAndTheCallersNone) {
  const auto read = [](const std::string& json) {
    Loaded loaded = Sticky(json);
    EXPECT_TRUE(loaded.loader().Finish().ok()) << json;
    return *ServiceOf(loaded).sticky_split;
  };
  EXPECT_EQ(read("{}"), StickySplit());
  EXPECT_EQ(read(R"({"key": {"httpCookieName": "user"}})").key,
            (StickyKey{.http_cookie_name = "user"}));
  EXPECT_EQ(read(R"({"key": {"httpQueryParameterName": "user"}})").key,
            (StickyKey{.http_query_parameter_name = "user"}));
  EXPECT_EQ(ServiceOf(LoadService("    team: a\n")).sticky_split, std::nullopt);
}

TEST(StickyAnnotation, AnotherAnnotationOfOursIsAnErrorThatNamesTheNearest) {
  const Loaded loaded = LoadService("    meshroute.io/sticky-splt: '{}'\n    other.io/x: y\n");
  EXPECT_THAT(loaded.errors(),
              ElementsAre("metadata.annotations.meshroute.io/sticky-splt: unknown field; did you "
                          "mean 'meshroute.io/sticky-split'?"));
  EXPECT_THAT(loaded.positions(), ElementsAre("6:5"));
  EXPECT_THAT(LoadService("    meshroute.io/outlier-detection: '{}'\n").errors(),
              ElementsAre("metadata.annotations.meshroute.io/outlier-detection: unknown field"));
}

TEST(StickyAnnotation, ProblemsInsideAreErrorsAtTheirPlace) {
  // `    meshroute.io/sticky-split: '` is 32 characters long.
  const Loaded unknown = Sticky(R"({"key": {"httpHeader": "x-user"}})");
  EXPECT_THAT(unknown.errors(),
              ElementsAre(HasSubstr(std::string(kPath) + ".key.httpHeader: unknown field")));
  EXPECT_THAT(unknown.positions(), ElementsAre("6:42"));
  Loaded bad = Sticky(R"({"key": {"httpHeaderName": "x user"}})");
  EXPECT_FALSE(bad.loader().Finish().ok());
  EXPECT_THAT(bad.errors(), ElementsAre(std::string(kPath) +
                                        ".key.httpHeaderName: must be the name of a header, got "
                                        "\"x user\""));
  EXPECT_THAT(bad.positions(), ElementsAre("6:42"));
}

TEST(StickyAnnotation, EveryRuleOfTheFieldsIsChecked) {
  const std::string path = kPath;
  EXPECT_THAT(ErrorsOf(R"({"key": {"httpCookieName": "a=b"}})"),
              ElementsAre(path + ".key.httpCookieName: must be a cookie's name, got \"a=b\""));
  EXPECT_THAT(ErrorsOf(R"({"key": {"httpQueryParameterName": ""}})"),
              ElementsAre(path + ".key.httpQueryParameterName: must not be empty"));
  EXPECT_THAT(ErrorsOf(R"({"key": {"httpHeaderName": "a", "httpCookieName": "b"}})"),
              Contains(path + ".key: must be of one kind, has 2"));
  EXPECT_THAT(ErrorsOf(R"({"salt": 1})"), ElementsAre(HasSubstr(path + ".salt: must be a string")));
  EXPECT_THAT(ErrorsOf("[]"), ElementsAre(HasSubstr(path + ": must be a map, got a list")));
  EXPECT_THAT(ErrorsOf("{"), ElementsAre(HasSubstr(path + ": not valid JSON")));
}

TEST(StickyAnnotation, WithNothingToSplitItHasNoEffectAndALoadSaysSo) {
  Loaded loaded =
      LoadService("    meshroute.io/sticky-split: '{}'\n", "{destination: {host: b.com}}");
  EXPECT_TRUE(loaded.loader().Finish().ok());
  EXPECT_THAT(loaded.warnings(),
              Contains(std::string(kPath) + ": is for http rules with several destinations, and "
                                            "none here has several"));
  Loaded split = Sticky("{}");
  EXPECT_TRUE(split.loader().Finish().ok());
  EXPECT_THAT(split.warnings(), testing::Not(Contains(HasSubstr("sticky-split"))));
}

TEST(StickyAnnotation, InCodeAnAnnotationIsRefusedForItWouldDoNothing) {
  Resources resources = Sticky("{}").resources();
  VirtualService& service = resources.virtual_services.at(0);
  ASSERT_TRUE(Validate(resources).ok());
  service.metadata.annotations["meshroute.io/sticky-split"] = "{}";
  EXPECT_THAT(std::string(Validate(resources).status().message()),
              HasSubstr("is no annotation in code: set the member of VirtualService"));
}

TEST(StickyAnnotation, ReadsBackFromWhatIsWritten) {
  const Loaded loaded = LoadService(
      "    team: a\n"
      "    meshroute.io/sticky-split: '{\"key\": {\"httpCookieName\": \"user\"}, \"salt\": "
      "\"2026\"}'\n");
  const std::string yaml = WriteYaml(loaded.resources());
  EXPECT_THAT(yaml, HasSubstr(R"(meshroute.io/sticky-split: '{"key":{"httpCookieName":"user"})"));
  EXPECT_EQ(Loaded::Yaml(yaml).resources(), loaded.resources());
  EXPECT_EQ(Loaded::Json(WriteJson(loaded.resources())).resources(), loaded.resources());
}

TEST(StickyAnnotation, IsListedAmongTheFieldsThatAreObeyed) {
  const std::vector<FieldSupport> fields = ListFieldSupport();
  EXPECT_TRUE(std::any_of(fields.begin(), fields.end(), [](const FieldSupport& field) {
    return field.kind == "VirtualService" &&
           field.path == std::string(kPath) + ".key.httpHeaderName" &&
           field.support == Support::kHonoured;
  }));
}

}  // namespace
}  // namespace meshroute
