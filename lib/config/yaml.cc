// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/core_schema.h"
#include "lib/config/document_builder.h"
#include "lib/config/text_check.h"
#include "lib/config/visible_text.h"

namespace meshroute {
namespace {

constexpr std::string_view kStandardTag = "tag:yaml.org,2002:";

TextPosition PositionOf(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<uint32_t>(mark.line + 1), static_cast<uint32_t>(mark.column + 1)};
}

// Hands yaml-cpp's events to a builder. The parser can only be stopped by an
// exception, so what the builder refuses is thrown; ReadDocuments catches it.
class YamlEvents : public YAML::EventHandler {
 public:
  explicit YamlEvents(DocumentBuilder& builder) : builder_(builder) {}

  // At a token that fits nowhere yaml-cpp gives one empty document after the
  // other, without end.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == document_start_) {
      Refuse(mark, "not valid YAML: nothing of the kind can follow a document");
    }
    document_start_ = mark.pos;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (builder_.ExpectsKey()) Refuse(mark, "a key must not be null");
    Check(builder_.Null(PositionOf(mark)), mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "aliases (*name) are not allowed; write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (builder_.ExpectsKey()) return Key(mark, tag, value);
    Check(Scalar(mark, tag, value), mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    CheckCollection(mark, tag, "seq");
    Check(builder_.BeginList(PositionOf(mark)), mark);
  }

  void OnSequenceEnd() override { Check(builder_.End(), YAML::Mark::null_mark()); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    CheckCollection(mark, tag, "map");
    Check(builder_.BeginMap(PositionOf(mark)), mark);
  }

  void OnMapEnd() override { Check(builder_.End(), YAML::Mark::null_mark()); }

 private:
  [[noreturn]] void Refuse(const YAML::Mark& mark, const std::string& message) {
    builder_.Refuse(message, PositionOf(mark));
    throw YAML::ParserException(mark, message);
  }

  void Check(bool accepted, const YAML::Mark& mark) {
    if (!accepted) throw YAML::ParserException(mark, builder_.error().message);
  }

  void CheckCollection(const YAML::Mark& mark, const std::string& tag, const char* kind) {
    if (builder_.ExpectsKey()) Refuse(mark, "a key must be a scalar, not a list or a map");
    if (tag.empty() || tag == "?" || tag == "!") return;
    if (tag != absl::StrCat(std::string(kStandardTag), kind)) RefuseTag(mark, tag);
  }

  [[noreturn]] void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    Refuse(mark, absl::StrCat("the tag '", VisibleText(tag), "' is not allowed here"));
  }

  void Key(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
    if (tag == "?" && value == "<<") {
      Refuse(mark, "merge keys (<<) are not allowed; write the fields out");
    }
    Check(builder_.Key(value, PositionOf(mark)), mark);
  }

  // yaml-cpp's tag is "?" for a plain scalar and "!" for a quoted one.
  bool Scalar(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
    const TextPosition position = PositionOf(mark);
    if (tag == "!" || tag == absl::StrCat(std::string(kStandardTag), "str")) {
      return builder_.String(value, position);
    }
    const DocumentNode resolved = ResolvePlainScalar(value);
    if (!tag.empty() && tag != "?" && !Names(tag, resolved)) RefuseTag(mark, tag);
    switch (resolved.kind()) {
      case DocumentNode::Kind::kNull:
        return builder_.Null(position);
      case DocumentNode::Kind::kBool:
        return builder_.Bool(resolved.boolean(), position);
      case DocumentNode::Kind::kNumber:
        return builder_.Number(resolved.number_text(), position);
      default:
        return builder_.String(value, position);
    }
  }

  // Whether `tag` is the core schema's for a scalar of this kind.
  static bool Names(const std::string& tag, const DocumentNode& scalar) {
    const auto is = [&tag](const char* name) {
      return tag == absl::StrCat(std::string(kStandardTag), name);
    };
    switch (scalar.kind()) {
      case DocumentNode::Kind::kNull:
        return is("null");
      case DocumentNode::Kind::kBool:
        return is("bool");
      case DocumentNode::Kind::kNumber:
        return is("float") || (is("int") && scalar.AsDouble().has_value());
      default:
        return false;
    }
  }

  DocumentBuilder& builder_;
  int document_start_ = -1;
};

// Hands each document of `text` to `sink`, a function of a tree.
template <typename Sink>
void ReadDocuments(std::string_view text, DocumentBuilder& builder, Sink sink) {
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    YamlEvents events(builder);
    while (parser.HandleNextDocument(events)) sink(builder.Take());
  } catch (const YAML::Exception& exception) {
    builder.Refuse(absl::StrCat("not valid YAML: ", exception.msg), PositionOf(exception.mark));
  }
}

template <typename Sink>
void ReadText(const SourceText& source, const LoadOptions& options, ConfigErrors& errors,
              Sink sink) {
  std::string_view text = source.text;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  DocumentBuilder builder(options);
  if (auto refused = CheckText(text, options)) {
    builder.Refuse(std::move(*refused));
  } else {
    ReadDocuments(text, builder, sink);
  }
  if (auto problem = builder.ProblemOf(source.name)) errors.AddProblem(std::move(*problem));
}

}  // namespace

void AddYaml(const SourceText& source, ResourceLoader& loader) {
  const SourceLines lines(source.text);
  ReadText(source, loader.options(), loader.errors(), [&](std::unique_ptr<DocumentNode> document) {
    loader.AddDocument(std::move(document), source.name, &lines);
  });
}

std::vector<std::unique_ptr<DocumentNode>> ReadYaml(const SourceText& source,
                                                    const LoadOptions& options,
                                                    ConfigErrors& errors) {
  std::vector<std::unique_ptr<DocumentNode>> documents;
  ReadText(source, options, errors, [&](std::unique_ptr<DocumentNode> document) {
    documents.push_back(std::move(document));
  });
  return documents;
}

namespace {

// The text of a ConfigMap's `data.mesh`, or nullptr where `document` is none.
const std::string* MeshTextOf(const DocumentNode& document) {
  const DocumentNode* const kind = document.Find("kind");
  if (kind == nullptr || kind->kind() != DocumentNode::Kind::kString ||
      kind->string() != "ConfigMap") {
    return nullptr;
  }
  const DocumentNode* const data = document.Find("data");
  const DocumentNode* const mesh = data == nullptr ? nullptr : data->Find("mesh");
  const bool is_text = mesh != nullptr && mesh->kind() == DocumentNode::Kind::kString;
  return is_text ? &mesh->string() : nullptr;
}

// The one document of a text; null where that sets nothing. nullptr: it cannot be read.
std::unique_ptr<DocumentNode> ReadOneDocument(const SourceText& source, const LoadOptions& options,
                                              ConfigErrors& errors) {
  const size_t errors_before = errors.error_count();
  std::vector<std::unique_ptr<DocumentNode>> documents = ReadYaml(source, options, errors);
  if (errors.error_count() > errors_before) return nullptr;
  std::erase_if(documents, [](const auto& document) { return document->is_null(); });
  if (documents.empty()) return std::make_unique<DocumentNode>();
  if (documents.size() == 1) return std::move(documents.front());
  ConfigProblem problem =
      MakeProblem(ProblemCode::kMalformedObject, "must be one document: a mesh has one MeshConfig");
  problem.position.file = source.name;
  errors.AddProblem(std::move(problem));
  return nullptr;
}

}  // namespace

std::optional<MeshOptions> ReadMeshConfigYaml(const SourceText& source, const MeshConfigBase& base,
                                              ConfigErrors& errors) {
  std::unique_ptr<DocumentNode> document = ReadOneDocument(source, base.load, errors);
  if (document == nullptr) return std::nullopt;
  const std::string* const text = MeshTextOf(*document);
  if (text == nullptr) return ReadMeshConfig(*document, source.name, base, errors);
  const SourceText inner{absl::StrCat(source.name, " (data.mesh)"), *text};
  document = ReadOneDocument(inner, base.load, errors);
  if (document == nullptr) return std::nullopt;
  return ReadMeshConfig(*document, inner.name, base, errors);
}

}  // namespace meshroute
