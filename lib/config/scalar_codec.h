// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_SCALAR_CODEC_H_
#define MESHROUTE_LIB_CONFIG_SCALAR_CODEC_H_

#include <cstdint>
#include <span>
#include <string>

#include "lib/config/field_table.h"
#include "lib/config/read_context.h"
#include "meshroute/base/clock.h"
#include "meshroute/config/document.h"
#include "meshroute/config/string_match.h"

namespace meshroute {

// A codec's Read reports what does not fit under the present path and leaves
// `value` as it is then; the node is never null. Write makes a node that Read
// turns into an equal value. `Table` names the struct's fields where the value
// has some; `kSuffix` is what stands for its elements in the support table.
struct ScalarCodec {
  using Table = void;
  static constexpr std::string_view kSuffix = "";
};

template <>
struct Codec<bool> : ScalarCodec {
  static void Read(const DocumentNode& node, bool& value, ReadContext& context);
  static DocumentNode Write(bool value);
};

template <>
struct Codec<int32_t> : ScalarCodec {
  static void Read(const DocumentNode& node, int32_t& value, ReadContext& context);
  static DocumentNode Write(int32_t value);
};

template <>
struct Codec<uint32_t> : ScalarCodec {
  static void Read(const DocumentNode& node, uint32_t& value, ReadContext& context);
  static DocumentNode Write(uint32_t value);
};

// A number, or one in a string, as protobuf's JSON writes 64 bits. Written as a
// number: Istio's CRDs say "integer".
template <>
struct Codec<uint64_t> : ScalarCodec {
  static void Read(const DocumentNode& node, uint64_t& value, ReadContext& context);
  static DocumentNode Write(uint64_t value);
};

// Finite numbers only.
template <>
struct Codec<double> : ScalarCodec {
  static void Read(const DocumentNode& node, double& value, ReadContext& context);
  static DocumentNode Write(double value);
};

template <>
struct Codec<std::string> : ScalarCodec {
  static void Read(const DocumentNode& node, std::string& value, ReadContext& context);
  static DocumentNode Write(const std::string& value);
};

// Bytes: in base64, standard or URL-safe, with padding or without.
struct Base64Codec : ScalarCodec {
  static void Read(const DocumentNode& node, std::string& value, ReadContext& context);
  static DocumentNode Write(const std::string& value);
};

template <>
struct Codec<Duration> : ScalarCodec {
  static void Read(const DocumentNode& node, Duration& value, ReadContext& context);
  static DocumentNode Write(Duration value);
};

// {exact: x}, {prefix: x}, {regex: x} or {}.
template <>
struct Codec<StringMatch> : ScalarCodec {
  static void Read(const DocumentNode& node, StringMatch& value, ReadContext& context);
  static DocumentNode Write(const StringMatch& value);
};

// An enum's name or number: the index in `values`, or `values.size()` where the
// node is neither, which is reported.
size_t ReadEnumIndex(const DocumentNode& node, std::span<const FieldFacts> values,
                     ReadContext& context);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_SCALAR_CODEC_H_
