// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/support.h"

#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/codec.h"
#include "lib/config/extension_tables.h"
#include "lib/config/resource_fields.h"
#include "lib/config/resource_kinds.h"

namespace meshroute {
namespace {

// Walks the tables of one kind and lists what it meets.
class FieldLister {
 public:
  FieldLister(std::string_view kind, std::vector<FieldSupport>& list) : kind_(kind), list_(list) {}

  template <typename Table>
  void ListTable(const std::string& path, const FieldFacts& parent) {
    ForEachField<Table>([&](const auto& field, size_t) {
      using FieldCodec = typename std::decay_t<decltype(field)>::Codec;
      FieldFacts facts = parent.support == Support::kHonoured ? field.facts : parent;
      const std::string field_path =
          absl::StrCat(path, ".", std::string(field.facts.name), std::string(FieldCodec::kSuffix));
      Add(field_path, facts);
      if constexpr (requires { FieldCodec::kValues; }) {
        for (const auto& value : FieldCodec::kValues) {
          if (facts.support != Support::kHonoured || value.support == Support::kHonoured) continue;
          Add(absl::StrCat(field_path, "=", std::string(value.name)),
              {value.name, value.support, value.note});
        }
      }
      if constexpr (!std::is_void_v<typename FieldCodec::Table>) {
        ListTable<typename FieldCodec::Table>(field_path, facts);
      }
    });
  }

 private:
  void Add(std::string path, const FieldFacts& facts) {
    list_.push_back({kind_, std::move(path), facts.support, std::string(facts.note)});
  }

  const std::string kind_;
  std::vector<FieldSupport>& list_;
};

}  // namespace

std::vector<FieldSupport> ListFieldSupport() {
  std::vector<FieldSupport> list;
  const auto list_kind = [&list]<typename Resource>(const ResourceKind<Resource>& kind) {
    FieldLister lister(kind.name, list);
    lister.ListTable<FieldTable<Metadata>>("metadata", {});
    if constexpr (Extensible<Resource>) {
      lister.ListTable<ExtensionsOf<Resource>>("metadata.annotations", {});
    }
    lister.ListTable<FieldTable<Resource>>("spec", {});
  };
  std::apply([&](const auto&... kind) { (list_kind(kind), ...); }, kResourceKinds);
  return list;
}

const char* SupportName(Support support) {
  switch (support) {
    case Support::kHonoured:
      return "honoured";
    case Support::kReported:
      return "reported";
    case Support::kIgnored:
      return "ignored";
    case Support::kRefused:
      return "refused";
  }
  return "";
}

}  // namespace meshroute
