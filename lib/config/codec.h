// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_CODEC_H_
#define MESHROUTE_LIB_CONFIG_CODEC_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lib/config/field_table.h"
#include "lib/config/read_context.h"
#include "lib/config/scalar_codec.h"
#include "meshroute/config/document.h"

namespace meshroute {

// What an element of a list, or a value of a map, may be besides its type.
enum class NullElements { kRefused, kEmpty };

// A struct, by the fields of a table, which is mostly FieldTable<Struct>. A table
// with a member `kOpen` leaves unknown fields alone.
template <typename Struct, typename FieldsTable = FieldTable<Struct>>
struct StructCodec {
  using Table = FieldsTable;
  static constexpr std::string_view kSuffix = "";
  static constexpr OtherFields kOtherFields = requires { Table::kOpen; }
  ? OtherFields::kIgnored : OtherFields::kRefused;

  static void Read(const DocumentNode& node, Struct& value, ReadContext& context) {
    const auto found = FindFields(node, kFacts<Table>, kOtherFields, context);
    ForEachField<Table>([&](const auto& field, size_t index) {
      if (found[index] != nullptr) ReadField(field, *found[index], value, context);
    });
  }

  // Leaves out what has its default.
  static DocumentNode Write(const Struct& value) {
    std::vector<DocumentNode::Member> members;
    ForEachField<Table>([&](const auto& field, size_t) {
      if (HasDefault(field, value)) return;
      using FieldCodec = typename std::decay_t<decltype(field)>::Codec;
      members.push_back(
          {std::string(field.facts.name), {}, FieldCodec::Write(value.*(field.member))});
    });
    return DocumentNode::Map(std::move(members));
  }

 private:
  template <typename FieldType>
  static bool HasDefault(const FieldType& field, const Struct& value) {
    static const Struct kDefault{};
    return value.*(field.member) == kDefault.*(field.member);
  }

  template <typename FieldType>
  static void ReadField(const FieldType& field, const DocumentNode& node, Struct& value,
                        ReadContext& context) {
    const ConfigErrors::Scope scope(context.errors(), field.facts.name);
    {
      const ReadContext::Silence silence(context, field.facts.support);
      FieldType::Codec::Read(node, value.*(field.member), context);
    }
    if (!HasDefault(field, value)) context.WarnNotEnforced(field.facts.support, field.facts.note);
  }
};

template <HasFieldTable Struct>
struct Codec<Struct> : StructCodec<Struct> {};

template <HasEnumTable Enum>
struct Codec<Enum> : ScalarCodec {
  static constexpr auto& kValues = EnumTable<Enum>::kValues;

  static void Read(const DocumentNode& node, Enum& value, ReadContext& context) {
    const size_t index = ReadEnumIndex(node, kNames, context);
    if (index == kValues.size()) return;
    value = kValues[index].value;
    context.WarnNotEnforced(kValues[index].support, kValues[index].note);
  }

  static DocumentNode Write(Enum value) {
    return DocumentNode::String(std::string(kValues[static_cast<size_t>(value)].name));
  }

 private:
  static constexpr auto kNames = [] {
    std::array<FieldFacts, EnumTable<Enum>::kValues.size()> names{};
    for (size_t i = 0; i < names.size(); ++i) names[i].name = EnumTable<Enum>::kValues[i].name;
    return names;
  }();
};

// Stays unset where the value is not of its type, so that no default that nobody
// wrote is found wrong later.
template <typename T, typename ValueCodec = Codec<T>>
struct OptionalCodec : ValueCodec {
  static void Read(const DocumentNode& node, std::optional<T>& value, ReadContext& context) {
    const size_t errors_before = context.errors().error_count();
    T read{};
    ValueCodec::Read(node, read, context);
    const bool has_fields = node.is_map() && !std::is_void_v<typename ValueCodec::Table>;
    if (!has_fields && context.errors().error_count() > errors_before) return;
    value = std::move(read);
  }

  static DocumentNode Write(const std::optional<T>& value) { return ValueCodec::Write(*value); }
};

template <typename T>
struct Codec<std::optional<T>> : OptionalCodec<T> {};

// Reads an element unless it is null and must not be; then that is reported.
template <typename ValueCodec, NullElements nulls, typename T>
void ReadElement(const DocumentNode& node, T& value, ReadContext& context) {
  if (!node.is_null()) {
    ValueCodec::Read(node, value, context);
  } else if (nulls == NullElements::kRefused) {
    context.errors().Report(ProblemCode::kWrongType, "must not be null");
  }
}

template <typename T, NullElements nulls = NullElements::kRefused>
struct ListCodec {
  using Table = typename Codec<T>::Table;
  static constexpr std::string_view kSuffix = "[]";

  static void Read(const DocumentNode& node, std::vector<T>& value, ReadContext& context) {
    if (!node.is_list()) return context.AddWrongType("a list", node);
    for (size_t i = 0; i < node.elements().size(); ++i) {
      if (!context.Spend(sizeof(T))) return;
      const ConfigErrors::Scope element(context.errors(), i);
      ReadElement<Codec<T>, nulls>(node.elements()[i], value.emplace_back(), context);
    }
  }

  static DocumentNode Write(const std::vector<T>& value) {
    std::vector<DocumentNode> elements;
    elements.reserve(value.size());
    for (const T& element : value) elements.push_back(Codec<T>::Write(element));
    return DocumentNode::List(std::move(elements));
  }
};

template <typename T>
struct Codec<std::vector<T>> : ListCodec<T> {};

template <typename T, NullElements nulls = NullElements::kRefused>
struct MapCodec {
  using Table = typename Codec<T>::Table;
  static constexpr std::string_view kSuffix = "{}";

  static void Read(const DocumentNode& node, std::map<std::string, T>& value,
                   ReadContext& context) {
    if (!node.is_map()) return context.AddWrongType("a map", node);
    for (const DocumentNode::Member& member : node.members()) {
      if (!context.Spend(sizeof(T))) return;
      const ConfigErrors::Scope entry(context.errors(), member.key);
      ReadElement<Codec<T>, nulls>(member.value, value[member.key], context);
    }
  }

  static DocumentNode Write(const std::map<std::string, T>& value) {
    std::vector<DocumentNode::Member> members;
    members.reserve(value.size());
    for (const auto& [key, entry] : value) members.push_back({key, {}, Codec<T>::Write(entry)});
    return DocumentNode::Map(std::move(members));
  }
};

template <typename T>
struct Codec<std::map<std::string, T>> : MapCodec<T> {};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_CODEC_H_
