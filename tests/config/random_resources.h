// SPDX-License-Identifier: Apache-2.0
// Resources with random values in every field that the tables name.
#ifndef MESHROUTE_TESTS_CONFIG_RANDOM_RESOURCES_H_
#define MESHROUTE_TESTS_CONFIG_RANDOM_RESOURCES_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lib/config/extension_tables.h"
#include "lib/config/resource_fields.h"
#include "lib/config/resource_kinds.h"

namespace meshroute {

class RandomResources {
 public:
  explicit RandomResources(uint64_t seed) : random_(seed) {}

  // One resource of each kind, and now and then a second one.
  Resources Next() {
    Resources resources;
    const auto add = [&](const auto& kind) {
      auto& list = resources.*(kind.list);
      list.resize(1 + Below(2));
      for (size_t i = 0; i < list.size(); ++i) {
        Fill(list[i]);
        Fill(list[i].metadata);
        // An identity occurs once, and a namespace is never empty after a load.
        list[i].metadata.name = "n" + std::to_string(i) + Text();
        list[i].metadata.namespace_name = "ns" + Text();
        FillExtensions(list[i]);
      }
    };
    std::apply([&](const auto&... kind) { (add(kind), ...); }, kResourceKinds);
    return resources;
  }

  // A text that is hard to write: one that looks like something else in YAML, or
  // has odd characters.
  std::string Text() {
    static constexpr std::array<std::string_view, 66> kHardTexts{
        "",       "a",          "reviews.prod",
        "true",   "null",       "~",
        "yes",    "No",         "on",
        "1",      "0x1F",       "1.5",
        "-",      "- a",        "a: b",
        "a #b",   "#",          " a",
        "a ",     "a\nb",       "\n",
        "\ta",    "it's",       "\"",
        "\\",     "a\\n",       "\u00E9",
        "\u65E5", "\u2028",     "\u0085",
        "\uFEFF", "\x7F",       "\x01",
        "<<",     "*a",         "&a",
        "!x",     "%A%",        "@",
        "`",      "{}",         "[a]",
        ",",      "?",          ":",
        "a:",     "|",          ">-",
        "---",    "...",        "--- a",
        "1.5s",   "1h",         "10.0.0.1",
        "::1",    "2026-01-02", "1_000",
        "1:30",   ".inf",       ".nan",
        "0o7",    "=",          "? a",
        "e5",     "a\r\nb",     "\U0001F600"};
    if (Below(4) != 0) return std::string(kHardTexts[Below(kHardTexts.size())]);
    std::string text(Below(40), ' ');
    for (char& c : text) c = static_cast<char>(' ' + Below(95));
    return text;
  }

 private:
  size_t Below(size_t end) { return static_cast<size_t>(random_() % end); }

  template <typename T>
  void Fill(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = Below(2) == 1;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(random_() >> Below(64));
    } else if constexpr (std::is_same_v<T, double>) {
      value = std::ldexp(static_cast<double>(static_cast<int64_t>(random_())),
                         static_cast<int>(Below(200)) - 150);
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = Text();
    } else if constexpr (std::is_same_v<T, Duration>) {
      value = Duration(static_cast<int64_t>(random_()) >> Below(64));
    } else if constexpr (std::is_same_v<T, StringMatch>) {
      value.kind = static_cast<StringMatch::Kind>(Below(4));
      value.value = value.kind == StringMatch::Kind::kPresent ? "" : Text();
    } else if constexpr (HasEnumTable<T>) {
      value = EnumTable<T>::kValues[Below(EnumTable<T>::kValues.size())].value;
    } else {
      FillFields(value);
    }
  }

  template <typename T>
  void Fill(std::optional<T>& value) {
    Fill(value.emplace());
  }

  template <typename T>
  void Fill(std::vector<T>& value) {
    value.resize(Below(3));
    for (T& element : value) Fill(element);
  }

  template <typename T>
  void Fill(std::map<std::string, T>& value) {
    for (size_t i = Below(3); i > 0; --i) Fill(value[Text()]);
  }

  template <typename Resource>
  void FillExtensions(Resource& resource) {
    if constexpr (Extensible<Resource>) FillFields<Resource, ExtensionsOf<Resource>>(resource);
  }

  // Fills about two fields in three; of those of which Istio allows one, one.
  template <typename Struct, typename Table = FieldTable<Struct>>
  void FillFields(Struct& value) {
    const auto facts = kFacts<Table>;
    std::vector<size_t> order(facts.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    std::set<size_t> chosen;
    std::set<std::string_view> groups;
    for (const size_t index : order) {
      if (Below(3) == 0) continue;
      if (facts[index].one_of.empty() || groups.insert(facts[index].one_of).second) {
        chosen.insert(index);
      }
    }
    ForEachField<Table>([&](const auto& field, size_t index) {
      if (chosen.count(index) > 0) Fill(value.*(field.member));
    });
  }

  std::mt19937_64 random_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_CONFIG_RANDOM_RESOURCES_H_
