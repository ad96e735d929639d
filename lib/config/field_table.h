// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_FIELD_TABLE_H_
#define MESHROUTE_LIB_CONFIG_FIELD_TABLE_H_

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

#include "meshroute/config/support.h"

namespace meshroute {

// How a value of type T stands in a document; codec.h has one for every type
// that a member of a resource can have.
template <typename T>
struct Codec;

// What is known of a field besides its type.
struct FieldFacts {
  // Istio's lowerCamelCase name. The snake_case one is understood too.
  std::string_view name;
  Support support = Support::kHonoured;
  std::string_view note = {};    // Why it is not honoured.
  std::string_view one_of = {};  // At most one field of this group may be set; empty: no group.
};

// One field of a struct: its facts, its member, how that is read and written.
template <typename Struct, typename Member, typename MemberCodec>
struct Field {
  using Codec = MemberCodec;

  FieldFacts facts;
  Member Struct::*member;

  constexpr Field Reported(std::string_view note) const {
    return {{facts.name, Support::kReported, note, facts.one_of}, member};
  }
  constexpr Field Ignored(std::string_view note) const {
    return {{facts.name, Support::kIgnored, note, facts.one_of}, member};
  }
  constexpr Field Refused(std::string_view note) const {
    return {{facts.name, Support::kRefused, note, facts.one_of}, member};
  }
  constexpr Field OneOf(std::string_view group) const {
    return {{facts.name, facts.support, facts.note, group}, member};
  }
};

template <typename Struct, typename Member>
constexpr Field<Struct, Member, Codec<Member>> MakeField(std::string_view name,
                                                         Member Struct::*member) {
  return {{name}, member};
}

// As above where the member's type alone does not say how it is written.
template <typename MemberCodec, typename Struct, typename Member>
constexpr Field<Struct, Member, MemberCodec> MakeFieldAs(std::string_view name,
                                                         Member Struct::*member) {
  return {{name}, member};
}

// The fields of a struct, once for reading, strictness, writing and the support
// table. One specialisation per struct, in the order of Istio's reference:
//
//   template <>
//   struct FieldTable<RegexRewrite> {
//     static constexpr std::tuple kFields{MakeField("match", &RegexRewrite::match),
//                                         MakeField("rewrite", &RegexRewrite::rewrite)};
//   };
template <typename Struct>
struct FieldTable;

template <typename T>
concept HasFieldTable = requires {
  FieldTable<T>::kFields;
};

// The facts of a table's fields, in its order.
template <typename Table>
constexpr auto kFacts = std::apply(
    [](const auto&... field) { return std::array<FieldFacts, sizeof...(field)>{field.facts...}; },
    Table::kFields);

// Calls `visit(field, index)` for each field of a table.
template <typename Table, typename Visit>
constexpr void ForEachField(Visit&& visit) {
  std::apply(
      [&visit](const auto&... field) {
        [[maybe_unused]] size_t index = 0;
        (visit(field, index++), ...);
      },
      Table::kFields);
}

// A value of an enum.
template <typename Enum>
struct EnumValue {
  std::string_view name;
  Enum value;
  Support support = Support::kHonoured;
  std::string_view note = {};
};

// The values of an enum, each at the index that is its number in Istio's API:
// a specialisation has `static constexpr std::array<EnumValue<E>, n> kValues`.
template <typename Enum>
struct EnumTable;

template <typename T>
concept HasEnumTable = requires {
  EnumTable<T>::kValues;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_FIELD_TABLE_H_
