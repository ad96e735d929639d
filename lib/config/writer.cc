// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/writer.h"

#include <tuple>
#include <utility>
#include <vector>

#include "lib/config/codec.h"
#include "lib/config/destination_rule_fields.h"
#include "lib/config/resource_kinds.h"
#include "meshroute/config/json.h"

namespace meshroute {
namespace {

std::vector<DocumentNode> ToDocuments(const Resources& resources) {
  std::vector<DocumentNode> documents;
  const auto add_all = [&](const auto& kind) {
    for (const auto& resource : resources.*(kind.list)) {
      documents.push_back(WriteResource(kind, resource));
    }
  };
  std::apply([&](const auto&... kind) { (add_all(kind), ...); }, kResourceKinds);
  return documents;
}

}  // namespace

std::string WriteJson(const Resources& resources) {
  std::vector<DocumentNode::Member> members;
  members.push_back({"apiVersion", {}, DocumentNode::String("v1")});
  members.push_back({"kind", {}, DocumentNode::String("List")});
  members.push_back({"items", {}, DocumentNode::List(ToDocuments(resources))});
  return WriteJson(DocumentNode::Map(std::move(members)));
}

std::string WriteYaml(const Resources& resources) {
  std::string text;
  for (const DocumentNode& document : ToDocuments(resources)) {
    if (!text.empty()) text += "---\n";
    text += WriteYaml(document);
  }
  return text;
}

DocumentNode ToDocument(const TrafficPolicy& policy) { return Codec<TrafficPolicy>::Write(policy); }

}  // namespace meshroute
