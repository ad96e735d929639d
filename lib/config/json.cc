// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/json.h"

// RapidJSON 1.1.0 adds an offset to the null pointer of its still empty stack,
// which is harmless, and which clang's sanitizer reports.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/encodedstream.h>
#include <rapidjson/encodings.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#if defined(__clang__)
#pragma clang attribute pop
#endif

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/document_builder.h"
#include "lib/config/text_check.h"

namespace meshroute {
namespace {

using Input = rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>;

// Hands RapidJSON's events to a builder. When a scalar's event comes, the
// stream stands right behind it, so its start is found by looking back.
class JsonEvents {
 public:
  JsonEvents(std::string_view text, const Input& input, DocumentBuilder& builder)
      : text_(text), input_(input), builder_(builder), cursor_(text) {}

  bool Null() { return builder_.Null(Back(4)); }
  bool Bool(bool value) { return builder_.Bool(value, Back(value ? 4 : 5)); }
  bool Int(int) { return Number(); }
  bool Uint(unsigned) { return Number(); }
  bool Int64(int64_t) { return Number(); }
  bool Uint64(uint64_t) { return Number(); }
  bool Double(double) { return Number(); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return Number(); }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return builder_.String(std::string(text, length), cursor_.At(StartOfString()));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    return builder_.Key(std::string(text, length), cursor_.At(StartOfString()));
  }
  bool StartObject() { return builder_.BeginMap(Back(0)); }
  bool EndObject(rapidjson::SizeType) { return builder_.End(); }
  bool StartArray() { return builder_.BeginList(Back(0)); }
  bool EndArray(rapidjson::SizeType) { return builder_.End(); }

 private:
  TextPosition Back(size_t length) { return cursor_.At(input_.Tell() - length); }

  // The original text, since a double would lose digits.
  bool Number() {
    const size_t end = input_.Tell();
    size_t start = end;
    while (start > 0 &&
           std::string_view("0123456789+-.eE").find(text_[start - 1]) != std::string_view::npos) {
      --start;
    }
    return builder_.Number(std::string(text_.substr(start, end - start)), cursor_.At(start));
  }

  // Of the string whose closing quote was just read: the nearest quote before
  // it that no odd row of backslashes escapes.
  size_t StartOfString() const {
    size_t start = input_.Tell() - 1;
    for (;;) {
      start = text_.rfind('"', start - 1);
      size_t backslashes = 0;
      while (backslashes < start && text_[start - 1 - backslashes] == '\\') ++backslashes;
      if (backslashes % 2 == 0) return start;
    }
  }

  const std::string_view text_;
  const Input& input_;
  DocumentBuilder& builder_;
  TextCursor cursor_;
};

// RapidJSON's reason, worded as our messages are.
std::string ParseErrorText(rapidjson::ParseErrorCode code) {
  std::string reason = rapidjson::GetParseError_En(code);
  if (!reason.empty() && reason.back() == '.') reason.pop_back();
  if (!reason.empty() && reason.front() >= 'A' && reason.front() <= 'Z')
    reason.front() += 'a' - 'A';
  return absl::StrCat("not valid JSON: ", reason);
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  return text;
}

// Parses `text`; what it refuses is the builder's error.
void ParseJson(std::string_view text, DocumentBuilder& builder) {
  // With an explicit length and without recursion: RapidJSON 1.1.0 overruns its
  // input, or its stack, otherwise.
  rapidjson::MemoryStream memory(text.data(), text.size());
  Input input(memory);
  JsonEvents events(text, input, builder);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result =
      reader.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(input,
                                                                                           events);
  if (result.IsError()) {
    builder.Refuse(ParseErrorText(result.Code()), TextCursor(text).At(result.Offset()));
  }
}

template <typename Writer>
void Write(const DocumentNode& node, Writer& writer) {
  switch (node.kind()) {
    case DocumentNode::Kind::kNull:
      writer.Null();
      return;
    case DocumentNode::Kind::kBool:
      writer.Bool(node.boolean());
      return;
    case DocumentNode::Kind::kNumber:
      writer.RawValue(node.number_text().data(), node.number_text().size(), rapidjson::kNumberType);
      return;
    case DocumentNode::Kind::kString:
      writer.String(node.string().data(), static_cast<rapidjson::SizeType>(node.string().size()));
      return;
    case DocumentNode::Kind::kList:
      writer.StartArray();
      for (const DocumentNode& element : node.elements()) Write(element, writer);
      writer.EndArray();
      return;
    case DocumentNode::Kind::kMap:
      writer.StartObject();
      for (const DocumentNode::Member& member : node.members()) {
        writer.Key(member.key.data(), static_cast<rapidjson::SizeType>(member.key.size()));
        Write(member.value, writer);
      }
      writer.EndObject();
      return;
  }
}

}  // namespace

std::unique_ptr<DocumentNode> ReadJson(const SourceText& source, const LoadOptions& options,
                                       ConfigErrors& errors) {
  const std::string_view text = WithoutByteOrderMark(source.text);
  DocumentBuilder builder(options);
  if (auto refused = CheckText(text, options)) {
    builder.Refuse(std::move(*refused));
  } else {
    ParseJson(text, builder);
  }
  std::optional<ConfigProblem> problem = builder.ProblemOf(source.name);
  if (!problem) return builder.Take();
  errors.AddProblem(std::move(*problem));
  return nullptr;
}

std::string WriteJson(const DocumentNode& document) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  Write(document, writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string WriteCompactJson(const DocumentNode& document) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  Write(document, writer);
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace meshroute
