// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_ERRORS_H_
#define MESHROUTE_CONFIG_ERRORS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace meshroute {

class DocumentNode;  // document.h

// A place in a text. Lines and columns count from 1; 0: not known.
struct SourcePosition {
  std::string file;
  size_t line = 0;
  size_t column = 0;

  bool operator==(const SourcePosition&) const = default;
};

// One thing that is wrong, or doubtful, with one field of one resource.
struct ConfigProblem {
  enum class Severity { kError, kWarning };

  Severity severity = Severity::kError;
  SourcePosition position;
  std::string resource;  // "VirtualService prod/reviews"; empty: the text itself.
  std::string path;      // "spec.http[0].route[1].weight"; empty: the whole.
  std::string message;   // "must be 0 or more, got -5"
  std::string code;      // "IST0131" where istioctl has one, else empty.

  // "reviews.yaml:12:7: VirtualService prod/reviews: spec.http[0].route[1].weight:
  // must be 0 or more, got -5", with what is not known left out.
  std::string ToString() const;

  bool operator==(const ConfigProblem&) const = default;
};

// Collects every problem of a load, each under its field's path. The path is
// kept by scopes that follow the code down the tree:
//
//   const ConfigErrors::Scope destination(errors, "route", i);
//   const ConfigErrors::Scope field(errors, "weight");
//   errors.Add("must be 0 or more, got -5");
//
// Keeps at most kMaximumProblems, errors before warnings, and counts the rest.
// In a path control characters are replaced and long names cut, so that a
// hostile text can neither forge lines nor fill the memory. Thread-compatible.
class ConfigErrors {
 public:
  static constexpr size_t kMaximumProblems = 1000;

  // Extends the path by a field, or by an element of a list, for its lifetime.
  class Scope {
   public:
    Scope(ConfigErrors& errors, std::string_view field);
    Scope(ConfigErrors& errors, std::string_view field, size_t index);
    Scope(ConfigErrors& errors, size_t index);  // "[2]", of the list that the path leads to.
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    ConfigErrors& errors_;
    const size_t length_before_;
  };

  // Names the resource that the scopes inside belong to. `root` (may be null)
  // is the text's tree, in which positions are looked up by path; it must
  // outlive the scope. Not nested, and not opened inside a Scope.
  class ResourceScope {
   public:
    ResourceScope(ConfigErrors& errors, std::string resource, const DocumentNode* root,
                  std::string_view file);
    ~ResourceScope();
    ResourceScope(const ResourceScope&) = delete;
    ResourceScope& operator=(const ResourceScope&) = delete;

   private:
    ConfigErrors& errors_;
  };

  // An error, or a warning, about the field that the scopes lead to.
  void Add(std::string_view message);
  void Warn(std::string_view message, std::string_view code = {});

  // One that comes with a place of its own (a text that cannot be read).
  void AddProblem(ConfigProblem problem);

  bool ok() const { return error_count_ == 0; }
  size_t error_count() const { return error_count_; }  // Those not kept included.
  const std::vector<ConfigProblem>& problems() const { return problems_; }

  // OK, or InvalidArgument whose message has a line per error.
  absl::Status ToStatus() const;

 private:
  friend class Scope;
  friend class ResourceScope;

  void AddHere(ConfigProblem::Severity severity, std::string_view message, std::string_view code);

  std::string path_;
  std::string resource_;
  std::string file_;
  const DocumentNode* root_ = nullptr;
  size_t error_count_ = 0;
  size_t dropped_ = 0;
  std::vector<ConfigProblem> problems_;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_ERRORS_H_
