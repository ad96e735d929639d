// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/errors.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/config/source_outline.h"
#include "lib/config/visible_text.h"
#include "meshroute/config/document.h"
#include "meshroute/config/validated_config.h"

namespace meshroute {
namespace {

// Longest part of a path that one name may take.
constexpr size_t kMaximumNameLength = 128;

std::string PositionText(const SourcePosition& position) {
  std::string text = position.file;
  if (position.line == 0) return text;
  if (!text.empty()) text += ':';
  absl::StrAppend(&text, position.line);
  if (position.column != 0) absl::StrAppend(&text, ":", position.column);
  return text;
}

// Whether `path` leads to `inner`, or to something around it.
bool IsAround(std::string_view path, std::string_view inner) {
  return inner.starts_with(path) &&
         (inner.size() == path.size() || inner[path.size()] == '.' || inner[path.size()] == '[');
}

// Whether a rule may only be broken because a value inside, or one around it, could not be
// read and has its default: one mistake is one error.
bool MayFollow(const std::vector<ConfigProblem>& problems, const std::string& resource,
               std::string_view path) {
  static const std::string kUnread[] = {FactsOf(ProblemCode::kWrongType).code,
                                        FactsOf(ProblemCode::kUnknownField).code};
  return std::any_of(problems.begin(), problems.end(), [&](const ConfigProblem& problem) {
    if (problem.resource != resource) return false;
    const bool is_wrong_type = problem.code == kUnread[0];
    return (is_wrong_type && IsAround(problem.path, path)) ||
           ((is_wrong_type || problem.code == kUnread[1]) && IsAround(path, problem.path));
  });
}

}  // namespace

std::string ConfigProblem::ToString() const {
  std::string text;
  for (const std::string& part : {PositionText(position), resource, path}) {
    if (!part.empty()) absl::StrAppend(&text, part, ": ");
  }
  text += message;
  const bool is_plain = istio_code.empty() || istio_code == "IST0106" || istio_code == "IST0133";
  if (!is_plain) {
    absl::StrAppend(&text, " [", istio_code, "]");
  } else if (severity != Severity::kError && !code.empty()) {
    absl::StrAppend(&text, " [", code, "]");
  }
  return text;
}

ConfigProblem MakeProblem(ProblemCode code, std::string message) {
  ProblemCodeFacts facts = FactsOf(code);
  ConfigProblem problem;
  problem.severity = facts.severity;
  problem.code = std::move(facts.code);
  problem.istio_code = std::move(facts.istio_code);
  problem.message = std::move(message);
  return problem;
}

ConfigErrors::Scope::Scope(ConfigErrors& errors, std::string_view field)
    : errors_(errors), length_before_(errors.path_.size()) {
  if (length_before_ > 0) errors_.path_ += '.';
  errors_.path_ += VisibleText(field, kMaximumNameLength);
}

ConfigErrors::Scope::Scope(ConfigErrors& errors, std::string_view field, size_t index)
    : Scope(errors, field) {
  absl::StrAppend(&errors_.path_, "[", index, "]");
}

ConfigErrors::Scope::Scope(ConfigErrors& errors, size_t index)
    : errors_(errors), length_before_(errors.path_.size()) {
  absl::StrAppend(&errors_.path_, "[", index, "]");
}

ConfigErrors::Scope::~Scope() { errors_.path_.resize(length_before_); }

ConfigErrors::ResourceScope::ResourceScope(ConfigErrors& errors, std::string resource,
                                           const DocumentNode* root, std::string_view file)
    : errors_(errors) {
  assert(errors_.path_.empty());
  errors_.resource_ = std::move(resource);
  errors_.root_ = root;
  errors_.file_ = std::string(file);
}

ConfigErrors::ResourceScope::ResourceScope(ConfigErrors& errors, std::string_view kind,
                                           const Metadata& metadata, const ResourceSources* sources)
    : errors_(errors) {
  assert(errors_.path_.empty());
  errors_.resource_ = ResourceText(kind, metadata.namespace_name, metadata.name);
  if (sources == nullptr) return;
  const ResourceSources::Source source =
      sources->Find(kind, metadata.namespace_name, metadata.name);
  errors_.root_ = source.root;
  errors_.outline_ = source.outline;
  errors_.file_ = std::string(source.file);
}

ConfigErrors::ResourceScope::~ResourceScope() {
  errors_.resource_.clear();
  errors_.root_ = nullptr;
  errors_.outline_ = nullptr;
  errors_.expanded_ = nullptr;
  errors_.file_.clear();
}

void ConfigErrors::Add(std::string_view message) { Report(ProblemCode::kInvalidValue, message); }

void ConfigErrors::Report(ProblemCode code, std::string_view message, std::string_view hint) {
  if (code == ProblemCode::kInvalidValue && MayFollow(problems_, resource_, path_)) return;
  ConfigProblem problem = MakeProblem(code, std::string(message));
  problem.position.file = file_;
  if (root_ == nullptr && outline_ != nullptr) {
    expanded_ = std::make_shared<const DocumentNode>(outline_->Expand());
    root_ = expanded_.get();
  }
  if (root_ != nullptr) {
    const TextPosition position = root_->PositionOf(path_);
    problem.position.line = position.line;
    problem.position.column = position.column;
  }
  problem.resource = resource_;
  problem.path = path_;
  problem.hint = std::string(hint);
  AddProblem(std::move(problem));
}

void ConfigErrors::AddProblem(ConfigProblem problem) {
  const bool is_error = problem.severity == ConfigProblem::Severity::kError;
  if (is_error) ++error_count_;
  if (problems_.size() >= kMaximumProblems) {
    ++dropped_;
    // The last of the least severe makes room for one that is more severe.
    const auto least = std::max_element(
        problems_.rbegin(), problems_.rend(),
        [](const ConfigProblem& a, const ConfigProblem& b) { return a.severity < b.severity; });
    if (least->severity <= problem.severity) return;
    problems_.erase(std::prev(least.base()));
  }
  problems_.push_back(std::move(problem));
}

absl::Status ConfigErrors::ToStatus() const {
  if (ok()) return absl::OkStatus();
  std::string text;
  for (const ConfigProblem& problem : problems_) {
    if (problem.severity != ConfigProblem::Severity::kError) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n", problem.ToString());
  }
  if (dropped_ > 0) absl::StrAppend(&text, "\n", dropped_, " more problems are not listed");
  return absl::InvalidArgumentError(text);
}

}  // namespace meshroute
