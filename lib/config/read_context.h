// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_READ_CONTEXT_H_
#define MESHROUTE_LIB_CONFIG_READ_CONTEXT_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/field_table.h"
#include "meshroute/config/document.h"
#include "meshroute/config/errors.h"
#include "meshroute/config/loader.h"

namespace meshroute {

// What reading resources carries along: where problems go, how strict it is, how
// much memory is left.
class ReadContext {
 public:
  ReadContext(ConfigErrors& errors, const LoadOptions& options)
      : errors_(errors),
        unknown_fields_(options.unknown_fields),
        bytes_left_(options.maximum_element_bytes) {}

  ConfigErrors& errors() { return errors_; }

  // Whether an element of `bytes` may still be made; reports where it may not.
  bool Spend(size_t bytes);

  // "must be a duration such as "1.5s", got the number 5; `hint`".
  void AddWrongType(std::string_view wanted, const DocumentNode& got, std::string_view hint = {});

  // An unknown field, as error or as warning; names the nearest of `known`.
  void AddUnknownField(std::string_view name, std::span<const FieldFacts> known);

  // Warns that the field or value at the present path is kept and not obeyed.
  // Says nothing inside a field for which that was or will be said.
  void WarnNotEnforced(Support support, std::string_view note);

  // While one lives, WarnNotEnforced is silent if `support` is kReported.
  class Silence {
   public:
    Silence(ReadContext& context, Support support)
        : context_(context), counted_(support == Support::kReported ? 1 : 0) {
      context_.silenced_ += counted_;
    }
    ~Silence() { context_.silenced_ -= counted_; }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

   private:
    ReadContext& context_;
    const int counted_;
  };

 private:
  ConfigErrors& errors_;
  const LoadOptions::UnknownFields unknown_fields_;
  size_t bytes_left_;
  int silenced_ = 0;
};

enum class OtherFields { kRefused, kIgnored };

// Finds the fields of a struct in a map: for each of `fields` its value, or
// nullptr where it is absent or null. Reports what is no map, unknown names, a
// field given in both spellings and two fields of one `one_of` group.
std::vector<const DocumentNode*> FindFields(const DocumentNode& node,
                                            std::span<const FieldFacts> fields,
                                            OtherFields other_fields, ReadContext& context);

// "the string "abc"", "the number 5", "a map": for messages, shortened.
std::string DescribeNode(const DocumentNode& node);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_READ_CONTEXT_H_
