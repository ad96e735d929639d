// SPDX-License-Identifier: Apache-2.0
// Kubernetes' wrapping of resources: apiVersion, kind, metadata, lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/config/load.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Object(const std::string& kind, const std::string& name) {
  return "{apiVersion: networking.istio.io/v1, kind: " + kind + ", metadata: {name: " + name + "}}";
}

std::vector<std::string> Names(const Loaded& loaded) {
  std::vector<std::string> names;
  for (const auto& service : loaded.resources().virtual_services)
    names.push_back(service.metadata.name);
  return names;
}

TEST(EnvelopeTest, TheFourKindsAreRead) {
  const Loaded loaded = Loaded::Yaml(
      Object("VirtualService", "a") + "\n---\n" + Object("DestinationRule", "b") + "\n---\n" +
      Object("ServiceEntry", "c") + "\n---\n" + Object("WorkloadEntry", "d"));
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_EQ(loaded.resources().virtual_services.at(0).metadata.name, "a");
  EXPECT_EQ(loaded.resources().destination_rules.at(0).metadata.name, "b");
  EXPECT_EQ(loaded.resources().service_entries.at(0).metadata.name, "c");
  EXPECT_EQ(loaded.resources().workload_entries.at(0).metadata.name, "d");
}

TEST(EnvelopeTest, TheThreeVersionsAreAlikeAndOthersRefused) {
  for (const char* version : {"v1", "v1beta1", "v1alpha3"}) {
    const Loaded loaded = Loaded::Yaml("{apiVersion: networking.istio.io/" + std::string(version) +
                                       ", kind: VirtualService, metadata: {name: a}}");
    EXPECT_THAT(loaded.errors(), IsEmpty());
    EXPECT_THAT(Names(loaded), ElementsAre("a"));
  }
  for (const char* version : {"v2", "v1alpha1", "V1", ""}) {
    const std::string text = "networking.istio.io/" + std::string(version);
    const Loaded loaded =
        Loaded::Yaml("{apiVersion: " + text + ", kind: VirtualService, metadata: {name: a}}");
    EXPECT_THAT(
        loaded.errors(),
        ElementsAre("apiVersion: must be networking.istio.io/v1, v1beta1 or v1alpha3, got " +
                    text));
    EXPECT_THAT(Names(loaded), IsEmpty());
  }
}

TEST(EnvelopeTest, OtherKindsAreSkippedAndRemembered) {
  Loaded loaded = Loaded::Yaml(
      Object("Gateway", "gw") +
      "\n---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: prod}, data: "
      "5}"
      "\n---\n{apiVersion: appmesh.k8s.aws/v1beta2, kind: VirtualService, metadata: {name: other}}"
      "\n---\n{apiVersion: v1, kind: VirtualService}");
  EXPECT_TRUE(loaded.loader().errors().problems().empty());
  const auto& skipped = loaded.loader().skipped();
  ASSERT_EQ(skipped.size(), 4U);
  EXPECT_EQ(skipped[0].object, "Gateway default/gw");
  EXPECT_EQ(skipped[1].object, "Deployment prod/d");
  EXPECT_EQ(skipped[1].position, (SourcePosition{"test.yaml", 3, 1}));
  EXPECT_EQ(skipped[3].object, "VirtualService default/");
}

TEST(EnvelopeTest, AKindInTheWrongLetterCaseIsSkippedWithAWarning) {
  EXPECT_THAT(Loaded::Yaml(Object("virtualService", "a")).warnings(),
              ElementsAre("kind: this kind is not known and the object is skipped; did you mean "
                          "'VirtualService'?"));
}

TEST(EnvelopeTest, WhatIsNoObjectIsAnError) {
  EXPECT_THAT(
      Loaded::Yaml("- a").errors(),
      ElementsAre("must be an object with apiVersion, kind, metadata and spec, got a list"));
  EXPECT_THAT(
      Loaded::Yaml("{kind: VirtualService}").errors(),
      ElementsAre("apiVersion: must be set; every object names its apiVersion and its kind"));
  EXPECT_THAT(Loaded::Yaml("{apiVersion: 1, kind: [a]}").errors(),
              ElementsAre("apiVersion: must be a string, got the number 1",
                          "kind: must be a string, got a list"));
}

TEST(EnvelopeTest, AListIsExpandedRecursively) {
  const Loaded loaded =
      Loaded::Yaml("{apiVersion: v1, kind: List, metadata: {}, items: [" +
                   Object("VirtualService", "a") + ", {apiVersion: v1, kind: List, items: [" +
                   Object("VirtualService", "b") + "]}, " + Object("Gateway", "g") + "]}");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_THAT(Names(loaded), ElementsAre("a", "b"));
}

TEST(EnvelopeTest, ATypedListIsExpandedAndNamesTheKindOfItsItems) {
  const Loaded loaded =
      Loaded::Yaml("{apiVersion: networking.istio.io/v1beta1, kind: VirtualServiceList, items: [" +
                   Object("VirtualService", "a") + ", {metadata: {name: b}, spec: {hosts: [h]}}]}");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  EXPECT_THAT(Names(loaded), ElementsAre("a", "b"));
}

// Found by a reader: the list's kind was taken for the element's own.
TEST(EnvelopeTest, AnElementOfATypedListThatIsNoObjectIsAnError) {
  for (const char* element : {"null", "5", "text", "[1]"}) {
    for (const char* kind : {"VirtualServiceList", "DestinationRuleList", "List"}) {
      const std::string version = std::string(kind) == "List" ? "v1" : "networking.istio.io/v1";
      const Loaded loaded = Loaded::Yaml("{apiVersion: " + version + ", kind: " + kind +
                                         ", items: [" + element + "]}");
      ASSERT_EQ(loaded.errors().size(), 1U) << kind << " " << element;
      EXPECT_THAT(loaded.errors().front(),
                  ::testing::StartsWith("must be an object with apiVersion, kind, metadata"))
          << kind;
    }
  }
}

TEST(EnvelopeTest, AListWithoutItemsIsEmptyAndABrokenOneAnError) {
  EXPECT_THAT(Loaded::Yaml("{apiVersion: v1, kind: List}").errors(), IsEmpty());
  EXPECT_THAT(Loaded::Yaml("{apiVersion: v1, kind: List, items: ~}").errors(), IsEmpty());
  EXPECT_THAT(Loaded::Yaml("{apiVersion: v1, kind: List, items: {}}").errors(),
              ElementsAre("items: must be a list, got a map"));
  EXPECT_THAT(Loaded::Yaml("{apiVersion: v1, kind: List, items: [~]}").errors(),
              ElementsAre("must be an object with apiVersion, kind, metadata and spec, got null"));
}

TEST(EnvelopeTest, AnotherTopLevelKeyIsAnErrorAndStatusIsIgnored) {
  const std::string head =
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\n";
  EXPECT_THAT(Loaded::Yaml(head + "status: {conditions: [5], x: ~}").errors(), IsEmpty());
  EXPECT_THAT(Loaded::Yaml(head + "data: 1\nspecs: {}").errors(),
              ElementsAre("data: unknown field", "specs: unknown field; did you mean 'spec'?"));
}

TEST(EnvelopeTest, MetadataIsReadAndItsOtherFieldsLeftAlone) {
  const Loaded loaded = Loaded::Yaml(
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: a\n"
      "  namespace: prod\n  labels: {app: x}\n  annotations: {note: y}\n"
      "  creationTimestamp: 2026-01-02T03:04:05Z\n  uid: 5\n  resourceVersion: '7'\n"
      "  managedFields: [{a: b}]\n  ownerReferences: ~\n");
  EXPECT_THAT(loaded.errors(), IsEmpty());
  Metadata expected;
  expected.name = "a";
  expected.namespace_name = "prod";
  expected.labels = {{"app", "x"}};
  expected.annotations = {{"note", "y"}};
  expected.creation_timestamp = "2026-01-02T03:04:05Z";
  EXPECT_EQ(loaded.resources().virtual_services.at(0).metadata, expected);
}

TEST(EnvelopeTest, TypesInMetadataAreChecked) {
  EXPECT_THAT(
      Loaded::Yaml("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: "
                   "{name: 5, labels: {v: 1}, creationTimestamp: null}}")
          .errors(),
      ElementsAre("metadata.name: must be a string, got the number 5; write it in quotes",
                  "metadata.labels.v: must be a string, got the number 1; write it in quotes",
                  "metadata.name: must be set"));
}

TEST(EnvelopeTest, TheDefaultNamespaceIsForObjectsThatNameNone) {
  LoadOptions options;
  options.default_namespace = "shop";
  for (const char* metadata :
       {"{name: a}", "{name: a, namespace: ''}", "{name: a, namespace: ~}"}) {
    const std::string text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: ";
    EXPECT_EQ(Loaded::Yaml(text + metadata, options)
                  .resources()
                  .virtual_services.at(0)
                  .metadata.namespace_name,
              "shop");
    EXPECT_EQ(
        Loaded::Yaml(text + metadata).resources().virtual_services.at(0).metadata.namespace_name,
        "default");
  }
}

TEST(EnvelopeTest, ANameIsRequired) {
  EXPECT_THAT(Loaded::Yaml("{apiVersion: networking.istio.io/v1, kind: VirtualService}").errors(),
              ElementsAre("metadata.name: must be set"));
}

TEST(EnvelopeTest, AnAbsentSpecLeavesTheDefaults) {
  for (const char* spec : {"", ", spec: ~", ", spec: {}"}) {
    const Loaded loaded = Loaded::Yaml(
        "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}" +
        std::string(spec) + "}");
    EXPECT_THAT(loaded.errors(), IsEmpty());
    DestinationRule expected;
    expected.metadata.name = "a";
    expected.metadata.namespace_name = "default";
    EXPECT_EQ(loaded.resources().destination_rules.at(0), expected);
  }
}

TEST(EnvelopeTest, ALaterDefinitionReplacesTheFormerInItsPlaceWithAWarning) {
  ResourceLoader loader({});
  const std::string head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\n";
  AddYaml(
      {"a.yaml", head + "metadata: {name: a}\nspec: {hosts: [old]}\n---\n" + head +
                     "metadata: {name: b}\n---\n" + head + "metadata: {name: a, namespace: x}\n"},
      loader);
  AddYaml({"b.yaml", head + "metadata:\n  name: a\nspec: {hosts: [new]}\n"}, loader);
  const auto& services = loader.resources().virtual_services;
  ASSERT_EQ(services.size(), 3U);
  EXPECT_THAT(services[0].hosts, ElementsAre("new"));
  EXPECT_EQ(services[1].metadata.name, "b");
  ASSERT_EQ(loader.errors().problems().size(), 1U);
  EXPECT_EQ(
      loader.errors().problems()[0].ToString(),
      "b.yaml:4:3: VirtualService default/a: metadata.name: replaces the object of this name at "
      "a.yaml:1:1 [MR0008]");
  EXPECT_TRUE(loader.errors().ok());
}

TEST(EnvelopeTest, AKindIsNotReplacedByAnotherOfTheSameName) {
  const Loaded loaded =
      Loaded::Yaml(Object("VirtualService", "a") + "\n---\n" + Object("DestinationRule", "a"));
  EXPECT_TRUE(loaded.warnings().empty());
  EXPECT_EQ(loaded.resources().virtual_services.size(), 1U);
}

}  // namespace
}  // namespace meshroute
