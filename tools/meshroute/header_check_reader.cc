// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/header_check_reader.h"

#include <functional>
#include <string>
#include <utility>

namespace meshroute::tool {
namespace {

using Member = DocumentNode::Member;

// Reads one matcher.
class MatcherReader {
 public:
  MatcherReader(MapReader& reader, HeaderCheck& check) : reader_(reader), check_(check) {}

  void Read(const DocumentNode& node) {
    const auto present = [this](const Member& m) { Present(m); };
    reader_.Map(
        node,
        {{"name", [this](const Member& m) { reader_.Text(m, check_.name); }},
         {"string_match", [this](const Member& m) { StringMatch(m.value); }},
         {"present_match", present},
         {"presence_match", present},
         {"exact_match", Text(HeaderCheck::Kind::kExact)},
         {"prefix_match", Text(HeaderCheck::Kind::kPrefix)},
         {"suffix_match", Text(HeaderCheck::Kind::kSuffix)},
         {"contains_match", Text(HeaderCheck::Kind::kContains)},
         {"safe_regex_match", [this](const Member& m) { Regex(m.value); }},
         {"range_match", [this](const Member& m) { Range(m.value); }},
         {"invert_match", [this](const Member& m) { reader_.Truth(m, [this] { Invert(); }); }},
         {"treat_missing_header_as_empty", [this](const Member& m) {
            reader_.Truth(m, [this] { check_.missing = HeaderCheck::Missing::kCountsAsEmpty; });
          }}});
    if (node.is_map() && check_.name.empty()) reader_.Complain("name: is required");
  }

 private:
  void SetKind(HeaderCheck::Kind kind) {
    if (has_kind_) reader_.Complain("a header is matched in one way only");
    has_kind_ = true;
    check_.kind = kind;
  }

  void Invert() {
    check_.sense = check_.sense == HeaderCheck::Sense::kMust ? HeaderCheck::Sense::kMustNot
                                                             : HeaderCheck::Sense::kMust;
  }

  std::function<void(const Member&)> Text(HeaderCheck::Kind kind) {
    return [this, kind](const Member& m) {
      SetKind(kind);
      reader_.Text(m, check_.text);
    };
  }

  void Present(const Member& member) {
    SetKind(HeaderCheck::Kind::kPresent);
    if (member.value.kind() != DocumentNode::Kind::kBool) {
      return reader_.Complain("must be true or false");
    }
    if (!member.value.boolean()) Invert();
  }

  void StringMatch(const DocumentNode& node) {
    reader_.Map(node, {{"exact", Text(HeaderCheck::Kind::kExact)},
                       {"prefix", Text(HeaderCheck::Kind::kPrefix)},
                       {"suffix", Text(HeaderCheck::Kind::kSuffix)},
                       {"contains", Text(HeaderCheck::Kind::kContains)},
                       {"safe_regex", [this](const Member& m) { Regex(m.value); }},
                       {"ignore_case", [this](const Member& m) {
                          reader_.Truth(
                              m, [this] { check_.letter_case = HeaderCheck::Case::kIgnored; });
                        }}});
  }

  void Regex(const DocumentNode& node) {
    SetKind(HeaderCheck::Kind::kRegex);
    reader_.Map(node, {{"regex", [this](const Member& m) { reader_.Text(m, check_.text); }},
                       {"google_re2", [](const Member&) {}}});
    absl::StatusOr<CompiledRegex> regex = CompiledRegex::Create(check_.text);
    if (!regex.ok()) {
      return reader_.Complain("is no regular expression of RE2: " +
                              std::string(regex.status().message()));
    }
    check_.regex = *std::move(regex);
  }

  void Range(const DocumentNode& node) {
    SetKind(HeaderCheck::Kind::kRange);
    std::optional<int64_t> start;
    std::optional<int64_t> end;
    reader_.Map(node, {{"start", [&](const Member& m) { reader_.Integer(m, start); }},
                       {"end", [&](const Member& m) { reader_.Integer(m, end); }}});
    check_.range_start = start.value_or(0);
    check_.range_end = end.value_or(0);
  }

  MapReader& reader_;
  HeaderCheck& check_;
  bool has_kind_ = false;
};

void Place(const DocumentNode& node, std::string_view file, HeaderCheck& check) {
  check.position = {std::string(file), node.position().line, node.position().column};
}

}  // namespace

void ReadHeaderChecks(const DocumentNode& node, std::string_view file, MapReader& reader,
                      std::vector<HeaderCheck>& checks) {
  reader.List(node, [&](const DocumentNode& element) {
    HeaderCheck check;
    Place(element, file, check);
    MatcherReader(reader, check).Read(element);
    // What could not be read must not be run.
    const bool whole = check.kind != HeaderCheck::Kind::kRegex || check.regex.has_value();
    if (whole) checks.push_back(std::move(check));
  });
}

void ReadOldHeaderChecks(const DocumentNode& node, std::string_view file, MapReader& reader,
                         std::vector<HeaderCheck>& checks) {
  reader.List(node, [&](const DocumentNode& element) {
    HeaderCheck check;
    check.kind = HeaderCheck::Kind::kExact;
    Place(element, file, check);
    reader.Map(element, {{"key", [&](const Member& m) { reader.Text(m, check.name); }},
                         {"value", [&](const Member& m) { reader.Text(m, check.text); }}});
    if (element.is_map() && check.name.empty()) reader.Complain("key: is required");
    checks.push_back(std::move(check));
  });
}

}  // namespace meshroute::tool
